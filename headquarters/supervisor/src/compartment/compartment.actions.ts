import { type CompartmentManifest, type Image, type Order, type SiteStatus } from '@bulkhead/contracts';
import type { Log, Now } from '@bulkhead/kernel';
import type { ServerExit } from '@bulkhead/postgres';
import type { Supervision } from '@bulkhead/supervision';
import type { Closure } from '#closure/closure.actions.ts';
import type { Leave } from '#lease/lease.rules.ts';
import type { Standing } from '#order/order.actions.ts';
import { isClosed } from '#order/order.rules.ts';
import type { Reports } from '#report/report.actions.ts';
import type { Windows } from '#window/window.actions.ts';
import { actualState, decideTarget, isForeignStart, retryMs, type Target, tellProtection } from './compartment.rules.ts';
import type { CompartmentRecord } from './compartment.store.ts';
import type { Driver } from './driver.rules.ts';
import { protectCommits } from './protection.actions.ts';
import { Telling, tellCause } from './telling.actions.ts';

const SOON_MS = 200;
const DEATHS_FORGOTTEN_MS = 60_000;

/** The record of a compartment's data, as this capability's store keeps it. */
export type KeptRecord = {
  readonly record: CompartmentRecord;
  readonly change: (part: Partial<CompartmentRecord>) => Promise<void>;
};

export type CompartmentDeps = Driver & {
  readonly manifest: CompartmentManifest;
  readonly kept: KeptRecord;
  /** What closes the hole when a restored database takes the place of the old. */
  readonly closure: Closure;
  readonly supervision: Supervision;
  readonly windows: Windows;
  readonly reports: Reports;
  readonly log: Log;
  readonly now: Now;
  readonly standing: () => Standing;
  readonly leave: (epoch: number) => Leave;
  readonly mayStillAnswer: () => boolean;
};

/**
 * Keeps one compartment as it should be: it looks again whenever something may have changed, decides, and does what is
 * missing. It takes no instruction but the orders that stand, so that doing it twice, or half and then again, is no harm.
 */
export class Compartment {
  readonly #deps: CompartmentDeps;
  readonly #name: string;
  readonly #telling: Telling;
  #running: Target['run'] = 'wait';
  /** Ended by every change of orders: what was begun under the old ones is given up. */
  #attempt = new AbortController();
  #silencing: Promise<string> | undefined;
  #isBusy = false;
  #isDirty = false;
  #isStopped = false;
  #isLaying = false;
  #mustRestart = false;
  /** In this mode nothing of it runs, and that is as it should be. */
  #isIdle = false;
  #failures = 0;
  #notBeforeMs = 0;
  #deaths: number[] = [];
  #detail: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #idle = Promise.withResolvers<void>();

  constructor(deps: CompartmentDeps) {
    this.#deps = deps;
    this.#name = deps.manifest.name;
    this.#telling = new Telling(this.#name, deps.reports);
    this.#idle.resolve();
  }

  get name(): string {
    return this.#name;
  }

  /** Orders changed. A closing one takes effect now, whatever else is under way [O4]. */
  ordersChanged(): void {
    this.#attempt.abort();
    this.#attempt = new AbortController();
    this.#notBeforeMs = 0;
    const { order, localSeal, isAside } = this.#deps.standing();
    const isToBeClosed = isAside === true || localSeal !== undefined || (order !== undefined && isClosed(order.state));
    if (!isToBeClosed) this.#silencing = undefined;
    else if (this.#running !== 'nothing' || this.#silencing === undefined) this.#silencing = this.#silence();
    this.nudge();
  }

  /** Looks again: now, or when what failed is due to be tried again. */
  nudge(): void {
    if (performance.now() < this.#notBeforeMs) return;
    this.#isDirty = true;
    if (!this.#isBusy && !this.#isStopped) void this.#work();
  }

  /** Starts the process anew, if one runs: what it read when it started is no longer so. */
  restart(): void {
    this.#mustRestart = true;
    this.nudge();
  }

  /** Returns once the compartment is closed: how long that took, for people. */
  async untilSilent(): Promise<string> {
    return (await this.#silencing) ?? 'nothing ran';
  }

  /** The data are gone. Said first, then everything on them is ended. */
  lost(what: string): void {
    const { kept, reports, log, hasCopy } = this.#deps;
    // What nobody but the application itself keeps, no image can bring back.
    if (kept.record.isLost || this.#isLaying || !hasCopy) return;
    reports.finding({
      rule: 'storage.lost',
      compartment: this.#name,
      summary: `The data of ${this.#name} at headquarters are lost: ${what}`,
      evidence: { what },
    });
    kept
      .change({ isLost: true })
      .catch((error: unknown) => log.error({ err: error }, 'writing down that data are lost'))
      .finally(() => {
        this.#notBeforeMs = 0;
        this.nudge();
      });
  }

  /** The database ended and nobody had asked for it. */
  databaseDied(exit: ServerExit & { readonly pid: number }): void {
    if (this.#running !== 'nothing') this.#running = 'wait';
    this.#deps.reports.finding({
      rule: 'process.killed',
      compartment: this.#name,
      summary: `The database of ${this.#name} ended unasked`,
      evidence: { process: `${this.#name}-pg`, pid: String(exit.pid), signal: exit.signal ?? '', code: String(exit.code ?? '') },
    });
    const nowMs = performance.now();
    this.#deaths = [...this.#deaths.filter((atMs) => nowMs - atMs < DEATHS_FORGOTTEN_MS), nowMs];
    this.#later(retryMs(this.#deaths.length));
  }

  /** Whether the watch should expect data to stand. */
  get shouldStand(): boolean {
    const { record } = this.#deps.kept;
    return record.systemIdentifier !== null && record.hasBlobs && !record.isLost && !this.#isLaying && !this.#isStopped;
  }

  /** Whether what should run does run, and is well. */
  get isSettled(): boolean {
    if (this.#isBusy || this.#failures > 0) return false;
    const target = this.#decide();
    if (target.run === 'nothing') return this.#running === 'nothing';
    return target.run !== 'wait' && this.#running === target.run && this.#isWell();
  }

  /** Whether it is open for writing and answers. */
  get isServing(): boolean {
    return this.#running === 'app' && !this.#isStopped && this.#isWell();
  }

  status(): SiteStatus['compartments'][number] {
    const { order, localSeal, isAside } = this.#deps.standing();
    return {
      name: this.#name,
      state: isAside ? 'sealed' : actualState(order, localSeal, this.#running),
      epoch: order?.epoch ?? 0,
      protection: tellProtection(this.#running, this.#deps.cluster.isSynchronous && this.#deps.hasCopy),
      detail: this.#tellDetail(order),
    };
  }

  /** Undefined where it has no database of ours. */
  databaseStatus(): SiteStatus['processes'][number] | undefined {
    return this.#deps.cluster.status();
  }

  /** Ends the process and then the database, and does nothing more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#attempt.abort();
    clearTimeout(this.#timer);
    await this.#deps.supervision.stop(this.#name);
    await this.#deps.cluster.stop('fast');
    await this.#idle.promise;
    await this.#deps.cluster.stop('immediate');
    await this.#deps.windows.end(this.#name);
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    this.#idle = Promise.withResolvers();
    while (this.#isDirty && !this.#isStopped) {
      this.#isDirty = false;
      const attempt = this.#attempt.signal;
      try {
        await this.#reconcile(attempt);
        this.#failures = 0;
      } catch (error) {
        // What was given up for a newer order is no failure.
        if (!attempt.aborted) this.#failed(error);
      }
    }
    this.#isBusy = false;
    this.#idle.resolve();
  }

  async #reconcile(attempt: AbortSignal): Promise<void> {
    const { order, localSeal, isAside } = this.#deps.standing();
    if (!isAside) await this.#noteFirst(order);
    if (order?.image && !isAside && localSeal === undefined && !this.#isLaid(order)) await this.#lay(order, order.image, attempt);
    const target = this.#decide();
    if (target.run === 'nothing') await this.#close(target, attempt);
    else await this.#open(target, attempt);
    const isUp = (this.#running === 'app' || this.#running === 'reader') && this.#isWell();
    if (isUp) await this.#deps.closure.tryReplacedKey();
    if (!attempt.aborted) this.#report(order);
  }

  async #noteFirst(order: Order | undefined): Promise<void> {
    const { kept } = this.#deps;
    if (order === undefined || kept.record.firstEpoch !== null) return;
    if (isForeignStart(kept.record.firstEpoch, order)) this.lost('off-site knows this compartment, and nothing of it stood here');
    await kept.change({ firstEpoch: order.epoch });
  }

  #isLaid(order: Order): boolean {
    const { laying } = this.#deps.kept.record;
    return laying !== null && laying.epoch >= order.epoch && laying.step === 'laid';
  }

  async #lay(order: Order, image: Image, attempt: AbortSignal): Promise<void> {
    const { kept, cluster } = this.#deps;
    this.#isLaying = true;
    try {
      await this.#silence();
      await cluster.stop('immediate');
      const { laying } = kept.record;
      if (laying?.epoch !== order.epoch || laying.image !== image.id) await kept.change({ laying: null });
      const isLaid = kept.record.laying?.step === 'swapped';
      await this.#deps.closure.beforeImage(order, isLaid, attempt);
      this.#detail = await this.#deps.layImage(
        image,
        order.epoch,
        {
          step: () => kept.record.laying?.step,
          reached: async (step) => {
            const stands = step === 'swapped' ? { systemIdentifier: image.systemId, hasBlobs: true, isLost: false } : {};
            await kept.change({ ...stands, laying: { epoch: order.epoch, image: image.id, step } });
          },
        },
        attempt,
      );
    } finally {
      this.#isLaying = false;
    }
  }

  /** The database is prepared by the code that will run on it. That it cannot be read keeps nobody from closing. */
  async #readyCodeClosed(attempt: AbortSignal): Promise<void> {
    const { order } = this.#deps.standing();
    await this.#deps.closure.beforeStart(order, attempt).catch((error: unknown) => {
      if (order?.image) throw error;
      this.#deps.log.error({ err: error, compartment: this.#name }, 'making code ready while closed');
    });
  }

  async #close(target: Target, attempt: AbortSignal): Promise<void> {
    const { cluster, windows } = this.#deps;
    if (this.#running !== 'nothing') this.#silencing ??= this.#silence();
    await this.#silencing;
    // The database was made ready meanwhile, with nobody let in.
    if (this.#running === 'wait') this.#running = 'nothing';
    if (target.database === 'stopped') await cluster.stop('immediate');
    await windows.end(this.#name);
    if (target.database !== 'running' || !(await this.#standsData())) return;
    await this.#deps.makeDirectories({ withBlobs: false });
    if (!cluster.isRunning) await this.#readyCodeClosed(attempt);
    await cluster.ensureRunning(true);
    if (!cluster.isSynchronous) await cluster.setSynchronous(true);
  }

  async #open(target: Target, attempt: AbortSignal): Promise<void> {
    const { cluster, supervision, describe, closure } = this.#deps;
    if (!(await this.#standsData())) return;
    if (target.run !== this.#running || !cluster.isRunning) await closure.beforeStart(this.#deps.standing().order, attempt);
    if (await cluster.ensureRunning(target.isSynchronous)) this.#running = 'wait';
    if (this.#mustRestart) this.#running = 'wait';
    this.#mustRestart = false;
    if (await protectCommits(this.#deps, target)) this.#later(SOON_MS);
    const { run } = target;
    if (run === 'wait' || run === 'nothing' || run === this.#running) return;
    const isStillWanted = () => !attempt.aborted && !this.#isStopped && this.#decide().run === run;
    const password = await cluster.letIn(run, isStillWanted);
    if (password === undefined || !isStillWanted()) return this.nudge();
    await closure.tryOldPasswords();
    if (!isStillWanted()) return this.nudge();
    if (this.#running === 'app') this.#tellRunOut();
    this.#running = run;
    const spec = describe(run, password);
    this.#isIdle = spec === undefined;
    await (spec === undefined ? supervision.stop(this.#name) : supervision.start(spec));
  }

  /** Off-site hears of it when it is back. */
  #tellRunOut(): void {
    if (this.#deps.standing().order?.state !== 'open') return;
    this.#deps.reports.finding({
      rule: 'lease.run_out',
      compartment: this.#name,
      summary: `Off-site was out of reach for longer than the lease: ${this.#name} went read-only`,
      evidence: { policy: JSON.stringify(this.#deps.manifest.seal.unreachable) },
    });
  }

  /** Makes the data of a new compartment; false if those that should stand do not. */
  async #standsData(): Promise<boolean> {
    const { kept, cluster, makeDirectories, findLoss } = this.#deps;
    if (cluster.isRunning) return true;
    const { systemIdentifier, hasBlobs } = kept.record;
    if (systemIdentifier === null) {
      await makeDirectories({ withBlobs: true });
      const created = await cluster.create();
      await kept.change({ systemIdentifier: created.systemIdentifier, hasBlobs: true });
      return true;
    }
    await makeDirectories({ withBlobs: !hasBlobs });
    const loss = await findLoss(systemIdentifier);
    if (loss === undefined) return true;
    this.lost(loss);
    return false;
  }

  async #silence(): Promise<string> {
    const beganMs = performance.now();
    const sinceMs = () => Math.round((performance.now() - beganMs) * 10) / 10;
    const [processMs, sessionsMs] = await Promise.all([
      this.#deps.supervision.kill(this.#name).then(sinceMs),
      this.#deps.cluster.silence().then(sinceMs),
    ]);
    this.#running = 'nothing';
    return `process ended in ${processMs} ms, database sessions in ${sessionsMs} ms`;
  }

  #decide(): Target {
    const { order, localSeal, isAside } = this.#deps.standing();
    return decideTarget({
      order,
      localSeal,
      isAside: isAside === true,
      leave: order === undefined ? 'none' : this.#deps.leave(order.epoch),
      mayStillAnswer: this.#deps.mayStillAnswer(),
      isLost: this.#deps.kept.record.isLost,
    });
  }

  #isWell(): boolean {
    return this.#isIdle || this.#deps.supervision.statusOf(this.#name)?.state === 'running';
  }

  /** Tells off-site that the order is carried out: what is closed, once it is; what runs, once it is well. */
  #report(order: Order | undefined): void {
    const { localSeal, isAside } = this.#deps.standing();
    if (order === undefined || isAside) return;
    const state = actualState(order, localSeal, this.#running);
    const isRunning = state === 'open' || state === 'read-only';
    if (isRunning && (this.#deps.kept.record.isLost || state !== order.state || !this.#isWell())) return;
    void this.#telling.tellApplied(order, state, localSeal, {
      silence: isClosed(state) ? this.untilSilent() : undefined,
      laying: this.#detail,
      closure: isRunning ? this.#deps.closure.evidence() : undefined,
    });
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    this.#detail = tellCause(error);
    this.#deps.log.error({ err: error, compartment: this.#name }, 'carrying out what is ordered');
    const { order } = this.#deps.standing();
    if (order) this.#telling.tellFailed(order, this.#detail);
    const waitMs = retryMs(this.#failures);
    this.#notBeforeMs = performance.now() + waitMs;
    this.#later(waitMs + 1);
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#isStopped) this.#timer = setTimeout(() => this.nudge(), ms);
  }

  #tellDetail(order: Order | undefined): string | null {
    const { localSeal } = this.#deps.standing();
    if (this.#deps.kept.record.isLost) return 'the data here are lost; off-site has them';
    if (localSeal) return `sealed here by ${localSeal.by}`;
    if (order === undefined) return 'waiting for the first order of off-site';
    if (this.#failures > 0) return this.#detail;
    if (order.state === 'open' && this.#running === 'reader') return 'reading only: off-site is out of reach';
    return null;
  }
}
