import { languageSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { violatedConstraint } from '@bulkhead/postgres/query-error';
import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { Role } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import {
  ACCOUNT_STATUSES,
  type Account,
  type AccountFilter,
  type AccountLine,
  CANARY_ACCOUNT,
  type Credentials,
} from './account.rules.ts';

export const PAGE_SIZE = 50;
const namesSchema = z.record(z.string(), z.string());
const statusSchema = z.enum(ACCOUNT_STATUSES);
const COLUMNS = [
  'account.id',
  'account.email',
  'account.display_name',
  'account.language',
  'account.status',
  'account.created_at',
  'account.delegation_id',
  'account.erase_at',
] as const;

type AccountRow = {
  readonly id: string;
  readonly email: string;
  readonly display_name: string;
  readonly language: string;
  readonly status: string;
  readonly created_at: Date;
  readonly delegation_id: string;
  readonly erase_at: Date | null;
};

export async function findAccount(db: Kysely<Schema>, id: string, now: Date): Promise<Account | undefined> {
  const found = db.selectFrom('account').select(COLUMNS).where('id', '=', id).where('id', '<>', CANARY_ACCOUNT);
  const row = await found.executeTakeFirst();
  if (!row) return undefined;
  const roles = await db
    .selectFrom('role_grant')
    .select(['compartment', 'role'])
    .where('account_id', '=', id)
    .where('state', '=', 'granted')
    .where('ends_at', '>', now)
    .execute();
  return toAccount(row, roles);
}

/** @throws EstateError `request.not_found` */
export async function getAccount(db: Kysely<Schema>, id: string, now: Date): Promise<Account> {
  const account = await findAccount(db, id, now);
  if (account) return account;
  throw new EstateError('request.not_found', 'finding an account: there is none with this id');
}

/** The account of an address, whatever its state. */
export async function findAccountByEmail(
  db: Kysely<Schema>,
  email: string,
): Promise<{ readonly id: string; readonly status: Account['status'] } | undefined> {
  const found = db.selectFrom('account').select(['id', 'status']).where('email', '=', email).where('id', '<>', CANARY_ACCOUNT);
  const row = await found.executeTakeFirst();
  return row && { id: row.id, status: statusSchema.parse(row.status) };
}

/** A page of accounts by name, with one more than it shows if there are more; and how many there are in all. */
export async function listAccounts(
  db: Kysely<Schema>,
  filter: AccountFilter,
  now: Date,
): Promise<{ readonly accounts: AccountLine[]; readonly found: number }> {
  const rows = await filtered(db, filter)
    .innerJoin('delegation', 'delegation.id', 'account.delegation_id')
    .select([...COLUMNS, 'delegation.names'])
    .orderBy('account.display_name')
    .orderBy('account.id')
    .limit(PAGE_SIZE)
    .offset((filter.page - 1) * PAGE_SIZE)
    .execute();
  const { count } = await filtered(db, filter)
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  const ids = rows.map((row) => row.id);
  const grants = await db
    .selectFrom('role_grant')
    .select(['account_id', 'compartment', 'role'])
    .where('account_id', 'in', ids.length > 0 ? ids : [''])
    .where('state', '=', 'granted')
    .where('ends_at', '>', now)
    .orderBy('compartment')
    .orderBy('role')
    .execute();
  const byAccount = Map.groupBy(grants, (grant) => grant.account_id);
  const accounts = rows.map((row) => ({
    ...toAccount(row, byAccount.get(row.id) ?? []),
    delegationNames: namesSchema.parse(row.names),
  }));
  return { accounts, found: Number(count) };
}

function filtered(db: Kysely<Schema>, { text, delegationId, status }: AccountFilter) {
  let query = db.selectFrom('account').where('account.id', '<>', CANARY_ACCOUNT).where('account.status', '<>', 'break-glass');
  if (delegationId !== null) query = query.where('account.delegation_id', '=', delegationId);
  query = status === null ? query.where('account.status', '<>', 'deleted') : query.where('account.status', '=', status);
  const words = text.split(/\s+/).filter(Boolean).slice(0, 8);
  for (const word of words) {
    const like = `%${word.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
    query = query.where((is) => is.or([is('account.display_name', 'ilike', like), is('account.email', 'ilike', like)]));
  }
  return query;
}

export async function hasAnyAccount(db: Kysely<Schema>): Promise<boolean> {
  const found = await db.selectFrom('account').select('id').where('id', '<>', CANARY_ACCOUNT).limit(1).executeTakeFirst();
  return found !== undefined;
}

/** What an active account is signed in with. */
export async function findCredentialsByEmail(db: Kysely<Schema>, email: string): Promise<Credentials | undefined> {
  return toCredentials(
    await db
      .selectFrom('account')
      .innerJoin('delegation', 'delegation.id', 'account.delegation_id')
      .select(['account.id', 'account.password_hash', 'account.totp_secret'])
      .where('account.email', '=', email)
      .where('account.status', '=', 'active')
      .where('delegation.status', '=', 'active')
      .executeTakeFirst(),
  );
}

export async function findCredentials(db: Kysely<Schema>, accountId: string): Promise<Credentials | undefined> {
  return toCredentials(
    await db
      .selectFrom('account')
      .select(['id', 'password_hash', 'totp_secret'])
      .where('id', '=', accountId)
      .where('status', '=', 'active')
      .executeTakeFirst(),
  );
}

/** Uses up a time step: true for exactly one of all who try with this step or an earlier one. */
export async function useTotpStep(trx: Transaction<Schema>, accountId: string, step: number): Promise<boolean> {
  const row = await trx
    .updateTable('account')
    .set({ totp_last_step: step })
    .where('id', '=', accountId)
    .where('status', '=', 'active')
    .where('totp_last_step', '<', step)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** @throws EstateError `account.email_taken`, `account.unknown_delegation` */
export async function insertAccount(
  trx: Transaction<Schema>,
  account: Pick<Account, 'id' | 'email' | 'displayName' | 'language' | 'createdAt' | 'delegationId'>,
  credentials?: { readonly passwordHash: string; readonly totpSecret: string },
  status: 'active' | 'invited' | 'break-glass' = credentials ? 'active' : 'invited',
): Promise<void> {
  await trx
    .insertInto('account')
    .values({
      id: account.id,
      email: account.email,
      display_name: account.displayName,
      language: account.language,
      delegation_id: account.delegationId,
      status,
      password_hash: credentials?.passwordHash ?? null,
      totp_secret: credentials?.totpSecret ?? null,
      created_at: account.createdAt,
      changed_at: account.createdAt,
    })
    .execute()
    .catch((error: unknown) => {
      if (violatedConstraint(error) === 'account_email_free')
        throw new EstateError('account.email_taken', 'adding an account: its address has one already', { cause: error });
      if (violatedConstraint(error) === 'account_delegation_id_fkey')
        throw new EstateError('account.unknown_delegation', 'adding an account: there is no such delegation', { cause: error });
      throw error;
    });
}

/** Moves an account between states; without credentials unless it becomes active with new ones. */
export async function moveAccount(
  trx: Transaction<Schema>,
  accountId: string,
  to: { readonly status: 'disabled' | 'invited'; readonly at: Date },
): Promise<void> {
  if (to.status === 'invited') await deleteWaysIn(trx, accountId);
  await trx
    .updateTable('account')
    .set({
      status: to.status,
      changed_at: to.at,
      erase_at: null,
      ...(to.status === 'invited' ? { password_hash: null, totp_secret: null, totp_last_step: 0 } : {}),
    })
    .where('id', '=', accountId)
    .execute();
}

async function deleteWaysIn(trx: Transaction<Schema>, accountId: string): Promise<void> {
  await trx.deleteFrom('passkey').where('account_id', '=', accountId).execute();
  await trx.deleteFrom('recovery_code').where('account_id', '=', accountId).execute();
}

/** Gives an invited account its credentials, or none where a passkey comes with it. False if it was not invited any more. */
export async function activateAccount(
  trx: Transaction<Schema>,
  accountId: string,
  given: { readonly at: Date } & (
    | { readonly passwordHash: string; readonly totpSecret: string; readonly totpStep: number }
    | { readonly passwordHash?: undefined }
  ),
): Promise<boolean> {
  const row = await trx
    .updateTable('account')
    .set({
      status: 'active',
      changed_at: given.at,
      ...(given.passwordHash === undefined
        ? {}
        : { password_hash: given.passwordHash, totp_secret: given.totpSecret, totp_last_step: given.totpStep }),
    })
    .where('id', '=', accountId)
    .where('status', '=', 'invited')
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function replacePassword(trx: Transaction<Schema>, accountId: string, hash: string, at: Date): Promise<void> {
  await trx.updateTable('account').set({ password_hash: hash, changed_at: at }).where('id', '=', accountId).execute();
}

/** Holds an account until the transaction ends: before its grants, so that two changes of one account wait for each other. */
export async function holdAccount(trx: Transaction<Schema>, accountId: string): Promise<void> {
  await trx.selectFrom('account').select('id').where('id', '=', accountId).forNoKeyUpdate().execute();
}

/** Changes what an account is called, which language it reads and where it belongs. */
export async function updateAccount(
  trx: Transaction<Schema>,
  accountId: string,
  given: Pick<Account, 'displayName' | 'language' | 'delegationId'> & { readonly at: Date },
): Promise<void> {
  await trx
    .updateTable('account')
    .set({
      display_name: given.displayName,
      language: given.language,
      delegation_id: given.delegationId,
      changed_at: given.at,
    })
    .where('id', '=', accountId)
    .execute();
}

function toAccount(row: AccountRow, roles: readonly Role[]): Account {
  return {
    id: row.id,
    email: row.email,
    displayName: row.display_name,
    language: languageSchema.parse(row.language),
    status: statusSchema.parse(row.status),
    createdAt: row.created_at,
    delegationId: row.delegation_id,
    eraseAt: row.erase_at,
    roles: roles.map(({ compartment, role }) => ({ compartment, role })),
  };
}

function toCredentials(
  row: { readonly id: string; readonly password_hash: string | null; readonly totp_secret: string | null } | undefined,
): Credentials | undefined {
  if (!row?.password_hash || !row.totp_secret) return undefined;
  return { accountId: row.id, passwordHash: row.password_hash, totpSecret: row.totp_secret };
}
