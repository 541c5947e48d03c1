import type { Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import { findCredentialsFor, useCode } from '#account/account.actions.ts';
import { normaliseEmail } from '#account/account.rules.ts';
import type { Passwords } from '#password/password.actions.ts';
import type { Schema } from '#schema.ts';
import type { ChangeFeed } from '#session/change-feed.actions.ts';
import { beginSession, changeSessions, isFamiliarAddress } from '#session/session.actions.ts';
import { describeDevice } from '#session/session.rules.ts';
import type { Throttle } from '#throttle/throttle.actions.ts';
import { findTotpStep, plainCode } from '#totp/totp.rules.ts';

export type SignInDeps = {
  readonly db: Kysely<Schema>;
  readonly transact: Transact<Transaction<Schema>>;
  readonly feed: ChangeFeed;
  readonly passwords: Passwords;
  readonly throttle: Throttle;
  readonly newSessionId: () => string;
  readonly now: Now;
};
export type SignInAsked = {
  readonly email: string;
  readonly password: string;
  readonly code: string;
  readonly address: string;
  readonly userAgent: string | undefined;
  /** The session that this browser has at present. */
  readonly previousId: string | null;
};
export type SignInOutcome =
  | { readonly kind: 'signed in'; readonly sessionId: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'throttled'; readonly waitMs: number };

/** Signs a person in. Whatever is wrong, the answer and the work are the same [I2]. */
export async function signIn(deps: SignInDeps, asked: SignInAsked): Promise<SignInOutcome> {
  const email = normaliseEmail(asked.email);
  const { address } = asked;
  const isFamiliar = await isFamiliarAddress(deps.db, { email, address, now: deps.now() });
  const attempt = deps.throttle.begin({ address, email, isFamiliar });
  if (attempt.kind === 'throttled') return attempt;
  const credentials = await findCredentialsFor(deps.db, email);
  const isRight = await deps.passwords.verify(asked.password, credentials?.passwordHash ?? null);
  if (!credentials || !isRight) return { kind: 'refused' };
  const step = findTotpStep(credentials.totpSecret, plainCode(asked.code), deps.now());
  if (step === null) return { kind: 'refused' };
  const sessionId = await openSession(deps, asked, { accountId: credentials.accountId, step });
  if (sessionId === null) return { kind: 'refused' };
  attempt.succeeded();
  return { kind: 'signed in', sessionId };
}

async function openSession(
  deps: SignInDeps,
  asked: SignInAsked,
  right: { readonly accountId: string; readonly step: number },
): Promise<string | null> {
  const { accountId, step } = right;
  const { address, previousId } = asked;
  return changeSessions(deps, async (trx, touched) => {
    if (!(await useCode(trx, accountId, step))) return null;
    const id = deps.newSessionId();
    const device = describeDevice(asked.userAgent);
    touched(await beginSession(trx, { id, accountId, address, device, at: deps.now(), previousId }));
    return id;
  });
}
