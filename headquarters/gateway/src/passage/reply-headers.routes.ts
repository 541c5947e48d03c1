import type { IncomingMessage } from 'node:http';
import { REQUEST_ID_HEADER, SESSION_ENDED_HEADER, SESSION_STARTED_HEADER } from '@bulkhead/contracts';
import { policyFor } from '#door/security.rules.ts';
import type { Passing } from '#proxy/forward.actions.ts';
import { headersForPerson, readSessionHeader } from '#proxy/header.rules.ts';
import type { LiveConnections } from '#proxy/live.actions.ts';
import { type AdmissionDeps, requireAdmission } from './admission.actions.ts';
import { endedCookie, type SignedInDeps, sessionCookie } from './signed-in.routes.ts';

export type ReplyHeaderDeps = SignedInDeps & AdmissionDeps & { readonly live: LiveConnections };

/** The headers with which a compartment's reply is released: its own, as far as it may, and the gateway's. */
export function headersOfReply(
  deps: ReplyHeaderDeps,
  passing: Passing,
  compartmentReply: IncomingMessage,
): Record<string, string | string[]> {
  const { origin, request } = passing;
  const passed = headersForPerson(compartmentReply.rawHeaders);
  const isIdentity = origin.compartment.name === 'identity';
  const handsOverTo = isIdentity
    ? [...deps.origins.byHost.values()].filter((other) => other !== origin).map((other) => other.url)
    : [];
  const ownPolicy = passed['content-security-policy'];
  const { isUnprotected } = requireAdmission(deps, origin.compartment, false);
  return {
    'cache-control': 'no-store',
    ...deps.security,
    ...passed,
    'content-security-policy': policyFor(typeof ownPolicy === 'string' ? ownPolicy : undefined, handsOverTo),
    [REQUEST_ID_HEADER]: passing.requestId,
    ...(isUnprotected ? { 'bulkhead-protection': 'unprotected' } : {}),
    ...setCookies([passing.browserCookie, isIdentity ? cookieOf(deps, passing, compartmentReply) : null]),
    ...(request.httpVersion === '1.0' ? { connection: 'close' } : {}),
  };
}

// Sessions begin and end where identity says so, and nowhere else [G5].
function cookieOf(deps: ReplyHeaderDeps, passing: Passing, compartmentReply: IncomingMessage): string | null {
  const started = readSessionHeader(compartmentReply.headers[SESSION_STARTED_HEADER]);
  const ended = readSessionHeader(compartmentReply.headers[SESSION_ENDED_HEADER]);
  if (ended !== null) {
    deps.sessions.forget(ended);
    passing.response.once('close', () => deps.live.cutSession(ended));
  }
  if (started !== null) {
    deps.sessions.forget(started);
    return sessionCookie(deps, started, passing.origin);
  }
  return ended === null ? null : endedCookie(deps);
}

function setCookies(cookies: readonly (string | null | undefined)[]): Record<string, string | string[]> {
  const given = cookies.filter((cookie) => typeof cookie === 'string');
  const [only] = given;
  if (only === undefined) return {};
  return { 'set-cookie': given.length === 1 ? only : given };
}
