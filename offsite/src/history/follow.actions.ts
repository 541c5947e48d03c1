import {
  type Change,
  type DecodingHead,
  decodingCatalogSchema,
  decodingHeadSchema,
  type TransactionSummary,
} from '@bulkhead/contracts';
import { EstateError, hasCode, type Log, type Now, sleepMs } from '@bulkhead/kernel';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { Assembler, type Piece, positionOf } from './assembler.rules.ts';
import { TokenJudge, type TokenKeys } from './attribution.actions.ts';
import type { IndexReader } from './index-reader.store.ts';
import { isWithoutRoom } from './index-schema.store.ts';
import type { IndexWriter } from './index-writer.store.ts';
import { parseLine, splitLines } from './line.rules.ts';
import type { LineageReader } from './lineage.actions.ts';
import { type Lineage, lsnText, resume, timelineAt } from './lineage.rules.ts';
import { isRefusal, Refusals } from './refusal.rules.ts';
import type { Position } from './transaction.rules.ts';
import { type Written, writePieces } from './write.actions.ts';

const RETRY_MS = 500;
const STREAM_MS = 86_400_000;
const CONFIRM_MS = 250;
const BATCH_CHANGES = 4_000;
const BATCH_TRANSACTIONS = 1_000;
/** So long in a row decoding may fail before it is a finding. */
const PATIENCE_MS = 60_000;
/** The same of what passes by itself: a restore takes its time, and the comparison with the WAL goes on without decoding. */
const EXPECTED_PATIENCE_MS = 300_000;

/** What passes by itself while the estate starts, restarts or is restored. */
const EXPECTED = ['history.behind', 'compartment.wrong_state', 'wire.unreachable', 'archive.gap'] as const;

export type Raise = (seen: {
  readonly rule: 'history.gap' | 'history.lost' | 'sequence.set' | 'catalog.changed' | 'role.granted';
  readonly summary: string;
  readonly evidence: Readonly<Record<string, string>>;
}) => void;

export type FollowDeps = {
  readonly compartment: string;
  readonly jail: WirePeer;
  readonly lineage: LineageReader;
  readonly writer: IndexWriter;
  readonly reader: IndexReader;
  readonly keys: TokenKeys;
  /** Shows each committed transaction to the watch, in their order; again after a crash. */
  readonly onTransaction: (transaction: TransactionSummary, changes: Iterable<Change>) => void;
  /** The first commit behind a position that decoding must tell, as the WAL has it; undefined if none is known. */
  readonly untold: (lsn: number) => number | undefined;
  /** Something was added to the index. */
  readonly onAdded: () => void;
  readonly raise: Raise;
  readonly now: Now;
  readonly monotonicMs: () => number;
  readonly log: Log;
};

/** Follows a jail's decoding into the index: in batches, each kept before it is confirmed [H5]. */
export class Follower {
  readonly #deps: FollowDeps;
  readonly #judge: TokenJudge;
  readonly #refusals = new Refusals();
  #fault: string | undefined = 'decoding has not begun yet';
  #failingSinceMs: number | undefined;
  #isStuck = false;
  #hasTold = false;
  #needsCatalog = true;
  #indexed: Position | null;

  constructor(deps: FollowDeps) {
    this.#deps = deps;
    this.#judge = new TokenJudge(deps.compartment, deps.keys);
    this.#indexed = deps.writer.position;
  }

  /** Why it does not go on just now. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Whether a batch is open, into which nobody else may write. */
  get isWriting(): boolean {
    return this.#isOpen;
  }

  get position(): Position | null {
    return this.#indexed;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#followOnce(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#noteFailure(error);
      }
      await sleepMs(RETRY_MS, signal).catch(() => undefined);
    }
  }

  /** What was written, and the watch has not seen: the process ended, or the watch had no room. */
  #showWhatWasNotSeen(): void {
    const { writer, reader, onTransaction } = this.#deps;
    for (let after = writer.judgedSequence; ; ) {
      const page = reader.listAfter(after, 500);
      for (const transaction of page)
        onTransaction(
          transaction,
          again(() => reader.streamChanges(transaction.sequence)),
        );
      after = page.at(-1)?.sequence ?? after;
      if (page.length > 0) writer.inBatch(() => writer.keepJudged(after));
      if (page.length < 500) return;
    }
  }

  async #followOnce(signal: AbortSignal): Promise<void> {
    const { jail, writer } = this.#deps;
    this.#showWhatWasNotSeen();
    const lineage = await this.#deps.lineage.read();
    const { after, abandoned } = resume(lineage, writer.position, await this.#deps.lineage.ancestorsOf(writer.position, lineage));
    const reply = await openWire(jail, {
      method: 'GET',
      path: `/decoding?after=${encodeURIComponent(lsnText(after))}`,
      timeoutMs: STREAM_MS,
      signal,
    });
    const assembler = new Assembler();
    const pieces = new Pieces();
    let head: DecodingHead | undefined;
    let progress = after;
    const ending = new AbortController();
    const confirming = this.#confirm(AbortSignal.any([signal, ending.signal]));
    try {
      for await (const lines of splitLines(reply.body)) {
        for (const text of lines) {
          if (!head) {
            head = readHead(text, lineage);
            this.#begin(lineage, head, after, abandoned);
            continue;
          }
          const line = parseLine(text);
          if (line.error !== undefined) throw await this.#refused(lineage, line.error);
          const piece = assembler.take(line);
          if (piece) pieces.add(piece);
          else if (line.data === undefined && !assembler.isWithin) progress = positionOf(line.lsn);
          if (pieces.changes >= BATCH_CHANGES || pieces.commits >= BATCH_TRANSACTIONS)
            await this.#write(lineage, pieces.take(), undefined);
        }
        if (reply.body.readableLength > 0) continue;
        await this.#write(lineage, pieces.take(), assembler.isWithin ? undefined : progress);
      }
      throw new EstateError('history.lost', 'decoding: the jail ended the stream');
    } finally {
      ending.abort();
      reply.body.destroy();
      await confirming;
      const wasOpen = this.#isOpen;
      this.#isOpen = false;
      if (wasOpen) writer.rollback();
    }
  }

  #isOpen = false;

  /**
   * What the jail says when its server ends the stream. The same again and again at the same place: the next transaction is
   * one that nothing can write down, such as one with a line of over a gigabyte. It is passed over, and unknown [H13].
   */
  async #refused(lineage: Lineage, reason: string): Promise<EstateError> {
    const { writer, raise, compartment, untold } = this.#deps;
    const lsn = this.#indexed?.lsn ?? 0;
    this.#refusals.note(lsn, reason);
    const error = new EstateError('history.lost', `decoding ended: ${reason}`.slice(0, 500));
    if (!this.#refusals.isHopeless || this.#isOpen) return error;
    // A standby that is between two timelines refuses as well: what it was asked for may lie on the one that was left.
    const isFollowed = await this.#deps.lineage.isFollowed(lineage);
    const next = isFollowed ? untold(lsn) : undefined;
    if (next === undefined || this.#isOpen) return error;
    const position = { systemId: lineage.systemId, timeline: timelineAt(lineage, next), lsn: next };
    writer.inBatch(() => {
      this.#keepGap(lineage, lsn, next, `a transaction could not be decoded: ${reason}`);
      writer.keepPosition(position);
    });
    this.#indexed = position;
    raise({
      rule: 'history.gap',
      summary: `a transaction of ${compartment} cannot be decoded; history goes on behind it`,
      evidence: { lsn: lsnText(next), reason: reason.slice(0, 500) },
    });
    return error;
  }

  /**
   * What was left behind, and from where on the jail tells. Where that is further on than was asked for, nothing need be
   * missed: after a restore, for one, nobody wrote there. Whether a commit lies between is for the comparison with the WAL
   * to say, which goes through it all [H8].
   */
  #begin(lineage: Lineage, head: DecodingHead, after: number, abandoned: readonly { timeline: number; lsn: number }[]): void {
    const { writer, reader, log, compartment } = this.#deps;
    const from = positionOf(head.from);
    const position = writer.position;
    const isNew = position === null || position.systemId !== lineage.systemId;
    writer.inBatch(() => {
      const left = abandoned.reduce((count, { timeline, lsn }) => count + writer.abandonBeyond(timeline, lsn), 0);
      if (left > 0) log.warn({ compartment, left }, 'transactions of a timeline that was left are no part of the database');
      if (isNew) writer.keepBeginning({ systemId: lineage.systemId, timeline: timelineAt(lineage, from), lsn: from });
      writer.keepPosition({
        systemId: lineage.systemId,
        timeline: timelineAt(lineage, Math.max(from, after)),
        lsn: Math.max(from, after),
      });
    });
    if (!isNew && from > after)
      log.warn({ compartment, after: lsnText(after), from: head.from }, 'the jail cannot tell all that was asked for');
    reader.scopes.forgetScopes();
    this.#indexed = writer.position;
    this.#needsCatalog = true;
    this.#fault = undefined;
    // A stream that opens only to break off at the same place is no success.
    if (!this.#isStuck) this.#noteProgress();
    log.info({ compartment, from: head.from, after: lsnText(after) }, 'decoding');
  }

  #keepGap({ systemId, ...lineage }: Lineage, from: number, to: number, reason: string): void {
    const timeline = timelineAt({ systemId, ...lineage }, to);
    const foundAt = this.#deps.now().toISOString();
    this.#deps.writer.addGap({ systemId, timeline, fromLsn: lsnText(from), toLsn: lsnText(to), reason, foundAt });
  }

  async #write(lineage: Lineage, pieces: readonly Piece[], progress: number | undefined): Promise<void> {
    const { writer } = this.#deps;
    if (pieces.length === 0) return this.#keepProgress(lineage, progress);
    if (!(await this.#deps.lineage.isFollowed(lineage)))
      throw new EstateError('history.behind', 'decoding: another timeline was joined meanwhile');
    await this.#readCatalog(pieces);
    const judged = await Promise.all(
      pieces.map(async ({ commit }) => (commit?.tokens.length ? this.#judge.judge(commit.tokens, commit.committedAt) : [])),
    );
    if (!this.#isOpen) writer.begin();
    this.#isOpen = true;
    const written = writePieces(writer, lineage, pieces, judged);
    // The last transaction goes on: its batch stays open until its end has come.
    if (pieces.at(-1)?.commit === undefined) return this.#keepFaults(lineage, written);
    const lsn = Math.max(pieces.at(-1)?.commit?.lsn ?? 0, progress ?? 0, writer.position?.lsn ?? 0);
    this.#keepFaults(lineage, written);
    writer.keepPosition({ systemId: lineage.systemId, timeline: timelineAt(lineage, lsn), lsn });
    writer.commit();
    this.#isOpen = false;
    this.#indexed = writer.position;
    this.#noteProgress();
    this.#show(written);
  }

  #keepFaults(lineage: Lineage, written: readonly Written[]): void {
    const { compartment, raise } = this.#deps;
    for (const { faults, lsn } of written) {
      for (const fault of faults) {
        this.#keepGap(lineage, lsn, lsn, fault);
        raise({
          rule: 'history.gap',
          summary: `a transaction of ${compartment} could not be told whole`,
          evidence: { lsn: lsnText(lsn), reason: fault },
        });
      }
    }
  }

  #show(written: readonly Written[]): void {
    const { writer, reader, onTransaction, onAdded } = this.#deps;
    for (const { transaction, changes } of written) {
      onTransaction(transaction, changes ?? again(() => reader.streamChanges(transaction.sequence)));
    }
    const last = written.at(-1);
    if (last) writer.inBatch(() => writer.keepJudged(last.transaction.sequence));
    onAdded();
  }

  // Seldom: a position that is behind costs nothing but decoding a stretch again.
  #keepProgress(lineage: Lineage, progress: number | undefined): void {
    const { writer } = this.#deps;
    if (progress === undefined || this.#isOpen || progress <= (this.#indexed?.lsn ?? 0)) return;
    const position = { systemId: lineage.systemId, timeline: timelineAt(lineage, progress), lsn: progress };
    writer.inBatch(() => writer.keepPosition(position));
    this.#indexed = position;
  }

  async #readCatalog(pieces: readonly Piece[]): Promise<void> {
    const { jail, writer } = this.#deps;
    const isKnown = pieces.every(
      ({ commit, changes }) =>
        (commit?.ddl.length ?? 0) === 0 && changes.every(({ table }) => writer.findRelation(table) !== undefined),
    );
    if (isKnown && !this.#needsCatalog) return;
    const catalog = await callWire(jail, { method: 'GET', path: '/decoding/catalog', timeoutMs: 60_000 }, decodingCatalogSchema);
    if (this.#isOpen) writer.keepCatalog(catalog);
    else writer.inBatch(() => writer.keepCatalog(catalog));
    this.#needsCatalog = false;
  }

  /** Tells the jail what is kept, now and then. */
  async #confirm(signal: AbortSignal): Promise<void> {
    const { jail, log, compartment } = this.#deps;
    let confirmed = 0;
    while (!signal.aborted) {
      await sleepMs(CONFIRM_MS, signal).catch(() => undefined);
      const lsn = this.#indexed?.lsn ?? 0;
      if (signal.aborted || this.#isOpen || lsn <= confirmed) continue;
      const body = { lsn: lsnText(lsn) };
      await callWire(jail, { method: 'POST', path: '/decoding/confirm', body, signal }, z.unknown()).then(
        () => {
          confirmed = lsn;
        },
        (error: unknown) => log.debug({ err: error, compartment }, 'confirming'),
      );
    }
  }

  #noteProgress(): void {
    this.#failingSinceMs = undefined;
    this.#hasTold = false;
    this.#isStuck = false;
  }

  #noteFailure(error: unknown): void {
    const { log, raise, compartment, monotonicMs } = this.#deps;
    const sentence = error instanceof EstateError ? sentenceOf(error) : String(error);
    const isNews = this.#fault !== sentence.slice(0, 500);
    this.#fault = sentence.slice(0, 500);
    this.#failingSinceMs ??= monotonicMs();
    const isExpected = EXPECTED.some((code) => hasCode(error, code));
    if (isNews) log[isExpected ? 'info' : 'warn']({ err: error, compartment }, 'decoding does not go on');
    const isFull = isWithoutRoom(error);
    this.#isStuck = isFull || isRefusal(sentence);
    const patienceMs = isFull ? 0 : isExpected ? EXPECTED_PATIENCE_MS : PATIENCE_MS;
    if (this.#hasTold || monotonicMs() - this.#failingSinceMs < patienceMs) return;
    this.#hasTold = true;
    raise({
      rule: 'history.lost',
      summary: isFull
        ? `the history of ${compartment} has no room on its disk: it goes on when there is some`
        : `what is committed in ${compartment} cannot be decoded for over ${isExpected ? 'five minutes' : 'a minute'}`,
      evidence: { reason: this.#fault, indexedLsn: lsnText(this.#indexed?.lsn ?? 0) },
    });
  }
}

/** Pieces that wait to be written. */
class Pieces {
  #pieces: Piece[] = [];
  changes = 0;
  commits = 0;

  add(piece: Piece): void {
    this.#pieces.push(piece);
    this.changes += piece.changes.length;
    if (piece.commit) this.commits += 1;
  }

  take(): readonly Piece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.changes = 0;
    this.commits = 0;
    return pieces;
  }
}

function readHead(text: string, lineage: Lineage): DecodingHead {
  const head = decodingHeadSchema.safeParse(JSON.parse(text));
  const timeline = lineage.legs.at(-1)?.timeline;
  if (head.success && head.data.systemId === lineage.systemId && head.data.timeline === timeline) return head.data;
  throw new EstateError('history.lost', 'decoding: the jail follows another cluster or timeline than the archive');
}

/** Changes that can be gone through again and again. */
function again(make: () => Iterable<Change>): Iterable<Change> {
  return { [Symbol.iterator]: () => make()[Symbol.iterator]() };
}

function sentenceOf(error: EstateError): string {
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? `${error.message}: ${cause.message}` : error.message;
}
