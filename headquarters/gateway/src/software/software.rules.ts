import type { IncomingHttpHeaders } from 'node:http';
import type { ManifestRoute } from '@bulkhead/contracts';

/** A personal API token as identity makes them: a prefix that scanners for leaked secrets know, and 256 random bits. */
const API_TOKEN = /^Bearer (bh_[A-Za-z0-9_-]{43})$/i;

/** The personal API token that a request presents; null for none. */
export function readApiToken(headers: IncomingHttpHeaders): string | null {
  return API_TOKEN.exec(headers.authorization ?? '')?.[1] ?? null;
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
