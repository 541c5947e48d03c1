import type { MovedCompartment, MoveStep, SiteMove, VerifyingKey } from '@bulkhead/contracts';
import { hasCode, sleepMs } from '@bulkhead/kernel';
import type { RequestDeps } from '#recovery/recovery.actions.ts';
import { describeFailure } from '#recovery/recovery.rules.ts';
import { type RecoveryDeps, retrying } from '#recovery/recovery-step.actions.ts';
import type { Charge } from './charge.actions.ts';
import type { Progress } from './failover.rules.ts';
import type { FailoverStore } from './failover.store.ts';

export type MovingDeps = {
  readonly moves: FailoverStore;
  readonly charge: Charge;
  readonly recovery: RecoveryDeps;
  readonly requests: RequestDeps;
  readonly leaseMs: number;
  readonly standIn: { readonly socketsOf: (compartment: string) => string } | undefined;
  readonly jailPromotes: PromotingJails;
  /** Called after the hook moved all names. */
  readonly namesMoved: (move: string) => Promise<void>;
};

/** What a failover asks of standbys, over what recoveries do. */
export type PromotingJails = {
  readonly catchUp: (compartment: string, lsn: string) => Promise<void>;
  readonly promote: (
    compartment: string,
    asked: { readonly timeline: number; readonly lsn: string },
  ) => Promise<{ readonly systemId: string; readonly timeline: number }>;
};

/** A move that is carried out: each step runs once to its end, and again after a kill before that [FO4]. */
export class Moving {
  readonly deps: MovingDeps;
  readonly move: SiteMove;
  /** With which the stand-in's gateway signs; undefined in an estate without one. */
  readonly standInKey: VerifyingKey | undefined;
  #progress: Progress;
  #saving: Promise<void> = Promise.resolve();

  constructor(deps: MovingDeps, move: SiteMove, standInKey?: VerifyingKey) {
    this.deps = deps;
    this.move = move;
    this.standInKey = standInKey;
    this.#progress = { steps: move.steps, compartments: move.compartments };
  }

  /** Those that are still to be moved: what failed stays sealed, and does not hold up the others. */
  get going(): readonly MovedCompartment[] {
    return this.#progress.compartments.filter(({ failure }) => failure === null);
  }

  get compartments(): readonly MovedCompartment[] {
    return this.#progress.compartments;
  }

  async begin(compartments: readonly MovedCompartment[]): Promise<void> {
    if (this.#progress.compartments.length === 0) await this.#save({ compartments: [...compartments] });
  }

  async step(step: MoveStep, work: () => Promise<string>): Promise<void> {
    if (this.#progress.steps.some((done) => done.step === step)) return;
    const beganMs = performance.now();
    const detail = await retrying(this.deps.recovery, work);
    const tookMs = Math.round(performance.now() - beganMs);
    this.deps.recovery.log.info({ move: this.move.id, step, tookMs, detail }, 'a step of a move is done');
    await this.deps.recovery.recorder.note({
      kind: 'site.moved',
      idempotencyKey: `move:${this.move.id}:${step}`,
      body: { move: this.move.id, kind: this.move.kind, step, detail: detail.slice(0, 1000), tookMs },
    });
    await this.#save({ steps: [...this.#progress.steps, { step, tookMs, detail: detail.slice(0, 2000) }] });
  }

  /** Does something for each compartment that is still going, side by side; one that fails for good stays sealed. */
  async forEach(work: (compartment: MovedCompartment) => Promise<Partial<MovedCompartment> | undefined>): Promise<void> {
    const { stopping, log } = this.deps.recovery;
    await Promise.all(
      this.going.map(async (compartment) => {
        try {
          const change = await retrying(this.deps.recovery, () => work(compartment));
          if (change) await this.change(compartment.name, change);
        } catch (error) {
          if (stopping.aborted) throw error;
          log.error({ err: error, move: this.move.id, compartment: compartment.name }, 'a compartment cannot be moved');
          await this.change(compartment.name, { failure: describeFailure(error).slice(0, 1000) });
        }
      }),
    );
  }

  change(name: string, change: Partial<MovedCompartment>): Promise<void> {
    const compartments = this.#progress.compartments.map((one) => (one.name === name ? { ...one, ...change } : one));
    return this.#save({ compartments });
  }

  /** Who is to be named in orders. */
  get by(): string[] {
    const { requestedBy, approvedBy } = this.move;
    return [requestedBy, ...(approvedBy === null ? [] : [approvedBy])];
  }

  get reason(): string {
    return `${this.move.kind} ${this.move.id}: ${this.move.reason}`.slice(0, 500);
  }

  /** One after the other: what is newer must not be overwritten. */
  #save(change: Partial<Progress>): Promise<void> {
    this.#progress = { ...this.#progress, ...change };
    const saved = this.#saving.then(() => this.deps.moves.saveProgress(this.move.id, this.#progress));
    this.#saving = saved.catch(() => undefined);
    return saved;
  }
}

/** Waits until something is so; what is out of reach meanwhile is not. */
export async function untilTrue(deps: RecoveryDeps, withinMs: number, look: () => Promise<boolean>): Promise<boolean> {
  const endsAtMs = performance.now() + withinMs;
  for (;;) {
    const isSo = await look().catch((error: unknown) => {
      if (hasCode(error, 'wire.unreachable')) return false;
      throw error;
    });
    if (isSo) return true;
    if (performance.now() > endsAtMs) return false;
    await sleepMs(50, deps.stopping);
  }
}
