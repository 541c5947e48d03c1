import { type ErrorCode, EstateError } from '@bulkhead/kernel';
import type { GatewayWord } from './words/en.ts';

/** How a failure is told: its status, and which words. */
export type Failure = {
  readonly code: ErrorCode | 'unknown';
  readonly status: number;
  readonly title: GatewayWord;
  readonly sentence: GatewayWord;
  /** Seconds after which trying again makes sense; null when it does not. */
  readonly retryAfter: number | null;
};

type Row = readonly [status: number, title: GatewayWord, sentence: GatewayWord, retryAfter?: number];

const TABLE: Readonly<Partial<Record<ErrorCode, Row>>> = {
  'request.malformed': [400, 'cannotTitle', 'malformed'],
  'request.misdirected': [421, 'notFoundTitle', 'misdirected'],
  'request.head_too_large': [431, 'cannotTitle', 'tooLong'],
  'request.address_too_long': [414, 'cannotTitle', 'tooLong'],
  'request.not_found': [404, 'notFoundTitle', 'notFound'],
  'request.method_not_allowed': [405, 'cannotTitle', 'wrongMethod'],
  'request.unauthenticated': [401, 'signInTitle', 'unauthenticated'],
  'request.forbidden': [403, 'cannotTitle', 'forbidden'],
  'request.cross_site': [403, 'cannotTitle', 'crossSite'],
  'request.too_many': [429, 'laterTitle', 'tooMany', 5],
  'request.timed_out': [408, 'cannotTitle', 'timedOut'],
  'input.too_large': [413, 'cannotTitle', 'tooLarge'],
  'disk.full': [507, 'laterTitle', 'diskFull', 60],
  'compartment.unreachable': [503, 'laterTitle', 'unreachable', 5],
  'compartment.sealed': [503, 'laterTitle', 'unreachable', 120],
  'transaction.in_doubt': [503, 'laterTitle', 'inDoubt'],
  'compartment.read_only': [503, 'readOnlyTitle', 'readOnlyText', 60],
  'lease.expired': [503, 'readOnlyTitle', 'leaseOut', 15],
  'site.not_in_charge': [503, 'elsewhereTitle', 'elsewhere', 60],
  'edition.not_yet': [503, 'laterTitle', 'notYet', 2],
  'session.ended': [401, 'sessionEndedTitle', 'sessionEnded'],
  'session.stale': [401, 'signInTitle', 'sessionStale'],
  'api_token.missing': [401, 'apiTokenTitle', 'apiTokenMissing'],
  'api_token.refused': [401, 'apiTokenTitle', 'apiTokenRefused'],
  'api_token.in_address': [401, 'apiTokenTitle', 'apiTokenInAddress'],
  'api_token.read_only': [403, 'apiTokenTitle', 'apiTokenReadOnly'],
  'api_token.out_of_scope': [403, 'apiTokenTitle', 'apiTokenOutOfScope'],
  'route.closed': [503, 'closedFunctionTitle', 'routeClosed', 3600],
  'address.blocked': [403, 'addressBlockedTitle', 'addressBlocked'],
  'sign_in.expired': [400, 'cannotTitle', 'signInExpired'],
  'sign_in.unreachable': [503, 'laterTitle', 'signInUnreachable', 5],
};

/** Tells how a failure is answered. What stands in no row is a fault of ours. */
export function tellFailure(error: unknown): Failure {
  const code = error instanceof EstateError ? error.code : undefined;
  const row = code === undefined ? undefined : TABLE[code];
  if (code === undefined || row === undefined)
    return { code: code ?? 'unknown', status: 500, title: 'faultTitle', sentence: 'fault', retryAfter: null };
  const [status, title, sentence, retryAfter] = row;
  return { code, status, title, sentence, retryAfter: retryAfter ?? null };
}
