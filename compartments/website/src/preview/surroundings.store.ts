import type { RenderRow } from '@bulkhead/contracts';
import { type Kysely, sql } from 'kysely';
import type { Content } from '#article/article.rules.ts';
import type { PageBlock } from '#article/details.rules.ts';
import { NEWS_KINDS } from '#article/kind.rules.ts';
import { figuresOf, proseSchema } from '#prose/prose.rules.ts';
import type { Schema } from '#schema.ts';

/** As many candidates for a list as could matter: what earlier blocks show is left out of later ones. */
const CANDIDATES = 200;
const STANDING = ['topic', 'body', 'contact', 'section'];
const STANDING_LIMIT = 1000;

/**
 * The rows of what stands around and in a page at this moment: what is in the navigation, what the page names, and the
 * newest of what its blocks ask for. Never all of a site.
 */
export async function listSurroundingRows(
  db: Kysely<Schema>,
  { subjects, details }: Pick<Content, 'subjects' | 'details'>,
  now: Date,
): Promise<RenderRow[]> {
  const blocks = details.blocks ?? [];
  const standing = await approved(db).where('kind', 'in', STANDING).limit(STANDING_LIMIT).execute();
  const lists = await Promise.all(blocks.map((block) => listCandidates(db, block, now)));
  const ids = new Set([
    ...standing.map((row) => row.article_id),
    ...lists.flat(),
    ...subjects.topics,
    ...subjects.bodies,
    ...subjects.contacts,
  ]);
  return ids.size === 0 ? [] : listRows(db, [...ids]);
}

function approved(db: Kysely<Schema>) {
  return db
    .selectFrom('article_version')
    .select('article_id')
    .where('state', '=', 'approved')
    .groupBy('article_id')
    .orderBy('article_id');
}

async function listCandidates(db: Kysely<Schema>, block: PageBlock, now: Date): Promise<number[]> {
  if (block.kind === 'text') return [];
  if (block.kind === 'contact') return [block.contact];
  if (block.kind === 'links') return [...block.articles];
  const kinds =
    block.kind === 'events' ? ['event'] : block.kind === 'latest' && block.kinds.length > 0 ? block.kinds : NEWS_KINDS;
  let query = db
    .selectFrom('article_version')
    .select('article_id')
    .where('state', '=', 'approved')
    .where('kind', 'in', [...kinds])
    .groupBy('article_id')
    .limit(CANDIDATES);
  if (block.kind !== 'lead' && block.topic !== null)
    query = query.where(sql<boolean>`subjects->'topics' @> ${JSON.stringify([block.topic])}::jsonb`);
  if (block.kind !== 'lead' && block.body !== null)
    query = query.where(sql<boolean>`subjects->'bodies' @> ${JSON.stringify([block.body])}::jsonb`);
  const ordered =
    block.kind === 'events'
      ? query
          .where(sql<boolean>`details->'event'->>'endsAt' > ${now.toISOString()}`)
          .orderBy(sql`min(details->'event'->>'startsAt')`)
      : query.orderBy(sql`min(greatest(decided_at, publish_at)) desc`);
  const rows = await ordered.execute();
  return [...rows.map((row) => row.article_id), ...(block.kind === 'lead' && block.article !== null ? [block.article] : [])];
}

/** The same rows that the publisher is given of these articles. */
async function listRows(db: Kysely<Schema>, ids: readonly number[]): Promise<RenderRow[]> {
  const of = async (table: 'article_version' | 'article_text' | 'article_withdrawal'): Promise<RenderRow[]> => {
    const query = db.selectFrom(table).selectAll().where('article_id', 'in', ids);
    const rows = await (table === 'article_version' ? query.where(sql<boolean>`state = 'approved'`) : query).execute();
    return rows.map((row) => ({ table, row }));
  };
  const [versions, texts, withdrawals] = [await of('article_version'), await of('article_text'), await of('article_withdrawal')];
  const leads = versions.flatMap(({ row }) => (typeof row['picture_sha256'] === 'string' ? [row['picture_sha256']] : []));
  const figures = texts.flatMap(({ row }) =>
    figuresOf(proseSchema.safeParse(row['body']).data ?? []).map(({ picture }) => picture),
  );
  return [...(await listPictureRows(db, [...new Set([...leads, ...figures])])), ...versions, ...texts, ...withdrawals];
}

async function listPictureRows(db: Kysely<Schema>, digests: readonly string[]): Promise<RenderRow[]> {
  if (digests.length === 0) return [];
  const pictures = await db.selectFrom('picture').selectAll().where('sha256', 'in', digests).execute();
  const renditions = await db.selectFrom('picture_rendition').selectAll().where('picture_sha256', 'in', digests).execute();
  return [
    ...pictures.map((row) => ({ table: 'picture', row })),
    ...renditions.map((row) => ({ table: 'picture_rendition', row })),
  ];
}
