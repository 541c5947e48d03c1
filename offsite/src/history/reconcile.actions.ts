import { decodingCatalogSchema } from '@bulkhead/contracts';
import { EstateError, hasCode, type Log, type Now, sleepMs } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { parseLsn, SEGMENT_BYTES, segmentName } from '#archive/wal.rules.ts';
import { WalWalker } from '#archive/wal-walk.rules.ts';
import type { ArchiveClient } from '#standby/archive-client.actions.ts';
import type { TokenKeys } from './attribution.actions.ts';
import { CommitWatch } from './commit-watch.actions.ts';
import type { Raise } from './follow.actions.ts';
import type { IndexReader } from './index-reader.store.ts';
import type { IndexWriter } from './index-writer.store.ts';
import type { LineageReader } from './lineage.actions.ts';
import { type Lineage, lsnText, reachedOn, resume, timelineAt } from './lineage.rules.ts';
import { SequenceWatch } from './sequence.rules.ts';
import type { Position } from './transaction.rules.ts';
import { CommitReader, type WalCommit } from './wal-commit.rules.ts';

const ROUND_MS = 2_000;
/** For so long decoding is waited for; then the WAL is looked at without it. */
const PATIENCE_MS = 120_000;
const YIELD_RECORDS = 20_000;
/** So many commits the walk may be ahead of decoding. */
const PENDING_LIMIT = 20_000;
const LOGICAL = 2;
const noteSchema = z.object({
  systemId: z.string(),
  resumeLsn: z.number(),
  level: z.number(),
  database: z.number(),
  sequences: z.array(z.tuple([z.number(), z.string()])),
  /** What the walk and the watch over commits remember. */
  moves: z.array(z.tuple([z.string(), z.number()])).default([]),
  usedTokens: z.array(z.string()).default([]),
});
type Note = z.infer<typeof noteSchema>;

export type ReconcileDeps = {
  readonly compartment: string;
  readonly jail: WirePeer;
  readonly archive: ArchiveClient;
  readonly lineage: LineageReader;
  readonly keys: TokenKeys;
  readonly writer: IndexWriter;
  readonly reader: IndexReader;
  /** Whether somebody's batch is open. */
  readonly isWriting: () => boolean;
  /** How far decoding has come. */
  readonly indexed: () => Position | null;
  readonly onAdded: () => void;
  readonly raise: Raise;
  readonly now: Now;
  readonly monotonicMs: () => number;
  readonly log: Log;
};

/** A walk that goes on from round to round. */
type Walk = {
  readonly lineage: Lineage;
  readonly walker: WalWalker;
  readonly commits: CommitReader;
  readonly watch: CommitWatch;
  readonly sequences: SequenceWatch;
  database: number;
  /** Commits that decoding has not come to yet. */
  readonly pending: WalCommit[];
};

/** Accounts for every commit of the archived WAL: one that decoding did not tell is unknown, and a finding [H8]. */
export class Reconciler {
  readonly #deps: ReconcileDeps;
  #fault: string | undefined;
  #walk: Walk | undefined;
  #doneLsn = 0;
  #stalledSinceMs: number | undefined;

  constructor(deps: ReconcileDeps) {
    this.#deps = deps;
  }

  get fault(): string | undefined {
    return this.#fault;
  }

  /** The first commit behind a position that decoding must tell, of those that it has not come to; undefined if none is known. */
  findUntold(lsn: number): number | undefined {
    return (
      this.#walk?.pending.find((commit) => commit.isDecodable && commit.lsn > lsn)?.lsn ?? this.#deps.reader.findUnknown(lsn)
    );
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleepMs(ROUND_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.reconcile(signal);
        this.#fault = undefined;
      } catch (error) {
        this.#walk = undefined;
        if (signal.aborted) return;
        const fault = `comparing with the WAL: ${error instanceof Error ? error.message : String(error)}`.slice(0, 500);
        const isNews = this.#fault !== fault;
        this.#fault = fault;
        const isExpected = (['wire.unreachable', 'compartment.wrong_state', 'archive.gap'] as const).some((code) =>
          hasCode(error, code),
        );
        if (isNews)
          this.#deps.log[isExpected ? 'info' : 'warn']({ err: error, compartment: this.#deps.compartment }, 'reconciling');
      }
    }
  }

  /** Compares what the archive has with the index, as far as decoding has come. */
  async reconcile(signal: AbortSignal): Promise<void> {
    const { writer, archive, compartment } = this.#deps;
    if (writer.beginning === null) return;
    const walk = await this.#resume();
    const { flushedLsn, timeline, systemId } = await archive.readStream();
    if (flushedLsn === null || systemId !== walk.lineage.systemId || timeline !== walk.lineage.legs.at(-1)?.timeline) {
      this.#walk = undefined;
      return;
    }
    const endLsn = Number(parseLsn(flushedLsn));
    for (;;) {
      const fromLsn = walk.walker.atLsn;
      if (walk.pending.length < PENDING_LIMIT && fromLsn < endLsn) await this.#walkSegment(walk, endLsn, signal);
      await this.#untilFree(signal);
      if (signal.aborted) return;
      this.#judgePending(walk, this.#limit(walk.lineage, endLsn));
      if (walk.walker.atLsn !== fromLsn) continue;
      const isStuck = walk.pending.length < PENDING_LIMIT && endLsn - fromLsn > SEGMENT_BYTES;
      if (!isStuck) return;
      throw new EstateError('archive.damaged', `reading the WAL of ${compartment}: nothing stands at ${lsnText(fromLsn)}`);
    }
  }

  // What decoding has not come to yet is not missed. If it does not go on, what it misses is told without it.
  #limit(lineage: Lineage, flushedLsn: number): number {
    const { monotonicMs } = this.#deps;
    const indexed = reachedOn(lineage, this.#deps.indexed());
    if (indexed >= flushedLsn || indexed > this.#doneLsn) {
      this.#stalledSinceMs = undefined;
      return Math.min(indexed, flushedLsn);
    }
    this.#stalledSinceMs ??= monotonicMs();
    return monotonicMs() - this.#stalledSinceMs > PATIENCE_MS ? flushedLsn : Math.min(indexed, flushedLsn);
  }

  async #resume(): Promise<Walk> {
    const { writer, jail, compartment } = this.#deps;
    const lineage = await this.#deps.lineage.read();
    const isSame = this.#walk && JSON.stringify(this.#walk.lineage) === JSON.stringify(lineage);
    if (this.#walk && isSame) return this.#walk;
    const catalog = await callWire(jail, { method: 'GET', path: '/decoding/catalog', timeoutMs: 60_000 }, decodingCatalogSchema);
    const parsed = noteSchema.safeParse(writer.reconcilingNote);
    const note: Note | undefined = parsed.success && parsed.data.systemId === lineage.systemId ? parsed.data : undefined;
    const beginning = writer.beginning as Position;
    const done = (note && writer.reconciled) ?? beginning;
    // What was compared of a timeline beyond the place where it was left says nothing of those that followed, were they one or more.
    const ancestors = await this.#deps.lineage.ancestorsOf(done, lineage);
    this.#doneLsn = resume(lineage, done, ancestors).after || Math.min(done.lsn, lineage.legs.at(-2)?.endLsn ?? done.lsn);
    const hasLeft = this.#doneLsn !== done.lsn;
    const startLsn = Math.min(note?.resumeLsn ?? beginning.lsn, this.#doneLsn);
    // What was left took its sequences' values with it.
    const sequences = new SequenceWatch(hasLeft ? [] : note?.sequences);
    sequences.keepCatalog(catalog);
    const walk: Walk = {
      lineage,
      walker: new WalWalker(startLsn),
      commits: new CommitReader(note?.database ?? catalog.database, note?.level ?? LOGICAL, note?.moves),
      watch: new CommitWatch(this.#deps, note?.usedTokens),
      sequences,
      database: note?.database ?? catalog.database,
      pending: [],
    };
    if (note && note.database !== catalog.database)
      this.#deps.log.warn({ compartment }, 'the database has another number than before');
    this.#walk = walk;
    return walk;
  }

  async #walkSegment(walk: Walk, endLsn: number, signal: AbortSignal): Promise<void> {
    const atLsn = walk.walker.atLsn;
    // The byte at the end of a timeline belongs to the next one.
    const leg = walk.lineage.legs.find((one) => atLsn < one.endLsn);
    if (!leg) throw new EstateError('archive.gap', 'reading the WAL: no timeline goes on here');
    const segmentLsn = atLsn - (atLsn % SEGMENT_BYTES);
    const all = await this.#deps.archive.readSegment(segmentName(leg.timeline, BigInt(atLsn)));
    const bytes = all.subarray(0, Math.min(all.length, leg.endLsn - segmentLsn, endLsn - segmentLsn));
    if (bytes.length <= atLsn - segmentLsn) return;
    let records = 0;
    const shared: WalCommit[] = [];
    for (const record of walk.walker.walk(segmentLsn, bytes)) {
      const fact = walk.commits.take(record);
      if (fact?.kind === 'wal level') this.#noteLevel(fact.level, fact.lsn);
      if (fact?.kind === 'commit' && fact.commit.lsn > this.#doneLsn) walk.pending.push(fact.commit);
      if (fact?.kind === 'commit' && fact.commit.tokens.length > 0) shared.push(fact.commit);
      records += 1;
      if (records % YIELD_RECORDS === 0) await new Promise(setImmediate);
      if (signal.aborted) return;
    }
    await walk.watch.prepare(shared);
  }

  #judgePending(walk: Walk, limitLsn: number): void {
    const { pending } = walk;
    const waiting = pending.findIndex(({ lsn }) => lsn > limitLsn);
    const judged = pending.splice(0, waiting < 0 ? pending.length : waiting);
    const untold = judged.filter((commit) => this.#isUntold(walk, commit));
    const reached = Math.min(walk.walker.resumeLsn, limitLsn);
    const done = Math.max(this.#doneLsn, judged.at(-1)?.lsn ?? 0, pending.length === 0 ? reached : 0);
    if (done > this.#doneLsn) this.#keep(walk, untold, done);
  }

  /** Judges a commit; true if the index lacks it. */
  #isUntold({ lineage, sequences, watch }: Walk, commit: WalCommit): boolean {
    const { reader } = this.#deps;
    const { lsn, xid } = commit;
    const timeline = timelineAt(lineage, lsn);
    const place = { systemId: lineage.systemId, timeline, lsn, xid };
    const isKnown = reader.hasPlace(place);
    if (!isPlain(commit)) watch.look(commit, timeline, isKnown ? reader.findByPlace(place) : undefined, sequences);
    return commit.isDecodable && !isKnown;
  }

  #noteLevel(level: number, lsn: number): void {
    if (level >= LOGICAL || lsn <= this.#doneLsn) return;
    const { raise, compartment } = this.#deps;
    raise({
      rule: 'history.lost',
      summary: `the WAL of ${compartment} was made to say too little for decoding: wal_level was lowered`,
      evidence: { lsn: lsnText(lsn), walLevel: level === 1 ? 'replica' : 'minimal' },
    });
  }

  /** In one batch: how far the comparison came, and what was missing. */
  #keep(walk: Walk, untold: readonly WalCommit[], done: number): void {
    const { writer, raise, compartment, now, onAdded, log } = this.#deps;
    const { systemId } = walk.lineage;
    const resumeLsn = walk.pending.reduce(
      (first, { firstLsn }) => Math.min(first, firstLsn),
      Math.min(walk.walker.resumeLsn, walk.commits.oldestLsn ?? Number.MAX_SAFE_INTEGER),
    );
    writer.inBatch(() => {
      for (const commit of untold) this.#addUnknown(walk.lineage, commit);
      const first = untold[0];
      const last = untold.at(-1);
      if (first && last) {
        writer.addGap({
          systemId,
          timeline: timelineAt(walk.lineage, last.lsn),
          fromLsn: lsnText(first.lsn),
          toLsn: lsnText(last.lsn),
          reason: `the WAL holds ${untold.length} commits of which decoding did not tell`,
          foundAt: now().toISOString(),
        });
      }
      writer.keepReconciled({ systemId, timeline: timelineAt(walk.lineage, done), lsn: done });
      const note: Note = {
        systemId,
        resumeLsn,
        level: walk.commits.level,
        database: walk.database,
        sequences: [...walk.sequences.values].map(([file, value]) => [file, value]),
        moves: walk.commits.moves.map(([file, table]) => [file, table]),
        usedTokens: [...walk.watch.used],
      };
      writer.keepReconcilingNote(note);
    });
    this.#doneLsn = done;
    if (untold.length === 0) return;
    log.warn({ compartment, commits: untold.length }, 'commits of the WAL stand in no index');
    raise({
      rule: 'history.gap',
      summary: `${untold.length} transactions of ${compartment} were committed, and decoding did not tell of them`,
      evidence: {
        fromLsn: lsnText(untold[0]?.lsn ?? 0),
        toLsn: lsnText(untold.at(-1)?.lsn ?? 0),
        xids: untold
          .slice(0, 20)
          .map(({ xid }) => xid)
          .join(' '),
      },
    });
    onAdded();
  }

  #addUnknown(lineage: Lineage, { lsn, xid, committedAt }: WalCommit): void {
    const { writer } = this.#deps;
    const place = { systemId: lineage.systemId, timeline: timelineAt(lineage, lsn), lsn, xid };
    if (writer.findTransaction(place)) return;
    writer.start();
    writer.finish({ place, committedAt, state: 'unknown', tokens: [], ddl: [] });
  }

  async #untilFree(signal: AbortSignal): Promise<void> {
    while (this.#deps.isWriting() && !signal.aborted) await sleepMs(20, signal).catch(() => undefined);
  }
}

/** Whether it did nothing but change rows, wholly logged. */
function isPlain({ sequences, catalogs, shared, moved, isKeyOnly }: WalCommit): boolean {
  return !isKeyOnly && [sequences, catalogs, shared, moved].every(({ length }) => length === 0);
}
