import { languageSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { violatedConstraint } from '@bulkhead/postgres';
import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import { ACCOUNT_STATUSES, type Account, ADMINISTRATOR, CANARY_ACCOUNT, type Credentials, type Role } from './account.rules.ts';

const LIST_LIMIT = 2000;
const statusSchema = z.enum(ACCOUNT_STATUSES);
const COLUMNS = ['id', 'email', 'display_name', 'language', 'status', 'created_at'] as const;

type AccountRow = {
  readonly id: string;
  readonly email: string;
  readonly display_name: string;
  readonly language: string;
  readonly status: string;
  readonly created_at: Date;
};

export async function findAccount(db: Kysely<Schema>, id: string): Promise<Account | undefined> {
  const found = db.selectFrom('account').select(COLUMNS).where('id', '=', id).where('id', '<>', CANARY_ACCOUNT);
  const row = await found.executeTakeFirst();
  if (!row) return undefined;
  const roles = await db.selectFrom('role_grant').select(['compartment', 'role']).where('account_id', '=', id).execute();
  return toAccount(row, roles);
}

/** @throws EstateError `request.not_found` */
export async function getAccount(db: Kysely<Schema>, id: string): Promise<Account> {
  const account = await findAccount(db, id);
  if (account) return account;
  throw new EstateError('request.not_found', 'finding an account: there is none with this id');
}

/** All accounts by name, at most 2000. */
export async function listAccounts(db: Kysely<Schema>): Promise<Account[]> {
  const accounts = db.selectFrom('account').select(COLUMNS).where('id', '<>', CANARY_ACCOUNT);
  const rows = await accounts.orderBy('display_name').orderBy('id').limit(LIST_LIMIT).execute();
  const grants = await db
    .selectFrom('role_grant')
    .select(['account_id', 'compartment', 'role'])
    .orderBy('compartment')
    .orderBy('role')
    .execute();
  const byAccount = Map.groupBy(grants, (grant) => grant.account_id);
  return rows.map((row) => toAccount(row, byAccount.get(row.id) ?? []));
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
      .select(['id', 'password_hash', 'totp_secret'])
      .where('email', '=', email)
      .where('status', '=', 'active')
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

/** @throws EstateError `account.email_taken` */
export async function insertAccount(
  trx: Transaction<Schema>,
  account: Pick<Account, 'id' | 'email' | 'displayName' | 'language' | 'createdAt'>,
  credentials?: { readonly passwordHash: string; readonly totpSecret: string },
): Promise<void> {
  await trx
    .insertInto('account')
    .values({
      id: account.id,
      email: account.email,
      display_name: account.displayName,
      language: account.language,
      status: credentials ? 'active' : 'invited',
      password_hash: credentials?.passwordHash ?? null,
      totp_secret: credentials?.totpSecret ?? null,
      created_at: account.createdAt,
      changed_at: account.createdAt,
    })
    .execute()
    .catch((error: unknown) => {
      if (violatedConstraint(error) === 'account_email_free')
        throw new EstateError('account.email_taken', 'adding an account: its address has one already', { cause: error });
      throw error;
    });
}

export async function insertGrants(
  trx: Transaction<Schema>,
  accountId: string,
  roles: readonly Role[],
  given: { readonly by: string; readonly at: Date },
): Promise<void> {
  if (roles.length === 0) return;
  await trx
    .insertInto('role_grant')
    .values(
      roles.map(({ compartment, role }) => ({
        account_id: accountId,
        compartment,
        role,
        granted_by: given.by,
        granted_at: given.at,
      })),
    )
    .execute();
}

export async function deleteGrants(trx: Transaction<Schema>, accountId: string, roles: readonly Role[]): Promise<void> {
  for (const { compartment, role } of roles)
    await trx
      .deleteFrom('role_grant')
      .where('account_id', '=', accountId)
      .where('compartment', '=', compartment)
      .where('role', '=', role)
      .execute();
}

/** Moves an account between states; without credentials unless it becomes active with new ones. */
export async function moveAccount(
  trx: Transaction<Schema>,
  accountId: string,
  to: { readonly status: 'disabled' | 'invited'; readonly at: Date },
): Promise<void> {
  await trx
    .updateTable('account')
    .set({
      status: to.status,
      changed_at: to.at,
      ...(to.status === 'invited' ? { password_hash: null, totp_secret: null, totp_last_step: 0 } : {}),
    })
    .where('id', '=', accountId)
    .execute();
}

/** Gives an invited account its credentials. False if it was not invited any more. */
export async function activateAccount(
  trx: Transaction<Schema>,
  accountId: string,
  given: { readonly passwordHash: string; readonly totpSecret: string; readonly totpStep: number; readonly at: Date },
): Promise<boolean> {
  const row = await trx
    .updateTable('account')
    .set({
      status: 'active',
      password_hash: given.passwordHash,
      totp_secret: given.totpSecret,
      totp_last_step: given.totpStep,
      changed_at: given.at,
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

/** Holds all grants of administrators until the transaction ends, so that two cannot each remove the other. */
export async function holdAdministrators(trx: Transaction<Schema>): Promise<void> {
  await trx
    .selectFrom('role_grant')
    .select('account_id')
    .where('compartment', '=', ADMINISTRATOR.compartment)
    .where('role', '=', ADMINISTRATOR.role)
    .orderBy('account_id')
    .forUpdate()
    .execute();
}

/** Whether an active account other than this one administers. A statement of its own: it sees what others committed meanwhile. */
export async function hasOtherAdministrator(trx: Transaction<Schema>, accountId: string): Promise<boolean> {
  const row = await trx
    .selectFrom('role_grant')
    .innerJoin('account', 'account.id', 'role_grant.account_id')
    .select('account.id')
    .where('role_grant.compartment', '=', ADMINISTRATOR.compartment)
    .where('role_grant.role', '=', ADMINISTRATOR.role)
    .where('account.status', '=', 'active')
    .where('account.id', '<>', accountId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

function toAccount(row: AccountRow, roles: readonly Role[]): Account {
  return {
    id: row.id,
    email: row.email,
    displayName: row.display_name,
    language: languageSchema.parse(row.language),
    status: statusSchema.parse(row.status),
    createdAt: row.created_at,
    roles: roles.map(({ compartment, role }) => ({ compartment, role })),
  };
}

function toCredentials(
  row: { readonly id: string; readonly password_hash: string | null; readonly totp_secret: string | null } | undefined,
): Credentials | undefined {
  if (!row?.password_hash || !row.totp_secret) return undefined;
  return { accountId: row.id, passwordHash: row.password_hash, totpSecret: row.totp_secret };
}
