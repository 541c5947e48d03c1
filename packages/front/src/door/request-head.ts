import { EstateError } from '@bulkhead/kernel';

/** The first line of a request and its host, once they can be understood in one way only. */
export type RequestHead = {
  /** As the client wrote it, in lower case, with its port. */
  readonly authority: string;
  readonly path: string;
  /** With its question mark, or empty. */
  readonly query: string;
};

/** The longest path with query that is read; tokens carry it. */
export const TARGET_LIMIT = 4096;
const HEADERS_LIMIT = 100;

/** Headers that must not come twice: two readers might each believe another one. */
const SINGLE = new Set([
  'host',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'content-type',
  'cookie',
  'origin',
  'sec-fetch-site',
  'authorization',
  'expect',
  'upgrade',
  'sec-websocket-key',
]);
const SINGLE_LENGTHS = new Set([...SINGLE].map((name) => name.length));

/**
 * Looks for headers that two readers could understand differently. Node's parser has refused the malformed ones before.
 * @throws EstateError `request.malformed`, `request.head_too_large`
 */
export function checkHeaders(rawHeaders: readonly string[], httpVersion: string): void {
  if (rawHeaders.length > HEADERS_LIMIT * 2)
    throw new EstateError('request.head_too_large', `reading a request: over ${HEADERS_LIMIT} headers`);
  let seen = '';
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const given = rawHeaders[at] ?? '';
    if (!SINGLE_LENGTHS.has(given.length)) continue;
    const name = given.toLowerCase();
    if (!SINGLE.has(name)) continue;
    if (seen.includes(`,${name},`)) throw malformed(`the header ${name} stands twice`);
    seen += `,${name},`;
    if (name === 'transfer-encoding') checkTransferEncoding(rawHeaders[at + 1] ?? '', httpVersion);
    // Nobody behind here decodes bodies: what another reader would decode is not what we read.
    if (name === 'content-encoding') throw malformed('its body is coded');
  }
  if (!seen.includes(',host,')) throw malformed('it names no host');
}

function checkTransferEncoding(value: string, httpVersion: string): void {
  if (value.toLowerCase() !== 'chunked') throw malformed('its transfer encoding is not "chunked" alone');
  if (httpVersion !== '1.1') throw malformed('chunks before HTTP/1.1');
}

/**
 * Takes a request's target apart. An absolute address must name the same place as the Host header.
 * @throws EstateError `request.malformed`, `request.address_too_long`
 */
export function readHead(given: {
  readonly target: string;
  readonly host: string;
  readonly scheme: 'http' | 'https';
}): RequestHead {
  if (given.target.length > TARGET_LIMIT)
    throw new EstateError('request.address_too_long', `reading a request: its address is over ${TARGET_LIMIT} characters`);
  const authority = given.host.toLowerCase();
  const target = given.target.startsWith('/') ? given.target : stripAuthority(given.target, given.scheme, authority);
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? '' : target.slice(mark);
  checkPath(path);
  checkQuery(query);
  return { authority, path, query };
}

function stripAuthority(target: string, scheme: string, authority: string): string {
  const prefix = `${scheme}://${authority}`;
  const begins = target.slice(0, prefix.length).toLowerCase() === prefix;
  const rest = target.slice(prefix.length);
  if (begins && rest.startsWith('/')) return rest;
  throw malformed('its address is not a path, and names another place than its host');
}

/** Characters of RFC 3986's path, and percent signs. */
const PATH = /^\/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*$/;
const QUERY = /^[A-Za-z0-9\-._~!$&'()*+,;=:@%/?[\]|^`{}"<>]*$/;
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
/** Dots, slashes, backslashes, control characters behind a percent sign, once or twice encoded. */
const HIDDEN = /%(?:25)*(?:2e|2f|5c|[01][0-9a-f]|7f)/i;

/**
 * Refuses whatever another reader could turn into another path.
 * @throws EstateError `request.malformed`
 */
export function checkPath(path: string): void {
  if (!PATH.test(path) || BROKEN_ESCAPE.test(path)) throw malformed('its path holds characters that do not belong there');
  if (HIDDEN.test(path)) throw malformed('its path hides a slash, a dot or a control character');
  if (path.includes('//')) throw malformed('its path has an empty segment');
  if (path.includes('/.') && path.split('/').some((segment) => segment === '.' || segment === '..'))
    throw malformed('its path climbs');
  if (path.includes('%')) checkDecoded(path);
}

/** Paths are decoded once; what a second decoding would turn into something else is refused as well. */
function checkDecoded(path: string): void {
  const once = decode(path);
  if (once === null) throw malformed('its path is not UTF-8');
  if (HIDDEN.test(once)) throw malformed('its path hides a slash, a dot or a control character');
}

function checkQuery(query: string): void {
  if (!QUERY.test(query) || BROKEN_ESCAPE.test(query)) throw malformed('its query holds characters that do not belong there');
  if (/%00/.test(query)) throw malformed('its query hides a zero');
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

function malformed(why: string): EstateError {
  return new EstateError('request.malformed', `reading a request: ${why}`);
}
