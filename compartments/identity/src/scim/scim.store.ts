import { languageSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { violatedConstraint } from '@bulkhead/postgres/query-error';
import { type Kysely, sql, type Transaction } from 'kysely';
import { CANARY_ACCOUNT, type Role } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import type { FilterTerm, ScimPage, ScimPerson, ScimWish } from './scim.rules.ts';

const MEMBERS_SHOWN = 20_000;

/** The people of a delegation whom its directory reaches: not those who left, and none that nobody signs in to. */
function peopleOf(db: Kysely<Schema>, delegationId: string) {
  return (
    db
      .selectFrom('account')
      .leftJoin('scim_person', (join) =>
        join.onRef('scim_person.account_id', '=', 'account.id').onRef('scim_person.delegation_id', '=', 'account.delegation_id'),
      )
      .where('account.delegation_id', '=', delegationId)
      .where('account.status', 'in', ['invited', 'active', 'disabled'])
      .where('account.id', '<>', CANARY_ACCOUNT)
      // Whom an administrator took up again after they left is there again.
      .where((where) =>
        where.or([where('scim_person.left_at', 'is', null), where('account.changed_at', '>', where.ref('scim_person.left_at'))]),
      )
  );
}

function shown(db: Kysely<Schema>, delegationId: string) {
  return peopleOf(db, delegationId).select([
    'account.id',
    'account.email',
    'account.display_name',
    'account.language',
    'account.status',
    'account.created_at',
    'account.changed_at',
    'scim_person.user_name',
    'scim_person.external_id',
    'scim_person.given_name',
    'scim_person.family_name',
    'scim_person.changed_at as told_at',
    'scim_person.suspended_at',
  ]);
}

function filtered(db: Kysely<Schema>, delegationId: string, terms: readonly FilterTerm[]) {
  let query = shown(db, delegationId);
  for (const { attribute, value } of terms) {
    const plain = value.toLowerCase();
    if (attribute === 'username')
      query = query.where(sql<boolean>`lower(coalesce(scim_person.user_name, account.email)) = ${plain}`);
    if (attribute === 'emails.value') query = query.where('account.email', '=', plain);
    if (attribute === 'displayname') query = query.where(sql<boolean>`lower(account.display_name) = ${plain}`);
    // The directory's own id of somebody: capitals count (RFC 7643, 3.1).
    if (attribute === 'externalid') query = query.where('scim_person.external_id', '=', value);
  }
  return query;
}

export async function listPeople(
  db: Kysely<Schema>,
  delegationId: string,
  given: { readonly terms: readonly FilterTerm[]; readonly page: ScimPage },
): Promise<{ readonly people: ScimPerson[]; readonly total: number }> {
  const { terms, page } = given;
  const rows = await filtered(db, delegationId, terms)
    .orderBy('account.created_at')
    .orderBy('account.id')
    .limit(page.count)
    .offset(page.startIndex - 1)
    .execute();
  const { total } = await filtered(db, delegationId, terms)
    .clearSelect()
    .select(({ fn }) => fn.countAll().as('total'))
    .executeTakeFirstOrThrow();
  return { people: rows.map(toPerson), total: Number(total) };
}

export async function findPerson(db: Kysely<Schema>, delegationId: string, id: string): Promise<ScimPerson | undefined> {
  const row = await shown(db, delegationId).where('account.id', '=', id).executeTakeFirst();
  return row && toPerson(row);
}

/** The account of somebody who left this delegation and whose address has come back. */
export async function findLeaver(trx: Transaction<Schema>, delegationId: string, email: string): Promise<string | undefined> {
  const row = await trx
    .selectFrom('account')
    .innerJoin('scim_person', 'scim_person.account_id', 'account.id')
    .select('account.id')
    .where('account.email', '=', email)
    .where('account.status', '=', 'disabled')
    .where('account.delegation_id', '=', delegationId)
    .where('scim_person.delegation_id', '=', delegationId)
    .where('scim_person.left_at', 'is not', null)
    .forNoKeyUpdate('account')
    .executeTakeFirst();
  return row?.id;
}

/** Keeps what a directory told of an account. */
export async function putScimPerson(
  trx: Transaction<Schema>,
  given: {
    readonly accountId: string;
    readonly delegationId: string;
    readonly wish: ScimWish;
    readonly suspendedAt: Date | null;
    readonly leftAt: Date | null;
    readonly at: Date;
  },
): Promise<void> {
  const { wish, at } = given;
  const told = {
    delegation_id: given.delegationId,
    user_name: wish.userName,
    external_id: wish.externalId,
    given_name: wish.givenName,
    family_name: wish.familyName,
    changed_at: at,
    suspended_at: given.suspendedAt,
    left_at: given.leftAt,
  };
  await trx
    .insertInto('scim_person')
    .values({ account_id: given.accountId, created_at: at, ...told })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(told))
    .execute()
    .catch((error: unknown) => {
      if (violatedConstraint(error) === 'scim_person_user_name_free')
        throw new EstateError('account.email_taken', 'another User has this userName', { cause: error });
      throw error;
    });
}

/** Changes an account as its organisation tells. */
export async function changeAccountTold(
  trx: Transaction<Schema>,
  accountId: string,
  given: Pick<ScimWish, 'email' | 'displayName' | 'language'> & { readonly at: Date },
): Promise<void> {
  await trx
    .updateTable('account')
    .set({ email: given.email, display_name: given.displayName, language: given.language, changed_at: given.at })
    .where('id', '=', accountId)
    .execute()
    .catch((error: unknown) => {
      if (violatedConstraint(error) === 'account_email_free')
        throw new EstateError('account.email_taken', 'another account has this address', { cause: error });
      throw error;
    });
}

/** Takes an account into use again: as it was, or still invited. */
export async function reopenAccount(trx: Transaction<Schema>, accountId: string, at: Date): Promise<void> {
  const invitation = await trx.selectFrom('set_up').select('account_id').where('account_id', '=', accountId).executeTakeFirst();
  await trx
    .updateTable('account')
    .set({ status: invitation ? 'invited' : 'active', changed_at: at })
    .where('id', '=', accountId)
    .where('status', '=', 'disabled')
    .execute();
}

/** Leaves an account without anything that it was signed in with by password. */
export async function dropPassword(trx: Transaction<Schema>, accountId: string): Promise<void> {
  await trx.updateTable('account').set({ password_hash: null, totp_secret: null }).where('id', '=', accountId).execute();
}

/** Who of a delegation holds a role now. */
export async function listMembers(
  db: Kysely<Schema>,
  delegationId: string,
  given: { readonly role: Role; readonly now: Date },
): Promise<{ readonly id: string; readonly displayName: string }[]> {
  const rows = await peopleOf(db, delegationId)
    .innerJoin('role_grant', 'role_grant.account_id', 'account.id')
    .select(['account.id', 'account.display_name'])
    .where('role_grant.compartment', '=', given.role.compartment)
    .where('role_grant.role', '=', given.role.role)
    .where('role_grant.state', '=', 'granted')
    .where('role_grant.ends_at', '>', given.now)
    .orderBy('account.id')
    .limit(MEMBERS_SHOWN)
    .execute();
  return rows.map((row) => ({ id: row.id, displayName: row.display_name }));
}

/** The roles of several people, by account. */
export async function listRolesOf(
  db: Kysely<Schema>,
  ids: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, readonly Role[]>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('role_grant')
    .select(['account_id', 'compartment', 'role'])
    .where('account_id', 'in', ids)
    .where('state', '=', 'granted')
    .where('ends_at', '>', now)
    .orderBy('compartment')
    .orderBy('role')
    .execute();
  return Map.groupBy(rows, (row) => row.account_id);
}

/** Two changes of one group wait for each other; nothing else waits for them. */
export async function holdGroup(trx: Transaction<Schema>, delegationId: string, groupId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`scim ${delegationId} ${groupId}`}, 0))`.execute(trx);
}

function toPerson(row: {
  readonly id: string;
  readonly email: string;
  readonly display_name: string;
  readonly language: string;
  readonly status: string;
  readonly created_at: Date;
  readonly changed_at: Date;
  readonly user_name: string | null;
  readonly external_id: string | null;
  readonly given_name: string | null;
  readonly family_name: string | null;
  readonly told_at: Date | null;
  readonly suspended_at: Date | null;
}): ScimPerson {
  const toldMs = row.told_at?.getTime() ?? 0;
  return {
    id: row.id,
    userName: row.user_name ?? row.email,
    externalId: row.external_id,
    givenName: row.given_name ?? '',
    familyName: row.family_name ?? '',
    displayName: row.display_name,
    email: row.email,
    language: languageSchema.parse(row.language),
    isActive: row.status !== 'disabled',
    createdAt: row.created_at,
    changedAt: new Date(Math.max(row.changed_at.getTime(), toldMs)),
    // What somebody else has done to the account since is not the directory's to take back.
    isSuspended: row.status === 'disabled' && row.suspended_at !== null && row.suspended_at >= row.changed_at,
  };
}
