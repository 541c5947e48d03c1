import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';
import { type Asked, faultOf, type Searched } from './search.rules.ts';
import { findEntries, listStanding } from './search.store.ts';

export type Searching = { readonly db: Kysely<Schema>; readonly now: () => Date };

/** Looks for what somebody asked for; finds nothing for a question without words, or one that is too long. */
export async function searchSite({ db, now }: Searching, asked: Asked): Promise<Searched> {
  const at = now();
  const standing = await listStanding(db, asked.language, at);
  return { standing, found: faultOf(asked) === null ? await findEntries(db, asked, at) : null };
}
