import { EstateError } from '@bulkhead/kernel';
import { isSafeUrl } from '@bulkhead/web';

/**
 * A strict reader of the markup that renderers of ours write: well-known elements and attributes, quoted values, nothing else.
 * Whatever it does not know is refused, so that no reading of a browser can find a script, a frame or a foreign form in it.
 */
const HTML_ELEMENTS = new Set(
  `html head meta title link body header footer main nav section article aside div p span a ul ol li dl dt dd h1 h2 h3 h4 h5 h6
   figure figcaption img time strong em b i small sub sup abbr cite q blockquote code pre kbd samp var mark ins del bdi bdo br wbr hr
   table caption thead tbody tfoot tr th td colgroup col details summary picture source address form label input button select option optgroup
   textarea fieldset legend output progress meter search`.split(/\s+/),
);
const HTML_ATTRIBUTES = new Set(
  `lang dir id class title href hreflang rel type src alt width height loading decoding datetime role tabindex name content charset
   colspan rowspan scope headers start reversed value cite open hidden media sizes translate method action enctype for placeholder
   required disabled checked selected readonly multiple min max step minlength maxlength pattern autocomplete spellcheck inputmode
   rows cols accept size label property srcset fetchpriority`.split(/\s+/),
);
const XML_ELEMENTS = new Set(
  `feed id title subtitle author name updated published entry summary link category rights generator
   urlset url loc lastmod xhtml:link sitemapindex sitemap`.split(/\s+/),
);
const XML_ATTRIBUTES = new Set(['xmlns', 'xmlns:xhtml', 'xml:lang', 'rel', 'type', 'href', 'hreflang', 'title', 'term', 'label']);
const NAMESPACES: Readonly<Record<string, readonly string[]>> = {
  xmlns: ['http://www.w3.org/2005/Atom', 'http://www.sitemaps.org/schemas/sitemap/0.9'],
  'xmlns:xhtml': ['http://www.w3.org/1999/xhtml'],
};
/** Attributes that a browser fetches from or sends to: same origin only. A link that a person follows may lead anywhere. */
const FETCHED = new Set(['src', 'action', 'formaction', 'poster', 'data']);
const CLOSE = /<\/([A-Za-z][A-Za-z0-9:-]*)\s*>/y;
const OPEN = /<([A-Za-z][A-Za-z0-9:-]*)((?:\s+[A-Za-z][A-Za-z0-9:_-]*(?:="[^"<>]*")?)*)\s*\/?>/y;
const ATTRIBUTE = /([A-Za-z][A-Za-z0-9:_-]*)(?:="([^"<>]*)")?/g;
/** A block of data for machines; no text in it can end it, and no browser runs it. */
const DATA = /<script type="application\/ld\+json">([^<>&]*)<\/script>/y;
const SCRIPT = /<script type="module" src="(\/assets\/[0-9a-f]{32}\.js)"><\/script>/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: '\u00a0' };

/** What a page is held against: its address, and the paths of scripts that are files of the code. */
export type Scanned = { readonly path: string; readonly publicOrigin: string; readonly scripts?: ReadonlySet<string> };

/**
 * @returns whether it runs a script of the code
 * @throws EstateError `edition.unapproved` for markup that no renderer of ours writes
 */
export function scanHtml(text: string, page: Scanned): boolean {
  const start = '<!doctype html>\n';
  if (!text.startsWith(start)) throw refuse(page.path, 'it does not begin as a page of ours');
  let hasScripts = false;
  const skipData = (at: number): number => {
    DATA.lastIndex = at;
    SCRIPT.lastIndex = at;
    const data = DATA.exec(text);
    if (data) requireJson(data[1] ?? '', page.path);
    const script = data ? null : SCRIPT.exec(text);
    if (script && !page.scripts?.has(script[1] ?? '')) throw refuse(page.path, 'a script that is no file of the code');
    if (script) hasScripts = true;
    return (data ?? script)?.[0].length ?? 0;
  };
  scanTags(text, start.length, { check: (name, attributes) => checkHtmlTag(name, attributes, page), skipData, path: page.path });
  return hasScripts;
}

function requireJson(text: string, path: string): void {
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new EstateError('edition.unapproved', `scanning ${path}: a block of data that is not JSON`, { cause });
  }
}

/** @throws EstateError `edition.unapproved` for a feed or an index that is not JSON */
export function scanJson(text: string, path: string): void {
  requireJson(text, path);
}

/** A calendar (RFC 5545) is lines of text. @throws EstateError `edition.unapproved` */
export function scanCalendar(text: string, path: string): void {
  if (!/^BEGIN:VCALENDAR\r\n(?:[^\r\n]{1,75}\r\n)*END:VCALENDAR\r\n$/.test(text)) throw refuse(path, 'no calendar of ours');
}

/** @throws EstateError `edition.unapproved` */
export function scanXml(text: string, page: { readonly path: string; readonly publicOrigin: string }): void {
  const start = '<?xml version="1.0" encoding="utf-8"?>\n';
  if (!text.startsWith(start)) throw refuse(page.path, 'it does not begin as XML of ours');
  const check = (name: string, attributes: Attributes) => checkXmlTag(name, attributes, page.path);
  scanTags(text, start.length, { check, skipData: () => 0, path: page.path });
}

/** A stylesheet fetches nothing. @throws EstateError `edition.unapproved` */
export function scanCss(text: string, path: string): void {
  if (/@import|url\s*\(|image-set|expression\s*\(|\\|<\//i.test(text.replaceAll(/\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//g, '')))
    throw refuse(path, 'a stylesheet that fetches, or hides something');
}

type Attributes = ReadonlyMap<string, string>;

type Scan = {
  readonly check: (name: string, attributes: Attributes) => void;
  /** How long a block of data is that begins here; 0 for none. */
  readonly skipData: (at: number) => number;
  readonly path: string;
};

function scanTags(text: string, from: number, { check, skipData, path }: Scan): void {
  for (let at = text.indexOf('<', from); at >= 0; at = text.indexOf('<', at)) {
    const skipped = skipData(at);
    if (skipped > 0) {
      at += skipped;
      continue;
    }
    CLOSE.lastIndex = at;
    OPEN.lastIndex = at;
    const closing = CLOSE.exec(text);
    const opening = closing ? null : OPEN.exec(text);
    if (opening) check(opening[1] ?? '', readAttributes(opening[2] ?? '', path));
    const found = closing ?? opening;
    if (!found) throw refuse(path, `markup of no known form: ${text.slice(at, at + 40)}`);
    at += found[0].length;
  }
}

function readAttributes(text: string, path: string): Attributes {
  const attributes = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(ATTRIBUTE)) {
    if (attributes.has(name)) throw refuse(path, `an attribute that stands twice: ${name}`);
    attributes.set(name, decodeEntities(value, path));
  }
  return attributes;
}

function decodeEntities(value: string, path: string): string {
  return value.replaceAll(/&([^;&\s]{0,20};?)/g, (_, name: string) => {
    const decoded = name.endsWith(';') ? ENTITIES[name.slice(0, -1)] : undefined;
    if (decoded === undefined) throw refuse(path, 'an attribute with a character reference that no renderer of ours writes');
    return decoded;
  });
}

function checkHtmlTag(
  name: string,
  attributes: Attributes,
  page: { readonly path: string; readonly publicOrigin: string },
): void {
  const { path } = page;
  if (!HTML_ELEMENTS.has(name)) throw refuse(path, `an element <${name}>`);
  for (const [attribute, value] of attributes) {
    const isKnown = HTML_ATTRIBUTES.has(attribute) || attribute === 'formaction' || /^(?:aria|data)-[a-z-]+$/.test(attribute);
    if (!isKnown) throw refuse(path, `an attribute ${attribute} of <${name}>`);
    if (FETCHED.has(attribute) && !isOwnPath(value)) throw refuse(path, `a foreign address in ${attribute} of <${name}>`);
    if (attribute === 'href') checkLink(name, value, attributes, page);
    if (attribute === 'srcset' && !value.split(', ').every((one) => /^\/[^\s,/][^\s,]* \d{1,5}w$/.test(one)))
      throw refuse(path, `a foreign address in srcset of <${name}>`);
  }
  if (name === 'meta' && (attributes.get('charset') ?? 'utf-8') !== 'utf-8') throw refuse(path, 'another character set');
  if (name === 'meta' && attributes.get('name') === 'referrer') throw refuse(path, 'another referrer policy');
}

function checkLink(
  name: string,
  value: string,
  attributes: Attributes,
  { path, publicOrigin }: { readonly path: string; readonly publicOrigin: string },
): void {
  if (!isSafeUrl(value)) throw refuse(path, `an address of a dangerous kind in <${name}>`);
  if (name !== 'link') return;
  const rel = attributes.get('rel') ?? '';
  if (!['stylesheet', 'canonical', 'alternate', 'icon', 'next', 'prev'].includes(rel))
    throw refuse(path, `a link of kind ${rel}`);
  const isOwn = isOwnPath(value) || ((rel === 'canonical' || rel === 'alternate') && value.startsWith(`${publicOrigin}/`));
  if (!isOwn) throw refuse(path, 'a link to foreign content');
}

function checkXmlTag(name: string, attributes: Attributes, path: string): void {
  if (!XML_ELEMENTS.has(name)) throw refuse(path, `an element <${name}>`);
  for (const [attribute, value] of attributes) {
    if (!XML_ATTRIBUTES.has(attribute)) throw refuse(path, `an attribute ${attribute} of <${name}>`);
    const namespaces = NAMESPACES[attribute];
    if (namespaces && !namespaces.includes(value)) throw refuse(path, `a namespace ${value}`);
    if (attribute === 'href' && !isSafeUrl(value)) throw refuse(path, `an address of a dangerous kind in <${name}>`);
  }
}

function isOwnPath(value: string): boolean {
  return value.startsWith('/') && isSafeUrl(value);
}

function refuse(path: string, why: string): EstateError {
  return new EstateError('edition.unapproved', `scanning ${path}: ${why}`);
}
