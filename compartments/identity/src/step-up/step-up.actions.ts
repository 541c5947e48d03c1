import { hasCode } from '@bulkhead/kernel';
import type { Transaction } from 'kysely';
import type { ChallengeUse } from '#challenge/challenge.actions.ts';
import type { Assertion } from '#passkey/passkey.rules.ts';
import type { Schema } from '#schema.ts';
import { changeSessions, refreshSession } from '#session/session.actions.ts';
import { describeDevice, type SignInMethod } from '#session/session.rules.ts';
import type { Visitor } from '#session/visitor.rules.ts';
import { findOwnAccess, noteRecoveryCode, prove, type SignInDeps } from '#sign-in/sign-in.actions.ts';

export type StepUpOutcome =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'throttled'; readonly waitMs: number };
type Who = { readonly accountId: string; readonly sessionId: string; readonly visitor: Visitor };

/** Proves by password and code that the person of a session is still the one who sits there [I44]. */
export async function stepUp(
  deps: SignInDeps,
  asked: Who & { readonly password: string; readonly code: string },
): Promise<StepUpOutcome> {
  const { accountId, sessionId, visitor } = asked;
  const { account, credentials } = await findOwnAccess(deps.db, accountId, deps.now());
  // Whoever has the session guesses for themselves alone: they keep nobody else out.
  const attempt = deps.throttle.begin({
    address: visitor.address,
    email: account.email,
    isFamiliar: true,
    knownBrowser: `session ${sessionId}`,
  });
  if (attempt.kind === 'throttled') return attempt;
  const proof = await prove(deps, credentials, asked);
  if (!proof) return { kind: 'refused' };
  const isDone = await refresh(deps, { sessionId, method: proof.method }, async (trx) => {
    if (!(await proof.use(trx))) return false;
    if (proof.method === 'recovery code') await noteRecoveryCode(deps, trx, { account, visitor, sessionId });
    return true;
  });
  if (!isDone) return { kind: 'refused' };
  attempt.succeeded();
  return { kind: 'fresh' };
}

/** The same by passkey: one of this account's, no other. */
export async function stepUpByPasskey(
  deps: SignInDeps,
  asked: Who & { readonly assertion: Assertion; readonly use: ChallengeUse },
): Promise<StepUpOutcome> {
  const { accountId, sessionId, visitor, assertion } = asked;
  try {
    const checked = await deps.passkeys.checkAssertion(deps.db, assertion, asked.use);
    if (checked.accountId !== accountId) return { kind: 'refused' };
    const isDone = await refresh(deps, { sessionId, method: 'passkey' }, (trx) => deps.passkeys.use(trx, checked));
    if (isDone) return { kind: 'fresh' };
    const { account } = await findOwnAccess(deps.db, accountId, deps.now());
    const where = { sessionId: null, address: visitor.address, device: describeDevice(visitor.userAgent) };
    await deps.passkeys.noteCopied(deps, { passkey: checked.passkey, counter: checked.counter, holder: account, where });
    return { kind: 'refused' };
  } catch (error) {
    if (hasCode(error, 'passkey.refused')) return { kind: 'refused' };
    throw error;
  }
}

async function refresh(
  deps: SignInDeps,
  session: { readonly sessionId: string; readonly method: SignInMethod },
  use: (trx: Transaction<Schema>) => Promise<boolean>,
): Promise<boolean> {
  return changeSessions(deps, async (trx, touched) => {
    if (!(await use(trx))) return false;
    touched([session.sessionId]);
    return refreshSession(trx, session.sessionId, { method: session.method, at: deps.now() });
  });
}
