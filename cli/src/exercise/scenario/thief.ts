import { originUrl } from '@bulkhead/contracts';
import { EstateError, hasCode } from '@bulkhead/kernel';
import type { SampleAccount } from '#sample/accounts.ts';
import { NewsroomMember } from '#sample/newsroom.ts';
import type { Stage } from './scenario.ts';

/** Somebody who acts in the session of one of the staff, from an address of their own. */
export function stealSession(stage: Stage, role: 'editor' | 'reviewer', from: string): NewsroomMember {
  const { staff } = stage.people;
  const email = role === 'reviewer' ? staff.reviewer : (staff.editors.at(-1) ?? '');
  return enter(stage, accountOf(stage, email), { from, cookies: staff.member(email).cookies });
}

/** Somebody with a session of their own, not yet signed in. */
export function enter(
  { running, certificates, now }: Stage,
  account: SampleAccount,
  options: { readonly from: string; readonly cookies?: string },
): NewsroomMember {
  return new NewsroomMember({
    origin: originUrl(running.estate, 'newsroom'),
    address: running.estate.listenAddress,
    account,
    now,
    certificates,
    ...options,
  });
}

function accountOf({ accounts }: Stage, email: string): SampleAccount {
  const found = accounts.find((account) => account.email === email);
  if (found) return found;
  throw new EstateError('config.invalid', `looking for the sample account ${email}`);
}

/** Tries something that must not work any more. */
export async function attempt(what: string, act: () => Promise<unknown>): Promise<{ what: string; succeeded: boolean }> {
  try {
    await act();
    return { what, succeeded: true };
  } catch (error) {
    if (hasCode(error, 'wire.refused') || hasCode(error, 'wire.invalid_reply')) return { what, succeeded: false };
    throw error;
  }
}
