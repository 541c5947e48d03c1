import { sha256Hex } from '@bulkhead/kernel';
import type { Kysely } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import { readBatch } from '#list/list.actions.ts';
import type { Query } from '#list/query.rules.ts';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { type Context, exportColumns, type Format, SETTLED_MS, type Version } from './export.rules.ts';
import { findLastChange } from './export.store.ts';

type Deps = { readonly db: Kysely<Schema>; readonly origin: string };
export type Asked = {
  readonly module: Module;
  readonly format: Format;
  readonly query: Query;
  readonly viewer: Viewer;
  readonly after: string | null;
};

/** Writes all that a query finds, piece by piece: no more than one batch is held, and whoever reads slowly makes it wait. */
export async function* writeExport(
  { db, origin }: Deps,
  { module, format, query, viewer, after }: Asked,
): AsyncGenerator<string> {
  const context: Context = { module, viewer, origin, columns: exportColumns(module, viewer) };
  if (after === null) yield format.begin(context);
  let isFirst = true;
  for await (const records of readBatch({ db }, module, query, viewer, after)) {
    let text = '';
    for (const record of records) {
      const written = format.write(context, record);
      if (written === null) continue;
      text += isFirst ? written : `${format.between}${written}`;
      isFirst = false;
    }
    if (text !== '') yield text;
  }
  yield format.end;
}

/** Which version of a module's records somebody would get; undefined while the last change is too young to tell. */
export async function findVersion(
  { db }: Pick<Deps, 'db'>,
  asked: Pick<Asked, 'module' | 'viewer'>,
  address: string,
  now: Date,
): Promise<Version | undefined> {
  const changedAt = await findLastChange(db, asked.module);
  if (changedAt === undefined || now.getTime() - changedAt.getTime() < SETTLED_MS) return undefined;
  const { delegation, isSecretariat, roles, partyTo = [] } = asked.viewer;
  const tag = sha256Hex(JSON.stringify([address, delegation, isSecretariat, roles, partyTo, changedAt.toISOString()])).slice(
    0,
    32,
  );
  return { tag: `W/"${tag}"`, changedAt };
}
