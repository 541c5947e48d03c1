import { rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { EstateError } from '@bulkhead/kernel';
import { valuesOfRecord } from './change-record.rules.ts';
import type { IndexReader } from './index-reader.store.ts';
import { textOfValues } from './text.rules.ts';

const VERSION = 1;
/** So many changes of a transaction, or so many characters, are one text of the index. */
export const TEXT_CHANGES = 200;
const TEXT_CHARACTERS = 16_384;
/** So much is kept at once; each time the index gets one more segment. */
const BATCH_TEXTS = 4_000;
const BATCH_CHARACTERS = 4_194_304;
const READ_CHANGES = 200;
const MERGE_PAGES = 32;

// Without columns and positions a text costs the index about as many bytes as it has characters. Segments are put together
// here, in small steps: SQLite's own way is to do it all within the commit that makes one too many.
const SCHEMA = `
create table meta (name text primary key, value integer not null) strict, without rowid;
create table late (text integer primary key, sequence integer not null) strict;
create virtual table text using fts5(value, content='', columnsize=0, detail=none, tokenize='trigram case_sensitive 1');
insert into text (text, rank) values ('hashsize', 8388608), ('automerge', 0), ('crisismerge', 1000), ('usermerge', 8);
insert into meta values ('change', 0), ('sequence', 0);
`;

/** A text of the index: the first of its changes, and their transaction. */
export type TextPlace = { readonly change: number; readonly sequence: number };

/**
 * Which changes hold which three characters in a row: a file of its own beside the index, made from it and from nothing
 * else, so that it may lag behind it, and be thrown away.
 */
export class TextIndex {
  readonly #path: string;
  readonly #reader: IndexReader;
  #db: DatabaseSync;
  #statements = new Map<string, StatementSync>();
  /** The last change that stands in it, those of the open batch counted. */
  #change = 0;
  #sequence = 0;
  #open: { texts: number; characters: number } | undefined;
  #isMerging = false;

  /** @throws EstateError `history.unreadable` */
  constructor(path: string, reader: IndexReader) {
    this.#path = path;
    this.#reader = reader;
    this.#db = this.#openFile();
    // A power cut may have taken more of the index than of this.
    if (this.#change > reader.lastChange()) this.discard();
  }

  /** The last change that stands in it. */
  get upTo(): number {
    return this.#change;
  }

  close(): void {
    try {
      if (this.#open) this.#keep();
    } finally {
      this.#db.close();
    }
  }

  /** Throws it away and begins anew. */
  discard(): void {
    this.#db.close();
    removeFile(this.#path);
    this.#open = undefined;
    this.#statements = new Map();
    this.#db = this.#openFile();
  }

  /**
   * Takes in some of what it lacks: small enough that others need not wait. False when there is nothing left to do.
   * @throws Error of SQLite, after which it stands where it stood before the batch
   */
  advance(): boolean {
    try {
      if (this.#takeChanges()) return true;
      if (this.#open) this.#keep();
      return this.#merge();
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  /**
   * Texts that may hold what is asked, newest first, below a change; those that came out of turn are left out.
   * @throws EstateError `history.unreadable`
   */
  listMatches(match: string, belowChange: number, limit: number): TextPlace[] {
    const rows = this.#ask<{ change: number }>(
      `select rowid as change from text where text match ? and rowid < ?
         and not exists (select 1 from late where late.text = text.rowid) order by rowid desc limit ?`,
      match,
      belowChange,
      limit,
    );
    return rows.map(({ change }) => ({ change, sequence: this.#reader.sequenceOf(change) }));
  }

  /** The same of those whose transactions stand earlier than their changes, being told late. */
  listLateMatches(match: string, belowSequence: number): TextPlace[] {
    if (this.#ask('select 1 from late limit 1').length === 0) return [];
    return this.#ask<TextPlace>(
      `select late.text as change, late.sequence from text cross join late on late.text = text.rowid
        where text match ? and late.sequence < ? order by late.sequence desc, late.text desc`,
      match,
      belowSequence,
    );
  }

  #ask<Row>(sql: string, ...values: (string | number)[]): Row[] {
    try {
      return this.#prepare(sql).all(...values) as Row[];
    } catch (cause) {
      throw new EstateError('history.unreadable', 'asking the index of texts', { cause });
    }
  }

  #takeChanges(): boolean {
    const rows = this.#reader.listRecords(this.#change, READ_CHANGES);
    if (rows.length === 0) return false;
    if (!this.#open) {
      this.#db.exec('begin immediate');
      this.#open = { texts: 0, characters: 0 };
    }
    let begun: { change: number; sequence: number; values: string[]; characters: number } | undefined;
    for (const { id, sequence, payload } of rows) {
      if (begun && (begun.sequence !== sequence || begun.characters >= TEXT_CHARACTERS)) begun = this.#add(begun);
      begun ??= { change: id, sequence, values: [], characters: 0 };
      for (const value of valuesOfRecord(payload)) {
        begun.values.push(value);
        begun.characters += value.length;
      }
      this.#change = id;
    }
    if (begun) this.#add(begun);
    if (this.#open.texts >= BATCH_TEXTS || this.#open.characters >= BATCH_CHARACTERS) this.#keep();
    return true;
  }

  #add(begun: { change: number; sequence: number; values: string[]; characters: number }): undefined {
    const { change, sequence, values, characters } = begun;
    this.#prepare('insert into text (rowid, value) values (?, ?)').run(change, textOfValues(values));
    if (sequence < this.#sequence) this.#prepare('insert into late values (?, ?)').run(change, sequence);
    else this.#sequence = sequence;
    if (!this.#open) return;
    this.#open.texts += 1;
    this.#open.characters += characters;
  }

  #keep(): void {
    const update = this.#prepare('update meta set value = ? where name = ?');
    update.run(this.#change, 'change');
    update.run(this.#sequence, 'sequence');
    this.#db.exec('commit');
    this.#open = undefined;
    this.#isMerging = true;
  }

  #merge(): boolean {
    if (!this.#isMerging) return false;
    const before = this.#totalChanges();
    this.#prepare("insert into text (text, rank) values ('merge', ?)").run(MERGE_PAGES);
    // SQLite's own sign that there was nothing to put together.
    this.#isMerging = this.#totalChanges() - before >= 2;
    return this.#isMerging;
  }

  #totalChanges(): number {
    return (this.#prepare('select total_changes() as count').get() as { count: number }).count;
  }

  #rollback(): void {
    if (this.#db.isTransaction) this.#db.exec('rollback');
    this.#open = undefined;
    this.#load(this.#db);
  }

  #openFile(): DatabaseSync {
    try {
      return this.#prepareFile();
    } catch {
      removeFile(this.#path);
    }
    try {
      return this.#prepareFile();
    } catch (cause) {
      throw new EstateError('history.unreadable', `opening the index of texts ${this.#path}`, { cause });
    }
  }

  #prepareFile(): DatabaseSync {
    const db = new DatabaseSync(this.#path);
    try {
      db.exec('pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -32768');
      const { user_version: version } = db.prepare('pragma user_version').get() as { user_version: number };
      if (version === 0) db.exec(`begin; ${SCHEMA} pragma user_version = ${VERSION}; commit`);
      else if (version !== VERSION) throw new EstateError('history.unreadable', 'opening an index of texts: of another version');
      this.#load(db);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  }

  #load(db: DatabaseSync): void {
    const rows = db.prepare('select name, value from meta').all() as { name: string; value: number }[];
    const valueOf = (name: string) => rows.find((row) => row.name === name)?.value ?? 0;
    this.#change = valueOf('change');
    this.#sequence = valueOf('sequence');
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function removeFile(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
}
