import { type EditionFile, type EditionManifest, type Frozen, type Language, publicPathSchema } from '@bulkhead/contracts';
import { canonicalJson, sha256Hex } from '@bulkhead/kernel';

/** A page's own address, or a style, picture or font of it, which comes with it. */
export type Named = { readonly path: string; readonly isPart: boolean };
/** What a page names: addresses that a copy can hold, and how many it cannot. */
export type Links = { readonly named: readonly Named[]; readonly leftOut: number };

/** Types that make sense in a copy: scripts do not run there, and whatever else is left to the application. */
const TYPES = new Set(
  `text/html text/css text/plain text/csv text/xml application/xml application/atom+xml application/rss+xml image/png image/jpeg
   image/gif image/webp image/avif image/svg+xml image/x-icon image/vnd.microsoft.icon font/woff font/woff2 font/ttf font/otf
   application/pdf`.split(/\s+/),
);

/** A content type without its parameters; null for one that is not copied. */
export function copiedType(contentType: string | undefined): string | null {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return TYPES.has(type) ? type : null;
}

/** The character set that a type names, UTF-8 if none. */
export function charsetOf(contentType: string | undefined): string {
  return /;\s*charset="?([A-Za-z0-9._-]{1,40})/i.exec(contentType ?? '')?.[1] ?? 'utf-8';
}

const LINKS_LIMIT = 20_000;
const TAG_LIMIT = 16_384;
const ATTRIBUTE = /([a-z-]{1,20})\s*=\s*(?:"([^"]{0,4096})"|'([^']{0,4096})'|([^\s"'>]{1,4096}))/gi;

/** Which attributes of which elements name a part of the page, besides links that are followed. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  link: ['href'],
  img: ['src', 'srcset'],
  source: ['src', 'srcset'],
  video: ['poster', 'src'],
  audio: ['src'],
  image: ['href'],
  use: ['href'],
};

/** Finds what a page names. Tolerant, linear in its length, and no judge of what is safe: the copy is served without power [AD7]. */
export function linksInHtml(html: string, page: Page): Links {
  const found: { readonly address: string; readonly isPart: boolean }[] = [];
  for (let at = html.indexOf('<'); at >= 0 && found.length < LINKS_LIMIT; ) {
    const name = /^[a-z][a-z0-9]{0,20}/i.exec(html.slice(at + 1, at + 22))?.[0]?.toLowerCase();
    if (name === undefined || (name !== 'a' && name !== 'area' && PARTS[name] === undefined)) {
      at = html.indexOf('<', at + 1);
      continue;
    }
    const end = html.indexOf('>', at);
    if (end < 0) break;
    if (end - at <= TAG_LIMIT) found.push(...addressesInTag(name, html.slice(at + 1 + name.length, end)));
    // On from its end: no character is looked at twice, whatever a page holds.
    at = html.indexOf('<', end);
  }
  return resolveAll(found, page);
}

function addressesInTag(name: string, text: string) {
  const attributes = new Map<string, string>();
  for (const match of text.matchAll(ATTRIBUTE)) {
    const attribute = match[1]?.toLowerCase() ?? '';
    if (!attributes.has(attribute)) attributes.set(attribute, unescape(match[2] ?? match[3] ?? match[4] ?? ''));
  }
  const parts = PARTS[name];
  if (parts === undefined) {
    const address = attributes.get('href');
    return address === undefined ? [] : [{ address, isPart: false }];
  }
  if (name === 'link' && !/\b(?:stylesheet|icon|preload)\b/i.test(attributes.get('rel') ?? '')) return [];
  return parts.flatMap((attribute) => {
    const value = attributes.get(attribute);
    if (value === undefined) return [];
    const addresses = attribute === 'srcset' ? value.split(',').map((one) => one.trim().split(/\s+/)[0] ?? '') : [value];
    return addresses.map((address) => ({ address, isPart: true }));
  });
}

/** What a stylesheet names. */
export function linksInCss(css: string, sheet: Page): Links {
  const found: { readonly address: string; readonly isPart: boolean }[] = [];
  for (const match of css.matchAll(/(?:url\(\s*|@import\s+)(?:"([^"\n]{0,2048})"|'([^'\n]{0,2048})'|([^\s"')]{1,2048}))/gi)) {
    if (found.length >= LINKS_LIMIT) break;
    found.push({ address: match[1] ?? match[2] ?? match[3] ?? '', isPart: true });
  }
  return resolveAll(found, sheet);
}

function unescape(value: string): string {
  return value.replaceAll(/&(?:amp|#38|#x26);/gi, '&').trim();
}

/** Where a page stands, and whether its links may carry a language along. */
export type Page = { readonly url: string; readonly hasLanguages?: boolean };

function resolveAll(found: readonly { readonly address: string; readonly isPart: boolean }[], page: Page): Links {
  const named = new Map<string, boolean>();
  let leftOut = 0;
  for (const { address, isPart } of found) {
    const target = resolvePath(address, page);
    if (target === 'left out') leftOut += 1;
    else if (target !== 'elsewhere') named.set(target.path, isPart && (named.get(target.path) ?? true));
  }
  return { named: [...named].map(([path, isPart]) => ({ path, isPart })), leftOut };
}

/** What an address names: a path of the same origin, something of another origin or kind, or what no copy can hold. */
export function resolvePath(
  address: string,
  { url: base, hasLanguages = false }: Page,
): { readonly path: string } | 'elsewhere' | 'left out' {
  if (address === '' || address.startsWith('#') || !URL.canParse(address, base)) return 'elsewhere';
  const url = new URL(address, base);
  if (url.origin !== new URL(base).origin) return 'elsewhere';
  const isPlain = url.search === '' || (hasLanguages && /^\?lang=[a-z]{2}$/.test(url.search));
  return isPlain && isCopiable(url.pathname) ? { path: url.pathname } : 'left out';
}

function isCopiable(path: string): boolean {
  return publicPathSchema.safeParse(path).success && !path.startsWith('/.');
}

/** Whether an address may be asked for: a first page, one that is followed, or a part of a page. */
export function mayCopy(frozen: Pick<Frozen, 'paths' | 'follow' | 'never' | 'neverEnding'>, { path, isPart }: Named): boolean {
  if (frozen.never.some((prefix) => path.startsWith(prefix))) return false;
  if (frozen.neverEnding.some((ending) => path.endsWith(ending))) return false;
  return isPart || frozen.paths.includes(path) || frozen.follow.some((prefix) => path.startsWith(prefix));
}

/** Where a page of a copy stands that is there in each language: what a door looks for first that knows its visitor's. */
export function pathInLanguage(path: string, language: Language | null): string {
  return language === null ? path : `/${language}${path}`;
}

/** What an answer came to, before the note is put in. */
export type Copied = {
  readonly path: string;
  readonly status: 200 | 301;
  readonly type: string | null;
  readonly location: string | null;
  readonly sha256: string;
};

/** One digest for a whole copy: two copies with the same are one edition. */
export function digestOfCopy(copied: readonly Copied[]): string {
  const sorted = copied.toSorted((left, right) => (left.path < right.path ? -1 : 1));
  return sha256Hex(
    canonicalJson(sorted.map(({ path, status, type, location, sha256 }) => ({ path, status, type, location, sha256 }))),
  );
}

/** The headers with which a file of a copy is served: never kept by browsers, since the application itself comes back. */
export function headersOfCopy({ type, location }: Pick<Copied, 'type' | 'location'>): EditionFile['headers'] {
  return {
    'cache-control': 'no-store',
    ...(type === null ? {} : { 'content-type': type.startsWith('text/') ? `${type}; charset=utf-8` : type }),
    ...(location === null ? {} : { location }),
  };
}

const REST_FOR_COPYING = 5;

/** Milliseconds until the next copy is due. One that failed is tried again sooner, above all if there is none yet. */
export function copyPauseMs(
  frozen: Pick<Frozen, 'everySeconds'>,
  latest: Pick<EditionManifest, 'crawled'> | undefined,
  { hasFailed, tookMs }: { readonly hasFailed: boolean; readonly tookMs: number },
): number {
  const everyMs = frozen.everySeconds * 1000;
  // However large it is, copying takes no more than a sixth of the time of whoever is copied.
  if (!hasFailed) return Math.max(everyMs, tookMs * REST_FOR_COPYING);
  return Math.min(everyMs, latest === undefined ? 2000 : 30_000);
}
