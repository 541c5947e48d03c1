import type { Readable } from 'node:stream';
import type { BlobStore } from '@bulkhead/blobs';
import type { Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import { keepUnderKey, takeKey } from '#api/once.actions.ts';
import type { Once } from '#api/once.rules.ts';
import type { Module } from '#declaration/module.rules.ts';
import type { Schema } from '#schema.ts';
import type { Checks } from './check.actions.ts';
import { draftOf, type ImportFile, type ImportId, isOpen, type NewImport } from './import-file.rules.ts';
import { countOpen, dropImport, findImport, hasOld, insertImport, listFaults, listImportsOf, tidyOld } from './intake.store.ts';
import type { IntakeWord } from './intake.words.ts';
import { FILE_BYTES, KEPT_DAYS, MOST_FAULTS, OPEN_OF_ALL, OPEN_OF_ONE } from './limits.rules.ts';
import type { RowFault } from './outcome.rules.ts';

type Reading = { readonly db: Kysely<Schema> };
type Writing = { readonly transact: Transact<Transaction<Schema>>; readonly now: Now };

const DAY_MS = 86_400_000;

/** Why somebody may not send a further file just now; null where they may. */
export async function refuseMore({ db }: Reading, checks: Checks, accountId: string): Promise<IntakeWord | null> {
  const open = await countOpen(db, accountId);
  const underWay = checks.countUnderWay(accountId);
  if (open.own >= OPEN_OF_ONE || underWay.own >= OPEN_OF_ONE) return 'tooManyOpen';
  return open.all >= OPEN_OF_ALL || underWay.all >= OPEN_OF_ALL ? 'tooManyOfAll' : null;
}

/** Keeps what was sent, here and in the vault: a restart loses nothing of it. */
export function keepFile(blobs: BlobStore, content: Readable): Promise<{ readonly sha256: string; readonly bytes: number }> {
  return blobs.put(content, { limitBytes: FILE_BYTES });
}

/** Notes a file that was sent and kept: what it holds is looked at, and carried out later if its sender says so. */
export async function fileImport({ transact }: Writing, file: NewImport): Promise<ImportId> {
  return transact((trx) => insertImport(trx, file));
}

/** Notes a file in a transaction that goes on with it, and what the request's key is answered with: the import itself. */
export async function beginImport(trx: Transaction<Schema>, file: NewImport, once: Once | null): Promise<ImportFile> {
  if (once !== null) await takeKey(trx, once, file.at);
  const id = await insertImport(trx, file);
  if (once !== null) await keepUnderKey(trx, once, { status: 201, reference: id, etag: '', body: '' });
  return draftOf(file, id);
}

/** An import of this account's; nobody else's is shown. */
export async function readImport({ db }: Reading, id: string, accountId: string): Promise<ImportFile | undefined> {
  const file = /^[1-9]\d{0,17}$/.test(id) ? await findImport(db, id) : undefined;
  return file?.accountId === accountId ? file : undefined;
}

export function readImportsOf({ db }: Reading, accountId: string, module: Module): Promise<readonly ImportFile[]> {
  return listImportsOf(db, accountId, module.name);
}

/** What is wrong in a file: as it was found when it was looked at, and once it was carried out as it was then. */
export async function readFaults(
  { db }: Reading,
  file: ImportFile,
  checks: Checks,
): Promise<{ readonly kept: readonly RowFault[]; readonly count: number }> {
  const check = checks.find(file.id);
  if (file.state === 'filed') return { kept: check?.faults.kept ?? [], count: check?.faults.count ?? 0 };
  const kept = await listFaults(db, file.id);
  return { kept, count: kept.length >= MOST_FAULTS ? Math.max(kept.length, file.counts.refused) : kept.length };
}

export async function giveUp({ transact, now }: Writing, file: ImportFile, checks: Checks): Promise<void> {
  if (isOpen(file)) await transact((trx) => dropImport(trx, file.id, now()));
  await checks.forget(file.id);
}

/** Gives up files that nobody carried out for days, and forgets what was refused of others. */
export async function tidyImports(
  { db, transact, now }: Reading & Writing,
  checks: Checks,
): Promise<{ readonly dropped: number }> {
  const before = new Date(now().getTime() - KEPT_DAYS * DAY_MS);
  if (!(await hasOld(db, before))) return { dropped: 0 };
  const dropped = await transact((trx) => tidyOld(trx, before, now()));
  for (const id of dropped) await checks.forget(id);
  return { dropped: dropped.length };
}
