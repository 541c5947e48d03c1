import type { Session } from '@bulkhead/contracts';
import { hasCode, type Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import { endBlockedTokens } from '#api-token/api-token.actions.ts';
import type { Schema } from '#schema.ts';
import type { ChangeFeed } from './change-feed.actions.ts';
import {
  endOf,
  type LiveSession,
  PRIVILEGED_LIMITS,
  type SessionEnd,
  type SessionLimits,
  type SessionOfPerson,
  type SignInMethod,
  USUAL_LIMITS,
} from './session.rules.ts';
import {
  deleteSessionsBefore,
  endSessionById,
  endSessions,
  endSessionsBegunBefore,
  findFamiliarity,
  findLiveSession,
  hasPrivilege,
  insertSession,
  listLiveSessions,
  listSessionIds,
  renewAuthentication,
  touchSessions,
} from './session.store.ts';

/** Ended sessions are kept so long: an address seen in them is familiar. */
export const KEPT_MS = 90 * 86_400_000;
const SEEN_LIMIT = 50_000;

export type SessionChange = { readonly transact: Transact<Transaction<Schema>>; readonly feed: ChangeFeed; readonly now: Now };

/**
 * Runs a transaction that ends sessions or changes what they may do, and tells the feed once it is committed [I5];
 * also when that is in doubt: asking again does no harm.
 */
export async function changeSessions<Result>(
  deps: Pick<SessionChange, 'transact' | 'feed'>,
  run: (trx: Transaction<Schema>, touched: (sessionIds: readonly string[]) => void) => Promise<Result>,
): Promise<Result> {
  const ids: string[] = [];
  try {
    const result = await deps.transact((trx) => run(trx, (sessionIds) => ids.push(...sessionIds)));
    deps.feed.announce(ids);
    return result;
  } catch (error) {
    if (hasCode(error, 'transaction.in_doubt')) deps.feed.announce(ids);
    throw error;
  }
}

/** Begins a session with an id of its own; the one that the browser had before ends [I3]. */
export async function beginSession(
  trx: Transaction<Schema>,
  given: Pick<LiveSession, 'id' | 'accountId' | 'address' | 'device' | 'method'> & {
    readonly at: Date;
    readonly previousId: string | null;
    readonly browserSha256: string | null;
    /** Those of the account's roles unless told. */
    readonly limits?: SessionLimits;
  },
): Promise<string[]> {
  const { at, previousId } = given;
  const limits = given.limits ?? ((await hasPrivilege(trx, given.accountId, at)) ? PRIVILEGED_LIMITS : USUAL_LIMITS);
  const ended = previousId === null ? [] : await endSessionById(trx, previousId, { by: 'new sign-in', at });
  await insertSession(trx, {
    ...given,
    startedAt: at,
    endsAt: new Date(at.getTime() + limits.longestMs),
    idleMs: limits.idleMs,
    lastSeenAt: at,
    authenticatedAt: at,
  });
  return ended;
}

/** Ends sessions within a transaction of the caller, who tells the feed. */
export function endSessionsOf(
  trx: Transaction<Schema>,
  which: { readonly accountId: string; readonly only?: string; readonly except?: string },
  end: { readonly by: SessionEnd; readonly at: Date },
): Promise<string[]> {
  return endSessions(trx, which, end);
}

/** The ids of an account's sessions, for a change that does not end them. */
export function listSessionsToTell(trx: Transaction<Schema>, accountId: string): Promise<string[]> {
  return listSessionIds(trx, accountId);
}

/** Ends sessions of an account: one, all but one, or all. */
export async function closeSessions(
  deps: SessionChange,
  which: { readonly accountId: string; readonly only?: string; readonly except?: string; readonly by: SessionEnd },
): Promise<void> {
  await changeSessions(deps, async (trx, touched) => touched(await endSessions(trx, which, { by: which.by, at: deps.now() })));
}

/** Ends what an order of off-site blocks: sessions and API tokens, and those of accounts from before a moment [I12]. Twice does no harm. */
export async function endBlockedSessions(
  deps: SessionChange,
  blocked: {
    readonly sessions: readonly string[];
    readonly accounts: readonly { readonly account: string; readonly before: string }[];
  },
): Promise<void> {
  const end = { by: 'recovery', at: deps.now() } as const;
  await changeSessions(deps, async (trx, touched) => {
    for (const id of blocked.sessions) touched(await endSessionById(trx, id, end));
    for (const { account, before } of blocked.accounts)
      touched(await endSessionsBegunBefore(trx, account, new Date(before), end));
    await endBlockedTokens(trx, blocked, end.at);
  });
}

export function listSessionsOf(db: Kysely<Schema>, accountId: string, now: Date): Promise<LiveSession[]> {
  return listLiveSessions(db, accountId, now);
}

/** Whether an account has signed in from an address, and in a browser, within the time for which sessions are kept. */
export function lookForFamiliarity(
  db: Kysely<Schema>,
  given: Omit<Parameters<typeof findFamiliarity>[1], 'since'> & { readonly now: Date },
): Promise<{ readonly address: boolean; readonly browser: boolean }> {
  return findFamiliarity(db, { ...given, since: new Date(given.now.getTime() - KEPT_MS) });
}

/** Makes a living session fresh again, within a transaction of the caller, who tells the feed [I44]. */
export function refreshSession(
  trx: Transaction<Schema>,
  id: string,
  given: { readonly method: SignInMethod; readonly at: Date },
): Promise<boolean> {
  return renewAuthentication(trx, id, given);
}

export function forgetOldSessions(trx: Transaction<Schema>, now: Date): Promise<void> {
  return deleteSessionsBefore(trx, new Date(now.getTime() - KEPT_MS));
}

/** Sessions as the gateway asks for them. */
export class SessionDesk {
  readonly #db: Kysely<Schema>;
  readonly #now: Now;
  readonly #isReadOnly: boolean;
  /** Uses that could not be written, while this process may only read. */
  readonly #seen = new Map<string, Date>();

  constructor(deps: { readonly db: Kysely<Schema>; readonly now: Now; readonly isReadOnly: boolean }) {
    this.#db = deps.db;
    this.#now = deps.now;
    this.#isReadOnly = deps.isReadOnly;
  }

  async find(id: string): Promise<Session | null> {
    const found = await findLiveSession(this.#db, id, this.#now(), this.#seen.get(id));
    return found ? toContract(found, this.#now()) : null;
  }

  /** Notes that sessions were used; in memory only where nothing may be written. */
  async noteUse(ids: readonly string[], transact: Transact<Transaction<Schema>>): Promise<void> {
    if (ids.length === 0) return;
    if (!this.#isReadOnly) return transact((trx) => touchSessions(trx, ids, this.#now()));
    for (const id of ids) if (this.#seen.size < SEEN_LIMIT && (await this.find(id))) this.#seen.set(id, this.#now());
  }
}

// Nobody can prove anew who sits at a broken glass: two people did, and it lasts an hour.
function toContract(session: SessionOfPerson, now: Date): Session {
  const authenticatedAt = session.method === 'break-glass' ? now : session.authenticatedAt;
  return {
    id: session.id,
    accountId: session.accountId,
    displayName: session.displayName,
    delegation: session.delegationId,
    roles: { ...session.roles },
    language: session.language,
    startedAt: session.startedAt.toISOString(),
    authenticatedAt: authenticatedAt.toISOString(),
    endsAt: endOf(session).toISOString(),
    ...(session.rolesUntil ? { freshUntil: session.rolesUntil.toISOString() } : {}),
  };
}
