import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Admin, connectionTo, openAdmin } from '@bulkhead/postgres/connection';
import { z } from 'zod';
import { type EstatePaths, filesOf } from '#estate/paths.ts';

const COMPARTMENT = 'website';
const secretsSchema = z.object({ superusers: z.record(z.string(), z.string()) });

/** Rows of a table by their natural key: what stands for the same thing in two estates. A row is JSON. */
export type TableRows = ReadonlyMap<string, string>;
/** All rows of the website, by table, as they stood at one moment. */
export type Snapshot = {
  readonly tables: ReadonlyMap<string, TableRows>;
  /** The primary key of a row, as history writes it, by table and natural key. */
  readonly keys: ReadonlyMap<string, string>;
};

const ARTICLE = 'join article a on a.id = t.article_id';
/** Natural keys: numbers that a database draws are not the same in two runs of one story. */
const TABLES: Readonly<Record<string, { readonly key: string; readonly primary: string; readonly from: string }>> = {
  article: { key: 't.slug', primary: 't.id::text', from: 'article t' },
  article_version: {
    key: "a.slug || '/' || t.number",
    primary: "t.article_id || ',' || t.number",
    from: `article_version t ${ARTICLE}`,
  },
  article_text: {
    key: "a.slug || '/' || t.version_number || '/' || t.language",
    primary: "t.article_id || ',' || t.version_number || ',' || t.language",
    from: `article_text t ${ARTICLE}`,
  },
  article_event: {
    key: "a.slug || '/' || t.version_number || '/' || t.kind || '/' || t.place",
    primary: 't.id::text',
    from: `(select e.*, row_number() over (partition by article_id, version_number, kind order by id) as place from article_event e) t ${ARTICLE}`,
  },
  article_withdrawal: {
    key: "a.slug || '/' || t.version_number",
    primary: "t.article_id || ',' || t.version_number",
    from: `article_withdrawal t ${ARTICLE}`,
  },
  picture: { key: 't.sha256', primary: 't.sha256', from: 'picture t' },
};
/** Numbers that the natural keys stand for. */
const NUMBERS: Readonly<Record<string, readonly string[]>> = {
  article: ['id'],
  article_event: ['id', 'place', 'article_id'],
  article_version: ['article_id'],
  article_text: ['article_id'],
  article_withdrawal: ['article_id'],
};

/** Opens a session of the superuser of a compartment's database at headquarters, to read and no more. */
export async function openReader(paths: EstatePaths, compartment = COMPARTMENT): Promise<Admin> {
  const password = await readSuperuser(paths, compartment);
  const target = { database: compartment, role: 'postgres', password, applicationName: 'exercise' };
  return openAdmin(connectionTo(join(paths.runtime, 'hq', `${compartment}-pg`), target));
}

/** The password of the superuser of a compartment's database: root's alone, and whoever is root may look. */
export async function readSuperuser(paths: EstatePaths, compartment: string): Promise<string> {
  const file = join(filesOf(paths).headquarters.directory, 'supervisor', `secrets-${compartment}.json`);
  const { superusers } = secretsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  return superusers[compartment] ?? '';
}

/** Each row of tables with a column `id`, as JSON, by table and id. */
export async function readPlainRows(
  paths: EstatePaths,
  compartment: string,
  tables: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const admin = await openReader(paths, compartment);
  const found = new Map<string, string>();
  try {
    await admin.query('begin isolation level repeatable read, read only');
    for (const table of tables) {
      const rows = await admin.query<{ id: string; content: string }>(
        `select t.id::text as id, to_jsonb(t)::text as content from ${table} t`,
      );
      for (const { id, content } of rows) found.set(`${table} ${id}`, content);
    }
    await admin.query('commit');
  } finally {
    await admin.close();
  }
  return found;
}

/** Reads all rows of the website, without the columns that differ between two runs of one story. */
export async function readRows(
  paths: EstatePaths,
  volatile: readonly { readonly table: string; readonly column: string }[],
): Promise<Snapshot> {
  const admin = await openReader(paths);
  const tables = new Map<string, Map<string, string>>();
  const keys = new Map<string, string>();
  try {
    await admin.query('begin isolation level repeatable read, read only');
    for (const [table, { key, primary, from }] of Object.entries(TABLES)) {
      const left = [...volatile.filter((each) => each.table === table).map(({ column }) => column), ...(NUMBERS[table] ?? [])];
      const rows = await admin.query<{ key: string; primary: string; content: string }>(
        `select ${key} as key, ${primary} as primary, (to_jsonb(t) - $1::text[])::text as content from ${from}`,
        [left],
      );
      tables.set(table, new Map(rows.map((row) => [row.key, keep(row.content)])));
      for (const row of rows) keys.set(`public.${table} ${row.primary}`, row.key);
    }
    await admin.query('commit');
  } finally {
    await admin.close();
  }
  return { tables, keys };
}

/** One copy of equal texts: most rows are the same in all snapshots of an exercise. */
const kept = new Map<string, string>();
function keep(text: string): string {
  const known = kept.get(text);
  if (known !== undefined) return known;
  kept.set(text, text);
  return text;
}
