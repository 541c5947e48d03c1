import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { EstateError } from '@bulkhead/kernel';
import { CollectionRegister } from './collection.store.ts';
import { LockRegister } from './lock.store.ts';
import { type BlobRecord, type BlobState, stateOf, type UploadRecord } from './register.rules.ts';
import type { BlobName } from './target/target.rules.ts';

const VERSION = 2;
/** Result of SQLite: no room. */
const FULL = 13;
const SHORTEST_REST_MS = 1;

const SCHEMA = `
create table meta (name text primary key, value text not null) strict, without rowid;
create table blob (compartment text not null, sha256 text not null, bytes integer not null, state text not null,
  wrapped_key blob, leased_at integer not null, doomed_lsn integer, lock_until integer, lock_due integer, primary key (compartment, sha256)) strict, without rowid;
create index blob_coming on blob (compartment, sha256) where state <> 'here';
create table upload (compartment text not null, sha256 text not null, bytes integer not null, wrapped_key blob not null,
  touched_at integer not null, primary key (compartment, sha256)) strict, without rowid;
create table erased (compartment text not null, sha256 text not null, request text not null, is_asked integer not null default 1,
  primary key (compartment, sha256)) strict, without rowid;
create table scrub (compartment text primary key, after_sha256 text not null) strict, without rowid;
`;
/** What makes a register of the first version into one of today. */
const FROM_FIRST = `drop table named;
alter table blob add column lock_until integer;
alter table blob add column lock_due integer;`;

type Work = { readonly run: () => void; readonly done: () => void; readonly failed: (error: unknown) => void };

/**
 * What the vault knows of its blobs: their keys (the keyring), leases and states, one SQLite file apart from their bytes.
 * Changes that are asked for at the same time share one flush.
 */
export class Register {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #waiting: Work[] = [];
  #flushedAtMs = 0;
  /** How long the last flush took. */
  #flushMs = 0;
  /** What a collection asks and changes. */
  readonly collection: CollectionRegister;
  /** Until when the target holds each blob. */
  readonly locks: LockRegister;

  private constructor(db: DatabaseSync) {
    this.#db = db;
    this.collection = new CollectionRegister((sql) => this.#prepare(sql));
    this.locks = new LockRegister((sql) => this.#prepare(sql));
  }

  /** @throws EstateError `vault.keyring_broken` */
  static open(directory: string): Register {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const path = join(directory, 'register.sqlite');
    try {
      const db = new DatabaseSync(path);
      db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on; pragma busy_timeout = 5000');
      const version = Number(db.prepare('pragma user_version').get()?.['user_version']);
      if (version > VERSION) throw new Error(`made by a newer version (${version})`);
      const change = version === 0 ? SCHEMA : FROM_FIRST;
      if (version < VERSION) db.exec(`begin; ${change} pragma user_version = ${VERSION}; commit`);
      return new Register(db);
    } catch (cause) {
      throw new EstateError('vault.keyring_broken', `opening the vault's register ${path}`, { cause });
    }
  }

  /** Runs changes in one transaction with others that wait; resolves when they would survive a power failure. */
  write<Result>(change: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      let result: Result;
      const work = { run: () => void (result = change()), done: () => resolve(result), failed: reject };
      if (this.#waiting.push(work) === 1) this.#flushSoon();
    });
  }

  /** A disk that takes its time is not asked again at once: what comes meanwhile shares the next flush. */
  #flushSoon(): void {
    const restMs = this.#flushedAtMs + this.#flushMs - performance.now();
    if (restMs < SHORTEST_REST_MS) setImmediate(() => this.#flush());
    else setTimeout(() => this.#flush(), restMs);
  }

  #flush(): void {
    const works = this.#waiting;
    if (works.length === 0) return;
    this.#waiting = [];
    const begunMs = performance.now();
    try {
      this.#db.exec('begin immediate');
      for (const { run } of works) run();
      this.#db.exec('commit');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('rollback');
      const told = tellFailure(error);
      for (const { failed } of works) failed(told);
      return;
    }
    this.#flushedAtMs = performance.now();
    this.#flushMs = this.#flushedAtMs - begunMs;
    for (const { done } of works) done();
  }

  find(name: BlobName): BlobRecord | undefined {
    const sql = 'select bytes, state, wrapped_key, leased_at from blob where compartment = ? and sha256 = ?';
    const row = this.#prepare(sql).get(name.compartment, name.sha256);
    return row && toBlob(name, row);
  }

  /** In the order of their digests, after one. */
  listAfter(compartment: string, after: string, limit: number): BlobRecord[] {
    const sql = `select sha256, bytes, state, wrapped_key, leased_at from blob
      where compartment = ? and sha256 > ? order by sha256 limit ?`;
    return this.#prepare(sql)
      .all(compartment, after, limit)
      .map((row) => toBlob({ compartment, sha256: String(row['sha256']) }, row));
  }

  listInState(compartment: string, state: Exclude<BlobState, 'here'>, limit: number): BlobRecord[] {
    const sql = `select sha256, bytes, state, wrapped_key, leased_at from blob
      where compartment = ? and state = ? and state <> 'here' limit ?`;
    return this.#prepare(sql)
      .all(compartment, state, limit)
      .map((row) => toBlob({ compartment, sha256: String(row['sha256']) }, row));
  }

  /** Lengths of the blobs that are kept, for counting. */
  *listLengths(compartment: string): Generator<number> {
    const sql = "select bytes from blob where compartment = ? and state <> 'coming'";
    for (const row of this.#prepare(sql).iterate(compartment)) yield Number(row['bytes']);
  }

  keep(blob: BlobRecord): void {
    const sql = `insert into blob (compartment, sha256, bytes, state, wrapped_key, leased_at) values (?, ?, ?, ?, ?, ?)
      on conflict do update set bytes = excluded.bytes, state = excluded.state, wrapped_key = excluded.wrapped_key,
        leased_at = excluded.leased_at, doomed_lsn = null, lock_until = null, lock_due = null`;
    this.#prepare(sql).run(blob.compartment, blob.sha256, blob.bytes, blob.state, blob.wrappedKey, blob.leasedAt);
  }

  setState(name: BlobName, state: BlobState): void {
    this.#prepare('update blob set state = ? where compartment = ? and sha256 = ?').run(state, name.compartment, name.sha256);
  }

  /** @returns false if the blob is being taken away */
  lease(name: BlobName, at: number): boolean {
    const sql = `update blob set leased_at = ?, doomed_lsn = null
      where compartment = ? and sha256 = ? and state in ('coming', 'here')`;
    return this.#prepare(sql).run(at, name.compartment, name.sha256).changes === 1;
  }

  forget(name: BlobName): void {
    this.#prepare('delete from blob where compartment = ? and sha256 = ?').run(name.compartment, name.sha256);
  }

  /** Two operators decided that contents be destroyed: their key goes with the record. */
  erase({ compartment, sha256 }: BlobName, request: string): void {
    this.forget({ compartment, sha256 });
    this.forgetUpload({ compartment, sha256 });
    const sql = `insert into erased (compartment, sha256, request) values (?, ?, ?)
      on conflict do update set request = excluded.request, is_asked = 1`;
    this.#prepare(sql).run(compartment, sha256, request);
  }

  /** From now on the contents may be brought again. */
  allow({ compartment, sha256 }: BlobName): void {
    this.#prepare('delete from erased where compartment = ? and sha256 = ?').run(compartment, sha256);
  }

  isErased({ compartment, sha256 }: BlobName): boolean {
    return this.#prepare('select 1 from erased where compartment = ? and sha256 = ?').get(compartment, sha256) !== undefined;
  }

  /** Those that headquarters has not yet said to be gone there. */
  listAskedErased(compartment: string, limit: number): string[] {
    return this.#prepare('select sha256 from erased where compartment = ? and is_asked = 1 limit ?')
      .all(compartment, limit)
      .map((row) => String(row['sha256']));
  }

  noteErasedThere({ compartment, sha256 }: BlobName): void {
    this.#prepare('update erased set is_asked = 0 where compartment = ? and sha256 = ?').run(compartment, sha256);
  }

  findUpload(name: BlobName): UploadRecord | undefined {
    const sql = 'select bytes, wrapped_key, touched_at from upload where compartment = ? and sha256 = ?';
    const row = this.#prepare(sql).get(name.compartment, name.sha256);
    return row && toUpload(name, row);
  }

  listUploads(): UploadRecord[] {
    return this.#prepare('select compartment, sha256, bytes, wrapped_key, touched_at from upload')
      .all()
      .map((row) => toUpload({ compartment: String(row['compartment']), sha256: String(row['sha256']) }, row));
  }

  keepUpload(upload: UploadRecord): void {
    const sql = `insert into upload (compartment, sha256, bytes, wrapped_key, touched_at) values (?, ?, ?, ?, ?)`;
    this.#prepare(sql).run(upload.compartment, upload.sha256, upload.bytes, upload.wrappedKey, upload.touchedAt);
  }

  touchUpload(name: BlobName, at: number): void {
    const sql = 'update upload set touched_at = ? where compartment = ? and sha256 = ?';
    this.#prepare(sql).run(at, name.compartment, name.sha256);
  }

  forgetUpload(name: BlobName): void {
    this.#prepare('delete from upload where compartment = ? and sha256 = ?').run(name.compartment, name.sha256);
  }

  /** The digest up to which the scrub under way has read. */
  scrubbedTo(compartment: string): string {
    const row = this.#prepare('select after_sha256 from scrub where compartment = ?').get(compartment);
    return row ? String(row['after_sha256']) : '';
  }

  keepScrub(compartment: string, after: string): void {
    const sql = `insert into scrub (compartment, after_sha256) values (?, ?)
      on conflict do update set after_sha256 = excluded.after_sha256`;
    this.#prepare(sql).run(compartment, after);
  }

  forgetScrub(): void {
    this.#prepare('delete from scrub').run();
  }

  /** @throws EstateError `vault.keyring_broken` if it is there but no number */
  readNumber(name: string): number | undefined {
    const row = this.#prepare('select value from meta where name = ?').get(name);
    if (!row) return undefined;
    const value = Number(row['value']);
    if (Number.isSafeInteger(value)) return value;
    throw new EstateError('vault.keyring_broken', `reading the vault's register: ${name} is no number`);
  }

  setNumber(name: string, value: number): void {
    const sql = 'insert into meta (name, value) values (?, ?) on conflict do update set value = excluded.value';
    this.#prepare(sql).run(name, String(value));
  }

  /** Gives every key that is left another wrapping. Within a `write`. */
  rewrap(again: (name: BlobName, wrapped: Uint8Array) => Uint8Array): void {
    for (const table of ['blob', 'upload']) {
      const change = this.#prepare(`update ${table} set wrapped_key = ? where compartment = ? and sha256 = ?`);
      for (const row of this.#listKeys(table)) {
        const name = { compartment: String(row['compartment']), sha256: String(row['sha256']) };
        if (row['wrapped_key'] instanceof Uint8Array) change.run(again(name, row['wrapped_key']), name.compartment, name.sha256);
      }
    }
  }

  /** In parts: what is being changed must not be read on in the same statement. */
  *#listKeys(table: string): Generator<Row> {
    const page = this.#prepare(`select compartment, sha256, wrapped_key from ${table}
      where (compartment, sha256) > (?, ?) and wrapped_key is not null order by compartment, sha256 limit 1000`);
    let last = ['', ''];
    for (;;) {
      const rows = page.all(last[0] ?? '', last[1] ?? '');
      yield* rows;
      const final = rows.at(-1);
      if (!final) return;
      last = [String(final['compartment']), String(final['sha256'])];
    }
  }

  /** Takes earlier pages, which may hold forgotten keys, out of the log. */
  truncateLog(): void {
    this.#db.exec('pragma wal_checkpoint(truncate)');
  }

  close(): void {
    this.#flush();
    this.#db.close();
  }

  #prepare(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

type Row = Record<string, unknown>;

function toBlob({ compartment, sha256 }: BlobName, row: Row): BlobRecord {
  return {
    compartment,
    sha256,
    bytes: Number(row['bytes']),
    state: stateOf(row['state']),
    wrappedKey: row['wrapped_key'] instanceof Uint8Array ? row['wrapped_key'] : null,
    leasedAt: Number(row['leased_at']),
  };
}

function toUpload({ compartment, sha256 }: BlobName, row: Row): UploadRecord {
  const wrappedKey = row['wrapped_key'];
  if (!(wrappedKey instanceof Uint8Array)) throw new EstateError('vault.keyring_broken', `reading the upload of ${sha256}`);
  return { compartment, sha256, bytes: Number(row['bytes']), wrappedKey, touchedAt: Number(row['touched_at']) };
}

function tellFailure(cause: unknown): unknown {
  const isFull = cause instanceof Error && 'errcode' in cause && cause.errcode === FULL;
  return isFull ? new EstateError('disk.full', "writing the vault's register: the disk has no room", { cause }) : cause;
}
