import type { IncomingHttpHeaders } from 'node:http';
import type { ManifestRoute } from '@bulkhead/contracts';
import type { ErrorCode } from '@bulkhead/kernel';

/** A personal API token as identity makes them: a prefix that scanners for leaked secrets know, and 256 random bits. */
const API_TOKEN = /^Bearer (bh_[A-Za-z0-9_-]{43})$/i;

/** The personal API token that a request presents; null for none. */
export function readApiToken(headers: IncomingHttpHeaders): string | null {
  return API_TOKEN.exec(headers.authorization ?? '')?.[1] ?? null;
}

/** Whether an address has an API token in it, where histories and logs of others keep it: then it is not used. */
export function holdsApiToken(query: string): boolean {
  return /(?:^|[^A-Za-z0-9_-])bh_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/.test(query);
}

/** Whether a request is judged as one of software: no cookie of it counts, and so no page elsewhere can make a browser send it. */
export function isForSoftware(route: Pick<ManifestRoute, 'callers'>, headers: IncomingHttpHeaders): boolean {
  return route.callers === 'software' || (route.callers === 'any' && readApiToken(headers) !== null);
}

/** Whether software may ask here at all: then browsers are told so before they send what only scripts can send. */
export function mayBeSoftware(route: Pick<ManifestRoute, 'callers'>): boolean {
  return route.callers === 'software' || route.callers === 'any';
}

const PREFLIGHT_SECONDS = 600;

/** The answer to a browser that asks whether a script of another site may ask here (the Fetch standard's preflight): credentials of ours never go along. */
export function preflightHeaders(allowed: readonly string[]): Record<string, string> {
  return {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': allowed.join(', '),
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': String(PREFLIGHT_SECONDS),
  };
}

/** How much is left to ask, as draft-ietf-httpapi-ratelimit-headers has it: a quota a minute, and when it is whole again. */
export function rateHeaders(rate: {
  readonly perMinute: number;
  readonly left: number;
  readonly wholeAfterSeconds: number;
}): Record<string, string> {
  return {
    'ratelimit-policy': `"route";q=${rate.perMinute};w=60`,
    ratelimit: `"route";r=${rate.left};t=${rate.wholeAfterSeconds}`,
  };
}

const CHALLENGES: Readonly<Partial<Record<ErrorCode, string>>> = {
  'api_token.missing': 'Bearer',
  'api_token.refused': 'Bearer error="invalid_token"',
  'api_token.in_address': 'Bearer error="invalid_request"',
  'api_token.read_only': 'Bearer error="insufficient_scope"',
  'api_token.out_of_scope': 'Bearer error="insufficient_scope"',
};

/** What RFC 6750 has a refusal of a token say in `www-authenticate`. */
export function challengeHeaders(code: ErrorCode | 'unknown'): Record<string, string> {
  const challenge = code === 'unknown' ? undefined : CHALLENGES[code];
  return challenge === undefined ? {} : { 'www-authenticate': challenge };
}
