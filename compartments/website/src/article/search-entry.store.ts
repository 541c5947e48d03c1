import type { Transaction } from 'kysely';
import { plainLines } from '#prose/prose.rules.ts';
import type { Schema } from '#schema.ts';
import { publicPath } from './address.rules.ts';
import { type Content, languagesOf, type Version } from './article.rules.ts';

const BODY_CHARACTERS = 60_000;

/** Writes what the public can find of a version that is approved now: an entry a language. */
export async function insertSearchEntries(trx: Transaction<Schema>, version: Version, approvedAt: Date): Promise<void> {
  const { articleId, number, content } = version;
  const publishAt = content.publishing?.at;
  const rows = languagesOf(content).flatMap((language) => {
    const text = content.texts[language];
    const path = publicPath(content, language);
    if (!text || path === null) return [];
    return [
      {
        article_id: articleId,
        version_number: number,
        language,
        kind: content.kind,
        path,
        topics: [...content.subjects.topics],
        title: text.title,
        summary: text.summary,
        body: bodyOf(content, text).slice(0, BODY_CHARACTERS),
        visible_from: publishAt && publishAt > approvedAt ? publishAt : approvedAt,
      },
    ];
  });
  if (rows.length > 0) await trx.insertInto('search_entry').values(rows).execute();
}

function bodyOf({ subjects }: Content, { body, place }: NonNullable<Content['texts']['en']>): string {
  return [place, ...subjects.symbols, ...plainLines(body)].filter((line) => line !== '').join('\n');
}
