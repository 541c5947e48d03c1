import { fillIn, formatMoment } from '@bulkhead/web';
import type { Transaction } from 'kysely';
import type { Letters } from '#letter/letter.actions.ts';
import type { Schema } from '#schema.ts';
import { accessWords } from '#words/access.ts';
import type { Account } from './account.rules.ts';

/** Sends an invitation by mail, too: it is written in the transaction that makes it. */
export class InvitationLetters {
  readonly #letters: Letters;
  readonly #setUpUrl: string;
  readonly #organisation: string;

  constructor(deps: { readonly letters: Letters; readonly setUpUrl: string; readonly organisation: string }) {
    this.#letters = deps.letters;
    this.#setUpUrl = deps.setUpUrl;
    this.#organisation = deps.organisation;
  }

  async write(
    trx: Transaction<Schema>,
    account: Pick<Account, 'id' | 'email' | 'displayName' | 'language'>,
    invitation: { readonly secret: string; readonly expiresAt: Date },
  ): Promise<void> {
    const { displayName, language } = account;
    const words = accessWords(language);
    const { secret, expiresAt } = invitation;
    await this.#letters.write(
      trx,
      { accountId: account.id, email: account.email, displayName, language },
      {
        kind: 'invitation',
        until: expiresAt,
        text: {
          subject: fillIn(words.letterInvitation, { organisation: this.#organisation }),
          paragraphs: [
            fillIn(words.letterInvitationLead, { name: displayName, end: formatMoment(expiresAt, language) }),
            `${this.#setUpUrl}?secret=${secret}`,
            fillIn(words.letterInvitationSecret, { secret }),
            words.letterInvitationIgnore,
          ],
        },
      },
    );
  }
}
