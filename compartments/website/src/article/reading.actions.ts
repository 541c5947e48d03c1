import { EstateError } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import type { Schema } from '#schema.ts';
import type { ArticleFile, Listed, Version } from './article.rules.ts';
import { findWithdrawal, getVersion, LIST_LIMIT, listArticles, listVersions } from './article.store.ts';
import { listEvents } from './event.store.ts';
import type { Named } from './named.rules.ts';
import { listNamed } from './named.store.ts';

export type Reading = { readonly db: Database<Schema>['read'] };
export function readArticles({ db }: Reading): Promise<readonly Listed[]> {
  return listArticles(db);
}

/** The next articles below a number, newest first; `next` goes on from there, null at the end. */
export async function readArticlesBelow(
  { db }: Reading,
  before: number | null,
): Promise<{ readonly articles: readonly Listed[]; readonly next: number | null }> {
  const listed = await listArticles(db, before);
  const articles = listed.toSorted((left, right) => right.articleId - left.articleId);
  return { articles, next: articles.length < LIST_LIMIT ? null : (articles.at(-1)?.articleId ?? null) };
}

/** @throws EstateError `request.not_found` */
export async function readArticle({ db }: Reading, articleId: number): Promise<ArticleFile> {
  const versions = await listVersions(db, articleId);
  const [newest] = versions;
  if (!newest) throw new EstateError('request.not_found', `finding article ${articleId}`);
  const approved = versions.find((version) => version.state === 'approved') ?? null;
  const withdrawal = approved ? await findWithdrawal(db, articleId, approved.number) : undefined;
  return { newest, versions, events: await listEvents(db, articleId), approved, withdrawal: withdrawal ?? null };
}

/** @throws EstateError `request.not_found` */
export function readVersion({ db }: Reading, articleId: number, number: number): Promise<Version> {
  return getVersion(db, articleId, number);
}

/** Topics, bodies and contact points that articles can name. */
export function readNamed({ db }: Reading): Promise<readonly Named[]> {
  return listNamed(db);
}
