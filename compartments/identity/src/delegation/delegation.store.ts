import { EstateError } from '@bulkhead/kernel';
import { violatedConstraint } from '@bulkhead/postgres/query-error';
import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import { ADMINISTRATOR, DELEGATION_ADMINISTRATOR } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import {
  DELEGATION_KINDS,
  DELEGATION_STATUSES,
  type Delegation,
  type DelegationLine,
  type DelegationStatus,
  type Names,
  type NewDelegation,
} from './delegation.rules.ts';

const COLUMNS = [
  'delegation.id',
  'delegation.kind',
  'delegation.code',
  'delegation.names',
  'delegation.holds',
  'delegation.status',
  'delegation.version',
  'delegation.is_sample',
  'delegation.created_at',
] as const;
const LIST_LIMIT = 5000;
const kindSchema = z.enum(DELEGATION_KINDS);
const statusSchema = z.enum(DELEGATION_STATUSES);
const name = z.string().max(200);
const namesSchema = z.object({
  en: name,
  ar: name.exactOptional(),
  zh: name.exactOptional(),
  fr: name.exactOptional(),
  ru: name.exactOptional(),
  es: name.exactOptional(),
});

export async function findDelegation(db: Kysely<Schema>, id: string): Promise<Delegation | undefined> {
  const row = await db.selectFrom('delegation').select(COLUMNS).where('id', '=', id).executeTakeFirst();
  return row && toDelegation(row);
}

/** @throws EstateError `request.not_found` */
export async function getDelegation(db: Kysely<Schema>, id: string): Promise<Delegation> {
  const found = await findDelegation(db, id);
  if (found) return found;
  throw new EstateError('request.not_found', 'finding a delegation: there is none with this id');
}

/** Every delegation, with how many people and administrators it has. */
export async function listLines(db: Kysely<Schema>, now: Date): Promise<DelegationLine[]> {
  const rows = await db.selectFrom('delegation').select(COLUMNS).limit(LIST_LIMIT).execute();
  const people = await db
    .selectFrom('account')
    .select(['delegation_id', ({ fn }) => fn.countAll().as('count')])
    .where('status', 'in', ['invited', 'active'])
    .groupBy('delegation_id')
    .execute();
  const administrators = await db
    .selectFrom('role_grant')
    .innerJoin('account', 'account.id', 'role_grant.account_id')
    .select(['account.delegation_id', ({ fn }) => fn.count('account.id').distinct().as('count')])
    .where('role_grant.compartment', '=', ADMINISTRATOR.compartment)
    .where('role_grant.role', 'in', [ADMINISTRATOR.role, DELEGATION_ADMINISTRATOR.role])
    .where('role_grant.state', '=', 'granted')
    .where('role_grant.ends_at', '>', now)
    .where('account.status', 'in', ['invited', 'active'])
    .groupBy('account.delegation_id')
    .execute();
  const countOf = (rowsOf: typeof people) => new Map(rowsOf.map((row) => [row.delegation_id, Number(row.count)]));
  const [many, few] = [countOf(people), countOf(administrators)];
  return rows.map((row) => ({ ...toDelegation(row), people: many.get(row.id) ?? 0, administrators: few.get(row.id) ?? 0 }));
}

/** Those that accounts can be placed in. */
export async function listActive(db: Kysely<Schema>): Promise<Delegation[]> {
  const rows = await db.selectFrom('delegation').select(COLUMNS).where('status', '=', 'active').limit(LIST_LIMIT).execute();
  return rows.map(toDelegation);
}

/** Whoever administers a delegation's people now, by name. */
export async function listAdministrators(
  db: Kysely<Schema>,
  id: string,
  now: Date,
): Promise<{ readonly id: string; readonly displayName: string }[]> {
  const rows = await db
    .selectFrom('role_grant')
    .innerJoin('account', 'account.id', 'role_grant.account_id')
    .select(['account.id', 'account.display_name'])
    .distinct()
    .where('account.delegation_id', '=', id)
    .where('account.status', 'in', ['invited', 'active'])
    .where('role_grant.compartment', '=', ADMINISTRATOR.compartment)
    .where('role_grant.role', 'in', [ADMINISTRATOR.role, DELEGATION_ADMINISTRATOR.role])
    .where('role_grant.state', '=', 'granted')
    .where('role_grant.ends_at', '>', now)
    .orderBy('account.display_name')
    .limit(100)
    .execute();
  return rows.map((row) => ({ id: row.id, displayName: row.display_name }));
}

/** Adds those that are not there yet, by id or code; returns how many. */
export async function insertMissing(trx: Transaction<Schema>, all: readonly NewDelegation[], at: Date): Promise<number> {
  if (all.length === 0) return 0;
  const rows = await trx
    .insertInto('delegation')
    .values(all.map((one) => toRow(one, at)))
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .execute();
  return rows.length;
}

/** @throws EstateError `delegation.code_taken` */
export async function insertDelegation(trx: Transaction<Schema>, delegation: NewDelegation, at: Date): Promise<void> {
  await trx
    .insertInto('delegation')
    .values(toRow(delegation, at))
    .execute()
    .catch((error: unknown) => {
      if (violatedConstraint(error) === 'delegation_code_free')
        throw new EstateError('delegation.code_taken', 'adding a delegation: another has its code', { cause: error });
      throw error;
    });
}

/** Changes a delegation that nobody has changed since `version`. False if somebody has. */
export async function updateDelegation(
  trx: Transaction<Schema>,
  id: string,
  given: {
    readonly version: number;
    readonly at: Date;
    readonly names?: Names;
    readonly holds?: readonly string[];
    readonly status?: DelegationStatus;
  },
): Promise<boolean> {
  const row = await trx
    .updateTable('delegation')
    .set({
      version: given.version + 1,
      changed_at: given.at,
      ...(given.names ? { names: JSON.stringify(given.names) } : {}),
      ...(given.holds ? { holds: [...given.holds] } : {}),
      ...(given.status ? { status: given.status } : {}),
    })
    .where('id', '=', id)
    .where('version', '=', given.version)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** The accounts of a delegation, by id. */
export async function listPeopleIds(trx: Transaction<Schema>, id: string): Promise<string[]> {
  const rows = await trx.selectFrom('account').select('id').where('delegation_id', '=', id).execute();
  return rows.map((row) => row.id);
}

function toRow(delegation: NewDelegation, at: Date) {
  return {
    id: delegation.id,
    kind: delegation.kind,
    code: delegation.code,
    names: JSON.stringify(delegation.names),
    holds: [...delegation.holds],
    status: 'active',
    is_sample: delegation.isSample,
    created_at: at,
    changed_at: at,
  };
}

function toDelegation(row: {
  readonly id: string;
  readonly kind: string;
  readonly code: string;
  readonly names: unknown;
  readonly holds: readonly string[];
  readonly status: string;
  readonly version: number;
  readonly is_sample: boolean;
  readonly created_at: Date;
}): Delegation {
  return {
    id: row.id,
    kind: kindSchema.parse(row.kind),
    code: row.code,
    names: namesSchema.parse(row.names),
    holds: row.holds,
    status: statusSchema.parse(row.status),
    version: row.version,
    isSample: row.is_sample,
    createdAt: row.created_at,
  };
}
