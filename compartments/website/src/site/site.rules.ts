import { type Evidence, LANGUAGES, type Language } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { publicPath } from '#article/address.rules.ts';
import type { ArticleText, Content, Picture, Reasons, Rendition } from '#article/article.rules.ts';
import { isOver } from '#article/details.rules.ts';
import { isNews, type Kind } from '#article/kind.rules.ts';

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
  /** Addresses that it had in approved versions, and has no more; they lead to the present one. */
  readonly formerPaths: readonly { readonly language: Language; readonly path: string }[];
  /** Proof of all that its page shows. */
  readonly evidence: readonly Evidence[];
  /** Proof of what lists show: the newest version, and the times of the first and of the last update. */
  readonly listEvidence: readonly Evidence[];
};

/** All articles that the public may see at a moment, the newest first. */
export type Site = {
  readonly now: Date;
  readonly articles: readonly PublicArticle[];
  readonly withdrawn: readonly PublicArticle[];
  readonly byId: ReadonlyMap<number, PublicArticle>;
  /** When the same rows show something else: an article comes due. */
  readonly nextAt: Date | null;
};

/** Whose site it is, and where it stands. */
export type Host = { readonly organisation: string; readonly isSample: boolean; readonly publicOrigin: string };

export const PAGE_SIZE = 20;

const EXTENSIONS: Readonly<Record<Rendition['mediaType'], string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/avif': 'avif',
};

export const paths = {
  home: (language: Language) => `/${language}/`,
  news: (language: Language) => `/${language}/news/`,
  kind: (language: Language, kind: Kind) => `/${language}/news/kind/${kind}`,
  archive: (language: Language) => `/${language}/news/archive/`,
  year: (language: Language, year: string) => `/${language}/news/archive/${year}`,
  month: (language: Language, month: string) => `/${language}/news/archive/${month}`,
  events: (language: Language) => `/${language}/events/`,
  calendar: (language: Language) => `/${language}/events.ics`,
  topics: (language: Language) => `/${language}/topics/`,
  bodies: (language: Language) => `/${language}/bodies/`,
  contact: (language: Language) => `/${language}/contact`,
  feeds: (language: Language) => `/${language}/feeds`,
  about: (language: Language) => `/${language}/about`,
  search: (language: Language) => `/${language}/search`,
  resting: (language: Language) => `/${language}/search/resting`,
  searchMonths: (language: Language) => `/${language}/search/months.json`,
  searchMonth: (language: Language, month: string) => `/${language}/search/${month}.json`,
  notFound: (language: Language) => `/${language}/404`,
  feed: (language: Language) => `/${language}/feed.atom`,
  jsonFeed: (language: Language) => `/${language}/feed.json`,
  article: (language: Language, article: Pick<PublicArticle, 'content'>) =>
    publicPath(article.content, language) ?? paths.contact(language),
  picture: ({ sha256, mediaType }: Pick<Picture | Rendition, 'sha256' | 'mediaType'>) =>
    `/pictures/${sha256}.${EXTENSIONS[mediaType]}`,
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

/** Proof for a page that names articles in a list; each claim once. */
export function evidenceOf(articles: readonly PublicArticle[]): Evidence[] {
  return [...new Set(articles.flatMap((article) => article.listEvidence))];
}

/** The text of an approved article in a language, or in English, which every approved one has. */
export function shownText(content: Content, language: Language): { readonly text: ArticleText; readonly language: Language } {
  const wanted = content.texts[language];
  if (wanted) return { text: wanted, language };
  const { en } = content.texts;
  if (en) return { text: en, language: 'en' };
  throw new EstateError('edition.invalid', `rendering article ${content.slug}: it has no English text`);
}

const months = new WeakMap<PublicArticle, string>();

/** `2026-05`: the month, in UTC, in which something was published. */
export function monthOf(article: PublicArticle): string {
  const known = months.get(article) ?? article.publishedAt.toISOString().slice(0, 7);
  months.set(article, known);
  return known;
}

export function listNews(site: Site): PublicArticle[] {
  return site.articles.filter(({ content }) => isNews(content.kind));
}

export function listKind(site: Site, kind: Kind): PublicArticle[] {
  return site.articles.filter(({ content }) => content.kind === kind);
}

/** Events by their beginnings: those that are not over, the next first, and those that are, the last first. */
export function listEvents(site: Site): { readonly upcoming: PublicArticle[]; readonly past: PublicArticle[] } {
  const events = site.articles
    .filter(({ content }) => content.kind === 'event' && content.details.event !== undefined)
    .toSorted((left, right) => startOf(left).localeCompare(startOf(right)) || left.id - right.id);
  const isPast = ({ content }: PublicArticle) => isOver(content.details, site.now);
  return { upcoming: events.filter((event) => !isPast(event)), past: events.filter(isPast).toReversed() };
}

function startOf({ content }: PublicArticle): string {
  return content.details.event?.startsAt ?? '';
}

/** What an article says that it is about, as far as it is public itself. */
export function namedBy(site: Pick<Site, 'byId'>, ids: readonly number[], kind: Kind): PublicArticle[] {
  return ids.flatMap((id) => {
    const found = site.byId.get(id);
    return found && found.content.kind === kind && !found.withdrawal ? [found] : [];
  });
}
