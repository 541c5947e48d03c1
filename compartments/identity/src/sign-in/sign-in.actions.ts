import { hasCode } from '@bulkhead/kernel';
import type { Kysely, Transaction } from 'kysely';
import { findCredentialsFor, findOwnCredentials, getAccountById, useCode } from '#account/account.actions.ts';
import { type Credentials, normaliseEmail } from '#account/account.rules.ts';
import type { ChallengeUse } from '#challenge/challenge.actions.ts';
import type { Passkeys } from '#passkey/passkey.actions.ts';
import type { Assertion } from '#passkey/passkey.rules.ts';
import type { Passwords } from '#password/password.actions.ts';
import { isUsableCode, useRecoveryCode } from '#recovery-code/recovery-code.actions.ts';
import { readCode } from '#recovery-code/recovery-code.rules.ts';
import type { Schema } from '#schema.ts';
import { lookForFamiliarity } from '#session/session.actions.ts';
import { describeDevice, type SignInMethod } from '#session/session.rules.ts';
import { type Entrant, type StartDeps, startSession } from '#session/start.actions.ts';
import type { Visitor } from '#session/visitor.rules.ts';
import type { Throttle } from '#throttle/throttle.actions.ts';
import { findTotpStep, plainCode } from '#totp/totp.rules.ts';

export type SignInDeps = StartDeps & {
  readonly passwords: Passwords;
  readonly passkeys: Passkeys;
  readonly throttle: Throttle;
};
export type SignInOutcome =
  | { readonly kind: 'signed in'; readonly sessionId: string; readonly method: SignInMethod }
  | { readonly kind: 'refused' }
  | { readonly kind: 'throttled'; readonly waitMs: number };

/** Whom nobody is: what is looked up for an unknown account is looked up as for this one. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

/** A second factor that is right, and how it is used up in the transaction that rests on it. */
export type Proof = {
  readonly method: SignInMethod;
  readonly use: (trx: Transaction<Schema>) => Promise<boolean>;
};

/** Signs a person in by password and code. Whatever is wrong, the answer and the work are the same [I2]. */
export async function signIn(
  deps: SignInDeps,
  asked: Visitor & { readonly email: string; readonly password: string; readonly code: string },
): Promise<SignInOutcome> {
  const email = normaliseEmail(asked.email);
  const { address, browser } = asked;
  const [familiar, credentials] = await Promise.all([
    lookForFamiliarity(deps.db, { account: { email }, address, browserSha256: browser, now: deps.now() }),
    findCredentialsFor(deps.db, email),
  ]);
  const attempt = deps.throttle.begin({
    address,
    email,
    isFamiliar: familiar.address,
    knownBrowser: familiar.browser ? browser : null,
  });
  if (attempt.kind === 'throttled') return attempt;
  // Looked up while the password is checked, which takes longer.
  const [proof, account] = await Promise.all([
    prove(deps, credentials, asked),
    credentials ? getAccountById(deps.db, credentials.accountId, deps.now()) : null,
  ]);
  if (!credentials || !proof || !account) return { kind: 'refused' };
  const sessionId = await startSession(deps, {
    account,
    familiar,
    method: proof.method,
    visitor: asked,
    prove: async (trx, id) => {
      if (!(await proof.use(trx))) return false;
      if (proof.method === 'recovery code') await noteRecoveryCode(deps, trx, { account, visitor: asked, sessionId: id });
      return true;
    },
  });
  if (sessionId === null) return { kind: 'refused' };
  attempt.succeeded();
  return { kind: 'signed in', sessionId, method: proof.method };
}

/**
 * Judges a password and a code, of an authenticator or for recovery, doing the same work for accounts that have none.
 * Nothing is used up yet.
 */
export async function prove(
  deps: Pick<SignInDeps, 'db' | 'passwords' | 'now'>,
  credentials: Credentials | undefined,
  given: { readonly password: string; readonly code: string },
): Promise<Proof | null> {
  const recoveryCode = readCode(given.code);
  const isUsable = recoveryCode !== null && (await isUsableCode(deps.db, credentials?.accountId ?? NOBODY, recoveryCode));
  const isRight = await deps.passwords.verify(given.password, credentials?.passwordHash ?? null);
  if (!credentials || !isRight) return null;
  const { accountId } = credentials;
  if (recoveryCode !== null) {
    if (!isUsable) return null;
    return { method: 'recovery code', use: (trx) => useRecoveryCode(trx, accountId, recoveryCode, deps.now()) };
  }
  const step = findTotpStep(credentials.totpSecret, plainCode(given.code), deps.now());
  return step === null ? null : { method: 'password', use: (trx) => useCode(trx, accountId, step) };
}

/** Signs a person in by passkey, whichever account it is of. */
export async function signInByPasskey(
  deps: SignInDeps,
  asked: Visitor & { readonly assertion: Assertion; readonly use: ChallengeUse },
): Promise<SignInOutcome> {
  const { address, assertion } = asked;
  const attempt = deps.throttle.begin({ address, email: `passkey ${assertion.id}`, isFamiliar: false });
  if (attempt.kind === 'throttled') return attempt;
  try {
    const checked = await deps.passkeys.checkAssertion(deps.db, assertion, asked.use);
    const account = await getAccountById(deps.db, checked.accountId, deps.now());
    const prove = (trx: Transaction<Schema>) => deps.passkeys.use(trx, checked);
    const sessionId = await startSession(deps, { account, method: 'passkey', visitor: asked, prove });
    if (sessionId === null) {
      const where = { sessionId: null, address, device: describeDevice(asked.userAgent) };
      await deps.passkeys.noteCopied(deps, { passkey: checked.passkey, counter: checked.counter, holder: account, where });
      return { kind: 'refused' };
    }
    attempt.succeeded();
    return { kind: 'signed in', sessionId, method: 'passkey' };
  } catch (error) {
    if (hasCode(error, 'passkey.refused')) return { kind: 'refused' };
    throw error;
  }
}

/** Who is signed in, with what opens their account. */
export async function findOwnAccess(
  db: Kysely<Schema>,
  accountId: string,
  now: Date,
): Promise<{ readonly account: Entrant & { readonly id: string }; readonly credentials: Credentials | undefined }> {
  return { account: await getAccountById(db, accountId, now), credentials: await findOwnCredentials(db, accountId) };
}

/** Tells the holder of an account that a recovery code was used. */
export function noteRecoveryCode(
  deps: Pick<StartDeps, 'events'>,
  trx: Transaction<Schema>,
  given: { readonly account: Entrant; readonly visitor: Visitor; readonly sessionId: string },
): Promise<void> {
  const { account, visitor, sessionId } = given;
  const device = describeDevice(visitor.userAgent);
  return deps.events.note(trx, account, {
    kind: 'recovery code used',
    sessionId,
    address: visitor.address,
    device,
    byLetter: true,
  });
}
