import { EstateError, type Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import { endGrantsBeyond, keepAnAdministrator } from '#grant/grant.actions.ts';
import type { Schema } from '#schema.ts';
import { changeSessions, endSessionsOf, listSessionsToTell, type SessionChange } from '#session/session.actions.ts';
import { type Delegation, type DelegationLine, type Names, type NewDelegation, SECRETARIAT } from './delegation.rules.ts';
import {
  findDelegation,
  getDelegation,
  insertDelegation,
  insertMissing,
  listActive,
  listAdministrators,
  listLines,
  listPeopleIds,
  updateDelegation,
} from './delegation.store.ts';

/** A change of what somebody saw: `version` is what their page was made from. */
type Change = { readonly id: string; readonly version: number; readonly by: string };

/** @throws EstateError `delegation.code_taken` */
export async function addDelegation(
  deps: { readonly transact: Transact<Transaction<Schema>>; readonly now: Now },
  delegation: NewDelegation,
): Promise<void> {
  await deps.transact((trx) => insertDelegation(trx, delegation, deps.now()));
}

/** Adds those that are not there, within a transaction of the caller. */
export function addMissingDelegations(trx: Transaction<Schema>, all: readonly NewDelegation[], at: Date): Promise<number> {
  return insertMissing(trx, all, at);
}

/** @throws EstateError `request.not_found`, `delegation.changed` */
export async function renameDelegation(
  deps: { readonly transact: Transact<Transaction<Schema>>; readonly now: Now },
  { id, version, names }: Change & { readonly names: Names },
): Promise<void> {
  await deps.transact(async (trx) => {
    await getDelegation(trx, id);
    if (!(await updateDelegation(trx, id, { version, names, at: deps.now() }))) throw changed();
  });
}

/**
 * Says what a delegation holds. What it holds no more ends for its people in the same transaction.
 * @throws EstateError `request.not_found`, `delegation.changed`, `account.last_administrator`
 */
export async function changeHolds(
  deps: SessionChange,
  { id, version, by, holds, reason }: Change & { readonly holds: readonly string[]; readonly reason: string },
): Promise<void> {
  await changeSessions(deps, async (trx, touched) => {
    const at = deps.now();
    await getDelegation(trx, id);
    // The row first: a grant that is being given waits for it, and then sees what is held [I17].
    if (!(await updateDelegation(trx, id, { version, holds, at }))) throw changed();
    for (const accountId of await endGrantsBeyond(trx, { delegationId: id, holds, by, at, reason }))
      touched(await listSessionsToTell(trx, accountId));
  });
}

/**
 * Ends a delegation: its people's sessions end and none begins. Or takes it up again.
 * @throws EstateError `request.not_found`, `delegation.changed`, `account.last_administrator`
 */
export async function moveDelegation(
  deps: SessionChange,
  { id, version, status }: Change & { readonly status: Delegation['status'] },
): Promise<void> {
  await changeSessions(deps, async (trx, touched) => {
    const at = deps.now();
    await getDelegation(trx, id);
    if (id === SECRETARIAT) throw new EstateError('account.last_administrator', 'ending a delegation: this one runs the estate');
    if (!(await updateDelegation(trx, id, { version, status, at }))) throw changed();
    if (status === 'active') return;
    for (const accountId of await listPeopleIds(trx, id)) {
      await keepAnAdministrator(trx, accountId, at);
      touched(await endSessionsOf(trx, { accountId }, { by: 'administrator', at }));
    }
  });
}

export function getDelegationById(db: Kysely<Schema>, id: string): Promise<Delegation> {
  return getDelegation(db, id);
}

export function findDelegationById(db: Kysely<Schema>, id: string): Promise<Delegation | undefined> {
  return findDelegation(db, id);
}

export function listDelegations(db: Kysely<Schema>, now: Date): Promise<DelegationLine[]> {
  return listLines(db, now);
}

export function listActiveDelegations(db: Kysely<Schema>): Promise<Delegation[]> {
  return listActive(db);
}

export function listAdministratorsOf(db: Kysely<Schema>, id: string, now: Date) {
  return listAdministrators(db, id, now);
}

function changed(): EstateError {
  return new EstateError('delegation.changed', 'changing a delegation: somebody has changed it since it was shown');
}
