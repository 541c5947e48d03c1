import { lsnSchema, sha256Schema, type Verification, type VerifyRequest } from '@bulkhead/contracts';
import { z } from 'zod';
import { readPosition } from './position.store.ts';
import { type JailSession, quoteColumn, quoteTable, serverSentence } from './session.store.ts';

const FAILURES_LIMIT = 1_000;
const BLOBS_LIMIT = 5_000_000;

const relationRows = z.array(z.object({ oid: z.number().int(), name: z.string(), kind: z.enum(['table', 'index']) }));
const detailRows = z.array(z.object({ detail: z.string() }));
const migrationRows = z.array(z.object({ name: z.string(), sha256: z.string() }));
const countRows = z.array(z.object({ count: z.number().int() })).length(1);
const valueRows = z.array(z.object({ value: z.string() }));

type Amcheck = Verification['amcheck'];

/**
 * Looks into every table and B-tree with amcheck. In a transaction that is rolled back: what goes live afterwards must
 * not have got an extension from us, and an extension that is there already may be an attacker's.
 */
export async function checkStructures(session: JailSession): Promise<Amcheck> {
  const failures: Amcheck['failures'] = [];
  await session.query('begin');
  try {
    await session.query('drop extension if exists amcheck cascade');
    await session.query('create schema bulkhead_amcheck');
    await session.query('create extension amcheck schema bulkhead_amcheck');
    const relations = await listRelations(session);
    for (const relation of relations) failures.push(...(await checkRelation(session, relation)));
    const tables = relations.filter(({ kind }) => kind === 'table').length;
    return {
      isOk: failures.length === 0,
      tables,
      indexes: relations.length - tables,
      failures: failures.slice(0, FAILURES_LIMIT),
      skipped: false,
    };
  } finally {
    await session.query('rollback');
  }
}

type Relation = z.infer<typeof relationRows>[number];

async function listRelations(session: JailSession): Promise<Relation[]> {
  const rows = await session.query(`
    select c.oid::int4 as oid, c.oid::regclass::text as name, case when c.relkind = 'i' then 'index' else 'table' end as kind
      from pg_class c
      left join pg_index i on i.indexrelid = c.oid
      join pg_am a on a.oid = c.relam
     where c.relpersistence <> 't'
       and ((c.relkind in ('r', 'm', 't') and a.amname = 'heap') or (c.relkind = 'i' and a.amname = 'btree' and i.indisvalid and i.indisready))
     order by c.oid`);
  return relationRows.parse(rows);
}

async function checkRelation(session: JailSession, { oid, name, kind }: Relation): Promise<Amcheck['failures']> {
  await session.query('savepoint relation');
  try {
    if (kind === 'index') {
      await session.query(
        'select bulkhead_amcheck.bt_index_check($1::oid::regclass, heapallindexed => true, checkunique => true)',
        [oid],
      );
      return [];
    }
    const rows = await session.query(
      `select format('block %s item %s: %s', blkno, coalesce(offnum, 0), msg) as detail
         from bulkhead_amcheck.verify_heapam($1::oid::regclass, on_error_stop => false, check_toast => true) limit 100`,
      [oid],
    );
    return detailRows.parse(rows).map(({ detail }) => ({ relation: name, detail: detail.slice(0, 500) }));
  } catch (error) {
    await session.query('rollback to savepoint relation');
    return [{ relation: name, detail: serverSentence(error) }];
  } finally {
    await session.query('release savepoint relation');
  }
}

/** Compares the migrations recorded in the database with those the compartment's code has. */
export async function checkMigrations(
  session: JailSession,
  compartment: string,
  expected: VerifyRequest['expectedMigrations'],
): Promise<Verification['migrations']> {
  if (expected.length === 0) return { isOk: true, missing: [], changed: [], unexpected: [] };
  const rows = await session.read(compartment, () =>
    session.query('select name, sha256 from public.bulkhead_migration order by name'),
  );
  const found = new Map(migrationRows.parse(rows).map(({ name, sha256 }) => [name, sha256]));
  const missing = expected.filter(({ name }) => !found.has(name)).map(({ name }) => name);
  const changed = expected.filter(({ name, sha256 }) => found.has(name) && found.get(name) !== sha256).map(({ name }) => name);
  const unexpected = [...found.keys()].filter((name) => !expected.some((one) => one.name === name));
  return { isOk: missing.length + changed.length + unexpected.length === 0, missing, changed, unexpected };
}

/** Runs the compartment's own checks: each is a query for the rows that violate it. */
export async function runChecks(
  session: JailSession,
  compartment: string,
  checks: VerifyRequest['checks'],
): Promise<Verification['checks']> {
  const results: Verification['checks'] = [];
  for (const { name, sql } of checks) {
    const query = `select count(*)::int as count from (${sql.trim().replace(/;$/, '')}) as violation`;
    const result = await session
      .read(compartment, async () => {
        await session.query('set local search_path = public, pg_catalog');
        const [row] = countRows.parse(await session.query(query));
        return { name, violations: row?.count ?? 0, failure: null };
      })
      .catch((error: unknown) => ({ name, violations: 0, failure: serverSentence(error) }));
    results.push(result);
  }
  return results;
}

/** The digests of all blobs that rows name. */
export async function listBlobs(
  session: JailSession,
  compartment: string,
  columns: VerifyRequest['blobColumns'],
): Promise<{ blobs: string[]; badBlobs: string[] }> {
  const found = new Set<string>();
  await session.read(compartment, async () => {
    for (const { table, column } of columns) {
      const name = quoteColumn(column);
      const rows = await session.query(
        `select distinct ${name}::text as value from ${quoteTable(table)} where ${name} is not null limit ${BLOBS_LIMIT}`,
      );
      for (const { value } of valueRows.parse(rows)) found.add(value);
    }
  });
  const isDigest = (value: string) => sha256Schema.safeParse(value).success;
  const all = [...found].toSorted();
  return { blobs: all.filter(isDigest), badBlobs: all.filter((value) => !isDigest(value)).slice(0, FAILURES_LIMIT) };
}

/** What the server itself counted of pages whose checksum was wrong. */
export async function readChecksumFailures(session: JailSession): Promise<{ lsn: string; failures: string[] }> {
  const { replayLsn } = await readPosition(session);
  const rows = await session.query(
    `select format('database %s: %s pages', coalesce(datname, '(shared)'), checksum_failures) as detail from pg_stat_database where checksum_failures > 0`,
  );
  return { lsn: lsnSchema.parse(replayLsn), failures: detailRows.parse(rows).map(({ detail }) => detail) };
}
