/** Kinds of content that run, send or show something of somebody else. */
export const FOREIGN_KINDS = ['script', 'frame', 'form target', 'handler', 'script link', 'base', 'redirect'] as const;
export type ForeignKind = (typeof FOREIGN_KINDS)[number];
export type Foreign = { readonly kind: ForeignKind; readonly text: string };

const SCANNED_LIMIT = 4_194_304;
const FOUND_LIMIT = 50;
const TEXT_LIMIT = 120;
/** Cheap to ask of every value; what it lets by holds none of the rest. */
const SUSPICIOUS = /[<>]|&(?:lt|#)|\\u00|script\s*:|data\s*:/i;
const TAG =
  /<\s*(script|iframe|frame|object|embed|portal|form|base|meta|button|input|link|svg|math|[a-z][a-z0-9:-]*)\b([^>]{0,4000})/gi;
const ATTRIBUTE = /([a-z_:][a-z0-9_:.-]*)\s*(?:=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?/gi;
const LINKING = new Set(['href', 'src', 'action', 'formaction', 'data', 'xlink:href', 'poster', 'srcdoc']);
/** An address at the beginning of a value, or of a string within it. A sentence about script has a space after its colon. */
const BARE_LINK = /(?:^\s*|["'(=]\s*)((?:java|vb|live)script\s*:[^\s"']{1,80}|data\s*:\s*text\/html[^\s"']{0,80})/gi;

/**
 * Finds what could run or send something in a value that may become part of a page: script, frames, forms that send
 * elsewhere, handlers, script links. It reads as leniently as browsers do, and through JSON and character references:
 * it shall see too much rather than too little. What leads to the estate's own hosts is not foreign.
 */
export function findForeign(given: string, isOwn: (url: string) => boolean): Foreign[] {
  if (!SUSPICIOUS.test(given)) return [];
  const text = decode(given.slice(0, SCANNED_LIMIT));
  const links = [...text.matchAll(BARE_LINK)].map((match) => describe('script link', match[1] ?? ''));
  return [...findInMarkup(text, isOwn), ...links].slice(0, FOUND_LIMIT);
}

/** The same in a page: there, `&lt;script&gt;` is text that a person reads, and only markup is markup. */
export function findForeignMarkup(given: string, isOwn: (url: string) => boolean): Foreign[] {
  return findInMarkup(given.slice(0, SCANNED_LIMIT), isOwn, isOfOurs);
}

/** Data for machines, and files of the code by the digest of their content: the publisher holds them against the code. */
function isOfOurs(whole: string): boolean {
  return /^<script type="(?:application\/ld\+json"|module" src="\/assets\/[0-9a-f]{32}\.js")>?$/.test(whole);
}

function findInMarkup(text: string, isOwn: (url: string) => boolean, isKnown?: (whole: string) => boolean): Foreign[] {
  const found: Foreign[] = [];
  for (const [whole, name = '', rest = ''] of text.matchAll(TAG)) {
    if (isKnown?.(whole)) continue;
    judgeTag(name.toLowerCase(), readAttributes(rest), isOwn, (kind) => found.push(describe(kind, whole)));
    if (found.length >= FOUND_LIMIT) break;
  }
  return found;
}

function describe(kind: ForeignKind, what: string): Foreign {
  return { kind, text: what.replaceAll(/\s+/g, ' ').trim().slice(0, TEXT_LIMIT) };
}

type Attributes = ReadonlyMap<string, string>;

function judgeTag(name: string, attributes: Attributes, isOwn: (url: string) => boolean, add: (kind: ForeignKind) => void): void {
  if (name === 'script') add('script');
  if (['iframe', 'frame', 'object', 'embed', 'portal'].includes(name)) {
    const target = attributes.get('src') ?? attributes.get('data') ?? '';
    if (attributes.has('srcdoc') || target === '' || !isOwn(target)) add('frame');
  }
  if (name === 'base') add('base');
  if (name === 'meta' && attributes.get('http-equiv')?.toLowerCase() === 'refresh') add('redirect');
  const target = name === 'form' ? attributes.get('action') : attributes.get('formaction');
  if (target !== undefined && target !== '' && !isOwn(target)) add('form target');
  for (const [attribute, value] of attributes) {
    if (/^on[a-z]{3,}$/.test(attribute)) add('handler');
    if (LINKING.has(attribute) && isScriptLink(value)) add('script link');
  }
}

function readAttributes(text: string): Attributes {
  const attributes = new Map<string, string>();
  for (const [, name = '', quoted = ''] of text.matchAll(ATTRIBUTE)) {
    const key = name.toLowerCase();
    if (!attributes.has(key)) attributes.set(key, decode(quoted.replace(/^["']|["']$/g, '')));
  }
  return attributes;
}

/** Browsers drop tabs, line ends and leading control characters from addresses. */
function isScriptLink(url: string): boolean {
  const bare = Array.from(url, (character) => (character.charCodeAt(0) > 0x20 ? character : ''))
    .join('')
    .toLowerCase();
  return /^(?:java|vb|live)script:|^data:text\/html/.test(bare);
}

const NAMED: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  amp: '&',
  apos: "'",
  colon: ':',
  tab: '',
  newline: '',
};

/** Character references and escapes of JSON, read once: what a page makes of the value. */
function decode(text: string): string {
  return text
    .replaceAll(/\\u([0-9a-f]{4})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
    .replaceAll(/\\(["'/])/g, '$1')
    .replaceAll(/&#x([0-9a-f]{1,6});?/gi, (_, digits: string) => characterOf(Number.parseInt(digits, 16)))
    .replaceAll(/&#(\d{1,7});?/g, (_, digits: string) => characterOf(Number(digits)))
    .replaceAll(/&([a-z]{2,8});/gi, (whole, name: string) => NAMED[name.toLowerCase()] ?? whole);
}

function characterOf(code: number): string {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

/** Tells whether an address stays within the estate: a path, or one of its hosts over http or https. */
export function isOwnAddress(hosts: ReadonlySet<string>): (url: string) => boolean {
  return (url) => {
    const bare = url.trim();
    if (isScriptLink(bare) || bare.startsWith('\\')) return false;
    if (bare.startsWith('//')) return hosts.has(hostIn(`https:${bare}`));
    if (/^[a-z][a-z0-9+.-]*:/i.test(bare)) return /^https?:/i.test(bare) && hosts.has(hostIn(bare));
    return true;
  };
}

function hostIn(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}
