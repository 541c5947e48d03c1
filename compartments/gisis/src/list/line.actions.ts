import type { Database } from '@bulkhead/postgres';
import type { Module } from '#declaration/module.rules.ts';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { linesQuery } from './line.store.ts';
import { findPlace, foldText } from './list.store.ts';
import type { Query } from './query.rules.ts';

export type LineSource = Pick<Database<Schema>, 'read' | 'copyLines'>;

/** Bytes of one batch, and lines of the first and of the largest: the size of the lines before tells how many to ask for. */
const BATCH_BYTES = 2_097_152;
const FIRST_LINES = 1000;
const MOST_LINES = 20_000;

/**
 * All that a query finds, as lines that the database writes: batch by batch in the order of filing, from the first or after a record
 * on. The next batch is made while one is sent: two are held, of some bytes whatever the records hold, and no session waits for
 * whoever reads slowly.
 */
export async function* readLines(
  { read: db, copyLines }: LineSource,
  module: Module,
  query: Query,
  {
    cells,
    viewer,
    instantAt,
    afterReference,
  }: {
    readonly cells: readonly string[];
    readonly instantAt: number;
    readonly viewer: Viewer;
    readonly afterReference: string | null;
  },
): AsyncGenerator<Buffer> {
  const searched = await foldText(db, query.text);
  if (query.text !== '' && searched.folded === '') return;
  const first = afterReference === null ? '0' : await findPlace(db, module, afterReference);
  const ask = async (after: string, limit: number) => {
    const lines = await copyLines(linesQuery(module, query, { cells, viewer, searched, after, limit }), {
      mostBytes: BATCH_BYTES,
      instantAt,
    });
    // A little less than fits: lines that are left out were made in vain.
    const fitting = Math.floor((0.9 * BATCH_BYTES) / (lines.bytes / Math.max(lines.count, 1) || 1));
    return { ...lines, limit, fitting: Math.max(1, Math.min(fitting, limit * 8, MOST_LINES)) };
  };
  let next = first === undefined ? undefined : ask(first, FIRST_LINES);
  while (next !== undefined) {
    const { pieces, last, count, isWhole, limit, fitting } = await next;
    const isLast = last === null || (isWhole && count < limit);
    next = isLast ? undefined : ask(last, fitting);
    // Whoever goes away leaves it unread: that it fails is then nobody's matter.
    next?.catch(() => undefined);
    yield* pieces;
  }
}
