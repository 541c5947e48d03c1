import type { Language } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Kysely, Transaction } from 'kysely';
import { inviteAs } from '#account/account.actions.ts';
import type { Invitation, InvitationDeps } from '#account/set-up.actions.ts';
import { SECRETARIAT } from '#delegation/delegation.rules.ts';
import { isAnybodyAdministering } from '#grant/grant.actions.ts';
import { ADMINISTRATOR } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import { changeSessions, type SessionChange } from '#session/session.actions.ts';

const YEAR_MS = 365 * 86_400_000;

/**
 * Invites the person who administers first, at the word of the operator at headquarters' machine; or, when nobody administers
 * any more, the one who does so next. While somebody administers, it refuses: nobody comes in beside them [I25].
 * @throws EstateError `account.administrator_exists`, `account.wrong_state`
 */
export async function inviteFirstAdministrator(
  deps: SessionChange & InvitationDeps & { readonly newId: () => string },
  asked: { readonly email: string; readonly displayName: string; readonly language: Language },
): Promise<Invitation> {
  const at = deps.now();
  return changeSessions(deps, async (trx, touched) => {
    await refuseBesideAnother(trx, at);
    const given = { ...asked, delegationId: SECRETARIAT, role: ADMINISTRATOR, endsAt: new Date(at.getTime() + YEAR_MS) };
    const { invitation, ended } = await inviteAs(trx, deps, { ...given, reason: 'Invited by the operator at headquarters.' });
    touched(ended);
    return invitation;
  });
}

async function refuseBesideAnother(trx: Kysely<Schema> & Transaction<Schema>, now: Date): Promise<void> {
  if (!(await isAnybodyAdministering(trx, now))) return;
  throw new EstateError('account.administrator_exists', 'inviting a first administrator: somebody administers already');
}
