import type { Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import type { Events } from '#event/event.actions.ts';
import type { Holder } from '#event/event.rules.ts';
import type { Schema } from '#schema.ts';
import type { ChangeFeed } from './change-feed.actions.ts';
import { beginSession, changeSessions, lookForFamiliarity } from './session.actions.ts';
import { describeDevice, type SignInMethod } from './session.rules.ts';
import type { Visitor } from './visitor.rules.ts';

export type StartDeps = {
  readonly db: Kysely<Schema>;
  readonly transact: Transact<Transaction<Schema>>;
  readonly feed: ChangeFeed;
  readonly events: Events;
  readonly newSessionId: () => string;
  readonly now: Now;
};
/** Whoever has a role somewhere can change what others rely on: their sign-ins are told to them. */
export type Entrant = Holder & { readonly roles: readonly unknown[] };

/**
 * Begins a session for a person who was found to be who they say they are, in one transaction with what proves it.
 * A sign-in with a role is noted for the person, and told by letter when the browser (the address, if that is all we know) is new.
 * @returns null if the proof was used up meanwhile
 */
export async function startSession(
  deps: StartDeps,
  given: {
    readonly account: Entrant;
    readonly method: SignInMethod;
    readonly visitor: Visitor;
    /** Whether the account knows address and browser, if that was looked up already. */
    readonly familiar?: { readonly address: boolean; readonly browser: boolean };
    readonly prove: (trx: Transaction<Schema>, sessionId: string) => Promise<boolean>;
  },
): Promise<string | null> {
  const { account, method, visitor } = given;
  const { address, browser: browserSha256, previousId } = visitor;
  const device = describeDevice(visitor.userAgent);
  const asked = { account: { id: account.id }, address, browserSha256, now: deps.now() };
  const familiar = given.familiar ?? (await lookForFamiliarity(deps.db, asked));
  const isNew = browserSha256 === null ? !familiar.address : !familiar.browser;
  return changeSessions(deps, async (trx, touched) => {
    const id = deps.newSessionId();
    if (!(await given.prove(trx, id))) return null;
    const at = deps.now();
    touched(await beginSession(trx, { id, accountId: account.id, address, device, method, at, previousId, browserSha256 }));
    if (account.roles.length > 0)
      await deps.events.note(trx, account, { kind: 'signed in', sessionId: id, address, device, byLetter: isNew });
    return id;
  });
}
