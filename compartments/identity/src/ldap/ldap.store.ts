import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import { type LdapServer, type LdapWish, WAYS } from './ldap.rules.ts';

const COLUMNS = [
  'id',
  'name',
  'delegation_id',
  'url',
  'certificates',
  'way',
  'bind_dn',
  'sealed_secret',
  'dn_template',
  'base',
  'filter',
  'subject_attribute',
  'name_attribute',
  'mail_attribute',
  'group_attribute',
  'group_base',
  'email_domains',
  'role_map',
  'adds_accounts',
  'changed_at',
  'disabled_at',
] as const;
const rowSchema = z.object({ way: z.enum(WAYS), role_map: z.record(z.string(), z.string()) });

export async function listAllServers(db: Kysely<Schema>): Promise<LdapServer[]> {
  return (await db.selectFrom('ldap_server').select(COLUMNS).orderBy('name').limit(200).execute()).map(toServer);
}

export async function findServerById(db: Kysely<Schema>, id: string): Promise<LdapServer | undefined> {
  const row = await db.selectFrom('ldap_server').select(COLUMNS).where('id', '=', id).executeTakeFirst();
  return row && toServer(row);
}

export async function insertServer(
  trx: Transaction<Schema>,
  wish: LdapWish,
  given: { readonly sealedSecret: string | null; readonly by: string; readonly at: Date },
): Promise<boolean> {
  const { sealedSecret, by, at } = given;
  const result = await trx
    .insertInto('ldap_server')
    .values({ ...rowOf(wish), id: wish.id, sealed_secret: sealedSecret, created_by: by, created_at: at, changed_at: at })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows) === 1;
}

export async function updateServer(
  trx: Transaction<Schema>,
  wish: LdapWish,
  given: { readonly sealedSecret: string | null; readonly at: Date },
): Promise<void> {
  await trx
    .updateTable('ldap_server')
    .set({ ...rowOf(wish), sealed_secret: given.sealedSecret, changed_at: given.at })
    .where('id', '=', wish.id)
    .execute();
}

export async function setServerDisabled(trx: Transaction<Schema>, id: string, disabledAt: Date | null, at: Date): Promise<void> {
  await trx.updateTable('ldap_server').set({ disabled_at: disabledAt, changed_at: at }).where('id', '=', id).execute();
}

export async function findLinkedAccount(db: Kysely<Schema>, serverId: string, subject: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('ldap_person')
    .select('account_id')
    .where('server_id', '=', serverId)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row?.account_id;
}

/** The account that was signed in by this name the last time. */
export async function findAccountByLogin(db: Kysely<Schema>, serverId: string, login: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('ldap_person')
    .select('account_id')
    .where('server_id', '=', serverId)
    .where('login', '=', login)
    .orderBy('last_used_at', 'desc')
    .executeTakeFirst();
  return row?.account_id;
}

/** Sessions that a server began and that last still, with whom it meant; of whoever came by another server since, none. */
export function listPresent(
  db: Kysely<Schema>,
  serverId: string,
  given: { readonly now: Date; readonly limit: number },
): Promise<{ subject: string; login: string; sessionId: string; accountId: string }[]> {
  return db
    .selectFrom('ldap_person as person')
    .innerJoin('session', 'session.account_id', 'person.account_id')
    .select(['person.subject', 'person.login', 'session.id as sessionId', 'session.account_id as accountId'])
    .where('person.server_id', '=', serverId)
    .where('session.method', '=', 'directory')
    .where('session.ended_at', 'is', null)
    .where('session.ends_at', '>', given.now)
    .where((build) =>
      build.not(
        build.exists(
          build
            .selectFrom('ldap_person as other')
            .select('other.subject')
            .whereRef('other.account_id', '=', 'person.account_id')
            .whereRef('other.last_used_at', '>', 'person.last_used_at'),
        ),
      ),
    )
    .orderBy('session.started_at')
    .limit(given.limit)
    .execute();
}

export async function isAccountLinked(db: Kysely<Schema>, serverId: string, accountId: string): Promise<boolean> {
  const row = await db
    .selectFrom('ldap_person')
    .select('subject')
    .where('server_id', '=', serverId)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Links a subject, or notes its use; tells whether the account is the one that is linked. */
export async function useLink(
  trx: Transaction<Schema>,
  link: {
    readonly serverId: string;
    readonly subject: string;
    readonly accountId: string;
    readonly login: string;
    readonly at: Date;
  },
): Promise<boolean> {
  const { serverId, subject, accountId, login, at } = link;
  const row = await trx
    .insertInto('ldap_person')
    .values({ server_id: serverId, subject, account_id: accountId, login, linked_at: at, last_used_at: at })
    .onConflict((conflict) => conflict.columns(['server_id', 'subject']).doUpdateSet({ last_used_at: at, login }))
    .returning('account_id')
    .executeTakeFirst();
  return row?.account_id === accountId;
}

function rowOf(wish: LdapWish) {
  return {
    name: wish.name,
    delegation_id: wish.delegationId,
    url: wish.url,
    certificates: wish.certificates,
    way: wish.way,
    bind_dn: wish.bindDn,
    dn_template: wish.dnTemplate,
    base: wish.base,
    filter: wish.filter,
    subject_attribute: wish.subjectAttribute,
    name_attribute: wish.nameAttribute,
    mail_attribute: wish.mailAttribute,
    group_attribute: wish.groupAttribute,
    group_base: wish.groupBase,
    email_domains: [...wish.emailDomains],
    role_map: JSON.stringify(wish.roleMap),
    adds_accounts: wish.addsAccounts,
  };
}

type Row = Omit<ReturnType<typeof rowOf>, 'role_map' | 'way'> & {
  readonly id: string;
  readonly way: string;
  readonly role_map: unknown;
  readonly sealed_secret: string | null;
  readonly changed_at: Date;
  readonly disabled_at: Date | null;
};

function toServer(row: Row): LdapServer {
  const { way, role_map: roleMap } = rowSchema.parse(row);
  return {
    id: row.id,
    name: row.name,
    delegationId: row.delegation_id,
    url: row.url,
    certificates: row.certificates,
    way,
    bindDn: row.bind_dn,
    sealedSecret: row.sealed_secret,
    dnTemplate: row.dn_template,
    base: row.base,
    filter: row.filter,
    subjectAttribute: row.subject_attribute,
    nameAttribute: row.name_attribute,
    mailAttribute: row.mail_attribute,
    groupAttribute: row.group_attribute,
    groupBase: row.group_base,
    emailDomains: row.email_domains,
    roleMap,
    addsAccounts: row.adds_accounts,
    changedAt: row.changed_at,
    disabledAt: row.disabled_at,
  };
}
