import { EstateError, type Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import { countSince, readLatest } from '#list/list.actions.ts';
import { type Query, showingAllStates } from '#list/query.rules.ts';
import type { Schema } from '#schema.ts';
import { PUBLIC, type Viewer } from '#sight/viewer.rules.ts';
import {
  type Counted,
  digestAddress,
  isAddress,
  isForEverybody,
  MOST_NEW,
  type Opened,
  readKept,
  type SavedSearch,
  SHOWN_NEW,
} from './search.rules.ts';
import { deleteSearch, findByAddress, findSearch, insertSearch, listSearches, setAddress, setLooked } from './search.store.ts';

export type ReadDeps = { readonly db: Kysely<Schema>; readonly modules: ReadonlyMap<string, Module>; readonly now: Now };
export type WriteDeps = ReadDeps & { readonly transact: Transact<Transaction<Schema>> };

/** Somebody's searches, each with how many records changed since they last looked. */
export async function countOwnSearches(deps: ReadDeps, viewer: Viewer): Promise<readonly Counted[]> {
  if (viewer.accountId === null) return [];
  const counted: Counted[] = [];
  for (const search of await listSearches(deps.db, viewer.accountId)) {
    const one = await countNew(deps, search, viewer);
    if (one) counted.push(one);
  }
  return counted;
}

async function countNew(deps: ReadDeps, search: SavedSearch, viewer: Viewer): Promise<Counted | null> {
  const module = deps.modules.get(search.module);
  if (module === undefined) return null;
  const query = readKept(module, search.query, viewer, { now: deps.now() });
  if (query === null) return { search, module, query, newCount: 0 };
  const asked = { viewer, after: search.lookedAt, limit: MOST_NEW };
  return { search, module, query, newCount: await countSince(deps, module, showingAllStates(module, query), asked) };
}

/**
 * One search of somebody's own with the records that changed since they last looked, the newest first.
 * @throws EstateError `request.not_found`
 */
export async function openSearch(deps: ReadDeps, id: string, viewer: Viewer): Promise<Opened> {
  const search = await requireOwn(deps, id, viewer);
  const counted = await countNew(deps, search, viewer);
  if (counted === null) throw new EstateError('request.not_found', 'opening a saved search: its module is gone');
  const { module, query } = counted;
  const asked = { viewer, after: search.lookedAt, limit: SHOWN_NEW };
  const latest = query === null ? [] : await readLatest(deps, module, showingAllStates(module, query), asked);
  return { ...counted, latest, isForEverybody: isForEverybody(module, search.query, { now: deps.now() }) };
}

/**
 * One search of somebody's own, and its query as they may ask it at this moment; null where it narrows by what they do not see any more.
 * @throws EstateError `request.not_found`
 */
export async function readOwn(
  deps: ReadDeps,
  id: string,
  viewer: Viewer,
): Promise<{ readonly search: SavedSearch; readonly module: Module; readonly query: Query | null }> {
  const search = await requireOwn(deps, id, viewer);
  const module = deps.modules.get(search.module);
  if (module === undefined) throw new EstateError('request.not_found', 'reading a saved search: its module is gone');
  return { search, module, query: readKept(module, search.query, viewer, { now: deps.now() }) };
}

async function requireOwn({ db }: ReadDeps, id: string, { accountId }: Viewer): Promise<SavedSearch> {
  const search = accountId === null ? undefined : await findSearch(db, accountId, id);
  if (search) return search;
  throw new EstateError('request.not_found', 'finding a saved search: the account has none of this id');
}

/** Keeps a query under a name. @returns whether it was kept: an account has so many at most */
export function saveSearch(
  { transact, now }: WriteDeps,
  kept: Pick<SavedSearch, 'id' | 'accountId' | 'name' | 'module' | 'query'>,
): Promise<boolean> {
  const at = now();
  return transact((trx) => insertSearch(trx, { ...kept, createdAt: at, lookedAt: at }));
}

/** Somebody has seen what changed up to a moment: what changes later is new again. */
export async function noteLooked(deps: WriteDeps, id: string, viewer: Viewer, at: Date): Promise<void> {
  const search = await requireOwn(deps, id, viewer);
  const now = deps.now();
  await deps.transact((trx) => setLooked(trx, search, at < now ? at : now));
}

/**
 * Gives a search a private address, or another one in place of the first.
 * @throws EstateError `request.not_found`, `request.forbidden` where not everybody may ask the query
 */
export async function giveAddress(deps: WriteDeps, id: string, viewer: Viewer, secret: string): Promise<void> {
  const search = await requireOwn(deps, id, viewer);
  const module = deps.modules.get(search.module);
  if (module === undefined || !isForEverybody(module, search.query, { now: deps.now() }))
    throw new EstateError('request.forbidden', 'giving a saved search an address: it narrows by what not everybody sees');
  await deps.transact((trx) => setAddress(trx, search, digestAddress(secret)));
}

export async function takeAddress(deps: WriteDeps, id: string, viewer: Viewer): Promise<void> {
  const search = await requireOwn(deps, id, viewer);
  await deps.transact((trx) => setAddress(trx, search, null));
}

export async function dropSearch(deps: WriteDeps, id: string, viewer: Viewer): Promise<void> {
  const search = await requireOwn(deps, id, viewer);
  await deps.transact((trx) => deleteSearch(trx, search));
}

/**
 * What stands behind a private address: the search, and its query as everybody may ask it. Whoever holds the address is not known:
 * it shows what the public sees, and so no role that was taken away goes on seeing.
 * @throws EstateError `request.not_found`
 */
export async function findAddressed(
  { db, modules, now }: ReadDeps,
  secret: string,
): Promise<{ readonly search: SavedSearch; readonly module: Module; readonly query: Query }> {
  const search = isAddress(secret) ? await findByAddress(db, digestAddress(secret)) : undefined;
  const module = search && modules.get(search.module);
  const query = search && module ? readKept(module, search.query, PUBLIC, { now: now() }) : null;
  if (search && module && query) return { search, module, query };
  throw new EstateError('request.not_found', 'reading a private address: there is none, or it was taken away');
}
