import type { Replay, ReplayAnswer } from '@bulkhead/contracts';
import { EstateError, sleepMs } from '@bulkhead/kernel';

type Waiting = { readonly replay: Replay; readonly answered: PromiseWithResolvers<ReplayAnswer> };

/**
 * Recorded attacks that wait for the gateway to hold them against its door. Headquarters comes for them: nothing here calls
 * there. A step that was cut off by a kill lays its question down again.
 */
export class ReplayDesk {
  readonly #waiting = new Map<string, Waiting>();
  #change = Promise.withResolvers<void>();

  /**
   * Lays a recorded attack down and waits for the answer.
   * @returns undefined if none came in time
   */
  async ask(replay: Replay, withinMs: number, signal: AbortSignal): Promise<ReplayAnswer | undefined> {
    const waiting = { replay, answered: Promise.withResolvers<ReplayAnswer>() };
    this.#waiting.set(replay.id, waiting);
    this.#announce();
    const patience = new AbortController();
    try {
      const tooLate = sleepMs(withinMs, AbortSignal.any([signal, patience.signal])).then(() => undefined);
      tooLate.catch(() => undefined);
      return await Promise.race([waiting.answered.promise, tooLate]);
    } finally {
      patience.abort();
      if (this.#waiting.get(replay.id) === waiting) this.#waiting.delete(replay.id);
    }
  }

  list(): readonly Replay[] {
    return [...this.#waiting.values()].map(({ replay }) => replay);
  }

  /** @throws EstateError `request.not_found` when nobody waits for it any more, `input.invalid` for an answer of another length */
  answer(id: string, answer: ReplayAnswer): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) throw new EstateError('request.not_found', `answering replay ${id}: nobody waits for it`);
    const asked = waiting.replay.requests.length;
    if (answer.outcomes.length !== asked)
      throw new EstateError('input.invalid', `answering replay ${id}: it has ${asked} requests`);
    waiting.answered.resolve(answer);
  }

  /** Resolves when something waits, when the time is over or when the signal aborts. */
  async untilAsked(withinMs: number, signal: AbortSignal): Promise<void> {
    if (this.#waiting.size > 0) return;
    const patience = new AbortController();
    const both = AbortSignal.any([signal, patience.signal]);
    await Promise.race([this.#change.promise, sleepMs(withinMs, both).catch(() => undefined)]);
    patience.abort();
  }

  #announce(): void {
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers();
    resolve();
  }
}
