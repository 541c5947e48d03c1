import { join } from 'node:path';
import {
  type Build,
  type DeskState,
  deskStateSchema,
  type Recovery,
  type RepairPlan,
  recoverySchema,
  type Scope,
  type SigningKey,
} from '@bulkhead/contracts';
import { EstateError, type Now, sleepMs } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { FIRST_OPERATORS } from '#estate/keys.ts';
import { type DeskAnswer, loadOperatorKey, sendCommand, signCommand } from '#operator/operator.ts';

const POLL_MS = 25;

/** The two simulated operators of an exercise, and what they see at the desk. */
export class ExerciseDesk {
  readonly #desk: WirePeer;
  readonly #first: SigningKey;
  readonly #second: SigningKey;
  readonly #now: Now;
  readonly #stopAsked: AbortSignal | undefined;

  private constructor(
    desk: WirePeer,
    keys: readonly [SigningKey, SigningKey],
    given: { readonly now: Now; readonly stopAsked?: AbortSignal | undefined },
  ) {
    this.#desk = desk;
    [this.#first, this.#second] = keys;
    this.#now = given.now;
    this.#stopAsked = given.stopAsked;
  }

  /** @param given.stopAsked ends whatever is waited for */
  static async create(
    desk: WirePeer,
    operators: string,
    given: { readonly now: Now; readonly stopAsked?: AbortSignal | undefined },
  ): Promise<ExerciseDesk> {
    const [first, second] = FIRST_OPERATORS.map((name) => join(operators, `${name}.json`));
    const keys = [await loadOperatorKey(operators, first ?? ''), await loadOperatorKey(operators, second ?? '')] as const;
    return new ExerciseDesk(desk, keys, given);
  }

  state(): Promise<DeskState> {
    return callWire(this.#desk, { method: 'GET', path: '/state', timeoutMs: 5000 }, deskStateSchema);
  }

  recovery(id: string): Promise<Recovery> {
    return callWire(this.#desk, { method: 'GET', path: `/recoveries/${id}` }, recoverySchema);
  }

  /** The first operator seals. */
  seal(compartment: string, reason: string): Promise<DeskAnswer> {
    return sendCommand(this.#desk, signCommand(this.#first, { kind: 'seal', compartment, reason }, this.#now));
  }

  /** The first operator asks for a restore; @returns the recovery's id. */
  async restore(compartment: string, reason: string): Promise<string> {
    const { recovery } = await sendCommand(
      this.#desk,
      signCommand(this.#first, { kind: 'restore', compartment, reason }, this.#now),
    );
    if (!recovery)
      throw new EstateError('restore.failed', `asking for the restore of ${compartment}: the desk named no recovery`);
    return recovery;
  }

  /** The first operator asks for an attack to be taken back; @returns the recovery's id. */
  async undo(
    compartment: string,
    asked: {
      readonly way: RepairPlan['way'];
      readonly scope: Scope;
      readonly build: Build | undefined;
      readonly closeRoutes: readonly string[] | undefined;
      readonly reason: string;
    },
  ): Promise<string> {
    const { way, scope, build, reason } = asked;
    const closeRoutes = [...(asked.closeRoutes ?? [])];
    const { recovery } = await sendCommand(
      this.#desk,
      signCommand(
        this.#first,
        { kind: 'undo', compartment, reason, way, scope, closeRoutes, ...(build ? { build } : {}) },
        this.#now,
      ),
    );
    if (!recovery) throw new EstateError('restore.failed', `asking for an undo in ${compartment}: the desk named no recovery`);
    return recovery;
  }

  /** The second operator approves what the difference says. */
  async approve(recovery: Recovery): Promise<void> {
    const digest = recovery.awaiting?.digest;
    if (!digest) throw new EstateError('compartment.wrong_state', `approving ${recovery.id}: it waits for nobody`);
    await sendCommand(this.#desk, signCommand(this.#second, { kind: 'approve', request: recovery.id, digest }, this.#now));
  }

  /** Waits until the state at the desk fits; @throws EstateError `process.unhealthy` after `limitMs` */
  async until(what: string, fits: (state: DeskState) => boolean, limitMs = 300_000): Promise<DeskState> {
    return this.#poll(what, limitMs, async () => {
      const state = await this.state().catch(() => undefined);
      return state && fits(state) ? state : undefined;
    });
  }

  /** Waits until a recovery fits; one that failed or was refused ends the wait with its reason. */
  async untilRecovery(id: string, what: string, fits: (recovery: Recovery) => boolean, limitMs = 900_000): Promise<Recovery> {
    return this.#poll(what, limitMs, async () => {
      const recovery = await this.recovery(id).catch(() => undefined);
      if (recovery && (recovery.step === 'failed' || recovery.step === 'refused'))
        throw new EstateError('restore.failed', `waiting for ${what}: ${recovery.failure ?? recovery.step}`);
      return recovery && fits(recovery) ? recovery : undefined;
    });
  }

  async #poll<Value>(what: string, limitMs: number, look: () => Promise<Value | undefined>): Promise<Value> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      if (this.#stopAsked?.aborted) throw new EstateError('process.start_failed', `waiting for ${what}: asked to stop`);
      const found = await look();
      if (found !== undefined) return found;
      if (performance.now() > deadline)
        throw new EstateError('process.unhealthy', `waiting for ${what}: it did not come within ${limitMs / 1000} s`);
      await sleepMs(POLL_MS);
    }
  }
}
