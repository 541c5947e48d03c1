import type { Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Transaction } from 'kysely';
import type { KeyRing } from '#key/key.actions.ts';
import type { Schema } from '#schema.ts';
import type { SessionDesk } from '#session/session.actions.ts';
import type { BackChannel } from './back-channel.actions.ts';
import { deleteOverdue } from './token.store.ts';

const PRESENCES_KEPT_MS = 2 * 86_400_000;
const OVERDUE_EVERY_MS = 3_600_000;

/** Sessions that are in use in other software, until the next round notes it. */
export class UsedSessions {
  readonly #ids = new Set<string>();

  add(sessionId: string): void {
    if (this.#ids.size < 50_000) this.#ids.add(sessionId);
  }

  take(): string[] {
    const ids = [...this.#ids];
    this.#ids.clear();
    return ids;
  }
}

/** What is done for other software every half minute, under a token of its own. Each step by itself; all may be done twice. */
export class Keeper {
  readonly #deps: {
    readonly keys: KeyRing;
    readonly desk: SessionDesk;
    readonly used: UsedSessions;
    readonly backChannel: BackChannel;
    readonly now: Now;
  };
  #sweptAtMs = 0;

  constructor(deps: {
    readonly keys: KeyRing;
    readonly desk: SessionDesk;
    readonly used: UsedSessions;
    readonly backChannel: BackChannel;
    readonly now: Now;
  }) {
    this.#deps = deps;
  }

  async runRound(transact: Transact<Transaction<Schema>>): Promise<void> {
    const { keys, desk, used, backChannel, now } = this.#deps;
    await keys.keepUp(transact);
    await desk.noteUse(used.take(), transact);
    await backChannel.keep(transact);
    void backChannel.tell();
    const nowMs = now().getTime();
    if (nowMs - this.#sweptAtMs < OVERDUE_EVERY_MS) return;
    await transact((trx) => deleteOverdue(trx, now(), new Date(nowMs - PRESENCES_KEPT_MS)));
    this.#sweptAtMs = nowMs;
  }
}
