import { EstateError } from '@bulkhead/kernel';
import type { Kysely } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import { SETTLED_MS } from '#export/version.rules.ts';
import { findFitting } from '#list/list.actions.ts';
import type { Query } from '#list/query.rules.ts';
import { filterSeen, findWhole, findWholes } from '#record/record.actions.ts';
import type { Registered } from '#record/record.rules.ts';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { CHANGES_A_PAGE, type Change, type Changes } from './change.rules.ts';
import { findHorizon, findTransactionAt, listLastActs, listOncePublished, listWritten, type Written } from './feed.store.ts';
import type { Place } from './place.rules.ts';

type Deps = { readonly db: Kysely<Schema>; readonly modules: ReadonlyMap<string, Module> };

/**
 * What changed in a module after a place or moment, in the order in which transactions wrote, as this viewer sees it now. A record
 * that changed several times stands there once, at its last. Nothing commits behind the place where it goes on.
 * @throws EstateError `feed.begun_anew`
 */
export async function readChanges(
  deps: Deps,
  module: Module,
  { since, query, viewer }: { readonly since: Place | Date | null; readonly query: Query | null; readonly viewer: Viewer },
): Promise<Changes> {
  const { db } = deps;
  const horizon = await findHorizon(db);
  const whole = findWhole(deps.modules, module);
  const after = await findStart(db, whole === undefined ? [module] : [module, whole], since, horizon);
  const found = await listWritten(db, module, whole, { after, horizon: horizon.transaction, limit: CHANGES_A_PAGE + 1 });
  const written = found.slice(0, CHANGES_A_PAGE);
  const hasMore = found.length > CHANGES_A_PAGE;
  const changes = await tellChanges(deps, module, written, { query, viewer });
  const last = written.at(-1)?.place;
  const end = { transaction: horizon.transaction, id: '0' };
  return { changes, hasMore, next: { timeline: horizon.timeline, ...(hasMore && last ? last : end) } };
}

/** The place that stands now: what is written from here on comes after it. */
export async function findPresentPlace(db: Kysely<Schema>): Promise<Place> {
  return { ...(await findHorizon(db)), id: '0' };
}

async function findStart(
  db: Kysely<Schema>,
  modules: readonly Module[],
  since: Place | Date | null,
  horizon: Pick<Place, 'timeline' | 'transaction'>,
): Promise<Pick<Place, 'transaction' | 'id'>> {
  if (since === null) return { transaction: '0', id: '0' };
  if (since instanceof Date) {
    // What began before that moment may have been written after it.
    const first = await findTransactionAt(db, modules, new Date(since.getTime() - SETTLED_MS));
    return { transaction: first ?? horizon.transaction, id: '0' };
  }
  if (since.timeline === horizon.timeline) return since;
  throw new EstateError('feed.begun_anew', 'reading a feed: its place is on another line of history');
}

async function tellChanges(
  deps: Deps,
  module: Module,
  written: readonly Written[],
  { query, viewer }: { readonly query: Query | null; readonly viewer: Viewer },
): Promise<readonly Change[]> {
  const { db } = deps;
  const records = written.map(({ record }) => record);
  const seen = new Set<string>((await filterSeen(deps, module, records, viewer)).map(({ id }) => id));
  const hidden = records.filter(({ id }) => !seen.has(id));
  const published = await findOncePublished(deps, module, hidden);
  const shown = records.filter(({ id }) => seen.has(id));
  const fitting = query === null ? seen : await findFitting({ db }, module, query, { viewer, ids: [...seen] });
  const acts = await listLastActs(db, module, shown);
  return records.flatMap((record): Change[] => {
    const { id, reference } = record;
    if (!seen.has(id)) return published.has(id) ? [{ kind: 'gone', reference }] : [];
    return fitting.has(id) ? [{ kind: 'changed', record, act: acts.get(id) ?? 'change' }] : [{ kind: 'left', record }];
  });
}

/** Which of some records were published once: of a part also its whole, or nobody may know of it. */
async function findOncePublished(deps: Deps, module: Module, records: readonly Registered[]): Promise<ReadonlySet<string>> {
  const own = await listOncePublished(
    deps.db,
    module,
    records.map(({ id }) => id),
  );
  const whole = findWhole(deps.modules, module);
  if (whole === undefined) return own;
  const wholes = await findWholes(deps, module, records);
  const published = await listOncePublished(deps.db, whole, [...new Set([...wholes.values()].map(({ id }) => id))]);
  return new Set([...own].filter((id) => published.has(wholes.get(id)?.id ?? '')));
}
