import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '#schema.ts';

/** An invitation that is still good. */
export type SetUp = {
  readonly accountId: string;
  readonly email: string;
  readonly displayName: string;
  readonly totpSecret: string | null;
};

/** Replaces the account's invitation. */
export async function putSetUp(
  trx: Transaction<Schema>,
  given: {
    readonly accountId: string;
    readonly secretSha256: string;
    readonly expiresAt: Date;
    readonly by: string;
    readonly at: Date;
  },
): Promise<void> {
  const values = {
    secret_sha256: given.secretSha256,
    totp_secret: null,
    expires_at: given.expiresAt,
    created_by: given.by,
    created_at: given.at,
  };
  await trx
    .insertInto('set_up')
    .values({ account_id: given.accountId, ...values })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(values))
    .execute();
}

export async function findSetUp(db: Kysely<Schema>, secretSha256: string, now: Date): Promise<SetUp | undefined> {
  const row = await db
    .selectFrom('set_up')
    .innerJoin('account', 'account.id', 'set_up.account_id')
    .select(['set_up.account_id', 'set_up.totp_secret', 'account.email', 'account.display_name'])
    .where('set_up.secret_sha256', '=', secretSha256)
    .where('set_up.expires_at', '>', now)
    .where('account.status', '=', 'invited')
    .executeTakeFirst();
  if (!row) return undefined;
  return { accountId: row.account_id, email: row.email, displayName: row.display_name, totpSecret: row.totp_secret };
}

/** Puts a new authenticator secret in place of the one shown before. */
export async function replaceShownSecret(trx: Transaction<Schema>, accountId: string, totpSecret: string): Promise<void> {
  await trx.updateTable('set_up').set({ totp_secret: totpSecret }).where('account_id', '=', accountId).execute();
}

export async function deleteSetUp(trx: Transaction<Schema>, accountId: string): Promise<void> {
  await trx.deleteFrom('set_up').where('account_id', '=', accountId).execute();
}
