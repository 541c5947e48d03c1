import type { Now } from '@bulkhead/kernel';
import { fillIn, formatMoment, type Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import type { Letters } from '#letter/letter.actions.ts';
import type { Schema } from '#schema.ts';
import { accessWords } from '#words/access.ts';
import { type AccountEvent, type EventKind, type Holder, KEPT_MS, listNews } from './event.rules.ts';
import { deleteEventsBefore, insertEvent, listEvents, markSeen } from './event.store.ts';
import { tellEvent } from './event-words.rules.ts';

const LISTED = 50;
const FORGOTTEN_AT_ONCE = 150;

export type Happened = {
  readonly kind: EventKind;
  readonly sessionId: string | null;
  readonly address: string;
  readonly device: string;
  readonly detail?: string;
  /** Also by letter; only on the person's own page otherwise. */
  readonly byLetter: boolean;
};

/** Notes what happens to an account's ways in, and tells its holder, in the transaction in which it happens. */
export class Events {
  readonly #letters: Letters;
  readonly #securityUrl: string;
  readonly #newId: () => string;
  readonly #now: Now;

  constructor(deps: {
    readonly letters: Letters;
    /** Where a person looks after what they sign in with. */
    readonly securityUrl: string;
    readonly newId: () => string;
    readonly now: Now;
  }) {
    this.#letters = deps.letters;
    this.#securityUrl = deps.securityUrl;
    this.#newId = deps.newId;
    this.#now = deps.now;
  }

  async note(trx: Transaction<Schema>, holder: Holder, happened: Happened): Promise<void> {
    const { kind, sessionId, address, device, detail = '' } = happened;
    const happenedAt = this.#now();
    await insertEvent(trx, { id: this.#newId(), accountId: holder.id, kind, happenedAt, sessionId, address, device, detail });
    if (!happened.byLetter) return;
    const words = accessWords(holder.language);
    const told = tellEvent({ kind, detail }, words);
    await this.#letters.write(
      trx,
      { accountId: holder.id, email: holder.email, displayName: holder.displayName, language: holder.language },
      {
        kind,
        text: {
          subject: told,
          paragraphs: [
            told,
            `${words.letterTime}: ${formatMoment(happenedAt, holder.language)}`,
            `${words.letterDevice}: ${device || words.letterUnknown}`,
            `${words.letterAddress}: ${address || words.letterUnknown}`,
            fillIn(words.letterNotYou, {}),
            this.#securityUrl,
          ],
        },
      },
    );
  }
}

export type EventOverview = { readonly events: readonly AccountEvent[]; readonly news: readonly AccountEvent[] };

/** What happened to an account lately, and what of it this session's person was not shown yet. */
export async function overlookEvents(
  db: Kysely<Schema>,
  who: { readonly accountId: string; readonly sessionId: string },
): Promise<EventOverview> {
  const events = await listEvents(db, who.accountId, LISTED);
  return { events, news: listNews(events, who.sessionId) };
}

export async function noteSeen(
  deps: { readonly transact: Transact<Transaction<Schema>>; readonly now: Now },
  accountId: string,
): Promise<void> {
  await deps.transact((trx) => markSeen(trx, accountId, deps.now()));
}

export function forgetOldEvents(trx: Transaction<Schema>, now: Date): Promise<void> {
  return deleteEventsBefore(trx, new Date(now.getTime() - KEPT_MS), FORGOTTEN_AT_ONCE);
}
