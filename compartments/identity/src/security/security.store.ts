import type { Transaction } from 'kysely';
import type { Schema } from '#schema.ts';

/** Gives an active account a new authenticator whose first code is used, and a password if there is one to give. */
export async function replaceAuthenticator(
  trx: Transaction<Schema>,
  accountId: string,
  given: { readonly totpSecret: string; readonly step: number; readonly passwordHash: string | null; readonly at: Date },
): Promise<void> {
  await trx
    .updateTable('account')
    .set({
      totp_secret: given.totpSecret,
      totp_last_step: given.step,
      changed_at: given.at,
      ...(given.passwordHash === null ? {} : { password_hash: given.passwordHash }),
    })
    .where('id', '=', accountId)
    .where('status', '=', 'active')
    .execute();
}
