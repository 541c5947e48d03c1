import type { Kysely } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { LINES_A_BATCH, type Lines, listLines } from './line.store.ts';
import { findPlace, foldText } from './list.store.ts';
import type { Query } from './query.rules.ts';

/**
 * All that a query finds, as text that the database writes: batch by batch in the order of filing, from the first or after a record
 * on. The next batch is made while one is sent: two are held, and no session waits for whoever reads slowly.
 */
export async function* readLines(
  { db }: { readonly db: Kysely<Schema> },
  module: Module,
  query: Query,
  { line, viewer, afterReference }: { readonly line: string; readonly viewer: Viewer; readonly afterReference: string | null },
): AsyncGenerator<string> {
  const searched = await foldText(db, query.text);
  if (query.text !== '' && searched.folded === '') return;
  const first = afterReference === null ? '0' : await findPlace(db, module, afterReference);
  const ask = (after: string) => listLines(db, module, query, { line, viewer, searched, after });
  let next: Promise<Lines> | undefined = first === undefined ? undefined : ask(first);
  while (next !== undefined) {
    const { text, last, count }: Lines = await next;
    next = count < LINES_A_BATCH || last === null ? undefined : ask(last);
    // Whoever goes away leaves it unread: that it fails is then nobody's matter.
    next?.catch(() => undefined);
    if (text !== '') yield text;
  }
}
