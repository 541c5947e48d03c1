import type { Language } from '@bulkhead/contracts';
import { hasCode, type Log, type Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import { type Delivery, type DueLetter, KEPT_MS, retryAfterMs, writeBody } from './letter.rules.ts';
import { deleteDoneBefore, endLetter, hasDoneBefore, listDue, putOff } from './letter.store.ts';
import type { Relay } from './relay.actions.ts';
import { openText } from './seal.rules.ts';

const ROUND_LETTERS = 50;
/** Below the lifetime of the round's token. */
const ROUND_MS = 12_000;
const FORGOTTEN_AT_ONCE = 100;
const LONGEST_REST_MS = 600_000;

export type RelayState =
  | { readonly kind: 'none' }
  | { readonly kind: 'not known' }
  | { readonly kind: 'takes letters'; readonly at: Date }
  | { readonly kind: 'away'; readonly since: Date; readonly answer: string };

/** What is said in each letter besides its own text. */
export type LetterFrame = (language: Language) => { readonly greeting: string; readonly footer: readonly string[] };

type PostDeps = {
  readonly db: Kysely<Schema>;
  /** Null where no relay is configured: letters wait. */
  readonly relay: Relay | null;
  readonly key: Buffer;
  readonly from: { readonly name: string; readonly address: string };
  readonly frame: LetterFrame;
  readonly log: Log;
  readonly now: Now;
};

/** Hands waiting letters to the relay, a round at a time. One process sends, and one round after the other. */
export class Post {
  readonly #deps: PostDeps;
  #state: RelayState;
  #restUntilMs = 0;
  #failures = 0;
  #running: Promise<number> | undefined;

  constructor(deps: PostDeps) {
    this.#deps = deps;
    this.#state = deps.relay ? { kind: 'not known' } : { kind: 'none' };
  }

  get relayState(): RelayState {
    return this.#state;
  }

  /**
   * One round: what is due is handed over and noted, letter by letter, so that a kill loses none; a letter that the relay took
   * just before a kill is sent again under the same Message-ID [I47].
   * @returns how many letters were taken
   */
  async runRound(transact: Transact<Transaction<Schema>>): Promise<number> {
    this.#running ??= this.#round(transact).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #round(transact: Transact<Transaction<Schema>>): Promise<number> {
    const { db, now } = this.#deps;
    const beganMs = now().getTime();
    const old = new Date(beganMs - KEPT_MS);
    if (await hasDoneBefore(db, old)) await transact((trx) => deleteDoneBefore(trx, old, FORGOTTEN_AT_ONCE));
    let taken = 0;
    const endsMs = performance.now() + ROUND_MS;
    for (const letter of await listDue(db, now(), ROUND_LETTERS)) {
      if (performance.now() > endsMs) break;
      if (letter.giveUpAt <= now()) await this.#giveUp(transact, letter, letter.answer);
      else if (this.#mayTry() && (await this.#try(transact, letter))) taken += 1;
    }
    return taken;
  }

  #mayTry(): boolean {
    return this.#deps.relay !== null && this.#deps.now().getTime() >= this.#restUntilMs;
  }

  async #try(transact: Transact<Transaction<Schema>>, letter: DueLetter): Promise<boolean> {
    const { log, now } = this.#deps;
    const delivery = await this.#hand(letter);
    this.#note(delivery);
    if (delivery.kind === 'no relay') return false;
    const attempts = letter.attempts + 1;
    const { answer } = delivery;
    log.info({ letter: letter.id, kind: letter.kind, outcome: delivery.kind, attempts }, 'handed a letter to the relay');
    if (delivery.kind === 'put off') {
      const until = new Date(now().getTime() + retryAfterMs(attempts));
      await transact((trx) => putOff(trx, letter.id, { until, attempts, answer }));
      return false;
    }
    const state = delivery.kind === 'taken' ? 'sent' : 'refused';
    await transact((trx) => endLetter(trx, letter.id, { state, answer, attempts, at: now() }));
    return state === 'sent';
  }

  async #hand(letter: DueLetter): Promise<Delivery> {
    const { relay, key, from, frame } = this.#deps;
    if (relay === null) return { kind: 'no relay', answer: '' };
    try {
      const text = openText(key, letter.id, letter.sealed);
      const body = writeBody(text, { language: letter.language, ...frame(letter.language) });
      const domain = from.address.slice(from.address.indexOf('@') + 1);
      return await relay({
        messageId: `<${letter.id}@${domain}>`,
        date: letter.createdAt,
        from,
        to: letter.recipient,
        subject: text.subject,
        body,
        language: letter.language,
      });
    } catch (error) {
      if (!hasCode(error, 'letter.unreadable')) throw error;
      return { kind: 'refused', answer: 'sealed with another key: it cannot be read any more' };
    }
  }

  #note(delivery: Delivery): void {
    const at = this.#deps.now();
    if (delivery.kind !== 'no relay') {
      this.#failures = 0;
      this.#state = { kind: 'takes letters', at };
      return;
    }
    this.#failures += 1;
    // A relay that is away is asked again soon, then seldom; letters wait without losing attempts.
    this.#restUntilMs = at.getTime() + Math.min(LONGEST_REST_MS, 10_000 * 2 ** Math.min(10, this.#failures - 1));
    this.#deps.log.warn({ answer: delivery.answer }, 'the mail relay takes no letters');
    const since = this.#state.kind === 'away' ? this.#state.since : at;
    this.#state = { kind: 'away', since, answer: delivery.answer };
  }

  async #giveUp(transact: Transact<Transaction<Schema>>, letter: DueLetter, answer: string): Promise<void> {
    const { attempts } = letter;
    this.#deps.log.warn({ letter: letter.id, kind: letter.kind }, 'gave a letter up');
    await transact((trx) => endLetter(trx, letter.id, { state: 'given up', answer, attempts, at: this.#deps.now() }));
  }
}
