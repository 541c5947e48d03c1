import { LANGUAGES } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import { addressIn } from './address.rules.ts';
import type { Content } from './article.rules.ts';

/**
 * Takes an article's addresses in all languages, before it can be shown there. Those that it had and that were never
 * public are free again; those that were stay its own, and lead on to the present ones.
 * @throws EstateError `article.slug_taken`
 */
export async function claimAddresses(trx: Transaction<Schema>, articleId: number, content: Content): Promise<void> {
  await releaseAddresses(trx, articleId);
  const claimed = LANGUAGES.map((language) => ({
    language,
    ...addressIn(content, language),
    article_id: articleId,
    is_kept: false,
  }));
  const inserted = await trx
    .insertInto('article_address')
    .values(claimed)
    .onConflict((conflict) => conflict.columns(['language', 'room', 'path']).doNothing())
    .returning('language')
    .execute();
  if (inserted.length === claimed.length) return;
  for (const { language, room, path } of claimed) {
    const owner = await trx
      .selectFrom('article_address')
      .select('article_id')
      .where('language', '=', language)
      .where('room', '=', room)
      .where('path', '=', path)
      .executeTakeFirst();
    if (owner?.article_id !== articleId)
      throw new EstateError('article.slug_taken', `naming an article: its address is taken in ${language}`);
  }
}

/** Frees addresses that were never public: of a draft that is changed, or discarded. */
export async function releaseAddresses(trx: Transaction<Schema>, articleId: number): Promise<void> {
  await trx.deleteFrom('article_address').where('article_id', '=', articleId).where('is_kept', '=', false).execute();
}

/** What an approved version was shown under stays its article's for ever. */
export async function keepAddresses(trx: Transaction<Schema>, articleId: number): Promise<void> {
  await trx
    .updateTable('article_address')
    .set({ is_kept: true })
    .where('article_id', '=', articleId)
    .where('is_kept', '=', false)
    .execute();
}
