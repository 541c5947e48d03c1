import { isDeepStrictEqual } from 'node:util';
import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { violatedConstraint } from '@bulkhead/postgres/query-error';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { figuresOf } from '#prose/prose.rules.ts';
import type { ArticleVersionTable, Schema } from '#schema.ts';
import { hasSameAddresses } from './address.rules.ts';
import { claimAddresses, keepAddresses, releaseAddresses } from './address.store.ts';
import type { ArticleId, ArticleText, Content, Listed, Reasons, Stamp, State, Version, Withdrawal } from './article.rules.ts';
import {
  assembleContent,
  type FindPicture,
  parseRow,
  type TextRow,
  textRowSchema,
  versionRowSchema,
  withdrawalRowSchema,
} from './content-row.rules.ts';
import { loadPictures } from './shown-picture.store.ts';

export const LIST_LIMIT = 500;

/** Finds one version, whole. `forUpdate` holds it until the transaction ends. */
export async function findVersion(
  db: Kysely<Schema>,
  articleId: number,
  number: number,
  options: { readonly forUpdate?: boolean } = {},
): Promise<Version | undefined> {
  const query = db.selectFrom('article_version').selectAll().where('article_id', '=', articleId).where('number', '=', number);
  const row = await (options.forUpdate ? query.forUpdate() : query).executeTakeFirst();
  if (!row) return undefined;
  const [version] = await assembleVersions(db, [row]);
  return version;
}

/** @throws EstateError `request.not_found` */
export async function getVersion(
  db: Kysely<Schema>,
  articleId: number,
  number: number,
  options: { readonly forUpdate?: boolean } = {},
): Promise<Version> {
  const version = await findVersion(db, articleId, number, options);
  if (version) return version;
  throw new EstateError('request.not_found', `finding version ${number} of article ${articleId}`);
}

/** All versions of an article, newest first; empty if there is no such article. */
export async function listVersions(db: Kysely<Schema>, articleId: number): Promise<Version[]> {
  const rows = await db
    .selectFrom('article_version')
    .selectAll()
    .where('article_id', '=', articleId)
    .orderBy('number', 'desc')
    .limit(LIST_LIMIT)
    .execute();
  return assembleVersions(db, rows);
}

/** The newest version of each article, those that were changed last first; of those numbered below `before`, if that is said. */
export async function listArticles(db: Kysely<Schema>, before: number | null = null): Promise<Listed[]> {
  const rows = await db
    .selectFrom('article_version as v')
    .select([
      'v.article_id',
      'v.number',
      'v.state',
      'v.kind',
      'v.slug',
      'v.publish_at',
      'v.changed_by',
      'v.changed_by_name',
      'v.changed_at',
    ])
    .select((eb) => [
      eb
        .selectFrom('article_version as a')
        .select((sub) => sub.fn.max('a.number').as('number'))
        .whereRef('a.article_id', '=', 'v.article_id')
        .where('a.state', '=', 'approved')
        .as('approved_number'),
      eb
        .selectFrom('article_withdrawal as w')
        .select((sub) => sub.fn.max('w.version_number').as('number'))
        .whereRef('w.article_id', '=', 'v.article_id')
        .as('withdrawn_number'),
    ])
    // The canary is no article.
    .where('v.article_id', '>', 0)
    .$if(before !== null, (query) => query.where('v.article_id', '<', before ?? 0))
    .distinctOn('v.article_id')
    .orderBy('v.article_id', 'desc')
    .orderBy('v.number', 'desc')
    .limit(LIST_LIMIT)
    .execute();
  const titles = await listTitles(
    db,
    rows.map((row) => row.article_id),
  );
  return rows
    .map((row) => ({
      articleId: toId(row.article_id),
      number: row.number,
      state: versionRowSchema.shape.state.parse(row.state),
      kind: versionRowSchema.shape.kind.parse(row.kind),
      slug: row.slug,
      publishAt: row.publish_at,
      titles: titles.get(`${row.article_id}/${row.number}`) ?? {},
      changed: { accountId: row.changed_by, name: row.changed_by_name, at: row.changed_at },
      isPublic: row.approved_number !== null && row.approved_number !== row.withdrawn_number,
      isWithdrawn: row.approved_number !== null && row.approved_number === row.withdrawn_number,
    }))
    .toSorted((left, right) => right.changed.at.getTime() - left.changed.at.getTime());
}

export async function findWithdrawal(db: Kysely<Schema>, articleId: number, number: number): Promise<Withdrawal | undefined> {
  const row = await db
    .selectFrom('article_withdrawal')
    .selectAll()
    .where('article_id', '=', articleId)
    .where('version_number', '=', number)
    .executeTakeFirst();
  if (!row) return undefined;
  const { reasons } = parseRow(withdrawalRowSchema, row, 'article_withdrawal');
  const by = { accountId: row.withdrawn_by, name: row.withdrawn_by_name, at: row.withdrawn_at };
  return { versionNumber: row.version_number, reasons, by };
}

/**
 * Begins an article with its first draft.
 * @throws EstateError `article.slug_taken`
 */
export async function insertArticle(trx: Transaction<Schema>, content: Content, by: Stamp): Promise<ArticleId> {
  const row = await trx
    .insertInto('article')
    .values({ slug: content.slug, created_by: by.accountId, created_at: by.at })
    .returning('id')
    .executeTakeFirstOrThrow();
  const articleId = toId(row.id);
  await claimAddresses(trx, articleId, content);
  await insertVersion(trx, { articleId, number: 1, basedOn: null, content }, by);
  return articleId;
}

/**
 * Adds a draft. One article has at most one version that is not yet decided.
 * @throws EstateError `article.wrong_state` if there is one already
 */
export async function insertVersion(
  trx: Transaction<Schema>,
  version: Pick<Version, 'articleId' | 'number' | 'basedOn' | 'content'>,
  by: Stamp,
): Promise<void> {
  const { articleId, number, content } = version;
  await trx
    .insertInto('article_version')
    .values({
      article_id: articleId,
      number,
      state: 'draft',
      revision: 1,
      ...contentColumns(content),
      based_on: version.basedOn,
      created_by: by.accountId,
      created_by_name: by.name,
      created_at: by.at,
      ...changeColumns(by),
    })
    .execute()
    .catch((error: unknown) => {
      if (['article_version_open', 'article_version_pkey'].includes(violatedConstraint(error) ?? ''))
        throw new EstateError('article.wrong_state', 'adding a version: there is a draft already', { cause: error });
      throw error;
    });
  await insertTexts(trx, articleId, number, content.texts);
}

/**
 * Replaces the content of a draft that the caller holds.
 * @throws EstateError `article.slug_taken`
 */
export async function replaceContent(trx: Transaction<Schema>, version: Version, content: Content, by: Stamp): Promise<void> {
  const { articleId, number } = version;
  if (!hasSameAddresses(version.content, content)) await claimAddresses(trx, articleId, content);
  await trx
    .updateTable('article_version')
    .set({ ...contentColumns(content), ...changeColumns(by), revision: version.revision + 1 })
    .where('article_id', '=', articleId)
    .where('number', '=', number)
    .execute();
  // Only the languages that differ: the rows of the others stay as they are, and with them their history.
  const before = version.content.texts;
  const gone = LANGUAGES.filter((language) => before[language] && !content.texts[language]);
  const changed = LANGUAGES.filter((language) => !isDeepStrictEqual(before[language], content.texts[language]));
  if (gone.length > 0)
    await trx
      .deleteFrom('article_text')
      .where('article_id', '=', articleId)
      .where('version_number', '=', number)
      .where('language', 'in', gone)
      .execute();
  const texts = Object.fromEntries(
    changed.flatMap((language) => (content.texts[language] ? [[language, content.texts[language]]] : [])),
  );
  await upsertTexts(trx, articleId, number, texts);
}

type Decided = {
  readonly state: Exclude<State, 'draft'>;
  readonly by: Stamp;
  readonly token?: string;
  readonly remark?: string;
};

/** Moves a version that the caller holds to another state. */
export async function moveVersion(trx: Transaction<Schema>, version: Version, decided: Decided): Promise<void> {
  const { accountId, name, at } = decided.by;
  const submitted = {
    submitted_by: accountId,
    submitted_by_name: name,
    submitted_at: at,
    submission_token: decided.token ?? null,
  };
  const judged = { decided_by: accountId, decided_by_name: name, decided_at: at };
  const columns = {
    submitted,
    approved: { ...judged, approval_token: decided.token ?? null },
    rejected: { ...judged, remark: decided.remark ?? null },
    discarded: judged,
  };
  await trx
    .updateTable('article_version')
    .set({ state: decided.state, ...changeColumns(decided.by), ...columns[decided.state] })
    .where('article_id', '=', version.articleId)
    .where('number', '=', version.number)
    .execute();
  if (decided.state === 'approved') await keepAddresses(trx, version.articleId);
  if (decided.state === 'discarded') await releaseAddresses(trx, version.articleId);
}

export async function insertWithdrawal(
  trx: Transaction<Schema>,
  version: Version,
  withdrawal: { readonly reasons: Reasons; readonly by: Stamp; readonly token: string },
): Promise<void> {
  await trx
    .insertInto('article_withdrawal')
    .values({
      article_id: version.articleId,
      version_number: version.number,
      reasons: JSON.stringify(withdrawal.reasons),
      withdrawn_by: withdrawal.by.accountId,
      withdrawn_by_name: withdrawal.by.name,
      withdrawn_at: withdrawal.by.at,
      withdrawal_token: withdrawal.token,
    })
    .execute();
}

async function assembleVersions(db: Kysely<Schema>, rows: readonly Selectable<ArticleVersionTable>[]): Promise<Version[]> {
  const [first] = rows;
  if (!first) return [];
  const texts = (
    await db
      .selectFrom('article_text')
      .selectAll()
      .where('article_id', '=', first.article_id)
      .where(
        'version_number',
        'in',
        rows.map((row) => row.number),
      )
      .execute()
  ).map((text) => parseRow(textRowSchema, text, 'article_text'));
  const leads = rows.flatMap((row) => (row.picture_sha256 === null ? [] : [row.picture_sha256]));
  const figures = texts.flatMap((text) => figuresOf(text.body).map((figure) => figure.picture));
  const find = await loadPictures(db, [...leads, ...figures]);
  return rows.map((row) => toVersion(row, texts, find));
}

function toVersion(row: Selectable<ArticleVersionTable>, texts: readonly TextRow[], find: FindPicture): Version {
  const parsed = parseRow(versionRowSchema, row, 'article_version');
  const own = texts.filter((text) => text.version_number === row.number);
  return {
    articleId: toId(row.article_id),
    number: row.number,
    state: parsed.state,
    revision: row.revision,
    basedOn: row.based_on,
    content: assembleContent(parsed, own, find),
    created: { accountId: row.created_by, name: row.created_by_name, at: row.created_at },
    changed: { accountId: row.changed_by, name: row.changed_by_name, at: row.changed_at },
    submission: toStamp(row.submitted_by, row.submitted_by_name, row.submitted_at),
    decision: toStamp(row.decided_by, row.decided_by_name, row.decided_at),
    remark: row.remark,
  };
}

function toStamp(accountId: string | null, name: string | null, at: Date | null): Stamp | null {
  return accountId === null || at === null ? null : { accountId, name: name ?? '', at };
}

async function listTitles(
  db: Kysely<Schema>,
  articleIds: readonly number[],
): Promise<Map<string, Partial<Record<Language, string>>>> {
  const titles = new Map<string, Partial<Record<Language, string>>>();
  if (articleIds.length === 0) return titles;
  const rows = await db
    .selectFrom('article_text')
    .select(['article_id', 'version_number', 'language', 'title'])
    .where('article_id', 'in', articleIds)
    .execute();
  for (const row of rows) {
    const key = `${row.article_id}/${row.version_number}`;
    titles.set(key, { ...titles.get(key), [textRowSchema.shape.language.parse(row.language)]: row.title });
  }
  return titles;
}

async function insertTexts(trx: Transaction<Schema>, articleId: number, number: number, texts: Content['texts']): Promise<void> {
  const rows = Object.entries(texts).map(([language, text]) => textColumns(articleId, number, language, text));
  if (rows.length > 0) await trx.insertInto('article_text').values(rows).execute();
}

async function upsertTexts(trx: Transaction<Schema>, articleId: number, number: number, texts: Content['texts']): Promise<void> {
  for (const [language, text] of Object.entries(texts)) {
    const { article_id, version_number, language: _, ...columns } = textColumns(articleId, number, language, text);
    await trx
      .insertInto('article_text')
      .values({ article_id, version_number, language, ...columns })
      .onConflict((conflict) => conflict.columns(['article_id', 'version_number', 'language']).doUpdateSet(columns))
      .execute();
  }
}

function textColumns(articleId: number, number: number, language: string, text: ArticleText) {
  return {
    article_id: articleId,
    version_number: number,
    language,
    title: text.title,
    summary: text.summary,
    body: JSON.stringify(text.body),
    picture_alt: text.pictureAlt,
    change_note: text.changeNote,
    slug: text.slug,
    place: text.place,
    source_sha256: text.sourceSha256,
  };
}

function contentColumns(content: Content) {
  return {
    kind: content.kind,
    slug: content.slug,
    is_minor: content.isMinor,
    picture_sha256: content.picture?.sha256 ?? null,
    picture_credit: content.picture?.credit ?? null,
    picture_focus_x: content.picture?.focus?.x ?? null,
    picture_focus_y: content.picture?.focus?.y ?? null,
    subjects: JSON.stringify(content.subjects),
    details: JSON.stringify(content.details),
    publish_at: content.publishing?.at ?? null,
    publish_zone: content.publishing?.zone ?? null,
  };
}

function changeColumns(by: Stamp) {
  return { changed_by: by.accountId, changed_by_name: by.name, changed_at: by.at };
}

// The database numbers articles: nothing else makes such an id.
function toId(id: number): ArticleId {
  return id as ArticleId;
}
