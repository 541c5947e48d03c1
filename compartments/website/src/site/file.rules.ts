import type { Evidence, Language, RenderedFile } from '@bulkhead/contracts';
import type { Chrome } from './chrome.rules.ts';
import { evidenceOf, type PublicArticle } from './site.rules.ts';

/** A file that the site has: what it depends on, and how it is made. With the same basis it is the same file. */
export type Plan = {
  readonly path: string;
  /** Compared one by one, objects as the same objects. */
  readonly basis: readonly unknown[];
  readonly make: () => RenderedFile;
};

export const SHORT = 'public, max-age=30';
export const FOR_EVER = 'public, max-age=31536000, immutable';

type Kept = {
  readonly type: string;
  readonly cache?: string;
  readonly status?: RenderedFile['status'];
  readonly language?: Language | null;
  readonly evidence?: readonly Evidence[];
};

export function toFile(path: string, content: string | Uint8Array, kept: Kept): RenderedFile {
  const { type, cache = SHORT, status = 200, language = null, evidence = [] } = kept;
  const headers = { 'content-type': type, 'cache-control': cache, ...(language ? { 'content-language': language } : {}) };
  const body = { base64: Buffer.from(content).toString('base64') };
  return { path, status, language, headers, body, evidence: [...new Set(evidence)] };
}

export const TYPES = {
  page: 'text/html; charset=utf-8',
  text: 'text/plain; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
  atom: 'application/atom+xml; charset=utf-8',
  jsonFeed: 'application/feed+json; charset=utf-8',
  json: 'application/json; charset=utf-8',
  calendar: 'text/calendar; charset=utf-8',
} as const;

export type Planned = {
  readonly path: string;
  readonly language: Language;
  readonly chrome: Chrome;
  /** Whose page it is: all of it is proved, not only what lists show. */
  readonly article?: PublicArticle;
  /** What it lists. */
  readonly shown?: readonly PublicArticle[];
  /** What else it depends on, and proves nothing. */
  readonly more?: readonly unknown[];
  readonly status?: RenderedFile['status'];
};

/** A page in one language, with proof of what it shows. */
export function planPage(planned: Planned, toPage: () => unknown): Plan {
  const { path, language, chrome, article, shown = [], more = [], status = 200 } = planned;
  const evidence = () => [...(article?.evidence ?? []), ...evidenceOf(shown), ...chrome.evidence];
  return {
    path,
    basis: [chrome, article, ...shown, ...more],
    make: () => toFile(path, String(toPage()), { type: TYPES.page, status, language, evidence: evidence() }),
  };
}

export function toRedirect(path: string, location: string, evidence: readonly Evidence[] = []): RenderedFile {
  const headers = { 'content-type': TYPES.text, 'cache-control': SHORT, location };
  return { path, status: 301, language: null, headers, body: { base64: '' }, evidence: [...evidence] };
}

/** Where a redirect can lead: the publisher lets no other address through. */
export function isPlainPath(path: string): boolean {
  return (
    /^\/(?:[A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)*\/?)?$/.test(path) &&
    path.length <= 500 &&
    !/(?:^|\/)\.{1,2}(?:\/|$)/.test(path)
  );
}
