import { EstateError } from '@bulkhead/kernel';
import type { Kysely, Transaction } from 'kysely';
import { getInReach, requirePower } from '#account/account.actions.ts';
import { endGrantsOf, keepAnAdministrator, noteLapsed } from '#grant/grant.actions.ts';
import type { Actor, OfferedRole } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import { changeSessions, endSessionsOf, forgetOldSessions, type SessionChange } from '#session/session.actions.ts';
import { KEPT_AFTER_DELETION_MS, TRACES } from './privacy.rules.ts';
import {
  deleteOldInvitations,
  deleteTraces,
  eraseAccount,
  findDelegationNames,
  listToErase,
  listTraces,
  markDeleted,
} from './privacy.store.ts';

/** One round erases so many: it is no mass change that a person should look at. */
const ERASED_AT_ONCE = 20;

/** All that identity has of a person, by table, but what proves who they are. */
export async function exportPerson(db: Kysely<Schema>, accountId: string, now: Date): Promise<Readonly<Record<string, unknown>>> {
  const tables: Record<string, unknown> = {};
  for (const trace of TRACES) tables[trace.table] = await listTraces(db, trace, accountId);
  return { exportedAt: now.toISOString(), accountId, delegation: await findDelegationNames(db, accountId), tables };
}

/**
 * Takes an account out of use at the wish of its person: sessions, roles and whatever it was signed in with end at once; name and
 * address go when their time is over; the history of its roles stays under its number [I26].
 * @throws EstateError `account.last_administrator`, `account.wrong_state`
 */
export async function deletePerson(
  deps: SessionChange,
  asked: { readonly accountId: string; readonly by: string; readonly reason: string },
): Promise<void> {
  const { accountId, by, reason } = asked;
  await changeSessions(deps, async (trx, touched) => {
    const at = deps.now();
    await keepAnAdministrator(trx, accountId, at);
    await endGrantsOf(trx, { accountId, by, at, reason });
    if (!(await markDeleted(trx, accountId, { at, eraseAt: new Date(at.getTime() + KEPT_AFTER_DELETION_MS) })))
      throw new EstateError('account.wrong_state', 'deleting an account: it is deleted already');
    await deleteWaysIn(trx, accountId);
    touched(await endSessionsOf(trx, { accountId }, { by: by === accountId ? 'person' : 'administrator', at }));
  });
}

/** Deletes, within a transaction of the caller, whatever an account was signed in with or let others have. */
export async function deleteWaysIn(trx: Transaction<Schema>, accountId: string): Promise<void> {
  for (const trace of TRACES.filter(({ goes }) => goes === 'now')) await deleteTraces(trx, trace, accountId);
}

/**
 * The same by whoever administers the account.
 * @throws EstateError `request.not_found`, `account.beyond_reach` too
 */
export async function deletePersonInReach(
  deps: SessionChange & { readonly db: Kysely<Schema>; readonly offered: readonly OfferedRole[] },
  asked: { readonly accountId: string; readonly actor: Actor; readonly reason: string },
): Promise<void> {
  await getInReach(deps.db, asked, deps.now());
  await requirePower(deps.db, deps, asked, deps.now());
  await deletePerson(deps, { accountId: asked.accountId, by: asked.actor.accountId, reason: asked.reason });
}

/**
 * What the clock does: notes roles that ended by themselves, takes name and address from accounts whose time is over, drops old
 * sessions and invitations. Asked again it does what is left. Returns how many accounts it erased and roles it noted.
 */
export async function tidy(
  deps: Pick<SessionChange, 'transact' | 'now'>,
): Promise<{ readonly erased: number; readonly lapsed: number }> {
  return deps.transact(async (trx: Transaction<Schema>) => {
    const at = deps.now();
    const lapsed = await noteLapsed(trx, at);
    await forgetOldSessions(trx, at);
    await deleteOldInvitations(trx, at);
    const ids = await listToErase(trx, at, ERASED_AT_ONCE);
    for (const id of ids) {
      if (!(await eraseAccount(trx, id, at))) continue;
      for (const trace of TRACES.filter(({ goes }) => goes === 'later')) await deleteTraces(trx, trace, id);
    }
    return { erased: ids.length, lapsed };
  });
}
