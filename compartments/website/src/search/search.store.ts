import type { Language } from '@bulkhead/contracts';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { KINDS } from '#article/kind.rules.ts';
import type { Schema } from '#schema.ts';
import {
  type Asked,
  boundQuery,
  chineseWords,
  excerptOf,
  type Facets,
  type Found,
  RESULTS_A_PAGE,
  type Standing,
} from './search.rules.ts';

/** More are not counted. */
const MATCH_LIMIT = 2000;

const hitSchema = z.object({
  article_id: z.number(),
  kind: z.enum(KINDS),
  path: z.string(),
  title: z.string(),
  summary: z.string(),
  body: z.string(),
  visible_from: z.date(),
});
const facetSchema = z.object({
  what: z.enum(['all', 'kind', 'year', 'topic']),
  value: z.string().nullable(),
  title: z.string().nullable(),
  count: z.number(),
});

/** Finds what the public may see at a moment, the best first. Every value is a parameter; the parser of queries takes any text. */
export async function findEntries(db: Kysely<Schema>, asked: Asked, now: Date): Promise<Found> {
  const matched = matchedEntries(asked, now);
  const [hits, facets, stems] = [
    await sql`with matched as materialized (${matched})
      select article_id, kind, path, title, summary, left(body, 20000) as body, visible_from from matched
      where ${isNarrowed(asked)} order by rank desc, visible_from desc, article_id desc
      limit ${RESULTS_A_PAGE} offset ${(asked.page - 1) * RESULTS_A_PAGE}`.execute(db),
    await sql`with matched as materialized (${matched}), narrowed as (select * from matched where ${isNarrowed(asked)})
      select 'all' as what, null as value, null as title, count(*)::int as count from narrowed
      union all select 'kind', kind, null, count(*)::int from narrowed group by kind
      union all select 'year', extract(year from visible_from at time zone 'UTC')::int::text, null, count(*)::int from narrowed group by 2
      union all (select 'topic', topic::text, (select coalesce(max(t.title) filter (where t.language = ${asked.language}), max(t.title))
          from search_entry t where t.article_id = topic and t.kind = 'topic' and t.language in (${asked.language}, 'en')), count(*)::int
        from narrowed, unnest(topics) as topic group by topic order by 4 desc limit 12)`.execute(db),
    await findStems(db, asked),
  ];
  const counted = z.array(facetSchema).parse(facets.rows);
  return {
    count: counted.find(({ what }) => what === 'all')?.count ?? 0,
    hits: z
      .array(hitSchema)
      .parse(hits.rows)
      .map((row) => ({
        articleId: row.article_id,
        kind: row.kind,
        path: row.path,
        title: row.title,
        summary: row.summary,
        excerpt: excerptOf(row.body, asked.language, stems),
        publishedAt: row.visible_from,
      })),
    facets: toFacets(counted),
    stems,
  };
}

function toFacets(counted: readonly z.infer<typeof facetSchema>[]): Facets {
  const of = (wanted: string) => counted.filter(({ what }) => what === wanted);
  return {
    kinds: of('kind').flatMap(({ value, count }) => {
      const kind = KINDS.find((one) => one === value);
      return kind ? [{ kind, count }] : [];
    }),
    years: of('year')
      .map(({ value, count }) => ({ year: Number(value), count }))
      .toSorted((left, right) => right.year - left.year),
    topics: of('topic').flatMap(({ value, title, count }) => (title ? [{ id: Number(value), title, count }] : [])),
  };
}

/** Of each article its newest version that is due, unless it was withdrawn. */
function isPublic(now: Date): RawBuilder<unknown> {
  return sql`e.visible_from <= ${now}
    and e.version_number = (select max(other.version_number) from search_entry other
      where other.article_id = e.article_id and other.visible_from <= ${now})
    and not exists (select from article_withdrawal w where w.article_id = e.article_id and w.version_number = e.version_number)`;
}

function matchedEntries(asked: Asked, now: Date): RawBuilder<unknown> {
  return sql`select e.article_id, e.kind, e.path, e.topics, e.title, e.summary, e.body, e.visible_from,
      ts_rank_cd('{0.1, 0.2, 0.5, 1.0}', e.words, q.query, 33) as rank
    from search_entry e, (select ${queryOf(asked)} as query) q
    where e.language = ${asked.language} and e.words @@ q.query and ${isPublic(now)}
    order by rank desc limit ${MATCH_LIMIT}`;
}

function isNarrowed({ kind, year, topic }: Asked): RawBuilder<unknown> {
  return sql`(${kind}::text is null or kind = ${kind}) and (${topic}::int is null or ${topic}::int = any(topics))
    and (${year}::int is null or extract(year from visible_from at time zone 'UTC') = ${year}::int)`;
}

function queryOf({ language, query }: Pick<Asked, 'language' | 'query'>): RawBuilder<unknown> {
  if (language !== 'zh')
    return sql`websearch_to_tsquery(search_dictionary(${language}), search_fold(${language}, ${boundQuery(query)}))`;
  const words = chineseWords(query).map((word) => sql`phraseto_tsquery('simple', search_fold('zh', ${word}))`);
  return words.length === 0 ? sql`to_tsquery('simple', '')` : sql`(${sql.join(words, sql` && `)})`;
}

async function findStems(db: Kysely<Schema>, { language, query }: Asked): Promise<string[]> {
  if (language === 'zh') return chineseWords(query).map((word) => word.replaceAll(/\s+/g, '').toLowerCase());
  const { rows } = await sql`select unnest(tsvector_to_array(
    to_tsvector(search_dictionary(${language}), search_fold(${language}, ${boundQuery(query)})))) as name`.execute(db);
  return z
    .array(z.object({ name: z.string() }))
    .parse(rows)
    .map(({ name }) => name);
}

/** Sections, topics and bodies that are public, in a language or in English: for the navigation, and to narrow a search. */
export async function listStanding(db: Kysely<Schema>, language: Language, now: Date): Promise<Standing[]> {
  const { rows } = await sql`select distinct on (e.article_id) e.article_id, e.kind, e.title, e.path from search_entry e
    where e.kind in ('section', 'topic', 'body') and e.language in (${language}, 'en') and ${isPublic(now)}
    order by e.article_id, e.language = ${language} desc limit 500`.execute(db);
  const schema = z.object({ article_id: z.number(), kind: z.string(), title: z.string(), path: z.string() });
  return z
    .array(schema)
    .parse(rows)
    .map((row) => ({ articleId: row.article_id, kind: row.kind, title: row.title, path: row.path }));
}
