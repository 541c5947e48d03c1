import { join } from 'node:path';
import {
  type Change,
  type Estate,
  type FindingReport,
  findingReportSchema,
  openSigned,
  PURPOSES,
  receiptBatchSchema,
  signedSchema,
  type TransactionSummary,
  type Trust,
  type VerifyingKey,
} from '@bulkhead/contracts';
import { EstateError, hasCode, type Log, type Now, sleepMs } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { every, runRounds } from '#record/round.actions.ts';
import { judgeTransaction } from './judge.actions.ts';
import { RecentWork } from './rule/recent.rules.ts';
import { hasWritten, isTagged, type WatchContext } from './rule/rule.rules.ts';
import { TestimonyBook } from './testimony.actions.ts';
import { positionOf } from './testimony.rules.ts';
import { openTestimonyStore, type TestimonyStore } from './testimony.store.ts';

const SETTLE_MS = 200;
const SEND_MS = 50;
/** The same kind is told at once, then again at most this often, with a count. */
const QUIET_MS = 10_000;
const KINDS_LIMIT = 500;
const UNKEPT_LIMIT = 100;
const POLL_MS = 30_000;

const receiptsReplySchema = z.object({
  batches: z.array(z.object({ id: z.number().int().positive(), signed: signedSchema })).max(100),
  /** When headquarters last called recovery. */
  heardAt: z.iso.datetime().nullable(),
});

export type TransactionWatchDeps = {
  readonly directory: string;
  readonly estate: Estate;
  readonly trust: Pick<Trust, 'gatewayKeys' | 'jobKeys'>;
  /** Recovery's internal socket: findings go there, receipts come from there. */
  readonly recovery: WirePeer;
  readonly now: Now;
  readonly log: Log;
};

/**
 * The watch over transactions, as history runs it: judges each once, joins it with the gateway's receipts, and tells
 * recovery. What it found is kept until recovery has it, through a kill as well.
 */
export class TransactionWatch {
  readonly #deps: TransactionWatchDeps;
  readonly #store: TestimonyStore;
  readonly #book: TestimonyBook;
  readonly #contexts: ReadonlyMap<string, Omit<WatchContext, 'keyUses' | 'recent'>>;
  readonly #recent = new Map<string, RecentWork>();
  readonly #stopping = new AbortController();
  readonly #toldAtMs = new Map<string, number>();
  readonly #unkept: FindingReport[] = [];
  #background: Promise<unknown> = Promise.resolve();
  #heardAtMs: number | null = null;

  constructor(deps: TransactionWatchDeps) {
    this.#deps = deps;
    this.#store = openTestimonyStore(join(deps.directory, 'testimony.sqlite'));
    const gatewayKeys = deps.trust.gatewayKeys.map(({ keyId }) => keyId);
    this.#book = new TestimonyBook(this.#store, gatewayKeys, (report) => this.#raise(report));
    this.#contexts = describeContexts(deps, this.#store);
  }

  /** Begins to fetch receipts and to tell findings. */
  start(): void {
    const { log } = this.#deps;
    const { signal } = this.#stopping;
    this.#background = Promise.all([
      runRounds({ what: 'fetching receipts', log, signal }, () => this.#fetchReceipts(), pauseAfter(signal)),
      runRounds({ what: 'settling receipts', log, signal }, async () => this.#settle(), every(SETTLE_MS, signal)),
      runRounds({ what: 'telling findings', log, signal }, () => this.#tell(), every(SEND_MS, signal)),
    ]);
  }

  /**
   * Judges a transaction, in the order of commits; one that was judged before is passed by, so that an index that is built
   * anew raises nothing anew. Returns what was found.
   */
  see(compartment: string, transaction: TransactionSummary, changes: Iterable<Change>): FindingReport[] {
    const known = this.#contexts.get(compartment);
    if (!known) throw new EstateError('compartment.unknown', `judging a transaction: there is no compartment ${compartment}`);
    const position = positionOf(transaction);
    const judged = this.#store.findJudged(compartment, transaction.systemId);
    if (judged !== undefined && position <= judged) return [];
    return this.#store.inTransaction(() => {
      const found = this.#judge(known, transaction, changes);
      for (const report of found) this.#raise(report);
      this.#book.noteTransaction(compartment, transaction, this.#deps.now().getTime());
      this.#store.keepJudged(compartment, transaction.systemId, position, Date.parse(transaction.committedAt));
      return found;
    });
  }

  /** Keeps any finding of history's own until recovery has it. */
  raise(report: Omit<FindingReport, 'seenAt'>): void {
    try {
      this.#store.inTransaction(() => this.#raise(report));
    } catch (error) {
      // What has no room on the disk is told from memory: that there is none, above all.
      this.#deps.log.error({ err: error, rule: report.rule }, 'a finding could not be kept');
      if (this.#unkept.length < UNKEPT_LIMIT) this.#unkept.push({ ...report, seenAt: this.#deps.now().toISOString() });
    }
  }

  async close(): Promise<void> {
    this.#stopping.abort(new Error('stopping'));
    await this.#background;
    this.#store.close();
  }

  #judge(
    known: Omit<WatchContext, 'keyUses' | 'recent'>,
    transaction: TransactionSummary,
    changes: Iterable<Change>,
  ): FindingReport[] {
    const compartment = known.manifest.name;
    const recent = this.#recent.get(compartment) ?? new RecentWork();
    this.#recent.set(compartment, recent);
    const context: WatchContext = {
      ...known,
      keyUses: this.#store.listKeyUses(compartment),
      recent: recent.before(transaction),
    };
    const found = judgeTransaction(transaction, changes, context, this.#deps.now().toISOString());
    if (hasWritten(transaction)) {
      // Where nobody is named, all people together would seem to be one.
      if (isTagged(known)) recent.add(transaction, changes);
      for (const { table, inserts, deletes } of transaction.tables)
        if (inserts !== deletes) this.#store.addRows(compartment, table, inserts - deletes);
    }
    for (const { verdict, claims } of transaction.tokens)
      if (verdict === 'verified' && claims)
        this.#store.noteKeyUse(compartment, claims.keyId, transaction.committedAt, transaction.commitLsn);
    return found;
  }

  async #fetchReceipts(): Promise<void> {
    const { recovery, trust, log } = this.#deps;
    const after = this.#store.findSetting('receipts') ?? '0';
    const call = { method: 'GET', path: `/receipts?after=${after}`, timeoutMs: POLL_MS, signal: this.#stopping.signal } as const;
    const reply = await callWire(recovery, call, receiptsReplySchema);
    if (reply.heardAt !== null) this.#heardAtMs = Date.parse(reply.heardAt);
    if (reply.batches.length === 0) return;
    this.#store.inTransaction(() => {
      for (const { id, signed } of reply.batches) {
        const batch = openBatch(signed, trust.gatewayKeys, log);
        for (const receipt of batch) if (this.#contexts.has(receipt.compartment)) this.#book.noteReceipt(receipt);
        this.#store.keepSetting('receipts', String(id));
      }
      this.#settleAll();
    });
  }

  #settle(): void {
    this.#store.inTransaction(() => this.#settleAll());
  }

  #settleAll(): void {
    const nowMs = this.#deps.now().getTime();
    for (const compartment of this.#contexts.keys()) this.#book.settle(compartment, this.#heardAtMs, nowMs);
  }

  #raise(report: Omit<FindingReport, 'seenAt'>): void {
    const seenAt = this.#deps.now().toISOString();
    const isFull = this.#store.countDue() >= KINDS_LIMIT;
    const subject = isFull ? undefined : (report.evidence['session'] ?? report.evidence['request'] ?? report.evidence['key']);
    const kind = [report.rule, report.compartment ?? '', subject ?? ''].join(' ');
    this.#deps.log.warn({ rule: report.rule, compartment: report.compartment, evidence: report.evidence }, 'a finding');
    this.#store.addDue(kind, JSON.stringify({ ...report, seenAt }));
  }

  async #tell(): Promise<void> {
    for (let report = this.#unkept[0]; report; report = this.#unkept[0]) {
      await this.#send(report);
      this.#unkept.shift();
    }
    const nowMs = performance.now();
    for (const due of this.#store.listDue(KINDS_LIMIT * 2)) {
      if (nowMs - (this.#toldAtMs.get(due.kind) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) continue;
      const report = findingReportSchema.parse(JSON.parse(due.report));
      const evidence = due.repeats > 0 ? { ...report.evidence, repeats: String(due.repeats) } : report.evidence;
      await this.#send({ ...report, evidence });
      this.#store.dropDue(due);
      this.#remember(due.kind, nowMs);
    }
  }

  #remember(kind: string, nowMs: number): void {
    this.#toldAtMs.set(kind, nowMs);
    if (this.#toldAtMs.size <= KINDS_LIMIT * 2) return;
    for (const [other, atMs] of this.#toldAtMs) if (nowMs - atMs >= QUIET_MS) this.#toldAtMs.delete(other);
  }

  async #send(report: FindingReport): Promise<void> {
    const call = { method: 'POST', path: '/findings', body: report, signal: this.#stopping.signal } as const;
    try {
      await callWire(this.#deps.recovery, call, z.unknown());
    } catch (error) {
      // What recovery will never take must not hold up the rest: it stands in the log.
      const isRefused = hasCode(error, 'wire.refused') && hasCode((error as EstateError).cause, 'input.invalid');
      if (!isRefused) throw error;
      this.#deps.log.error({ err: error, report }, 'recovery refused a finding: it stands in the log only');
    }
  }
}

function describeContexts({ estate, trust }: TransactionWatchDeps, store: TestimonyStore) {
  const ownHosts = new Set(
    estate.compartments.flatMap(({ manifest }) => manifest.origins.map(({ host }) => `${host}.${estate.domain}`)),
  );
  return new Map(
    estate.compartments.map(({ manifest }) => [
      manifest.name,
      {
        manifest,
        ownHosts,
        gatewayKeys: trust.gatewayKeys.map(({ keyId }) => keyId),
        jobKeys: trust.jobKeys.map(({ keyId }) => keyId),
        boundedKeys: trust.gatewayKeys.filter(({ from, until }) => from ?? until),
        rowsOf: (table: string) => store.countRows(manifest.name, table),
      },
    ]),
  );
}

/** Recovery verified it before; verified again, since what is accused here rests on it. */
function openBatch(signed: unknown, keys: readonly VerifyingKey[], log: Log) {
  try {
    return openSigned(signed, { purpose: PURPOSES.receipts, keys, schema: receiptBatchSchema }).value.receipts;
  } catch (error) {
    log.error({ err: error }, 'recovery holds a batch of receipts that is not genuine: it is left out');
    return [];
  }
}

function pauseAfter(signal: AbortSignal): (isWell: boolean) => Promise<void> {
  return (isWell) => (isWell ? Promise.resolve() : sleepMs(500, signal).catch(() => undefined));
}
