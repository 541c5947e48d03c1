import type { Language } from '@bulkhead/contracts';
import type { Kind } from '#article/kind.rules.ts';
import type { EventFacts } from './event.rules.ts';

/** What can be moved in: kinds that need nothing but words, and events, whose fields are named to the command. */
export const MOVED_KINDS = [
  'news',
  'press-briefing',
  'statement',
  'meeting-summary',
  'event',
  'page',
] as const satisfies readonly Kind[];
export type MovedKind = (typeof MOVED_KINDS)[number];

export const MOVING_LIMITS = { entries: 20_000, files: 50_000, sourceBytes: 268_435_456, html: 2_000_000, depth: 200 } as const;

/** One text of the old site in one language, with nothing of it changed yet. */
export type Entry = {
  /** Where it stands in the export, for whoever looks for it. */
  readonly where: string;
  /** The same for all translations of one text. */
  readonly group: string;
  readonly type: string;
  readonly language: Language;
  readonly title: string;
  readonly summary: string;
  readonly html: string;
  /** Blank lines mean paragraphs, as WordPress stores them. */
  readonly isLoose: boolean;
  /** Its addresses on the old site, paths, the first the one in use. */
  readonly paths: readonly string[];
  readonly firstPublished: Date | null;
  /** When and where it takes place, if that was asked for. */
  readonly event?: EventFacts;
  /** The picture of the whole text. */
  readonly lead?: { readonly src: string; readonly alt: string } | undefined;
};
export type Passed = { readonly where: string; readonly why: string };
/** All that an export holds. */
export type Source = {
  readonly origin: string;
  readonly entries: readonly Entry[];
  readonly redirects: readonly { readonly from: string; readonly to: string }[];
  readonly passed: readonly Passed[];
};

/** A path on the old site, as redirects name it; null for what is elsewhere, or is told apart by a query alone. */
export function oldPath(href: string, origin: string, base = '/'): string | null {
  const url = readUrl(href, `${origin}${base}`);
  if (!url || bareHost(url) !== bareHost(new URL(origin)) || url.search !== '') return null;
  return /^\/(?:[\w.~!$&'()*+,;=:@/-]|%[0-9A-F]{2}){0,400}$/i.test(url.pathname) && !url.pathname.startsWith('//')
    ? url.pathname
    : null;
}

export function readUrl(href: string, base: string): URL | null {
  return URL.canParse(href, base) ? new URL(href, base) : null;
}

/** The same site with and without `www.`, http and https. */
export function bareHost({ host }: URL): string {
  return host.replace(/^www\./, '');
}

/** Under which an address is looked for: with and without a slash at its end it is one. */
export function addressKey(path: string): string {
  return path.replace(/\/+$/, '').toLowerCase() || '/';
}
