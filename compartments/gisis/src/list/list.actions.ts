import type { Kysely, RawBuilder } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import type { Kept } from '#kept/kept.rules.ts';
import type { Registered } from '#record/record.rules.ts';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import type { Counts, FoundList } from './found.rules.ts';
import {
  BATCH,
  conditionOf,
  countEverything,
  countLatest,
  countMatches,
  findPlace,
  foldText,
  listAfter,
  listFitting,
  listLatest,
  listPage,
} from './list.store.ts';
import { MOST_COUNTED, offeredFacets, type Query, RECORDS_A_PAGE, writePlace, writeQuery } from './query.rules.ts';

/** What is counted of lists that are too long to count each time, and the version of a module that somebody sees. */
export type Counting = {
  readonly kept: Kept<Counts>;
  readonly now: Date;
  readonly versionOf: (module: Module, viewer: Viewer) => Promise<string | null>;
};

export async function readList(
  { db, counting }: { readonly db: Kysely<Schema>; readonly counting?: Counting },
  module: Module,
  query: Query,
  viewer: Viewer,
): Promise<FoundList> {
  const searched = await foldText(db, query.text);
  const nothing = query.text !== '' && searched.folded === '';
  if (nothing) return { records: [], next: null, previous: null, count: 0, facets: [] };
  const asked = { query, viewer, searched };
  const facets = offeredFacets(module, viewer);
  const [page, matched] = await Promise.all([
    listPage(db, module, query, viewer, searched),
    countMatches(db, module, facets, asked),
  ]);
  const isCounted = matched.count <= MOST_COUNTED;
  const counted = isCounted
    ? matched
    : await countLong(counting, module, query, viewer, () => countEverything(db, module, facets, asked));
  const isBack = query.page.way === 'before';
  const shown = page.slice(0, RECORDS_A_PAGE);
  const hasMore = page.length > RECORDS_A_PAGE;
  const inOrder = isBack ? shown.toReversed() : shown;
  const first = inOrder[0];
  const last = inOrder.at(-1);
  return {
    records: inOrder.map(({ record }) => record),
    next: last && (hasMore || isBack) ? writePlace(last.place.value, last.place.id) : null,
    previous: first && (isBack ? hasMore : query.page.way === 'after') ? writePlace(first.place.value, first.place.id) : null,
    count: counted?.count ?? null,
    facets: counted?.facets ?? [],
  };
}

/** A long list is counted for the first who asks, who does not wait for it, and kept for the others. */
async function countLong(
  counting: Counting | undefined,
  module: Module,
  query: Query,
  viewer: Viewer,
  count: () => Promise<Counts>,
): Promise<Counts | undefined> {
  if (counting === undefined) return undefined;
  const { kept, now, versionOf } = counting;
  const version = await versionOf(module, viewer);
  const { delegation, isSecretariat, roles, partyTo = [] } = viewer;
  const address = writeQuery(module, { ...query, order: null }, null);
  return (await kept.soon(JSON.stringify([address, delegation, isSecretariat, roles, partyTo]), version, now, count))?.value;
}

/** What a query finds and its viewer sees, as one condition on the module's table; null where nothing can fit. */
export async function conditionFor(
  { db }: { readonly db: Kysely<Schema> },
  module: Module,
  query: Query,
  viewer: Viewer,
): Promise<RawBuilder<unknown> | null> {
  const searched = await foldText(db, query.text);
  return query.text !== '' && searched.folded === '' ? null : conditionOf(module, query, viewer, searched);
}

/** All that a query finds, in batches in the order of filing, from the first or after a record on. Nothing is counted or held back. */
export async function* readBatch(
  { db }: { readonly db: Kysely<Schema> },
  module: Module,
  query: Query,
  viewer: Viewer,
  afterReference: string | null,
): AsyncGenerator<readonly Registered[]> {
  const searched = await foldText(db, query.text);
  if (query.text !== '' && searched.folded === '') return;
  let last = afterReference === null ? '0' : await findPlace(db, module, afterReference);
  while (last !== undefined) {
    const records = await listAfter(db, module, query, viewer, { searched, after: last });
    if (records.length > 0) yield records;
    last = records.length < BATCH ? undefined : records.at(-1)?.id;
  }
}

/** Which of some records fit a query. */
export async function findFitting(
  { db }: { readonly db: Kysely<Schema> },
  module: Module,
  query: Query,
  { viewer, ids }: { readonly viewer: Viewer; readonly ids: readonly string[] },
): Promise<ReadonlySet<string>> {
  const searched = await foldText(db, query.text);
  if (ids.length === 0 || (query.text !== '' && searched.folded === '')) return new Set();
  return listFitting(db, module, query, { viewer, searched, ids });
}

export type Latest = { readonly viewer: Viewer; readonly after: Date | null; readonly limit: number };

/** What a query finds, the last changed first; changed after a moment if one is given. */
export async function readLatest(
  { db }: { readonly db: Kysely<Schema> },
  module: Module,
  query: Query,
  asked: Latest,
): Promise<readonly Registered[]> {
  const searched = await foldText(db, query.text);
  if (query.text !== '' && searched.folded === '') return [];
  return listLatest(db, module, query, { ...asked, searched });
}

/** How much of it there is, up to the limit. */
export async function countSince(
  { db }: { readonly db: Kysely<Schema> },
  module: Module,
  query: Query,
  asked: Latest & { readonly after: Date },
): Promise<number> {
  const searched = await foldText(db, query.text);
  if (query.text !== '' && searched.folded === '') return 0;
  return countLatest(db, module, query, { ...asked, searched });
}
