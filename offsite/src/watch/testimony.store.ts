import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import type { KeyUse } from './rule/rule.rules.ts';
import type { Awaited, KeptReceipt } from './testimony.rules.ts';

const TABLES = `
  create table if not exists setting (name text primary key, value text not null) strict;
  -- How far each compartment's transactions were judged: system, then position.
  create table if not exists judged (
    compartment text not null, system_id text not null, position text not null, committed_at_ms integer not null,
    since_ms integer not null, primary key (compartment, system_id)
  ) strict, without rowid;
  create table if not exists key_use (
    compartment text not null, key_id text not null, first_at text not null, first_lsn text not null,
    last_at text not null, last_lsn text not null, primary key (compartment, key_id)
  ) strict, without rowid;
  create table if not exists table_rows (
    compartment text not null, name text not null, live integer not null, primary key (compartment, name)
  ) strict, without rowid;
  create table if not exists receipt (
    id integer primary key, compartment text not null, request text not null, route text not null, status integer not null,
    xids text not null, received_at_ms integer not null, answered_at_ms integer not null
  ) strict;
  create index if not exists receipt_of_request on receipt (compartment, request);
  create index if not exists receipt_by_time on receipt (compartment, received_at_ms);
  -- Transactions that a receipt names and history has not shown yet.
  create table if not exists named (
    compartment text not null, request text not null, xid text not null, route text not null,
    received_at_ms integer not null, answered_at_ms integer not null, primary key (compartment, request, xid)
  ) strict, without rowid;
  create table if not exists awaited (
    compartment text not null, request text not null, xid text not null, position text not null,
    committed_at_ms integer not null, noted_at_ms integer not null, released_ms integer, evidence text not null,
    primary key (compartment, position)
  ) strict, without rowid;
  create index if not exists awaited_of_request on awaited (compartment, request);
  -- Findings on their way to recovery: one row a kind.
  create table if not exists due (kind text primary key, report text not null, repeats integer not null) strict, without rowid;
`;

type Row = Record<string, SQLOutputValue>;

export type NewReceipt = KeptReceipt & {
  readonly compartment: string;
  readonly request: string;
  readonly receivedAtMs: number;
  readonly answeredAtMs: number;
};
export type Named = {
  readonly compartment: string;
  readonly request: string;
  readonly xid: string;
  readonly route: string;
  readonly receivedAtMs: number;
  readonly answeredAtMs: number;
};
export type Due = { readonly kind: string; readonly report: string; readonly repeats: number };

export type TestimonyStore = ReturnType<typeof openTestimonyStore>;

const number = z.coerce.number();
const evidenceSchema = z.record(z.string(), z.string());

/**
 * What the watch remembers: receipts, what waits for one, how far it judged, and findings that are not told yet.
 * One file for all compartments. Lost, it is made anew from recovery's receipts.
 * @throws EstateError `history.unreadable`
 */
export function openTestimonyStore(file: string) {
  const db = open(file);
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const prepared = (sql: string) => {
    const known = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, known);
    return known;
  };
  const run = (sql: string, ...values: (string | number | null)[]) => prepared(sql).run(...values);
  const all = (sql: string, ...values: (string | number | null)[]): Row[] => prepared(sql).all(...values);
  const first = (sql: string, ...values: (string | number | null)[]): Row | undefined => prepared(sql).get(...values);

  return {
    /** All or nothing. */
    inTransaction: <Result>(work: () => Result): Result => {
      db.exec('begin immediate');
      try {
        const result = work();
        db.exec('commit');
        return result;
      } catch (error) {
        db.exec('rollback');
        throw error;
      }
    },
    findSetting: (name: string): string | undefined => {
      const row = first('select value from setting where name = ?', name);
      return row && String(row['value']);
    },
    keepSetting: (name: string, value: string) =>
      void run('insert into setting values (?, ?) on conflict (name) do update set value = excluded.value', name, value),

    findJudged: (compartment: string, systemId: string): string | undefined => {
      const row = first('select position from judged where compartment = ? and system_id = ?', compartment, systemId);
      return row && String(row['position']);
    },
    keepJudged: (compartment: string, systemId: string, position: string, committedAtMs: number) =>
      void run(
        `insert into judged values (?, ?, ?, ?, ?) on conflict (compartment, system_id)
         do update set position = excluded.position, committed_at_ms = max(committed_at_ms, excluded.committed_at_ms)`,
        compartment,
        systemId,
        position,
        committedAtMs,
        committedAtMs,
      ),
    /** By headquarters' clock, since and until when transactions of a compartment were judged. */
    findJudgedSpan: (compartment: string): { readonly sinceMs: number; readonly untilMs: number } | undefined => {
      const sql = 'select min(since_ms) as since, max(committed_at_ms) as until from judged where compartment = ?';
      const row = first(sql, compartment);
      if (!row || row['until'] === null) return undefined;
      return { sinceMs: number.parse(row['since']), untilMs: number.parse(row['until']) };
    },

    noteKeyUse: (compartment: string, keyId: string, at: string, lsn: string) =>
      void run(
        `insert into key_use values (?, ?, ?, ?, ?, ?) on conflict (compartment, key_id)
         do update set last_at = excluded.last_at, last_lsn = excluded.last_lsn`,
        compartment,
        keyId,
        at,
        lsn,
        at,
        lsn,
      ),
    listKeyUses: (compartment: string): (KeyUse & { readonly lastAt: string; readonly lastLsn: string })[] =>
      all('select * from key_use where compartment = ?', compartment).map((row) => ({
        keyId: String(row['key_id']),
        firstAt: String(row['first_at']),
        firstLsn: String(row['first_lsn']),
        lastAt: String(row['last_at']),
        lastLsn: String(row['last_lsn']),
      })),

    addRows: (compartment: string, table: string, added: number) =>
      void run(
        `insert into table_rows values (?, ?, max(0, ?)) on conflict (compartment, name)
         do update set live = max(0, live + ?)`,
        compartment,
        table,
        added,
        added,
      ),
    countRows: (compartment: string, table: string): number | undefined => {
      const row = first('select live from table_rows where compartment = ? and name = ?', compartment, table);
      return row && number.parse(row['live']);
    },

    addReceipt: (receipt: NewReceipt) =>
      void run(
        `insert into receipt (compartment, request, route, status, xids, received_at_ms, answered_at_ms)
         values (?, ?, ?, ?, ?, ?, ?)`,
        receipt.compartment,
        receipt.request,
        receipt.route,
        receipt.status,
        receipt.xids.join(','),
        receipt.receivedAtMs,
        receipt.answeredAtMs,
      ),
    listReceipts: (compartment: string, request: string): KeptReceipt[] =>
      all('select route, status, xids from receipt where compartment = ? and request = ? order by id', compartment, request).map(
        (row) => ({
          route: String(row['route']),
          status: number.parse(row['status']),
          xids: String(row['xids']).split(',').filter(Boolean),
        }),
      ),
    /** When the latest request that was answered had been received, by the gateway's clock. */
    findLatestReceived: (compartment: string): number | undefined => {
      const row = first('select max(received_at_ms) as latest from receipt where compartment = ?', compartment);
      return row?.['latest'] === null || row === undefined ? undefined : number.parse(row['latest']);
    },
    forgetReceipts: (compartment: string, answeredBeforeMs: number) =>
      void run('delete from receipt where compartment = ? and received_at_ms < ?', compartment, answeredBeforeMs),

    addNamed: (named: Named) =>
      void run(
        'insert or ignore into named values (?, ?, ?, ?, ?, ?)',
        named.compartment,
        named.request,
        named.xid,
        named.route,
        named.receivedAtMs,
        named.answeredAtMs,
      ),
    /** Takes what a receipt said of a transaction: when it was answered. Undefined if none names it. */
    takeNamed: (compartment: string, request: string, xid: string): number | undefined => {
      const row = first(
        'delete from named where compartment = ? and request = ? and xid = ? returning answered_at_ms',
        compartment,
        request,
        xid,
      );
      return row && number.parse(row['answered_at_ms']);
    },
    takeNamedBefore: (compartment: string, answeredBeforeMs: number): Named[] =>
      all('delete from named where compartment = ? and answered_at_ms < ? returning *', compartment, answeredBeforeMs).map(
        (row) => ({
          compartment: String(row['compartment']),
          request: String(row['request']),
          xid: String(row['xid']),
          route: String(row['route']),
          receivedAtMs: number.parse(row['received_at_ms']),
          answeredAtMs: number.parse(row['answered_at_ms']),
        }),
      ),

    addAwaited: (awaited: Awaited) =>
      void run(
        'insert or ignore into awaited values (?, ?, ?, ?, ?, ?, ?, ?)',
        awaited.compartment,
        awaited.request,
        awaited.xid,
        awaited.position,
        awaited.committedAtMs,
        awaited.notedAtMs,
        awaited.releasedMs,
        JSON.stringify(awaited.evidence),
      ),
    listAwaited: (compartment: string): Awaited[] =>
      all('select * from awaited where compartment = ? order by position limit 10000', compartment).map(toAwaited),
    listAwaitedOf: (compartment: string, request: string): Awaited[] =>
      all('select * from awaited where compartment = ? and request = ? order by position', compartment, request).map(toAwaited),
    dropAwaited: (compartment: string, position: string) =>
      void run('delete from awaited where compartment = ? and position = ?', compartment, position),
    /** All that committed before a transaction that was answered could have been answered by then. */
    releaseBefore: (compartment: string, position: string, answeredAtMs: number) =>
      void run(
        `update awaited set released_ms = min(coalesce(released_ms, ?), ?) where compartment = ? and position < ?`,
        answeredAtMs,
        answeredAtMs,
        compartment,
        position,
      ),

    /** Keeps a finding until it is told; another of its kind counts up. */
    addDue: (kind: string, report: string) =>
      void run(
        `insert into due values (?, ?, 0) on conflict (kind) do update set repeats = repeats + 1, report = excluded.report`,
        kind,
        report,
      ),
    countDue: (): number => number.parse(first('select count(*) as due from due')?.['due'] ?? 0),
    listDue: (limit: number): Due[] =>
      all('select * from due order by kind limit ?', limit).map((row) => ({
        kind: String(row['kind']),
        report: String(row['report']),
        repeats: number.parse(row['repeats']),
      })),
    /** Not if it counted up meanwhile: then the rest is told later. */
    dropDue: ({ kind, repeats }: Due): boolean =>
      run('delete from due where kind = ? and repeats = ?', kind, repeats).changes > 0,
    close: () => db.close(),
  };
}

function open(file: string): DatabaseSync {
  try {
    const db = new DatabaseSync(file);
    db.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000');
    db.exec(TABLES);
    return db;
  } catch (cause) {
    throw new EstateError('history.unreadable', `opening ${file}, what the watch remembers: remove it to begin anew`, { cause });
  }
}

function toAwaited(row: Row): Awaited {
  const evidence = evidenceSchema.parse(JSON.parse(String(row['evidence'])));
  return {
    compartment: String(row['compartment']),
    request: String(row['request']),
    xid: String(row['xid']),
    position: String(row['position']),
    committedAtMs: number.parse(row['committed_at_ms']),
    notedAtMs: number.parse(row['noted_at_ms']),
    releasedMs: row['released_ms'] === null ? null : number.parse(row['released_ms']),
    evidence,
  };
}
