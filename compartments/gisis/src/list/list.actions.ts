import type { Kysely } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import type { Registered } from '#record/record.rules.ts';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import type { FoundList } from './found.rules.ts';
import { BATCH, countFacets, countMatches, findPlace, foldText, listAfter, listPage } from './list.store.ts';
import { MOST_COUNTED, offeredFacets, type Query, RECORDS_A_PAGE, writePlace } from './query.rules.ts';

export async function readList(
  { db }: { readonly db: Kysely<Schema> },
  module: Module,
  query: Query,
  viewer: Viewer,
): Promise<FoundList> {
  const searched = await foldText(db, query.text);
  const nothing = query.text !== '' && searched.folded === '';
  if (nothing) return { records: [], next: null, previous: null, count: 0, facets: [] };
  const [page, count] = await Promise.all([
    listPage(db, module, query, viewer, searched),
    countMatches(db, module, query, viewer, searched),
  ]);
  const isCounted = count <= MOST_COUNTED;
  const facets = isCounted ? await countFacets(db, module, offeredFacets(module, viewer), { query, viewer, searched }) : [];
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
    count: isCounted ? count : null,
    facets,
  };
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
