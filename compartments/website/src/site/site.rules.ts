import { type Evidence, LANGUAGES, type Language } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import type { ArticleText, Content, Reasons } from '#article/article.rules.ts';
import {
  assembleContent,
  type PictureRow,
  parseRow,
  pictureRowSchema,
  type TextRow,
  textRowSchema,
  type VersionRow,
  versionRowSchema,
  type WithdrawalRow,
  withdrawalRowSchema,
} from '#article/content-row.rules.ts';
import { digestContent, digestWithdrawal } from '#article/digest.rules.ts';

/** A change that the public is told of. */
export type Update = { readonly at: Date; readonly notes: Partial<Record<Language, string>> };

/** An article as the public sees it. Its times are those of the approving requests, taken from their tokens. */
export type PublicArticle = {
  readonly id: number;
  readonly content: Content;
  readonly publishedAt: Date;
  /** Newest first; none for an article that was never updated, or in minor ways only. */
  readonly updates: readonly Update[];
  readonly withdrawal: { readonly at: Date; readonly reasons: Reasons } | null;
  /** Proof of all that its page shows. */
  readonly evidence: readonly Evidence[];
  /** Proof of what lists show: the newest version, and the times of the first and of the last update. */
  readonly listEvidence: readonly Evidence[];
};

export type Site = { readonly articles: readonly PublicArticle[]; readonly withdrawn: readonly PublicArticle[] };

export const PAGE_SIZE = 20;
export const TABLES = ['picture', 'article_version', 'article_text', 'article_withdrawal'] as const;
export type Table = (typeof TABLES)[number];
/** A page says so of its last updates; what came before stands in the history of the article. */
const UPDATES_SHOWN = 50;

export const paths = {
  home: (language: Language) => `/${language}/`,
  news: (language: Language, number = 1) => (number === 1 ? `/${language}/news/` : `/${language}/news/page/${number}`),
  article: (language: Language, slug: string) => `/${language}/news/${slug}`,
  about: (language: Language) => `/${language}/about`,
  notFound: (language: Language) => `/${language}/404`,
  feed: (language: Language) => `/${language}/feed.atom`,
  picture: (picture: NonNullable<Content['picture']>) =>
    `/pictures/${picture.sha256}.${picture.mediaType === 'image/jpeg' ? 'jpg' : picture.mediaType.slice('image/'.length)}`,
} as const;

/** The address of a page in each of the six languages. */
export function inEachLanguage(toPath: (language: Language) => string): Record<Language, string> {
  const { ar, zh, en, fr, ru, es } = Object.fromEntries(LANGUAGES.map((language) => [language, toPath(language)]));
  return { ar: ar ?? '', zh: zh ?? '', en: en ?? '', fr: fr ?? '', ru: ru ?? '', es: es ?? '' };
}

/** When an article last changed in a way that the public is told of. */
export function changedAt(article: PublicArticle): Date {
  return article.withdrawal?.at ?? article.updates[0]?.at ?? article.publishedAt;
}

/** Proof for a page that names articles in a list. */
export function evidenceOf(articles: readonly PublicArticle[]): Evidence[] {
  return articles.flatMap((article) => article.listEvidence);
}

/** The text of an approved article in a language, or in English, which every approved one has. */
export function shownText(content: Content, language: Language): { readonly text: ArticleText; readonly language: Language } {
  const wanted = content.texts[language];
  if (wanted) return { text: wanted, language };
  const { en } = content.texts;
  if (en) return { text: en, language: 'en' };
  throw new EstateError('edition.invalid', `rendering article ${content.slug}: it has no English text`);
}

/**
 * Makes the public site of rows, which are taken for hostile: each is checked, and of each version shown the digest is computed anew.
 * @throws EstateError `input.invalid`
 */
export function assembleSite(rows: Iterable<{ readonly table: string; readonly row: unknown }>): Site {
  const tables = sortRows(rows);
  const articles = [...groupBy(tables.versions, (version) => version.article_id)].map(([id, versions]) =>
    assembleArticle(id, versions, tables),
  );
  const byTime = articles.toSorted(
    (left, right) => right.publishedAt.getTime() - left.publishedAt.getTime() || right.id - left.id,
  );
  return {
    articles: byTime.filter((article) => article.withdrawal === null),
    withdrawn: byTime.filter((article) => article.withdrawal !== null),
  };
}

type Tables = {
  readonly versions: readonly VersionRow[];
  readonly texts: ReadonlyMap<string, readonly TextRow[]>;
  readonly pictures: ReadonlyMap<string, PictureRow>;
  readonly withdrawals: ReadonlyMap<string, WithdrawalRow>;
};

function sortRows(rows: Iterable<{ readonly table: string; readonly row: unknown }>): Tables {
  const versions: VersionRow[] = [];
  const texts: { readonly article_id: number; readonly version_number: number; readonly row: unknown }[] = [];
  const pictures = new Map<string, PictureRow>();
  const withdrawals = new Map<string, WithdrawalRow>();
  for (const { table, row } of rows) {
    if (table === 'article_version') versions.push(...approvedOnly(row));
    else if (table === 'article_text') texts.push({ ...textKeySchema.parse(row), row });
    else if (table === 'picture') {
      const picture = parseRow(pictureRowSchema, row, table);
      pictures.set(picture.sha256, picture);
    } else if (table === 'article_withdrawal') {
      const withdrawal = parseRow(withdrawalRowSchema, row, table);
      withdrawals.set(`${withdrawal.article_id}/${withdrawal.version_number}`, withdrawal);
    }
  }
  // Texts of drafts are not read: what nobody approved must not hinder what two persons did.
  const approved = new Set(versions.map((version) => `${version.article_id}/${version.number}`));
  const shown = texts
    .filter((text) => approved.has(`${text.article_id}/${text.version_number}`))
    .map((text) => parseRow(textRowSchema, text.row, 'article_text'));
  return { versions, texts: groupBy(shown, (text) => `${text.article_id}/${text.version_number}`), pictures, withdrawals };
}

// Looser than the row's own form: the canary has the number 0, and is never shown.
const textKeySchema = z.object({ article_id: z.number().int(), version_number: z.number().int() });
const stateSchema = versionRowSchema.pick({ state: true });

function approvedOnly(row: unknown): VersionRow[] {
  if (parseRow(stateSchema, row, 'article_version').state !== 'approved') return [];
  return [parseRow(versionRowSchema, row, 'article_version')];
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

type Approved = { readonly row: VersionRow; readonly content: Content; readonly at: Date; readonly evidence: Evidence };

function assembleArticle(id: number, rows: readonly VersionRow[], tables: Tables): PublicArticle {
  const versions = rows.toSorted((left, right) => left.number - right.number).map((row) => assembleVersion(id, row, tables));
  const [first] = versions;
  const current = versions.at(-1);
  if (!first || !current) throw new EstateError('input.invalid', `reading article ${id}: it has no version`);
  const updated = versions.slice(1).filter((version) => !version.content.isMinor);
  const shown = updated.slice(-UPDATES_SHOWN);
  const withdrawal = tables.withdrawals.get(`${id}/${current.row.number}`);
  return {
    id,
    content: current.content,
    publishedAt: first.at,
    updates: shown.toReversed().map((version) => ({ at: version.at, notes: notesOf(version.content) })),
    withdrawal: withdrawal ? { at: issuedAt(withdrawal.withdrawal_token), reasons: withdrawal.reasons } : null,
    evidence: withdrawal
      ? [withdrawalEvidence(withdrawal, current)]
      : [...new Set([first, ...shown, current])].map((version) => version.evidence),
    listEvidence: [...new Set([first, ...shown.slice(-1), current])].map((version) => version.evidence),
  };
}

function assembleVersion(id: number, row: VersionRow, tables: Tables): Approved {
  const picture = row.picture_sha256 === null ? undefined : tables.pictures.get(row.picture_sha256);
  const content = assembleContent(row, tables.texts.get(`${id}/${row.number}`) ?? [], picture);
  const tokens = [row.submission_token, row.approval_token].filter((token) => token !== null);
  const digest = digestContent(id, row.number, content);
  const evidence = { what: `article ${id}, version ${row.number}`, subject: `article ${id}`, digest, tokens };
  return { row, content, at: issuedAt(row.approval_token ?? ''), evidence };
}

function withdrawalEvidence(withdrawal: WithdrawalRow, current: Approved): Evidence {
  return {
    what: `withdrawal of article ${withdrawal.article_id}`,
    subject: `article ${withdrawal.article_id}`,
    digest: digestWithdrawal(current.evidence.digest, withdrawal.reasons),
    tokens: [withdrawal.withdrawal_token],
  };
}

function notesOf(content: Content): Update['notes'] {
  return Object.fromEntries(
    Object.entries(content.texts).flatMap(([language, text]) => (text.changeNote ? [[language, text.changeNote]] : [])),
  );
}

// The publisher verifies the token's signature; here only its time is read. One that cannot be read proves nothing there either.
function issuedAt(token: string): Date {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    if (typeof claims === 'object' && claims !== null && 'iat' in claims && typeof claims.iat === 'number') {
      const at = new Date(claims.iat * 1000);
      if (!Number.isNaN(at.getTime())) return at;
    }
  } catch {
    return new Date(0);
  }
  return new Date(0);
}
