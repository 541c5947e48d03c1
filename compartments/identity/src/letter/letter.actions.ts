import type { Estate } from '@bulkhead/contracts';
import type { Now } from '@bulkhead/kernel';
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import {
  type Addressee,
  checkLetter,
  GIVEN_UP_MS,
  type LetterState,
  type LetterText,
  type LetterTrace,
  WAITING_LIMIT,
} from './letter.rules.ts';
import { countLetters, countWaitingFor, insertLetter, listLatest } from './letter.store.ts';
import { sealText } from './seal.rules.ts';

const LISTED = 200;

export type LettersDeps = {
  /** 32 bytes that no database holds. */
  readonly key: Buffer;
  readonly estate: Pick<Estate, 'organisation'>;
  readonly newId: () => string;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly now: Now;
};

/** Writes letters into the transactions that cause them: either both stand, or neither [I46]. */
export class Letters {
  readonly #deps: LettersDeps;

  constructor(deps: LettersDeps) {
    this.#deps = deps;
  }

  /**
   * Writes a letter within a transaction of the caller. Beyond fifty that wait for one address nothing is added.
   * @throws EstateError `input.invalid`, `input.too_large`
   */
  async write(
    trx: Transaction<Schema>,
    to: Addressee,
    letter: { readonly kind: string; readonly text: LetterText; readonly until?: Date },
  ): Promise<void> {
    const text = checkLetter(to, letter.text);
    if ((await countWaitingFor(trx, to.email)) >= WAITING_LIMIT) return;
    const createdAt = this.#deps.now();
    const latest = new Date(createdAt.getTime() + GIVEN_UP_MS);
    const id = this.#deps.newId();
    await insertLetter(trx, {
      id,
      accountId: to.accountId,
      kind: letter.kind,
      recipient: to.email,
      language: to.language,
      sealed: sealText(this.#deps.key, id, text, this.#deps.randomBytes(12)),
      createdAt,
      giveUpAt: letter.until && letter.until < latest ? letter.until : latest,
    });
  }
}

export type LetterOverview = {
  readonly counts: Readonly<Record<LetterState, number>>;
  readonly latest: readonly LetterTrace[];
};

export async function overlookLetters(db: Kysely<Schema>): Promise<LetterOverview> {
  return { counts: await countLetters(db), latest: await listLatest(db, LISTED) };
}
