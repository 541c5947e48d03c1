import { LONGEST_TOKEN_BYTES, TOKEN_PREFIX } from '@bulkhead/postgres/provenance';
import { damaged, MANAGER, readUInt32, type WalRecord } from '#archive/wal-record.rules.ts';

/** A transaction's end as the WAL has it, and what it did. */
export type WalCommit = {
  readonly xid: string;
  readonly lsn: number;
  /** Where it wrote its first record. */
  readonly firstLsn: number;
  readonly committedAt: string;
  /** It changed rows of the compartment's database in a way that decoding must tell. */
  readonly isDecodable: boolean;
  /** Old rows were logged in part only: their tables do not keep whole rows. */
  readonly isKeyOnly: boolean;
  /** Tables of the catalog that it changed, by the numbers that they have from the beginning. */
  readonly catalogs: readonly number[];
  /** The same of those that all databases of the cluster share: roles, who belongs to whom, settings of both. */
  readonly shared: readonly number[];
  /** Tables of the catalog that it laid into files of other numbers. */
  readonly moved: readonly number[];
  /** Tokens that it carries, kept of those that changed what is shared; written in whatever database. */
  readonly tokens: readonly string[];
  readonly sequences: readonly SequenceWrite[];
};
export type SequenceWrite = { readonly file: number; readonly value: bigint; readonly isCalled: boolean; readonly lsn: number };

/** What the WAL tells besides commits. */
export type WalFact =
  | { readonly kind: 'commit'; readonly commit: WalCommit }
  /** 0 minimal, 1 replica, 2 logical. */
  | { readonly kind: 'wal level'; readonly level: number; readonly lsn: number };

type Work = {
  firstLsn: number;
  isDecodable: boolean;
  isKeyOnly: boolean;
  readonly catalogs: Set<number>;
  readonly shared: Set<number>;
  readonly moved: Set<number>;
  readonly tokens: string[];
  readonly sequences: SequenceWrite[];
};

const FIRST_OWN_FILE = 16_384;
const LOGICAL = 2;
const LEVEL_CHANGE = 0x60;
const RUNNING = 0x10;
const COMMIT = 0x00;
const ABORT = 0x20;
const COMMIT_PREPARED = 0x30;
const ABORT_PREPARED = 0x40;
const HAS_INFO = 0x80;
const INFO = { database: 1, subtransactions: 2, files: 4, invalidations: 8, twoPhase: 16, droppedStatistics: 256 } as const;
const POSTGRES_EPOCH_MS = 946_684_800_000;
const CATALOGS_KEPT = 50;
const TOKENS_KEPT = 3;
/** The database whose number is zero: what all share. */
const SHARED = 0;
/** src/backend/utils/cache/relmapper.c */
const MAPPING_ROOM = 64;
const SEQUENCES_KEPT = 1_000;

/** Follows transactions through the records of a cluster's WAL. */
export class CommitReader {
  readonly #work = new Map<number, Work>();
  readonly #database: number;
  #level: number;

  /** Files of the catalog's tables that were laid into others: database (or zero) and file, to the table. */
  readonly #tables = new Map<string, number>();

  /**
   * @param level the wal_level in force where the walk begins
   * @param moves as `moves` gave them
   */
  constructor(database: number, level = LOGICAL, moves: readonly (readonly [string, number])[] = []) {
    this.#database = database;
    this.#level = level;
    for (const [file, table] of moves) this.#tables.set(file, table);
  }

  /** What must be remembered for a walk that begins here. */
  get moves(): readonly (readonly [string, number])[] {
    return [...this.#tables];
  }

  get level(): number {
    return this.#level;
  }

  /** Where the first transaction still under way wrote its first record. */
  get oldestLsn(): number | undefined {
    let oldest: number | undefined;
    for (const { firstLsn } of this.#work.values()) if (oldest === undefined || firstLsn < oldest) oldest = firstLsn;
    return oldest;
  }

  /** @throws EstateError `archive.damaged` */
  take(record: WalRecord): WalFact | undefined {
    try {
      return this.#read(record);
    } catch (cause) {
      // A record that says it holds more than it does.
      throw cause instanceof RangeError ? damaged(record.startLsn) : cause;
    }
  }

  #read(record: WalRecord): WalFact | undefined {
    const { manager, info, main, endLsn } = record;
    if (manager === MANAGER.heap || manager === MANAGER.heap2) return this.#noteHeap(record);
    if (manager === MANAGER.transaction) return this.#noteEnd(record);
    if (manager === MANAGER.message) {
      // database, transactional, prefix size, message size
      if (main.length >= 5 && main[4] === 1) this.#noteMessage(record);
    } else if (manager === MANAGER.mapping) this.#noteMapping(record);
    else if (manager === MANAGER.sequence) this.#noteSequence(record);
    else if (manager === MANAGER.standby && (info & 0xf0) === RUNNING) this.#forgetBefore(readUInt32(main, 16, endLsn));
    else if (manager === MANAGER.xlog && (info & 0xf0) === LEVEL_CHANGE) {
      this.#level = readUInt32(main, 20, endLsn);
      return { kind: 'wal level', level: this.#level, lsn: endLsn };
    }
    return undefined;
  }

  #workOf({ xid, startLsn }: WalRecord): Work {
    let work = this.#work.get(xid);
    if (!work) {
      const sets = { catalogs: new Set<number>(), shared: new Set<number>(), moved: new Set<number>() };
      work = { firstLsn: startLsn, isDecodable: false, isKeyOnly: false, ...sets, tokens: [], sequences: [] };
      this.#work.set(xid, work);
    }
    return work;
  }

  #noteHeap(record: WalRecord): undefined {
    const written = readHeapWrite(record);
    if (!written || record.xid === 0) return undefined;
    const work = this.#workOf(record);
    for (const { database, file } of record.files) {
      if (database !== this.#database && database !== SHARED) continue;
      const table = this.#tables.get(`${database} ${file}`) ?? file;
      if (table < FIRST_OWN_FILE) {
        const tables = database === SHARED ? work.shared : work.catalogs;
        if (tables.size < CATALOGS_KEPT) tables.add(table);
      } else if (database === this.#database && (written.isLogical || this.#level < LOGICAL)) {
        work.isDecodable = true;
        if (written.isKeyOnly) work.isKeyOnly = true;
      }
    }
    if (written.truncates === this.#database) work.isDecodable = true;
    return undefined;
  }

  /** A transactional message: of which tokens count, in whatever database they were written. */
  #noteMessage(record: WalRecord): void {
    const { main, endLsn } = record;
    const work = this.#workOf(record);
    if (readUInt32(main, 0, endLsn) === this.#database) work.isDecodable = true;
    const prefixEnd = 24 + Number(main.readBigUInt64LE(8));
    const end = prefixEnd + Number(main.readBigUInt64LE(16));
    if (end !== main.length || work.tokens.length >= TOKENS_KEPT || end - prefixEnd > LONGEST_TOKEN_BYTES) return;
    // The prefix is written with the zero byte behind it.
    if (main.toString('utf8', 24, prefixEnd) === `${TOKEN_PREFIX}\0`) work.tokens.push(main.toString('utf8', prefixEnd, end));
  }

  /** Where the files of the catalog's oldest tables stand from now on (xl_relmap_update). */
  #noteMapping(record: WalRecord): void {
    const { main, endLsn } = record;
    const database = readUInt32(main, 0, endLsn);
    if (database !== this.#database && database !== SHARED) return;
    const count = Math.min(MAPPING_ROOM, readUInt32(main, 16, endLsn));
    for (let at = 20; at < 20 + 8 * count; at += 8) {
      const [table, file] = [readUInt32(main, at, endLsn), readUInt32(main, at + 4, endLsn)];
      const isKnown = (this.#tables.get(`${database} ${file}`) ?? file) === table;
      if (isKnown) continue;
      this.#tables.set(`${database} ${file}`, table);
      if (record.xid !== 0) this.#workOf(record).moved.add(table);
    }
  }

  #noteSequence(record: WalRecord): void {
    const { main, endLsn } = record;
    const headerBytes = main[12 + 22] ?? 0;
    const at = 12 + headerBytes;
    if (record.files[0]?.database !== this.#database || main.length < at + 17) return;
    const { sequences } = this.#workOf(record);
    if (sequences.length >= SEQUENCES_KEPT) return;
    sequences.push({
      file: readUInt32(main, 8, endLsn),
      value: main.readBigInt64LE(at),
      isCalled: main[at + 16] === 1,
      lsn: endLsn,
    });
  }

  #noteEnd(record: WalRecord): WalFact | undefined {
    const { info, main, endLsn } = record;
    const operation = info & 0x70;
    const isCommit = operation === COMMIT || operation === COMMIT_PREPARED;
    if (!isCommit && operation !== ABORT && operation !== ABORT_PREPARED) return undefined;
    const { subtransactions, preparedXid } = readEnd(main, (info & HAS_INFO) !== 0, endLsn);
    const xid = preparedXid ?? record.xid;
    const works = [xid, ...subtransactions].flatMap((one) => this.#work.get(one) ?? []);
    for (const one of [xid, ...subtransactions]) this.#work.delete(one);
    if (!isCommit || xid === 0) return undefined;
    const setOf = (kind: 'catalogs' | 'shared' | 'moved') => [...new Set(works.flatMap((work) => [...work[kind]]))];
    const shared = setOf('shared');
    const commit: WalCommit = {
      xid: String(xid),
      lsn: endLsn,
      firstLsn: works.reduce((first, work) => Math.min(first, work.firstLsn), record.startLsn),
      committedAt: new Date(POSTGRES_EPOCH_MS + Number(main.readBigInt64LE(0) / 1000n)).toISOString(),
      isDecodable: works.some(({ isDecodable }) => isDecodable),
      isKeyOnly: works.some(({ isKeyOnly }) => isKeyOnly),
      catalogs: setOf('catalogs'),
      shared,
      moved: setOf('moved'),
      tokens: shared.length === 0 ? [] : works.flatMap(({ tokens }) => tokens),
      sequences: works.flatMap(({ sequences }) => sequences),
    };
    return { kind: 'commit', commit };
  }

  // What ended in a crash wrote no end of its own.
  #forgetBefore(oldestRunning: number): void {
    for (const xid of this.#work.keys()) if (((xid - oldestRunning) | 0) < 0) this.#work.delete(xid);
  }
}

type HeapWrite = { readonly isLogical: boolean; readonly isKeyOnly: boolean; readonly truncates?: number };

/** What a record of the heap says of rows; undefined if it changes none (src/include/access/heapam_xlog.h). */
function readHeapWrite({ manager, info, main, endLsn }: WalRecord): HeapWrite | undefined {
  const operation = info & 0x70;
  const hasBits = (at: number, bits: number) => ((main[at] ?? 0) & bits) !== 0;
  if (manager === MANAGER.heap2) return operation === 0x50 ? { isLogical: hasBits(0, 0x08), isKeyOnly: false } : undefined;
  if (operation === 0x00) return { isLogical: hasBits(2, 0x08), isKeyOnly: false };
  if (operation === 0x10) return { isLogical: hasBits(7, 0x06), isKeyOnly: hasBits(7, 0x04) };
  if (operation === 0x20 || operation === 0x40) {
    const isLogical = hasBits(7, 0x1c);
    return { isLogical, isKeyOnly: isLogical && !hasBits(7, 0x04) };
  }
  if (operation === 0x30) return { isLogical: true, isKeyOnly: false, truncates: readUInt32(main, 0, endLsn) };
  return undefined;
}

/** Subtransactions, and the id of a prepared one (src/backend/access/rmgrdesc/xactdesc.c). */
function readEnd(
  main: Buffer,
  hasInfo: boolean,
  lsn: number,
): { readonly subtransactions: number[]; readonly preparedXid?: number } {
  const subtransactions: number[] = [];
  if (!hasInfo) return { subtransactions };
  const info = readUInt32(main, 8, lsn);
  let at = 12;
  if ((info & INFO.database) !== 0) at += 8;
  if ((info & INFO.subtransactions) !== 0) {
    const count = readUInt32(main, at, lsn);
    at += 4;
    for (let left = count; left > 0; left -= 1, at += 4) subtransactions.push(readUInt32(main, at, lsn));
  }
  if ((info & INFO.files) !== 0) at += 4 + 12 * readUInt32(main, at, lsn);
  if ((info & INFO.droppedStatistics) !== 0) at += 4 + 16 * readUInt32(main, at, lsn);
  if ((info & INFO.invalidations) !== 0) at += 4 + 16 * readUInt32(main, at, lsn);
  return (info & INFO.twoPhase) === 0 ? { subtransactions } : { subtransactions, preparedXid: readUInt32(main, at, lsn) };
}
