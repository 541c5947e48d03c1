import type { Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import { changePasswordHash, findOwnCredentials, getAccountById, useCode } from '#account/account.actions.ts';
import type { Events } from '#event/event.actions.ts';
import type { Passwords } from '#password/password.actions.ts';
import { judgePassword, type PasswordFault } from '#password/password.rules.ts';
import type { Schema } from '#schema.ts';
import type { ChangeFeed } from '#session/change-feed.actions.ts';
import { changeSessions, endSessionsOf, lookForFamiliarity } from '#session/session.actions.ts';
import type { Throttle } from '#throttle/throttle.actions.ts';
import { findTotpStep, plainCode } from '#totp/totp.rules.ts';

export type PasswordChange = {
  readonly accountId: string;
  readonly sessionId: string;
  readonly address: string;
  readonly device: string;
  readonly organisation: string;
  readonly current: string;
  readonly code: string;
  readonly wanted: string;
};
export type PasswordOutcome =
  | { readonly kind: 'changed' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unfit'; readonly fault: PasswordFault }
  | { readonly kind: 'throttled'; readonly waitMs: number };

/** Changes one's own password, by the current one and a code. All other sessions end. */
export async function changePassword(
  deps: {
    readonly db: Kysely<Schema>;
    readonly transact: Transact<Transaction<Schema>>;
    readonly feed: ChangeFeed;
    readonly events: Events;
    readonly passwords: Passwords;
    readonly throttle: Throttle;
    readonly now: Now;
  },
  asked: PasswordChange,
): Promise<PasswordOutcome> {
  const account = await getAccountById(deps.db, asked.accountId, deps.now());
  const fault = judgePassword(asked.wanted, { ...account, organisation: asked.organisation });
  if (fault) return { kind: 'unfit', fault };
  const { address, device, sessionId } = asked;
  const familiar = await lookForFamiliarity(deps.db, { account, address, browserSha256: null, now: deps.now() });
  const attempt = deps.throttle.begin({ address, email: account.email, isFamiliar: familiar.address });
  if (attempt.kind === 'throttled') return attempt;
  const credentials = await findOwnCredentials(deps.db, account.id);
  const isRight = await deps.passwords.verify(asked.current, credentials?.passwordHash ?? null);
  const step = credentials ? findTotpStep(credentials.totpSecret, plainCode(asked.code), deps.now()) : null;
  if (!isRight || step === null) return { kind: 'refused' };
  const hash = await deps.passwords.hash(asked.wanted);
  const isDone = await changeSessions(deps, async (trx, touched) => {
    if (!(await useCode(trx, account.id, step))) return false;
    await changePasswordHash(trx, account.id, hash, deps.now());
    const others = { accountId: account.id, except: sessionId };
    touched(await endSessionsOf(trx, others, { by: 'password change', at: deps.now() }));
    await deps.events.note(trx, account, { kind: 'password changed', sessionId, address, device, byLetter: true });
    return true;
  });
  if (!isDone) return { kind: 'refused' };
  attempt.succeeded();
  return { kind: 'changed' };
}
