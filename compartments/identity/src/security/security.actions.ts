import type { Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import { findOwnCredentials } from '#account/account.actions.ts';
import type { Challenges } from '#challenge/challenge.actions.ts';
import type { Events } from '#event/event.actions.ts';
import { type EventOverview, overlookEvents } from '#event/event.actions.ts';
import type { Holder } from '#event/event.rules.ts';
import { listPasskeysOf } from '#passkey/passkey.actions.ts';
import type { Passkey } from '#passkey/passkey.rules.ts';
import type { Passwords } from '#password/password.actions.ts';
import { judgePassword, type PasswordFault } from '#password/password.rules.ts';
import { countRecoveryCodes } from '#recovery-code/recovery-code.actions.ts';
import type { Schema } from '#schema.ts';
import type { ChangeFeed } from '#session/change-feed.actions.ts';
import { changeSessions, endSessionsOf } from '#session/session.actions.ts';
import { findTotpStep, plainCode, TOTP_SECRET_BYTES, writeTotpSecret } from '#totp/totp.rules.ts';
import { replaceAuthenticator } from './security.store.ts';

export type SecurityOverview = EventOverview & {
  readonly passkeys: readonly Passkey[];
  readonly hasPassword: boolean;
  readonly codesLeft: number;
};
type Who = { readonly accountId: string; readonly sessionId: string };

/** All that an account is signed in with, and what happened to it lately. */
export async function overlookSecurity(db: Kysely<Schema>, who: Who): Promise<SecurityOverview> {
  return {
    ...(await overlookEvents(db, who)),
    passkeys: await listPasskeysOf(db, who.accountId),
    hasPassword: await hasPassword(db, who.accountId),
    codesLeft: await countRecoveryCodes(db, who.accountId),
  };
}

export async function hasPassword(db: Kysely<Schema>, accountId: string): Promise<boolean> {
  return (await findOwnCredentials(db, accountId)) !== undefined;
}

/** A new authenticator as it is shown; nothing of it is kept until its first code comes back with the ticket. */
export type Ticket = { readonly ticket: string; readonly totpSecret: string };

export function offerAuthenticator(challenges: Challenges, sessionId: string): Ticket {
  const ticket = challenges.issueText({ purpose: 'authenticator', holder: sessionId });
  return { ticket, totpSecret: secretOf(challenges, ticket) };
}

export type AuthenticatorOutcome =
  | { readonly kind: 'changed' }
  | { readonly kind: 'wrong code' }
  | { readonly kind: 'over' }
  | { readonly kind: 'unfit'; readonly fault: PasswordFault };

/**
 * Puts a new authenticator in the place of the old; with a password where the account had none. All other sessions end.
 * The session is fresh: the gateway saw to that.
 */
export async function changeAuthenticator(
  deps: {
    readonly transact: Transact<Transaction<Schema>>;
    readonly feed: ChangeFeed;
    readonly passwords: Passwords;
    readonly challenges: Challenges;
    readonly events: Events;
    readonly now: Now;
  },
  asked: {
    readonly holder: Holder;
    readonly where: { readonly sessionId: string; readonly address: string; readonly device: string };
    readonly organisation: string;
    readonly ticket: string;
    readonly code: string;
    /** Null for an account that keeps its own. */
    readonly password: string | null;
  },
): Promise<AuthenticatorOutcome> {
  const { holder, where, ticket, password } = asked;
  const fault = password === null ? null : judgePassword(password, { ...holder, organisation: asked.organisation });
  if (fault) return { kind: 'unfit', fault };
  const totpSecret = secretOf(deps.challenges, ticket);
  const step = findTotpStep(totpSecret, plainCode(asked.code), deps.now());
  if (step === null) return { kind: 'wrong code' };
  if (!deps.challenges.take(ticket, { purpose: 'authenticator', holder: where.sessionId })) return { kind: 'over' };
  const passwordHash = password === null ? null : await deps.passwords.hash(password);
  await changeSessions(deps, async (trx, touched) => {
    const at = deps.now();
    await replaceAuthenticator(trx, holder.id, { totpSecret, step, passwordHash, at });
    const others = { accountId: holder.id, except: where.sessionId };
    touched(await endSessionsOf(trx, others, { by: 'password change', at }));
    await deps.events.note(trx, holder, { kind: 'authenticator changed', ...where, byLetter: true });
  });
  return { kind: 'changed' };
}

function secretOf(challenges: Challenges, ticket: string): string {
  return writeTotpSecret(challenges.derive(ticket, 'authenticator', TOTP_SECRET_BYTES));
}
