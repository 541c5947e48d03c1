import { sha256Hex } from '@bulkhead/kernel';
import type { Kysely } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import { type LineSource, readLines } from '#list/line.actions.ts';
import { readBatch } from '#list/list.actions.ts';
import type { Query } from '#list/query.rules.ts';
import { findModule } from '#modules/modules.ts';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { CHANGED_AT, csvCells } from './csv-cell.rules.ts';
import { type Context, exportColumns, type Format, type Piece } from './export.rules.ts';
import { findLastChange } from './export.store.ts';
import { SETTLED_MS, type Version } from './version.rules.ts';

type Deps = { readonly source: LineSource; readonly origin: string };
export type Asked = {
  readonly module: Module;
  readonly format: Format;
  readonly query: Query;
  readonly viewer: Viewer;
  readonly after: string | null;
};

/** Writes all that a query finds, piece by piece: no more than one batch is held, and whoever reads slowly makes it wait. */
export async function* writeExport(
  { source, origin }: Deps,
  { module, format, query, viewer, after }: Asked,
): AsyncGenerator<Piece> {
  const context: Context = { module, viewer, origin, columns: exportColumns(module, viewer) };
  // Where an export goes on, it goes on in the middle; a file of parts is whole each time.
  let text = after === null || format.mostRecords !== undefined ? format.begin(context) : '';
  if (format.name === 'csv') {
    yield { part: 0, text };
    const cells = csvCells(context, context.columns);
    for await (const lines of readLines(source, module, query, { cells, instantAt: CHANGED_AT, viewer, afterReference: after }))
      yield { part: 0, text: lines };
    return;
  }
  const most = format.mostRecords ?? Number.POSITIVE_INFINITY;
  let part = 0;
  let records = 0;
  for await (const batch of readBatch({ db: source.read }, module, query, viewer, after)) {
    for (const record of batch) {
      const written = format.write(context, record);
      if (written === null) continue;
      if (records === most) {
        yield { part, text: text + format.end };
        part += 1;
        records = 0;
        text = format.begin(context);
      }
      text += records === 0 ? written : `${format.between}${written}`;
      records += 1;
    }
    if (text !== '') yield { part, text };
    text = '';
  }
  yield { part, text: text + format.end };
}

/** Which version of a module's records somebody would get; undefined while the last change is too young to tell. */
export async function findVersion(
  { db }: { readonly db: Kysely<Schema> },
  { module, viewer }: Pick<Asked, 'module' | 'viewer'>,
  address: string,
  now: Date,
): Promise<Version | undefined> {
  const changedAt = await findLastChange(db, [module, ...wholeOf(module)]);
  if (changedAt === undefined || now.getTime() - changedAt.getTime() < SETTLED_MS) return undefined;
  const { delegation, isSecretariat, roles, partyTo = [] } = viewer;
  const tag = sha256Hex(JSON.stringify([address, delegation, isSecretariat, roles, partyTo, changedAt.toISOString()]));
  return { tag: `W/"${tag.slice(0, 32)}"`, changedAt };
}

/** A part is seen where its whole is: what becomes of the whole changes what is seen. */
function wholeOf({ partOf, fields }: Module): readonly Module[] {
  const field = partOf === undefined ? undefined : fields[partOf];
  const whole = field?.kind === 'reference' ? findModule(field.to) : undefined;
  return whole === undefined ? [] : [whole];
}
