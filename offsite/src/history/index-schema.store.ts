import { DatabaseSync } from 'node:sqlite';
import { EstateError } from '@bulkhead/kernel';

const VERSION = 1;
/** Results of SQLite: SQLITE_CORRUPT, SQLITE_NOTADB; SQLITE_FULL. */
const DAMAGED: ReadonlySet<number> = new Set([11, 26]);
const FULL = 13;

/** What a transaction can be found by. */
export const MARKS = ['session', 'account', 'address', 'request', 'route', 'key', 'table'] as const;
export type Mark = (typeof MARKS)[number];

const SCHEMA = `
create table meta (name text primary key, value text not null) strict, without rowid;
create table gap (id integer primary key, system_id text not null, timeline integer not null, from_lsn integer not null,
  to_lsn integer not null, reason text not null, found_at text not null) strict;
create table relation (id integer primary key, name text not null unique, key text not null, columns text,
  keeps_whole integer not null, holdings text not null) strict;
create table tx (sequence integer primary key, system_id text not null, timeline integer not null, lsn integer not null,
  xid text not null, committed_at integer not null, state integer not null, tokens text not null, ddl text not null,
  tables text not null, changes integer not null, first_change integer not null, untagged integer not null,
  abandoned integer not null default 0) strict;
create unique index tx_place on tx (xid, lsn, timeline, system_id);
create index tx_time on tx (committed_at);
create index tx_lsn on tx (lsn);
create index tx_untagged on tx (sequence) where untagged = 1;
create index tx_unknown on tx (sequence) where state = 1;
create table mark (kind integer not null, value text not null, sequence integer not null,
  primary key (kind, value, sequence)) strict, without rowid;
create table change (id integer primary key, sequence integer not null, relation integer not null, kind integer not null,
  key text not null, old_key text, payload text not null) strict;
create index change_key on change (relation, key);
create index change_old_key on change (relation, old_key) where old_key is not null;
create table holding (relation integer not null, columns integer not null, value text not null, change integer not null,
  primary key (relation, columns, value, change)) strict, without rowid;
`;

/**
 * Opens an index for writing. One of another version, or damaged, is thrown away: it is made again from the archive.
 * @throws EstateError `history.unreadable`
 */
export function openIndexFile(path: string, remove: () => void): DatabaseSync {
  try {
    return prepare(new DatabaseSync(path));
  } catch (cause) {
    // A disk without room, or a file in somebody else's hands, is no reason to throw away what is whole.
    if (!isWorthless(cause)) throw new EstateError('history.unreadable', `opening the index ${path}`, { cause });
    remove();
    try {
      return prepare(new DatabaseSync(path));
    } catch (cause) {
      throw new EstateError('history.unreadable', `opening the index ${path}`, { cause });
    }
  }
}

/** Damaged, no database at all, or of another version. */
export function isWorthless(error: unknown): boolean {
  return error instanceof EstateError || DAMAGED.has(resultOf(error));
}

/** Whether SQLite found no room: the disk is full, or a quota used up. */
export function isWithoutRoom(error: unknown): boolean {
  return resultOf(error) === FULL;
}

function resultOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : 0;
}

/** A second connection, which sees whole batches only. */
export function openIndexForReading(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true });
  db.exec('pragma busy_timeout = 5000; pragma cache_size = -32768; pragma mmap_size = 1073741824; pragma query_only = 1');
  return db;
}

function prepare(db: DatabaseSync): DatabaseSync {
  // Whatever a power cut takes of the index the archive still has: what matters is that it is never half of something.
  db.exec(
    'pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -98304; pragma wal_autocheckpoint = 4000; pragma trusted_schema = 0',
  );
  const { user_version: version } = db.prepare('pragma user_version').get() as { user_version: number };
  if (version === VERSION) {
    db.prepare('select count(*) from meta').get();
    return db;
  }
  const { count } = db.prepare('select count(*) as count from sqlite_schema').get() as { count: number };
  if (version !== 0 || count !== 0) {
    db.close();
    throw new EstateError('history.unreadable', 'opening an index: it is of another version');
  }
  db.exec(`begin; ${SCHEMA} pragma user_version = ${VERSION}; commit`);
  return db;
}
