import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';
import { textRowSchema } from './content-row.rules.ts';
import { KINDS } from './kind.rules.ts';
import { NAMED_KINDS, type Named } from './named.rules.ts';

const LIMIT = 1000;

/** Topics, bodies and contact points, by the newest version of each that was not thrown away. */
export async function listNamed(db: Kysely<Schema>): Promise<Named[]> {
  const rows = await db
    .selectFrom('article_version as v')
    .select(['v.article_id', 'v.number', 'v.kind', 'v.state'])
    .where('v.kind', 'in', [...NAMED_KINDS])
    .where('v.state', '!=', 'discarded')
    .distinctOn('v.article_id')
    .orderBy('v.article_id')
    .orderBy('v.number', 'desc')
    .limit(LIMIT)
    .execute();
  if (rows.length === 0) return [];
  const texts = await db
    .selectFrom('article_text')
    .select(['article_id', 'version_number', 'language', 'title'])
    .where(
      'article_id',
      'in',
      rows.map((row) => row.article_id),
    )
    .execute();
  return rows.map((row) => ({
    id: row.article_id,
    kind: KINDS.find((kind) => kind === row.kind) ?? 'topic',
    isPublic: row.state === 'approved',
    titles: Object.fromEntries(
      texts
        .filter((text) => text.article_id === row.article_id && text.version_number === row.number)
        .map((text) => [textRowSchema.shape.language.parse(text.language), text.title]),
    ),
  }));
}
