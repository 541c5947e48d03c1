import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BlobStore } from '@bulkhead/blobs';
import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import type { Kysely } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import { faultAt } from '#record/typed.rules.ts';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import type { Check } from './check.rules.ts';
import { type Columns, isSpreadsheetError, readColumns, toGiven } from './column.rules.ts';
import { UnreadableFile } from './file-fault.rules.ts';
import { draftOf, type ImportFile, type ImportId, type NewImport } from './import-file.rules.ts';
import { inSix } from './intake.words.ts';
import { BATCH_ROWS, CHECKING_MS, HELD_TABLES } from './limits.rules.ts';
import { judgeMany, nothingSeen } from './many.actions.ts';
import type { GivenRow, Terms } from './many.rules.ts';
import { countVerdicts, FaultList, faultsOf, NO_COUNTS, type RowFault } from './outcome.rules.ts';
import { openRows, readTable } from './table.actions.ts';
import type { RawRow } from './table.rules.ts';

export type CheckDeps = {
  readonly blobs: BlobStore;
  readonly directory: string;
  readonly db: Kysely<Schema>;
  readonly modules: ReadonlyMap<string, Module>;
  readonly now: Now;
  readonly log: Log;
};

/**
 * Reads and judges files that were sent, one at a time, beside the requests: nothing is written to the database. What is found stays in
 * memory, and a list of the rows on this disk; after a restart, or where others took the place, it is found anew from the file itself.
 */
export class Checks {
  readonly #deps: CheckDeps;
  readonly #checks = new Map<ImportId, Check>();
  #last: Promise<void> = Promise.resolve();
  #drafts = 0;

  constructor(deps: CheckDeps) {
    this.#deps = deps;
  }

  /** Begins to look at a file of which nothing is written yet. */
  look(file: NewImport, module: Module, by: Viewer): Check {
    this.#drafts += 1;
    return this.begin(draftOf(file, `draft-${this.#drafts}` as ImportId), module, by);
  }

  /** Begins to look at a file, unless that was begun before. */
  begin(file: ImportFile, module: Module, by: Viewer): Check {
    const known = this.#checks.get(file.id);
    if (known && (known.state !== 'failed' || known.by.accountId !== by.accountId)) {
      // The youngest stands last: others go first.
      this.#checks.delete(file.id);
      this.#checks.set(file.id, known);
      return known;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const check: Check = {
      importId: file.id,
      startedAt: this.#deps.now(),
      by,
      state: 'waiting',
      table: null,
      columns: null,
      fault: null,
      rows: 0,
      counts: NO_COUNTS,
      faults: new FaultList(),
      twice: new Set(),
      ended: promise,
    };
    this.#checks.set(file.id, check);
    this.#last = this.#last.then(async () => {
      await this.#run(check, file, module);
      resolve();
    });
    return check;
  }

  /** What is known of a file. */
  find(id: ImportId): Check | undefined {
    return this.#checks.get(id);
  }

  /** Goes on under the number of an import that what was only looked at has become. */
  adopt(check: Check, id: ImportId): void {
    this.#checks.delete(check.importId);
    check.importId = id;
    this.#checks.set(id, check);
  }

  /** How many files wait or are looked at just now: those of an account, and all. */
  countUnderWay(accountId: string): { readonly own: number; readonly all: number } {
    const isUnderWay = ({ state }: Check) => state === 'waiting' || state === 'reading' || state === 'checking';
    const all = [...this.#checks.values()].filter(isUnderWay);
    return { own: all.filter(({ by }) => by.accountId === accountId).length, all: all.length };
  }

  /** Forgets a file: it was carried out or given up. */
  async forget(id: ImportId): Promise<void> {
    const path = this.#checks.get(id)?.table?.path ?? this.#pathOf(id, 'rows');
    this.#checks.delete(id);
    await rm(path, { force: true });
  }

  #pathOf(id: ImportId, what: 'sent' | 'rows'): string {
    return join(this.#deps.directory, `${id}.${what}`);
  }

  async #run(check: Check, file: ImportFile, module: Module): Promise<void> {
    const sent = this.#pathOf(file.id, 'sent');
    try {
      await this.#makeRoom(check);
      check.state = 'reading';
      await this.#bring(file, sent);
      check.table = await readTable(sent, this.#pathOf(file.id, 'rows'), isOverdue);
      const columns = readColumns(module, check.table.heading, check.by);
      if ('word' in columns) throw new UnreadableFile(columns.word, columns.holes);
      check.columns = columns;
      check.state = 'checking';
      await this.#judge(check, columns, module, file);
      check.state = 'done';
    } catch (error) {
      if (error instanceof UnreadableFile) {
        check.fault = error.fault;
        check.state = 'unreadable';
      } else {
        check.state = 'failed';
        this.#deps.log.error({ err: error }, 'looking at a file of records');
      }
    } finally {
      await rm(sent, { force: true });
    }
  }

  /** Lists of rows are as large as what was sent: few are kept. */
  async #makeRoom(check: Check): Promise<void> {
    await mkdir(this.#deps.directory, { recursive: true, mode: 0o700 });
    const others = [...this.#checks.values()].filter((one) => one !== check && one.state !== 'waiting');
    for (const { importId } of others.slice(0, Math.max(0, others.length - HELD_TABLES + 1))) await this.forget(importId);
  }

  async #bring({ sha256 }: ImportFile, path: string): Promise<void> {
    if (sha256 === null) throw new EstateError('request.not_found', 'reading a file of records: it is not kept any more');
    const { stream } = await this.#deps.blobs.open(sha256);
    await pipeline(stream, createWriteStream(path, { mode: 0o600 }));
  }

  async #judge(check: Check, columns: Columns, module: Module, file: ImportFile): Promise<void> {
    const { db, modules, now } = this.#deps;
    const { table, by } = check;
    if (table === null) return;
    const startedMs = performance.now();
    const seen = nothingSeen();
    const terms: Terms = { by, at: now(), since: file.since, unchangedSince: null, columns: columns.fields };
    for await (const raw of openRows(table, { after: file.doneRows, size: BATCH_ROWS })) {
      const { rows, faults } = splitRows(columns, raw);
      const verdicts = await judgeMany({ db, modules }, module, rows, { ...terms, isLocked: false, seen });
      for (const verdict of verdicts) if (verdict.kind === 'refused' && verdict.isTwice) check.twice.add(verdict.given.row);
      check.faults.add([...faults, ...verdicts.flatMap(faultsOf)].toSorted((left, right) => left.row - right.row));
      const counts = countVerdicts(check.counts, verdicts);
      check.counts = { ...counts, refused: counts.refused + raw.length - rows.length };
      check.rows += raw.length;
      if (isOverdue(startedMs, CHECKING_MS)) throw new UnreadableFile('fileTooSlow', { minutes: CHECKING_MS / 60_000 });
    }
  }
}

function isOverdue(startedMs: number, limitMs: number): boolean {
  return performance.now() - startedMs > limitMs;
}

/** Rows that can be judged, and what is wrong with the others: more cells than columns, or the error of a formula. */
export function splitRows(
  columns: Columns,
  raw: readonly RawRow[],
): { readonly rows: readonly GivenRow[]; readonly faults: readonly RowFault[] } {
  const rows: GivenRow[] = [];
  const faults: RowFault[] = [];
  for (const one of raw) {
    const given = toGiven(columns, one);
    const broken = given === null ? undefined : Object.entries(given.typed).find(([, text]) => isSpreadsheetError(String(text)));
    if (given === null) {
      const extra = one.cells.slice(columns.names.length).join(' ').slice(0, 200);
      faults.push({ ...faultAt('', inSix('rowTooWide')), row: one.row, column: '', given: extra, isAsked: false });
    } else if (broken) {
      const [column, text] = broken;
      faults.push({ ...faultAt(column, inSix('cellError')), row: one.row, column, given: String(text), isAsked: false });
    } else rows.push(given);
  }
  return { rows, faults };
}
