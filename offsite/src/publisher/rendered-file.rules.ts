import type { RenderedFile } from '@bulkhead/contracts';
import { EstateError, sha256Hex } from '@bulkhead/kernel';
import { detectImageType, isAvif } from '@bulkhead/web';
import { type Scanned, scanCalendar, scanCss, scanHtml, scanJson, scanXml } from './markup-scan.rules.ts';

const HEADERS = new Set(['content-type', 'content-language', 'cache-control', 'location']);
const CACHE = /^(?:(?:public|private|no-cache|no-store|immutable|max-age=\d{1,9})(?:, |$))+$/;

/** Content types that are published, and how each is looked through. */
const SCANS: Readonly<Record<string, (bytes: Uint8Array, page: Scanned) => unknown>> = {
  'text/html; charset=utf-8': (bytes, page) => scanHtml(decode(bytes, page.path), page),
  'text/css; charset=utf-8': (bytes, page) => scanCss(decode(bytes, page.path), page.path),
  'text/plain; charset=utf-8': (bytes, page) => void decode(bytes, page.path),
  'text/javascript; charset=utf-8': requireOwnScript,
  'text/calendar; charset=utf-8': (bytes, page) => scanCalendar(decode(bytes, page.path), page.path),
  'application/feed+json; charset=utf-8': (bytes, page) => scanJson(decode(bytes, page.path), page.path),
  'application/json; charset=utf-8': (bytes, page) => scanJson(decode(bytes, page.path), page.path),
  'application/atom+xml; charset=utf-8': (bytes, page) => scanXml(decode(bytes, page.path), page),
  'application/xml; charset=utf-8': (bytes, page) => scanXml(decode(bytes, page.path), page),
  'image/png': (bytes, page) => checkImage(bytes, 'image/png', page.path),
  'image/jpeg': (bytes, page) => checkImage(bytes, 'image/jpeg', page.path),
  'image/webp': (bytes, page) => checkImage(bytes, 'image/webp', page.path),
  'image/avif': (bytes, page) => checkImage(bytes, 'image/avif', page.path),
};

/**
 * Checks what a file is served with: only headers that are known, a content type that is looked through.
 * @throws EstateError `edition.unapproved`
 */
export function checkHeaders(file: Pick<RenderedFile, 'path' | 'status' | 'language' | 'headers'>): void {
  const { path, headers } = file;
  const unknown = Object.keys(headers).find((name) => !HEADERS.has(name));
  if (unknown) throw refuse(path, `a header ${unknown}`);
  if (!SCANS[headers['content-type'] ?? '']) throw refuse(path, `a content type ${headers['content-type']}`);
  if ((headers['content-language'] ?? null) !== file.language && headers['content-language'] !== undefined)
    throw refuse(path, 'a header that tells another language');
  if (headers['cache-control'] !== undefined && !CACHE.test(headers['cache-control']))
    throw refuse(path, 'a strange cache-control');
  const { location } = headers;
  if ((location !== undefined) !== (file.status === 301))
    throw refuse(path, 'a redirect without, or an address with no redirect');
  if (location !== undefined && !/^\/(?:[A-Za-z0-9._~-]+\/?)*$/.test(location)) throw refuse(path, 'a redirect to elsewhere');
}

/**
 * @returns whether it is a page that runs a script of the code
 * @throws EstateError `edition.unapproved` for content that is not of its type, or could run or send something
 */
export function checkContent(
  file: Pick<RenderedFile, 'path' | 'status' | 'headers'>,
  bytes: Uint8Array,
  given: Omit<Scanned, 'path'>,
): boolean {
  if (file.status === 301 && bytes.length > 0) throw refuse(file.path, 'a redirect with content');
  return SCANS[file.headers['content-type'] ?? '']?.(bytes, { ...given, path: file.path }) === true;
}

// Named by its content, and its content is a file of the code: nothing else runs in a browser.
function requireOwnScript(bytes: Uint8Array, { path, scripts }: Scanned): void {
  if (!scripts?.has(path) || path !== scriptPath(bytes)) throw refuse(path, 'a script that is no file of the code');
}

/** Where a script of the code is published. */
export function scriptPath(bytes: Uint8Array): string {
  return `/assets/${sha256Hex(bytes).slice(0, 32)}.js`;
}

function checkImage(bytes: Uint8Array, type: string, path: string): void {
  if (type === 'image/avif' ? !isAvif(bytes) : detectImageType(bytes) !== type) throw refuse(path, `content that is no ${type}`);
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new EstateError('edition.unapproved', `scanning ${path}: text that is not UTF-8`, { cause });
  }
}

function refuse(path: string, why: string): EstateError {
  return new EstateError('edition.unapproved', `scanning ${path}: ${why}`);
}
