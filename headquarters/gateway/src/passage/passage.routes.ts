import type { IncomingMessage } from 'node:http';
import { type ManifestRoute, type Session, WELL_KNOWN } from '@bulkhead/contracts';
import { asksOnlyLanguage, plainAddress, readHead, restingPath, type Visit } from '@bulkhead/front';
import { EstateError, hasCode, type Log } from '@bulkhead/kernel';
import { wantsJson } from '@bulkhead/web';
import type { AccessLog } from '#access/access.actions.ts';
import type { SawFinding } from '#finding/finding.actions.ts';
import type { Leases } from '#lease/lease.actions.ts';
import type { RateLimits } from '#limit/limit.rules.ts';
import { announcesBody } from '#proxy/body.actions.ts';
import { type ForwardDeps, forward, type Passing } from '#proxy/forward.actions.ts';
import type { Origin } from '#route/origin.rules.ts';
import { isAllowed } from '#route/route.rules.ts';
import { requireSameOrigin } from '#session/crossing.rules.ts';
import { isFresh } from '#session/fresh.rules.ts';
import type { ApiTokens } from '#software/api-token.actions.ts';
import { isForSoftware, preflightHeaders, rateHeaders, readApiToken } from '#software/software.rules.ts';
import { requireAdmission } from './admission.actions.ts';
import { answerAdopted } from './adopted.routes.ts';
import { type Asked, type AskedHere, isWriteMethod, languageOf } from './asked.rules.ts';
import { answerFailure, type FailureDeps } from './failure.routes.ts';
import { takeToken } from './rate.actions.ts';
import { reply } from './reply.actions.ts';
import { headersOfReply } from './reply-headers.routes.ts';
import {
  answerAccept,
  answerContinue,
  findBrowser,
  findSession,
  type SignedInDeps,
  sendToProve,
  sendToSignIn,
} from './signed-in.routes.ts';
import { letSoftwarePass } from './software-entry.actions.ts';
import type { GatewayStyle } from './style.actions.ts';

export type PassageDeps = FailureDeps &
  SignedInDeps & {
    readonly leases: Leases;
    readonly apiTokens: ApiTokens;
    readonly rates: RateLimits;
    readonly perMinute: { readonly reads: number; readonly writes: number };
    readonly forward: Omit<ForwardDeps, 'requireAdmission' | 'headersOfReply'>;
    readonly access: AccessLog;
    readonly saw: SawFinding;
    readonly log: Log;
    readonly style: GatewayStyle;
    readonly newId: () => string;
    readonly monotonicMs: () => number;
  };

/** What the access log says of somebody who did not wait for an answer. */
const HUNG_UP = 499;
const STYLE_HEADERS = { 'cache-control': 'public, max-age=31536000, immutable' };

/** Answers one request: every check in the order of its cost, the first that fails tells why. */
export function answerVisit(deps: PassageDeps, visit: Visit): void {
  const asked = beginAsked(deps, visit.request, visit.awaitsContinue);
  const here: AskedHere = Object.assign(asked, { response: visit.response });
  visit.response.on('error', ignore);
  if (visit.fault === null && !deps.board.isAside && answerFromEdition(deps, here)) return;
  const sentBefore = visit.request.socket.bytesWritten;
  visit.response.once('close', () => {
    const status = visit.response.headersSent ? visit.response.statusCode : HUNG_UP;
    log(deps, here, { status, bytes: visit.request.socket.bytesWritten - sentBefore });
  });
  answer(deps, here, visit.fault)
    .catch((error: unknown) => answerFailure(deps, here, error))
    .catch((error: unknown) => {
      deps.log.error({ err: error, requestId: here.requestId }, 'answering a failure');
      visit.response.destroy();
    });
}

// A connection that ends in the middle of an answer is the client's matter; without a listener it would end the process.
function ignore(): void {}

export function beginAsked(
  deps: Pick<PassageDeps, 'newId' | 'now' | 'monotonicMs'>,
  request: IncomingMessage,
  awaitsContinue = false,
): Asked {
  return {
    request,
    awaitsContinue,
    requestId: deps.newId(),
    address: plainAddress(request.socket.remoteAddress),
    receivedAt: deps.now(),
    startedAtMs: deps.monotonicMs(),
    origin: null,
    path: '/',
    query: '',
    routeId: null,
    accountId: null,
    retryAfter: null,
    isSoftware: readApiToken(request.headers) !== null,
    rate: null,
  };
}

export function log(
  deps: Pick<PassageDeps, 'access' | 'monotonicMs'>,
  asked: Asked,
  told: { readonly status: number; readonly bytes: number },
): void {
  deps.access.add({
    at: asked.receivedAt,
    requestId: asked.requestId,
    address: asked.address,
    method: asked.request.method ?? '',
    host: asked.request.headers.host ?? '',
    target: asked.request.url ?? '',
    tookMs: deps.monotonicMs() - asked.startedAtMs,
    compartment: asked.origin?.compartment.name ?? null,
    route: asked.routeId,
    accountId: asked.accountId,
    ...told,
  });
}

// The path of nearly all public reading: no promise, no page, no session. Whatever is unusual goes the long way.
function answerFromEdition(deps: PassageDeps, asked: AskedHere): boolean {
  const { request, response } = asked;
  const origin = deps.origins.byAuthority.get(request.headers.host ?? '');
  if (!origin?.hasEdition || isWriteMethod(request.method) || announcesBody(request)) return false;
  const desk = deps.desks.get(origin.compartment.name);
  const file = desk?.findFile(pathOf(request.url ?? ''));
  if (!desk || !file) return false;
  const served = desk.answerFromMemory(file, request, response, asked.requestId);
  if (!served) return false;
  asked.origin = origin;
  log(deps, asked, served);
  return true;
}

function pathOf(target: string): string {
  const mark = target.indexOf('?');
  return mark < 0 ? target : target.slice(0, mark);
}

async function answer(deps: PassageDeps, asked: AskedHere, fault: unknown): Promise<void> {
  if (fault !== null) throw fault;
  const { request } = asked;
  const origin = enter(deps, asked);
  if (origin === 'bare') return redirectToWww(deps, asked);
  const isStyle = asked.path === deps.style.path;
  if (deps.board.isAside && !isStyle)
    throw new EstateError('site.not_in_charge', 'answering a request: another site runs the compartments');
  if (asked.path.startsWith('/.gateway/')) return answerGatewayPath(deps, asked, origin);
  if (asked.path.startsWith('/.') && !asked.path.startsWith(WELL_KNOWN))
    throw new EstateError('request.not_found', 'finding a route: paths of ours are not for people');
  if (origin.compartment.adopted) return answerAdopted(deps, asked, origin, origin.compartment.adopted);
  if (origin.hasEdition && !isWriteMethod(request.method) && (await answerFile(deps, asked, origin))) return;
  const match = origin.routes.match(request.method ?? '', asked.path);
  if (match.kind === 'none') return answerNothing(deps, asked, origin);
  if (match.kind === 'other method' && match.isForSoftware && request.method === 'OPTIONS')
    return reply(asked, deps.security, { status: 204, headers: preflightHeaders(match.allowed) });
  if (match.kind === 'other method') return refuseMethod(deps, asked, match.allowed);
  if (match.route.webSocket) throw new EstateError('request.malformed', 'answering a request: this route is a WebSocket');
  await answerRoute(deps, asked, origin, match.route);
}

/**
 * Reads a request's head and finds the origin it is for.
 * @throws EstateError `request.malformed`, `request.misdirected`, `request.address_too_long`
 */
export function enter(deps: Pick<PassageDeps, 'origins' | 'isTls'>, asked: Asked): Origin | 'bare' {
  const { request } = asked;
  const scheme = deps.isTls ? 'https' : 'http';
  const head = readHead({ target: request.url ?? '', host: request.headers.host ?? '', scheme });
  asked.path = head.path;
  asked.query = head.query;
  const origin = deps.origins.byAuthority.get(head.authority);
  asked.origin = origin ?? null;
  if (origin) return origin;
  if (deps.origins.bare?.authority === head.authority && !isWriteMethod(request.method)) return 'bare';
  throw new EstateError('request.misdirected', 'finding an origin: none has this host');
}

function redirectToWww(deps: PassageDeps, asked: AskedHere): void {
  const location = `${deps.origins.bare?.leadsTo.url ?? ''}${asked.path}${asked.query}`;
  reply(asked, deps.security, { status: 301, headers: { location, 'cache-control': 'no-cache' } });
}

async function answerGatewayPath(deps: PassageDeps, asked: AskedHere, origin: Origin): Promise<void> {
  if (isWriteMethod(asked.request.method)) return refuseMethod(deps, asked, ['GET', 'HEAD']);
  if (asked.path === deps.style.path)
    return reply(asked, deps.security, {
      status: 200,
      headers: STYLE_HEADERS,
      body: { type: 'text/css; charset=utf-8', content: deps.style.bytes },
    });
  takeToken(deps, asked, { id: 'gateway', perMinute: deps.perMinute.reads }, null);
  if (asked.path === '/.gateway/continue') return answerContinue(deps, asked, origin);
  if (asked.path === '/.gateway/accept') return answerAccept(deps, asked, origin);
  throw new EstateError('request.not_found', 'finding a page of the gateway: there is none');
}

export async function answerFile(
  deps: PassageDeps,
  asked: AskedHere,
  origin: Origin,
  language?: ReturnType<typeof languageOf>,
): Promise<boolean> {
  const desk = deps.desks.get(origin.compartment.name);
  const file = desk?.findFile(asked.path, language);
  if (!desk || !file) return false;
  refuseBody(asked);
  const { request, response, requestId } = asked;
  if (!desk.answerFromMemory(file, request, response, requestId)) await desk.answerFromDisk(file, request, response, requestId);
  return true;
}

async function answerNothing(deps: PassageDeps, asked: AskedHere, origin: Origin): Promise<void> {
  const nothing = new EstateError('request.not_found', 'finding a route: none has this path');
  if (!origin.hasEdition) throw nothing;
  const desk = deps.desks.get(origin.compartment.name);
  if (isWriteMethod(asked.request.method)) {
    if (desk?.findFile(asked.path)) return refuseMethod(deps, asked, ['GET', 'HEAD']);
    throw nothing;
  }
  refuseBody(asked);
  if (!desk || desk.shelf.index === null)
    throw new EstateError('edition.not_yet', 'serving a page: no edition has been adopted yet');
  const file = desk.findNotFound(asked.path);
  if (!file) throw nothing;
  const { request, response, requestId } = asked;
  if (!desk.answerFromMemory(file, request, response, requestId)) await desk.answerFromDisk(file, request, response, requestId);
}

export function refuseMethod(deps: PassageDeps, asked: AskedHere, allowed: readonly string[]): void {
  const error = new EstateError('request.method_not_allowed', 'finding a route: none has this method');
  answerFailure(deps, asked, error, { allow: allowed.join(', ') });
}

export function refuseBody(asked: Asked): void {
  if (announcesBody(asked.request)) throw new EstateError('input.too_large', 'reading a page: it takes no body');
}

async function answerRoute(deps: PassageDeps, asked: AskedHere, origin: Origin, route: ManifestRoute): Promise<void> {
  const session = await letPass(deps, asked, origin, route).catch((error: unknown) =>
    leadToRest(deps, asked, { origin, route, error }),
  );
  if (session === 'at rest') return;
  const isJson = wantsJson(asked.request.headers.accept);
  if (session === 'must sign in') return sendToSignIn(deps, asked, origin, isJson);
  if (route.fresh && session !== null && !isFresh(session, isWriteMethod(asked.request.method), deps.now()))
    return sendToProve(deps, asked, origin, isJson);
  const { request, response, requestId, address, receivedAt, awaitsContinue } = asked;
  const path = `${asked.path}${asked.query}`;
  await forward(
    {
      ...deps.forward,
      requireAdmission: () => void requireAdmission(deps, origin.compartment, isWriteMethod(request.method)),
      headersOfReply: (passing, compartmentReply) => {
        raise(deps, passing, compartmentReply.statusCode ?? 502);
        const told = asked.rate ? rateHeaders(asked.rate) : {};
        return { ...headersOfReply({ ...deps, live: deps.forward.live }, passing, compartmentReply), ...told };
      },
    },
    {
      request,
      response,
      requestId,
      address,
      receivedAt,
      awaitsContinue,
      origin,
      route,
      session,
      path,
      ...(route.bindsBrowser ? findBrowser(deps, asked, origin) : {}),
    },
  ).catch((error: unknown) => leadToRest(deps, asked, { origin, route, error }));
}

/** Some routes are a finding whenever they do what they are for: the compartment need not say so, and cannot keep it back. */
function raise(deps: Pick<PassageDeps, 'saw'>, passing: Passing, status: number): void {
  const { route, origin, session, requestId, address } = passing;
  if (route.raises === undefined || status >= 400) return;
  deps.saw({
    rule: route.raises,
    compartment: origin.compartment.name,
    summary: `the route ${route.id} of ${origin.compartment.name} was used, which is always looked at`,
    evidence: {
      request: requestId,
      route: route.id,
      address,
      status: String(status),
      ...(session ? { session: session.id } : {}),
    },
  });
}

/**
 * While a compartment answers nothing, whoever asked one of its public routes is led to a page of the edition [G26], or reads the
 * signed copy of what it answered before [GE2].
 */
async function leadToRest(
  deps: PassageDeps,
  asked: AskedHere,
  given: { readonly origin: Origin; readonly route: ManifestRoute; readonly error: unknown },
): Promise<'at rest'> {
  const { origin, route, error } = given;
  const isClosed = AT_REST.some((code) => hasCode(error, code));
  const isForReading =
    route.method === 'GET' && route.roles.length === 0 && asksOnlyLanguage(asked.query) && !asked.response.headersSent;
  if (isClosed && origin.hasFrozen && isForReading && (await answerFile(deps, asked, origin, languageOf(asked))))
    return 'at rest';
  if (!route.resting || !origin.hasEdition || !isClosed || asked.response.headersSent) throw error;
  const location = restingPath(route, asked.path);
  if (!deps.desks.get(origin.compartment.name)?.findFile(location)) throw error;
  reply(asked, deps.security, {
    status: 303,
    headers: { location: `${location}${asked.query}`, 'cache-control': 'no-store' },
  });
  return 'at rest';
}

const AT_REST = ['compartment.sealed', 'compartment.unreachable', 'lease.expired'] as const;

/**
 * Holds a request against everything that may refuse it, before any of its body is read.
 * @throws EstateError with the reason
 */
export async function letPass(
  deps: Pick<PassageDeps, 'board' | 'leases' | 'rates' | 'perMinute' | 'monotonicMs' | 'apiTokens'> & SignedInDeps,
  asked: Asked,
  origin: Origin,
  route: ManifestRoute,
): Promise<Session | null | 'must sign in'> {
  const { request } = asked;
  const isWrite = isWriteMethod(request.method);
  asked.routeId = route.id;
  asked.isSoftware = isForSoftware(route, request.headers);
  requireAdmission(deps, origin.compartment, isWrite);
  deps.board.blocking.requireUnblocked(origin.compartment.name, { route: route.id, address: asked.address });
  if (asked.isSoftware) return letSoftwarePass(deps, asked, origin, route);
  if (isWrite || route.webSocket) requireSameOrigin(request.headers, origin.url);
  const session = await findSession(deps, asked, origin).catch((error: unknown) => {
    const isUnknown = hasCode(error, 'sign_in.unreachable') || hasCode(error, 'session.ended');
    if (route.roles.length > 0 || !isUnknown) throw error;
    return null;
  });
  asked.accountId = session?.accountId ?? null;
  const perMinute = route.perMinute ?? (isWrite ? deps.perMinute.writes : deps.perMinute.reads);
  takeToken(deps, asked, { id: route.perMinute === undefined ? (isWrite ? 'write' : 'read') : route.id, perMinute }, session);
  if (isAllowed(route, session?.roles[origin.compartment.name] ?? (session ? [] : null))) return session;
  if (session === null) return 'must sign in';
  throw new EstateError('request.forbidden', `using the route ${route.id}: the account has none of its roles`);
}
