import type { Language } from '@bulkhead/contracts';
import { isLanguage } from '@bulkhead/web';
import { KINDS, type Kind } from '#article/kind.rules.ts';

export const QUERY_LIMIT = 200;
export const RESULTS_A_PAGE = 10;
/** Pages beyond are not counted: whoever looks so far uses other words. */
export const PAGE_LIMIT = 50;
const WORD_LIMIT = 12;

/** What somebody asks the search for. */
export type Asked = {
  readonly language: Language;
  readonly query: string;
  readonly kind: Kind | null;
  readonly year: number | null;
  readonly topic: number | null;
  readonly page: number;
};

export type AskedFault = 'empty' | 'too-long';

export type Hit = {
  readonly articleId: number;
  readonly kind: Kind;
  readonly path: string;
  readonly title: string;
  readonly summary: string;
  /** A part of the text around the first word that was found; empty if it stands in title or summary. */
  readonly excerpt: string;
  readonly publishedAt: Date;
};

export type Facets = {
  readonly kinds: readonly { readonly kind: Kind; readonly count: number }[];
  readonly years: readonly { readonly year: number; readonly count: number }[];
  readonly topics: readonly { readonly id: number; readonly title: string; readonly count: number }[];
};

export type Found = {
  readonly count: number;
  readonly hits: readonly Hit[];
  readonly facets: Facets;
  readonly stems: readonly string[];
};

/** A section, a topic or a body that is public, by its title in a language. */
export type Standing = { readonly articleId: number; readonly kind: string; readonly title: string; readonly path: string };
export type Searched = { readonly found: Found | null; readonly standing: readonly Standing[] };

/** Reads an address of the search. What makes no sense in it is as if it were not there. */
export function readAsked(language: string | undefined, query: URLSearchParams): Asked | null {
  if (!isLanguage(language)) return null;
  const number = (name: string, max: number) => {
    const text = query.get(name) ?? '';
    return /^[1-9]\d{0,9}$/.test(text) && Number(text) <= max ? Number(text) : null;
  };
  const kind = KINDS.find((one) => one === query.get('kind')) ?? null;
  const typed = Array.from((query.get('q') ?? '').slice(0, QUERY_LIMIT + 1)).filter(
    (sign) => !/[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/u.test(sign),
  );
  return {
    language,
    query: typed.join('').normalize('NFC').trim(),
    kind,
    year: number('year', 9999),
    topic: number('topic', 2_147_483_647),
    page: Math.min(number('page', PAGE_LIMIT) ?? 1, PAGE_LIMIT),
  };
}

export function faultOf({ query }: Asked): AskedFault | null {
  if (query.length > QUERY_LIMIT) return 'too-long';
  return /[\p{L}\p{N}]/u.test(query) ? null : 'empty';
}

/** Words of a Chinese query, each as the characters that the index has, apart from each other. */
export function chineseWords(query: string): string[] {
  const words = [...new Intl.Segmenter('zh', { granularity: 'word' }).segment(query)].filter(({ isWordLike }) => isWordLike);
  return words.slice(0, WORD_LIMIT).map(({ segment }) => segment.replaceAll(/([\u3400-\u9fff])/g, ' $1 ').trim());
}

/** At most so many words are looked for; signs that mean something to the database's parser stay, as it reads them safely. */
export function boundQuery(query: string): string {
  return query.split(/\s+/).slice(0, WORD_LIMIT).join(' ');
}

/** The address of a search with something changed. */
export function searchHref({ language, query, kind, year, topic, page }: Asked, change: Partial<Asked> = {}): string {
  const next = { query, kind, year, topic, page: 1, ...change };
  const fields = new URLSearchParams({ q: next.query });
  if (next.kind !== null) fields.set('kind', next.kind);
  if (next.year !== null) fields.set('year', String(next.year));
  if (next.topic !== null) fields.set('topic', String(next.topic));
  if (next.page > 1 || (change.page === undefined && page > 1 && Object.keys(change).length === 0))
    fields.set('page', String(next.page));
  return `/${language}/search?${fields.toString()}`;
}

export type Marked = { readonly text: string; readonly isHit: boolean };

/** Takes a text apart into what was looked for and the rest. Words are compared as the index has them: folded, by their stems. */
export function markHits(text: string, language: Language, stems: readonly string[]): Marked[] {
  if (stems.length === 0) return [{ text, isHit: false }];
  const parts: Marked[] = [];
  const add = (part: string, isHit: boolean) => {
    const last = parts.at(-1);
    if (last?.isHit === isHit) parts[parts.length - 1] = { text: last.text + part, isHit };
    else parts.push({ text: part, isHit });
  };
  for (const { segment, isWordLike } of new Intl.Segmenter(language, { granularity: 'word' }).segment(text))
    add(segment, isWordLike === true && isHit(foldWord(segment, language), language, stems));
  return parts;
}

function isHit(word: string, language: Language, stems: readonly string[]): boolean {
  if (language === 'zh') return stems.some((stem) => word.includes(stem) || stem.includes(word));
  // Arabic words carry their article before the stem.
  return stems.some((stem) => word.startsWith(stem) || (language === 'ar' && stem.length > 2 && word.includes(stem)));
}

function foldWord(word: string, language: Language): string {
  const small = word.toLowerCase();
  if (language === 'ru') return small.replaceAll('ё', 'е');
  if (language === 'zh') return small;
  const bare = small.normalize('NFKD').replaceAll(/[\p{Mn}\u0640]/gu, '');
  return language === 'ar' ? bare.replaceAll(/[أإآٱ]/g, 'ا').replaceAll('ى', 'ي') : bare;
}

const EXCERPT = 220;

/** The part of a text in which something was found. */
export function excerptOf(body: string, language: Language, stems: readonly string[]): string {
  const text = body.replaceAll(/\s+/g, ' ');
  let at = 0;
  for (const { segment, index, isWordLike } of new Intl.Segmenter(language, { granularity: 'word' }).segment(
    text.slice(0, 20_000),
  )) {
    if (!isWordLike || !isHit(foldWord(segment, language), language, stems)) continue;
    at = Math.max(0, index - EXCERPT / 3);
    const from = at === 0 ? 0 : Math.max(0, text.indexOf(' ', at) + 1 || at);
    const part = text.slice(from, from + EXCERPT);
    return `${from > 0 ? '… ' : ''}${part}${from + EXCERPT < text.length ? ' …' : ''}`;
  }
  return '';
}
