import { EstateError, type Now, sha256Hex } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import type { CheckedPasskey, Passkeys } from '#passkey/passkey.actions.ts';
import type { Registration } from '#passkey/passkey.rules.ts';
import type { Passwords } from '#password/password.actions.ts';
import { judgePassword, type PasswordFault } from '#password/password.rules.ts';
import type { Schema } from '#schema.ts';
import { describeDevice } from '#session/session.rules.ts';
import { type StartDeps, startSession } from '#session/start.actions.ts';
import type { Visitor } from '#session/visitor.rules.ts';
import { findTotpStep, plainCode, TOTP_SECRET_BYTES, writeTotpSecret } from '#totp/totp.rules.ts';
import type { Account } from './account.rules.ts';
import { activateAccount, getAccount } from './account.store.ts';
import type { InvitationLetters } from './invitation-letter.actions.ts';
import { deleteSetUp, findSetUp, putSetUp, replaceShownSecret, type SetUp } from './set-up.store.ts';

const INVITATION_MS = 72 * 3_600_000;
const SECRET_BYTES = 24;

export type Invitation = { readonly accountId: string; readonly secret: string; readonly expiresAt: Date };
export type InvitationDeps = {
  readonly now: Now;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly invitationLetters: InvitationLetters;
};
type SetUpDeps = { readonly db: Kysely<Schema>; readonly transact: Transact<Transaction<Schema>>; readonly now: Now };

/** What an invited person is shown, once for each time the secret is presented. */
export type Enrolment = {
  readonly email: string;
  readonly displayName: string;
  readonly totpSecret: string;
  /** What the browser is asked for to make a passkey in place of all this, as JSON. */
  readonly passkeyOptions: string;
};

/** Invites the holder of an account within a transaction of the caller. Only the secret's hash is kept. */
export async function invite(
  trx: Transaction<Schema>,
  deps: InvitationDeps,
  given: { readonly accountId: string; readonly by: string },
): Promise<Invitation> {
  const at = deps.now();
  const secret = Buffer.from(deps.randomBytes(SECRET_BYTES)).toString('base64url');
  const expiresAt = new Date(at.getTime() + INVITATION_MS);
  await putSetUp(trx, { ...given, secretSha256: sha256Hex(secret), expiresAt, at });
  const account = await getAccount(trx, given.accountId, at);
  await deps.invitationLetters.write(trx, account, { secret, expiresAt });
  return { accountId: given.accountId, secret, expiresAt };
}

/**
 * Begins set-up: a new authenticator secret, in place of one that somebody else may have been shown.
 * @throws EstateError `set_up.unknown_secret` if the invitation is unknown, used or too old
 */
export async function beginSetUp(
  deps: SetUpDeps & Pick<InvitationDeps, 'randomBytes'> & { readonly passkeys: Passkeys },
  secret: string,
): Promise<Enrolment> {
  const { email, displayName, accountId } = await getSetUp(deps, secret);
  const totpSecret = writeTotpSecret(deps.randomBytes(TOTP_SECRET_BYTES));
  await deps.transact((trx) => replaceShownSecret(trx, accountId, totpSecret));
  const passkeyOptions = await offerPasskey(deps, { accountId, email, displayName }, secret);
  return { email, displayName, totpSecret, passkeyOptions };
}

export type SetUpOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly enrolment: Enrolment; readonly fault: PasswordFault | 'wrong code' };

/**
 * Ends set-up: with a password and a first code the account can be used, and the invitation cannot any more.
 * @throws EstateError `set_up.unknown_secret`
 */
export async function finishSetUp(
  deps: SetUpDeps & { readonly passwords: Passwords; readonly passkeys: Passkeys },
  asked: { readonly secret: string; readonly password: string; readonly code: string; readonly organisation: string },
): Promise<SetUpOutcome> {
  const { accountId, email, displayName, totpSecret } = await getSetUp(deps, asked.secret);
  if (totpSecret === null) throw unknownSecret('its authenticator was never shown');
  const passkeyOptions = await offerPasskey(deps, { accountId, email, displayName }, asked.secret);
  const enrolment = { email, displayName, totpSecret, passkeyOptions };
  const fault = judgePassword(asked.password, { email, displayName, organisation: asked.organisation });
  if (fault) return { kind: 'refused', enrolment, fault };
  const totpStep = findTotpStep(totpSecret, plainCode(asked.code), deps.now());
  if (totpStep === null) return { kind: 'refused', enrolment, fault: 'wrong code' };
  const passwordHash = await deps.passwords.hash(asked.password);
  await deps.transact(async (trx) => {
    const isFirst = await activateAccount(trx, accountId, { passwordHash, totpSecret, totpStep, at: deps.now() });
    if (!isFirst) throw unknownSecret('it was used meanwhile');
    await deleteSetUp(trx, accountId);
  });
  return { kind: 'done' };
}

/**
 * Ends set-up with a passkey in place of password and authenticator, and signs the person in who just made it [I41].
 * @returns the session that began
 * @throws EstateError `set_up.unknown_secret`, `passkey.refused`
 */
export async function finishSetUpByPasskey(
  deps: StartDeps & { readonly passkeys: Passkeys },
  asked: { readonly secret: string; readonly registration: Registration; readonly visitor: Visitor },
): Promise<string> {
  const { accountId } = await getSetUp(deps, asked.secret);
  const passkey = await deps.passkeys.checkRegistration(asked.registration, useOf(asked.secret));
  const account = await getAccount(deps.db, accountId, deps.now());
  const sessionId = await startSession(deps, {
    account,
    method: 'passkey',
    visitor: asked.visitor,
    prove: async (trx, id) => {
      await activateByPasskey(trx, deps, { account, passkey, visitor: asked.visitor, sessionId: id });
      return true;
    },
  });
  if (sessionId === null) throw unknownSecret('it was used meanwhile');
  return sessionId;
}

async function activateByPasskey(
  trx: Transaction<Schema>,
  deps: Pick<StartDeps, 'now'> & { readonly passkeys: Passkeys },
  given: {
    readonly account: Account;
    readonly passkey: CheckedPasskey;
    readonly visitor: Visitor;
    readonly sessionId: string;
  },
): Promise<void> {
  const { account, passkey, visitor, sessionId } = given;
  if (!(await activateAccount(trx, account.id, { at: deps.now() }))) throw unknownSecret('it was used meanwhile');
  await deleteSetUp(trx, account.id);
  const where = { sessionId, address: visitor.address, device: describeDevice(visitor.userAgent) };
  await deps.passkeys.keep(trx, { passkey, holder: account, name: '', where });
}

function offerPasskey(
  deps: { readonly passkeys: Passkeys },
  who: { readonly accountId: string; readonly email: string; readonly displayName: string },
  secret: string,
): Promise<string> {
  return deps.passkeys.offerRegistration({ ...who, known: [] }, useOf(secret));
}

// Whoever has the secret is whose the challenge is.
function useOf(secret: string) {
  return { purpose: 'set up', holder: sha256Hex(secret) };
}

async function getSetUp(deps: Pick<SetUpDeps, 'db' | 'now'>, secret: string): Promise<SetUp> {
  const found = await findSetUp(deps.db, sha256Hex(secret), deps.now());
  if (found) return found;
  throw unknownSecret('no invitation that is still good has it');
}

function unknownSecret(why: string): EstateError {
  return new EstateError('set_up.unknown_secret', `setting up an account: ${why}`);
}
