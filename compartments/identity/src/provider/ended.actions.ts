import { randomBytes } from 'node:crypto';
import type { Now } from '@bulkhead/kernel';
import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';
import type { ChangeFeed } from '#session/change-feed.actions.ts';
import { listEndedPresences } from './token.store.ts';

/** No session lasts longer, so nobody acts on one that ended before; with five minutes for the access token made last. */
const OF_INTEREST_MS = 12 * 3_600_000 + 300_000;
const LIST_LIMIT = 10_000;
/** The feed may have forgotten some from here on, and a listener that begins at 0 is not told of that. */
const REMEMBERED = 10_000;
/** Of one client at once. */
const WAITING_LIMIT = 4;

export type EndedAnswer = {
  readonly cursor: string;
  /** False: these have ended since the cursor. True: these are all that ended and could still be in use; the cursor was not known. */
  readonly isComplete: boolean;
  readonly ended: readonly { readonly sid: string; readonly sub: string; readonly endedAt: string }[];
};

/**
 * Tells clients of sessions that ended, the moment it is committed [F6]. A cursor counts in the memory of this process; whoever
 * comes with another one, or after too long, is given everything that matters, out of the rows: nothing is missed.
 */
export class EndedSessions {
  readonly #deps: { readonly db: Kysely<Schema>; readonly feed: ChangeFeed; readonly now: Now };
  readonly #epoch = randomBytes(9).toString('base64url');
  readonly #waiting = new Map<string, number>();

  constructor(deps: { readonly db: Kysely<Schema>; readonly feed: ChangeFeed; readonly now: Now }) {
    this.#deps = deps;
  }

  /** Waits for a change if the cursor is the present one; null when the client waits too often already. */
  async after(clientId: string, cursor: string, waitMs: number): Promise<EndedAnswer | null> {
    const known = this.#readCursor(cursor);
    if (known === null) return this.#answerAll(clientId);
    const count = this.#waiting.get(clientId) ?? 0;
    if (count >= WAITING_LIMIT) return null;
    this.#waiting.set(clientId, count + 1);
    try {
      return await this.#wait(clientId, known, waitMs);
    } finally {
      const left = (this.#waiting.get(clientId) ?? 1) - 1;
      if (left > 0) this.#waiting.set(clientId, left);
      else this.#waiting.delete(clientId);
    }
  }

  // Sessions of other clients change all the time: they let nobody go who waits, and say nothing.
  async #wait(clientId: string, sequence: number, waitMs: number): Promise<EndedAnswer> {
    const { feed, db } = this.#deps;
    const endsAtMs = performance.now() + waitMs;
    for (let from = sequence; ; ) {
      const changes = await feed.after(from, Math.max(0, endsAtMs - performance.now()));
      if (changes.sequence < from || (from === 0 && changes.sequence >= REMEMBERED)) return this.#answerAll(clientId);
      const which = { clientId, since: this.#since(), sessionIds: changes.sessions };
      const ended = changes.sessions.length === 0 ? [] : await listEndedPresences(db, which, LIST_LIMIT);
      const isOver = changes.sessions.length === 0 || performance.now() >= endsAtMs;
      if (ended.length > 0 || isOver)
        return { cursor: this.#cursor(changes.sequence), isComplete: false, ended: ended.map(toAnswer) };
      from = changes.sequence;
    }
  }

  // The sequence is read before the rows: what commits in between is told twice rather than not at all.
  async #answerAll(clientId: string): Promise<EndedAnswer> {
    const { sequence } = await this.#deps.feed.after(0, 0);
    const ended = await listEndedPresences(this.#deps.db, { clientId, since: this.#since() }, LIST_LIMIT);
    return { cursor: this.#cursor(sequence), isComplete: true, ended: ended.map(toAnswer) };
  }

  #since(): Date {
    return new Date(this.#deps.now().getTime() - OF_INTEREST_MS);
  }

  #cursor(sequence: number): string {
    return `${this.#epoch}.${sequence}`;
  }

  #readCursor(cursor: string): number | null {
    const [epoch, sequence = ''] = cursor.split('.');
    return epoch === this.#epoch && /^\d{1,15}$/.test(sequence) ? Number(sequence) : null;
  }
}

function toAnswer(row: { readonly sid: string; readonly accountId: string; readonly endedAt: Date }) {
  return { sid: row.sid, sub: row.accountId, endedAt: row.endedAt.toISOString() };
}
