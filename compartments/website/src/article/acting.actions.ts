import type { Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import type { ArticleId, Person, Stamp, Version } from './article.rules.ts';
import { insertVersion } from './article.store.ts';
import { digestContent } from './digest.rules.ts';
import { insertEvent } from './event.store.ts';

/** What an action on behalf of a person needs: one transaction, the clock, and who it is. */
export type Acting = { readonly transact: Transact<Transaction<Schema>>; readonly now: Now; readonly person: Person };
/** The same, with the request's token: the proof that stays with the row. */
export type Proving = Acting & { readonly token: string };
/** Which version a request is about. */
export type Named = { readonly articleId: number; readonly number: number };
/** Where a version stands now; `digest` is what the next request has to end in. */
export type Standing = { readonly articleId: ArticleId; readonly number: number; readonly digest: string };

/** Adds a draft to an article, in a transaction that is under way. */
export async function beginVersion(trx: Transaction<Schema>, version: Version, by: Stamp): Promise<Standing> {
  await insertVersion(trx, version, by);
  return standingOf(version);
}

export function standingOf(version: Pick<Version, 'articleId' | 'number' | 'content'>): Standing {
  const { articleId, number, content } = version;
  return { articleId, number, digest: digestContent(articleId, number, content) };
}

export function stamp({ person, now }: Acting): Stamp {
  return { ...person, at: now() };
}

/** Adds to the history of an article what another capability did with it. */
export const noteEvent = insertEvent;
