import { isSessionId } from '#session/cookie.rules.ts';

/** Headers that are one connection's own business (RFC 9110, 7.6.1), and those that only the gateway may speak of. */
const NOT_PASSED_ON = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'expect',
  'host',
  'cookie',
  'authorization',
  'forwarded',
  'via',
  'x-real-ip',
]);

const NOT_ANSWERED = new Set([
  ...NOT_PASSED_ON,
  'set-cookie',
  'set-cookie2',
  'clear-site-data',
  'server',
  'x-powered-by',
  'date',
  'alt-svc',
  'strict-transport-security',
  'public-key-pins',
  'x-content-type-options',
  'x-frame-options',
]);

/** The headers of a request as its compartment gets them: no cookie, no credential, nothing that claims to come from us [G8]. */
export function headersForCompartment(
  rawHeaders: readonly string[],
  own: Readonly<Record<string, string>>,
): Record<string, string | string[]> {
  const listed = listedInConnection(rawHeaders);
  const passed: Record<string, string | string[]> = Object.create(null);
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    if (NOT_PASSED_ON.has(name) || listed.has(name) || isReserved(name)) continue;
    add(passed, name, rawHeaders[at + 1] ?? '');
  }
  return Object.assign(passed, own);
}

/** The headers of a compartment's reply as the person gets them: a compartment sets no cookie and no header of ours. */
export function headersForPerson(rawHeaders: readonly string[]): Record<string, string | string[]> {
  const listed = listedInConnection(rawHeaders);
  const passed: Record<string, string | string[]> = Object.create(null);
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    if (name === 'content-length') passed[name] = rawHeaders[at + 1] ?? '';
    if (NOT_ANSWERED.has(name) || listed.has(name) || isReserved(name)) continue;
    add(passed, name, rawHeaders[at + 1] ?? '');
  }
  return passed;
}

// Some applications read an underscore as a hyphen: such a header could pass for one of ours.
function isReserved(name: string): boolean {
  return name.startsWith('bulkhead-') || name.startsWith('x-forwarded-') || name.startsWith('proxy-') || name.includes('_');
}

/** Names that only the gateway's own cookies have. */
const OUR_COOKIE = /^(?:__host-|__secure-)?bulkhead/i;
const COOKIES_LIMIT = 50;
const COOKIE_LIMIT = 8192;

/**
 * The headers of a request as an adopted application gets them: its own cookies and credentials, as they came [AD4]. Of where it
 * came from only the gateway speaks, in the words that such applications know.
 */
export function headersForApplication(
  rawHeaders: readonly string[],
  own: Readonly<Record<string, string>>,
): Record<string, string | string[]> {
  const passed = headersForCompartment(rawHeaders, own);
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const value = rawHeaders[at + 1] ?? '';
    if (name === 'authorization') passed[name] = value;
    if (name !== 'cookie') continue;
    const cookies = value.split(';').filter((one) => !OUR_COOKIE.test(one.trim()));
    if (cookies.join('').trim() !== '') passed[name] = cookies.join(';').trim();
  }
  return passed;
}

/** The headers of an adopted application's reply: its own, but those of the connection and of the gateway; cookies for its origin only. */
export function headersFromApplication(rawHeaders: readonly string[]): Record<string, string | string[]> {
  const passed = headersForPerson(rawHeaders);
  const cookies: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const value = rawHeaders[at + 1] ?? '';
    if (name === 'set-cookie') cookies.push(value);
    if (OF_ITS_OWN_ORIGIN.has(name)) passed[name] = value;
  }
  const allowed = cookies.flatMap((cookie) => hostOnly(cookie) ?? []).slice(0, COOKIES_LIMIT);
  if (allowed.length > 0) passed['set-cookie'] = allowed;
  return passed;
}

/** What natives may not say, since the gateway says it for them. */
const OF_ITS_OWN_ORIGIN = new Set(['clear-site-data', 'x-content-type-options', 'x-frame-options']);

/** A cookie without its domain: it stays with the origin that set it. Null for one that would pass for the gateway's [AD5]. */
export function hostOnly(cookie: string): string | null {
  const [pair = '', ...attributes] = cookie.split(';');
  const name = pair.split('=')[0]?.trim() ?? '';
  if (cookie.length > COOKIE_LIMIT || !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name) || OUR_COOKIE.test(name)) return null;
  return [pair, ...attributes.filter((one) => !/^\s*domain\s*(?:=|$)/i.test(one))].join(';');
}

function listedInConnection(rawHeaders: readonly string[]): ReadonlySet<string> {
  const listed = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if ((rawHeaders[at] ?? '').toLowerCase() !== 'connection') continue;
    for (const name of (rawHeaders[at + 1] ?? '').split(',')) listed.add(name.trim().toLowerCase());
  }
  return listed;
}

function add(headers: Record<string, string | string[]>, name: string, value: string): void {
  const before = headers[name];
  if (before === undefined) headers[name] = value;
  else headers[name] = Array.isArray(before) ? [...before, value] : [before, value];
}

/** Reads the id in a header of identity's; null when there is none or it is not an id. */
export function readSessionHeader(value: string | string[] | undefined): string | null {
  return typeof value === 'string' && isSessionId(value) ? value : null;
}
