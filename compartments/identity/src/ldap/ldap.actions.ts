import { setTimeout as pause } from 'node:timers/promises';
import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import { enterAsVouched, type Voucher } from '#federation/entry.actions.ts';
import type { OfferedRole } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import type { ChangeFeed } from '#session/change-feed.actions.ts';
import { closeSessions, lookForFamiliarity } from '#session/session.actions.ts';
import type { StartDeps } from '#session/start.actions.ts';
import type { Visitor } from '#session/visitor.rules.ts';
import type { Throttle } from '#throttle/throttle.actions.ts';
import type { LdapServers } from './consult.actions.ts';
import type { LdapServer, LdapWish } from './ldap.rules.ts';
import {
  findAccountByLogin,
  findLinkedAccount,
  findServerById,
  insertServer,
  isAccountLinked,
  listAllServers,
  listPresent,
  setServerDisabled,
  updateServer,
  useLink,
} from './ldap.store.ts';
import { loginOf, readName } from './name.rules.ts';

const REASON = 'Mapped from the organisation’s own directory.';
/** Refusals leave at steps of so much time since they were asked for: how long the server thought does not show [F22]. */
const STEP_MS = 500;
/** Whom nobody is: what is looked up for an unknown name is looked up as for this account. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

export function listServers(db: Kysely<Schema>): Promise<LdapServer[]> {
  return listAllServers(db);
}

/** @throws EstateError `request.not_found` */
export async function getServer(db: Kysely<Schema>, id: string): Promise<LdapServer> {
  const server = await findServerById(db, id);
  if (server) return server;
  throw new EstateError('request.not_found', 'finding a directory: none has this id');
}

export async function saveServer(
  deps: {
    readonly db: Kysely<Schema>;
    readonly transact: Transact<Transaction<Schema>>;
    readonly servers: LdapServers;
    readonly now: Now;
  },
  wish: LdapWish,
  given: { readonly secret: string; readonly by: string; readonly isNew: boolean },
): Promise<'saved' | 'taken'> {
  const at = deps.now();
  const isSearch = wish.way === 'search';
  const typed = isSearch && given.secret !== '' ? deps.servers.sealSecret(wish.id, given.secret) : null;
  if (given.isNew) {
    const isAdded = await deps.transact((trx) => insertServer(trx, wish, { sealedSecret: typed, by: given.by, at }));
    return isAdded ? 'saved' : 'taken';
  }
  const before = await getServer(deps.db, wish.id);
  const kept = isSearch && !needsSecret(wish, before) ? before.sealedSecret : null;
  await deps.transact((trx) => updateServer(trx, wish, { sealedSecret: typed ?? kept, at }));
  return 'saved';
}

/** Another place, or another account there, gets no password that was meant for the one before. */
export function needsSecret(wish: LdapWish, before: LdapServer | null): boolean {
  if (wish.way !== 'search') return false;
  return (
    before === null ||
    before.sealedSecret === null ||
    before.url !== wish.url ||
    before.bindDn !== wish.bindDn ||
    before.certificates !== wish.certificates
  );
}

export async function disableServer(
  deps: { readonly transact: Transact<Transaction<Schema>>; readonly now: Now },
  id: string,
  isDisabled: boolean,
): Promise<void> {
  const at = deps.now();
  await deps.transact((trx) => setServerDisabled(trx, id, isDisabled ? at : null, at));
}

export type LdapSignInDeps = StartDeps & {
  readonly servers: LdapServers;
  readonly throttle: Throttle;
  readonly offered: readonly OfferedRole[];
  readonly newId: () => string;
  readonly monotonicMs: () => number;
  readonly log: Log;
};
export type LdapOutcome =
  | { readonly kind: 'signed in'; readonly sessionId: string }
  | { readonly kind: 'refused' | 'nobody' | 'away' }
  | { readonly kind: 'throttled'; readonly waitMs: number };

/** Signs a person in by what their organisation's directory says of name and password, which go there and nowhere else. */
export async function signInByDirectory(
  deps: LdapSignInDeps,
  server: LdapServer,
  asked: { readonly name: string; readonly password: string; readonly visitor: Visitor },
): Promise<LdapOutcome> {
  const beganAtMs = deps.monotonicMs();
  const outcome = await tryAt(deps, server, asked);
  if (outcome.kind === 'refused') await pause(STEP_MS - ((deps.monotonicMs() - beganAtMs) % STEP_MS));
  return outcome;
}

async function tryAt(
  deps: LdapSignInDeps,
  server: LdapServer,
  asked: { readonly name: string; readonly password: string; readonly visitor: Visitor },
): Promise<LdapOutcome> {
  const { visitor, password } = asked;
  const name = readName(asked.name);
  const login = loginOf(name ?? asked.name);
  const known = await findAccountByLogin(deps.db, server.id, login);
  const { address, browser } = visitor;
  const account = { id: known ?? NOBODY };
  const familiar = await lookForFamiliarity(deps.db, { account, address, browserSha256: browser, now: deps.now() });
  const attempt = deps.throttle.begin({
    address,
    email: `ldap ${server.id} ${login}`,
    isFamiliar: familiar.address,
    knownBrowser: familiar.browser ? browser : null,
  });
  if (attempt.kind === 'throttled') return attempt;
  if (name === null || password === '') return { kind: 'refused' };
  const told = await deps.servers.consult(server, { name, password });
  if (told.kind === 'nobody') return { kind: 'refused' };
  if (told.kind === 'fault') {
    deps.log.warn({ err: told.cause, fault: told.fault, directory: server.id }, 'a directory cannot be asked');
    return { kind: 'away' };
  }
  const entry = await enterAsVouched(deps, voucherFor(server, login), { person: told.person, visitor });
  if (entry.kind === 'nobody') return entry;
  attempt.succeeded();
  return entry;
}

function voucherFor(server: LdapServer, login: string): Voucher {
  return {
    delegationId: server.delegationId,
    addsAccounts: server.addsAccounts,
    method: 'directory',
    by: `directory:${server.id}`,
    reason: REASON,
    findLinked: (db, subject) => findLinkedAccount(db, server.id, subject),
    isLinked: (db, accountId) => isAccountLinked(db, server.id, accountId),
    useLink: (trx, link) => useLink(trx, { ...link, serverId: server.id, login }),
  };
}

/** Looked at in one round for each server, and over one connection. */
const MOST_PRESENT = 1000;
const AT_A_TIME = 50;

/**
 * Ends the sessions of whoever was signed in by a directory that has them no more [F27]. A directory that cannot be asked ends
 * nothing; one in which people sign in by their DN alone has no account of ours to ask with.
 */
export async function endSessionsOfLeavers(deps: {
  readonly db: Kysely<Schema>;
  readonly transact: Transact<Transaction<Schema>>;
  readonly feed: ChangeFeed;
  readonly servers: LdapServers;
  readonly now: Now;
  readonly log: Log;
}): Promise<void> {
  const servers = (await listAllServers(deps.db)).filter((server) => server.way === 'search' && server.disabledAt === null);
  for (const server of servers) {
    const present = await listPresent(deps.db, server.id, { now: deps.now(), limit: MOST_PRESENT });
    for (let at = 0; at < present.length; at += AT_A_TIME) {
      const people = present.slice(at, at + AT_A_TIME);
      const told = await deps.servers.listGone(server, people);
      if (told.kind === 'fault') {
        deps.log.warn({ err: told.cause, fault: told.fault, directory: server.id }, 'a directory cannot be asked who left');
        break;
      }
      for (const { accountId, sessionId } of people.filter(({ subject }) => told.subjects.includes(subject)))
        await closeSessions(deps, { accountId, only: sessionId, by: 'administrator' });
    }
  }
}
