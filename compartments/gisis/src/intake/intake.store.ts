import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import { IMPORT_STATES, type ImportFile, type ImportId, type NewImport } from './import-file.rules.ts';
import { MOST_FAULTS } from './limits.rules.ts';
import type { RowFault } from './outcome.rules.ts';

const COLUMNS = sql.raw(
  'id, module, account_id, name, sha256, bytes, source, since, state, checked_at, is_sure, done_rows, rows, added, changed, same, refused, told, created_at, ended_at',
);
const rowSchema = z.object({
  id: z.coerce.string(),
  module: z.string(),
  account_id: z.string(),
  name: z.string(),
  sha256: z.string().nullable(),
  bytes: z.coerce.number(),
  source: z.string(),
  since: z.string().nullable(),
  state: z.enum(IMPORT_STATES),
  checked_at: z.date().nullable(),
  is_sure: z.boolean(),
  done_rows: z.number(),
  rows: z.number().nullable(),
  added: z.number(),
  changed: z.number(),
  same: z.number(),
  refused: z.number(),
  told: z.array(z.string()),
  created_at: z.date(),
  ended_at: z.date().nullable(),
});
const sixSchema = z.object({ ar: z.string(), zh: z.string(), en: z.string(), fr: z.string(), ru: z.string(), es: z.string() });
const faultsSchema = z.array(
  z.object({
    faults: z.array(
      z.object({
        row: z.number(),
        column: z.string(),
        given: z.string(),
        sentence: sixSchema,
        suggestions: z.array(z.string()),
        isAsked: z.boolean(),
      }),
    ),
  }),
);
const SHOWN = 20;

function toImport(given: unknown): ImportFile {
  const row = rowSchema.parse(given);
  const { added, changed, same, refused } = row;
  return {
    id: row.id as ImportId,
    module: row.module,
    accountId: row.account_id,
    name: row.name,
    sha256: row.sha256,
    bytes: row.bytes,
    source: row.source,
    since: row.since,
    state: row.state,
    checkedAt: row.checked_at,
    isSure: row.is_sure,
    doneRows: row.done_rows,
    rows: row.rows,
    counts: { added, changed, same, refused, asked: 0 },
    told: row.told,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  };
}

export async function findImport(db: Kysely<Schema>, id: string): Promise<ImportFile | undefined> {
  const { rows } = await sql`select ${COLUMNS} from import_file where id = ${id}`.execute(db);
  return rows[0] === undefined ? undefined : toImport(rows[0]);
}

/** An import that nobody else carries on until the transaction ends. */
export async function lockImport(trx: Transaction<Schema>, id: ImportId): Promise<ImportFile | undefined> {
  const { rows } = await sql`select ${COLUMNS} from import_file where id = ${id} for update`.execute(trx);
  return rows[0] === undefined ? undefined : toImport(rows[0]);
}

/** Somebody's imports into a module, the newest first. */
export async function listImportsOf(db: Kysely<Schema>, accountId: string, module: string): Promise<ImportFile[]> {
  const { rows } = await sql`select ${COLUMNS} from import_file where account_id = ${accountId} and module = ${module}
    order by id desc limit ${SHOWN}`.execute(db);
  return rows.map(toImport);
}

/** How many imports are open: those of somebody, and all. */
export async function countOpen(db: Kysely<Schema>, accountId: string): Promise<{ readonly own: number; readonly all: number }> {
  const { rows } = await sql`select count(*) filter (where account_id = ${accountId})::int as own, count(*)::int as all
    from import_file where sha256 is not null`.execute(db);
  return z.object({ own: z.number(), all: z.number() }).parse(rows[0]);
}

export async function insertImport(trx: Transaction<Schema>, file: NewImport): Promise<ImportId> {
  const { id } = await trx
    .insertInto('import_file')
    .values({
      module: file.module,
      account_id: file.accountId,
      account_name: file.accountName,
      name: file.name,
      sha256: file.sha256,
      bytes: String(file.bytes),
      source: file.source,
      since: file.since,
      state: 'filed',
      created_at: file.at,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return String(id) as ImportId;
}

export type Progress = Pick<ImportFile, 'id' | 'state' | 'doneRows' | 'counts' | 'told' | 'isSure' | 'sha256'> & {
  readonly rows: number;
  readonly checkedAt: Date | null;
  readonly endedAt: Date | null;
};

export async function writeProgress(trx: Transaction<Schema>, progress: Progress): Promise<void> {
  const { id, state, doneRows, rows, counts, told, isSure, sha256, checkedAt, endedAt } = progress;
  const { added, changed, same, refused } = counts;
  await sql`update import_file set state = ${state}, sha256 = ${sha256}, checked_at = ${checkedAt}, is_sure = ${isSure},
      done_rows = ${doneRows}, rows = ${rows}, added = ${added}, changed = ${changed}, same = ${same}, refused = ${refused},
      told = ${[...told]}::text[], ended_at = ${endedAt}
    where id = ${id}`.execute(trx);
}

export async function insertFaults(trx: Transaction<Schema>, id: ImportId, faults: readonly RowFault[]): Promise<void> {
  if (faults.length === 0) return;
  await sql`insert into import_fault (import_id, faults) values (${id}, ${JSON.stringify(faults)}::jsonb)`.execute(trx);
}

/** What was refused when an import was carried out, in the order of the file. */
export async function listFaults(db: Kysely<Schema>, id: ImportId): Promise<readonly RowFault[]> {
  const { rows } = await sql`select faults from import_fault where import_id = ${id} order by id`.execute(db);
  return faultsSchema
    .parse(rows)
    .flatMap(({ faults }) => faults)
    .slice(0, MOST_FAULTS);
}

/** Gives an import up: nothing keeps its file then. */
export async function dropImport(trx: Transaction<Schema>, id: ImportId, at: Date): Promise<void> {
  await sql`update import_file set state = 'dropped', sha256 = null, ended_at = ${at} where id = ${id} and sha256 is not null`.execute(
    trx,
  );
}

/** Whether there is an open import, or what was refused of an ended one, from before a moment. */
export async function hasOld(db: Kysely<Schema>, before: Date): Promise<boolean> {
  const { rows } = await sql`(select 1 from import_file where sha256 is not null and created_at < ${before} limit 1)
    union all (select 1 from import_fault t join import_file f on f.id = t.import_id where f.created_at < ${before} limit 1)`.execute(
    db,
  );
  return rows.length > 0;
}

/** Gives up what nobody carried out, and forgets what was refused: both may hold personal data. @returns those given up */
export async function tidyOld(trx: Transaction<Schema>, before: Date, at: Date): Promise<readonly ImportId[]> {
  await sql`delete from import_fault t using import_file f where f.id = t.import_id and f.created_at < ${before}`.execute(trx);
  const { rows } = await sql`update import_file set state = 'dropped', sha256 = null, ended_at = ${at}
    where sha256 is not null and created_at < ${before} returning id`.execute(trx);
  return z
    .array(z.object({ id: z.coerce.string() }))
    .parse(rows)
    .map(({ id }) => id as ImportId);
}
