import type { BlobStore } from '@bulkhead/blobs';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentContext, requirePerson, transactFor } from '@bulkhead/web';
import type { Module } from '#declaration/module.rules.ts';
import type { Schema } from '#schema.ts';
import { mayFile } from '#sight/sight.rules.ts';
import { moduleOf, visitOf } from '#site/answer.ts';
import type { Site, Visit } from '#site/site.rules.ts';
import type { Checks } from './check.actions.ts';
import type { Check } from './check.rules.ts';
import type { ImportFile } from './import-file.rules.ts';
import { readImport } from './intake.actions.ts';

/** What pages and programs need to take files of records. */
export type Deps = {
  readonly site: Site;
  readonly database: Database<Schema>;
  readonly blobs: BlobStore;
  readonly checks: Checks;
  readonly now: Now;
};
/** How long an answer waits for what is being looked at: most files are done by then. What commits is answered at once. */
export const LOOK_WAIT_MS = 8_000;

/** @throws EstateError `request.not_found`, `request.forbidden` */
export function requireImporting(module: Module, { viewer }: Visit): void {
  if (module.bulk === false) throw new EstateError('request.not_found', `importing into ${module.name}: it takes no files`);
  if (!mayFile(module, viewer))
    throw new EstateError('request.forbidden', `importing into ${module.name}: the person files nothing here`);
}

/** @throws EstateError `compartment.read_only` */
export function requireOpen(site: Site): void {
  if (site.isReadOnly) throw new EstateError('compartment.read_only', 'importing records');
}

export async function waitFor({ ended }: Check, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([ended, promise]);
  clearTimeout(timer);
}

/** What a request writes with. */
export function writing(c: CompartmentContext, { database, now }: Deps) {
  return { transact: transactFor(c, database), now };
}

/** @throws EstateError `request.not_found`, `request.forbidden`, `request.unauthenticated` */
export function enter(
  c: CompartmentContext,
  site: Site,
): { readonly module: Module; readonly visit: Visit; readonly accountId: string } {
  const module = moduleOf(site, c.req.param('module') ?? '');
  const visit = visitOf(c, site);
  requireImporting(module, visit);
  return { module, visit, accountId: requirePerson(c).accountId };
}

export type Found = { readonly file: ImportFile; readonly module: Module; readonly visit: Visit };

/** @throws EstateError `request.not_found` for an import of somebody else */
export async function find(c: CompartmentContext, { site, database }: Deps): Promise<Found> {
  const visit = visitOf(c, site);
  const file = await readImport({ db: database.read }, c.req.param('id') ?? '', requirePerson(c).accountId);
  if (!file) throw new EstateError('request.not_found', 'finding an import: this person sent none of this number');
  const module = moduleOf(site, file.module);
  requireImporting(module, visit);
  return { file, module, visit };
}
