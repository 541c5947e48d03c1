import type { SiteMove, VerifyingKey } from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import { runRounds } from '#record/round.actions.ts';
import { describeFailure } from '#recovery/recovery.rules.ts';
import { failBack } from './failing-back.actions.ts';
import { failOver } from './failing-over.actions.ts';
import type { MovingDeps } from './moving.actions.ts';

const EVERY_MS = 1000;

/** Carries out the move that was approved, and keeps the stand-in running while it is needed: each round reads the world anew. */
export class MoveKeeper {
  readonly #deps: MovingDeps;
  #bell = Promise.withResolvers<void>();
  #told = '';
  #standInKey: VerifyingKey | undefined;

  constructor(deps: MovingDeps) {
    this.#deps = deps;
  }

  wake(): void {
    this.#bell.resolve();
  }

  run(log: Log, signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.wake(), { once: true });
    const pause = async () => {
      const timer = setTimeout(() => this.wake(), EVERY_MS);
      await this.#bell.promise;
      clearTimeout(timer);
    };
    return runRounds({ what: 'moving between sites', log, signal }, () => this.#round(), pause);
  }

  async #round(): Promise<void> {
    this.#bell = Promise.withResolvers();
    const { moves } = this.#deps;
    const move = await moves.findUnderWay();
    await this.#keepStandIn(move !== undefined);
    if (move?.state !== 'approved') return;
    const { recovery } = this.#deps;
    try {
      await this.#carryOut(move);
      await moves.end(move.id, 'done', null, recovery.now());
    } catch (error) {
      if (recovery.stopping.aborted) return;
      recovery.log.error({ err: error, move: move.id }, 'a move failed: what it sealed stays sealed');
      await moves.end(move.id, 'failed', describeFailure(error), recovery.now());
    }
    await this.#keepStandIn(false);
  }

  #carryOut(move: SiteMove): Promise<void> {
    if (move.kind === 'failback') return failBack(this.#deps, move);
    const key = this.#standInKey;
    if (key) return failOver(this.#deps, move, key);
    throw new EstateError('failover.failed', `${move.id}: the configuration names no stand-in`);
  }

  /** It runs while it is in charge, and from the moment that somebody asks for a move: ready, and serving nothing. */
  async #keepStandIn(isMoving: boolean): Promise<void> {
    const { charge, recovery, standIn } = this.#deps;
    if (!standIn) return;
    const isInCharge = charge.site === 'stand-in';
    const wanted = { isWanted: isInCharge || isMoving, isInCharge };
    const told = JSON.stringify(wanted);
    if (told === this.#told) return;
    this.#standInKey = await recovery.supervisor.keepStandIn(wanted);
    this.#told = told;
  }
}
