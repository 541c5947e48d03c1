import { EstateError } from '@bulkhead/kernel';
import { violatedConstraint } from '@bulkhead/postgres/query-error';
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import type { Passkey } from './passkey.rules.ts';

const COLUMNS = [
  'passkey.id',
  'passkey.account_id',
  'passkey.name',
  'passkey.public_key',
  'passkey.counter',
  'passkey.is_synced',
  'passkey.created_at',
  'passkey.last_used_at',
  'passkey.copied_at',
] as const;

export async function listPasskeys(db: Kysely<Schema>, accountId: string): Promise<Passkey[]> {
  const rows = await db
    .selectFrom('passkey')
    .select(COLUMNS)
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(toPasskey);
}

/** A passkey of an active account. */
export async function findPasskey(db: Kysely<Schema>, id: string): Promise<Passkey | undefined> {
  const row = await db
    .selectFrom('passkey')
    .innerJoin('account', 'account.id', 'passkey.account_id')
    .select(COLUMNS)
    .where('passkey.id', '=', id)
    .where('account.status', '=', 'active')
    .executeTakeFirst();
  return row && toPasskey(row);
}

/** @throws EstateError `passkey.refused` if another account, or this one, has it already */
export async function insertPasskey(trx: Transaction<Schema>, passkey: Omit<Passkey, 'lastUsedAt' | 'copiedAt'>): Promise<void> {
  await trx
    .insertInto('passkey')
    .values({
      id: passkey.id,
      account_id: passkey.accountId,
      name: passkey.name,
      public_key: passkey.publicKey,
      counter: String(passkey.counter),
      is_synced: passkey.isSynced,
      created_at: passkey.createdAt,
    })
    .execute()
    .catch((error: unknown) => {
      if (violatedConstraint(error) === 'passkey_pkey')
        throw new EstateError('passkey.refused', 'adding a passkey: it is known already', { cause: error });
      throw error;
    });
}

/** Notes a use: true only if the counter goes on from what stands, however many try at once. */
export async function advance(
  trx: Transaction<Schema>,
  id: string,
  given: { readonly counter: number; readonly at: Date },
): Promise<boolean> {
  const row = await trx
    .updateTable('passkey')
    .set({ counter: String(given.counter), last_used_at: given.at })
    .where('id', '=', id)
    .where('copied_at', 'is', null)
    .where((is) => (given.counter === 0 ? is('counter', '=', '0') : is('counter', '<', String(given.counter))))
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** True for the first who notes it. */
export async function markCopied(trx: Transaction<Schema>, id: string, at: Date): Promise<boolean> {
  const row = await trx
    .updateTable('passkey')
    .set({ copied_at: at })
    .where('id', '=', id)
    .where('copied_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function renamePasskey(
  trx: Transaction<Schema>,
  given: { readonly id: string; readonly accountId: string; readonly name: string },
): Promise<void> {
  await trx
    .updateTable('passkey')
    .set({ name: given.name })
    .where('id', '=', given.id)
    .where('account_id', '=', given.accountId)
    .execute();
}

export async function deletePasskey(trx: Transaction<Schema>, accountId: string, id: string): Promise<string | undefined> {
  const row = await trx
    .deleteFrom('passkey')
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .returning('name')
    .executeTakeFirst();
  return row?.name;
}

/** Holds an account's row until the transaction ends: two who remove passkeys at once do so one after the other. */
export async function holdAccount(trx: Transaction<Schema>, accountId: string): Promise<{ readonly hasPassword: boolean }> {
  const row = await trx
    .selectFrom('account')
    .select(['password_hash', 'totp_secret'])
    .where('id', '=', accountId)
    .forUpdate()
    .executeTakeFirst();
  return { hasPassword: Boolean(row?.password_hash && row.totp_secret) };
}

function toPasskey(row: {
  readonly id: string;
  readonly account_id: string;
  readonly name: string;
  readonly public_key: string;
  readonly counter: string;
  readonly is_synced: boolean;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
  readonly copied_at: Date | null;
}): Passkey {
  return {
    id: row.id,
    accountId: row.account_id,
    name: row.name,
    publicKey: row.public_key,
    counter: Number(row.counter),
    isSynced: row.is_synced,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    copiedAt: row.copied_at,
  };
}
