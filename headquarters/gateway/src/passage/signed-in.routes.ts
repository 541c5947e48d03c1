import type { SecurityHeaders, Session } from '@bulkhead/contracts';
import { EstateError, hasCode } from '@bulkhead/kernel';
import type { Handoffs } from '#handoff/handoff.actions.ts';
import { type Errand, hashNonce, isLocalPath, readErrand, signInAddress } from '#handoff/handoff.rules.ts';
import type { Origin, Origins } from '#route/origin.rules.ts';
import type { SealBoard } from '#seal/seal.actions.ts';
import { cookieNames, findCookie, openSession, signSession, writeCookie } from '#session/cookie.rules.ts';
import type { Sessions } from '#session/session.actions.ts';
import { type Asked, type AskedHere, isWriteMethod } from './asked.rules.ts';
import { reply } from './reply.actions.ts';

export type SignedInDeps = {
  readonly origins: Origins;
  readonly sessions: Sessions;
  readonly board: Pick<SealBoard, 'blocking'>;
  readonly handoffs: Handoffs;
  readonly cookieKey: Buffer;
  readonly isTls: boolean;
  readonly newSecret: () => string;
  readonly security: SecurityHeaders;
};

const NONCE = /^[A-Za-z0-9_-]{43}$/;
const NONCE_SECONDS = 1800;
/** Where identity asks again. */
const PROVE_PATH = '/sign-in/again';

/**
 * Finds who asks, by the cookie of this origin.
 * @throws EstateError `sign_in.unreachable` when identity cannot be asked, `session.ended` when an order blocks it [G18]
 */
export async function findSession(deps: SignedInDeps, asked: Pick<Asked, 'request'>, origin: Origin): Promise<Session | null> {
  const value = findCookie(asked.request.headers.cookie, cookieNames(deps.isTls).session);
  const sessionId = value === null ? null : openSession(deps.cookieKey, value, origin.hostName);
  if (sessionId === null) return null;
  const { blocking } = deps.board;
  if (blocking.isEnded(sessionId)) throw endedByUs();
  const session = await deps.sessions.find(sessionId);
  if (session !== null && blocking.isRefused(session)) throw endedByUs();
  return session;
}

function endedByUs(): EstateError {
  return new EstateError('session.ended', 'looking for a session: an order ended it; the person signs in again');
}

/** The Set-Cookie value that gives a browser a session at one origin. */
export function sessionCookie(deps: Pick<SignedInDeps, 'cookieKey' | 'isTls'>, sessionId: string, origin: Origin): string {
  return writeCookie(cookieNames(deps.isTls).session, signSession(deps.cookieKey, sessionId, origin.hostName), deps.isTls);
}

/** How long a browser is known after it was met last. */
const BROWSER_SECONDS = 90 * 86_400;

/**
 * By what a compartment knows a browser, signed in or not: a hash that says nothing at another origin; and the cookie to set, if
 * it has none yet.
 */
export function findBrowser(
  deps: Pick<SignedInDeps, 'isTls' | 'newSecret'>,
  asked: Pick<Asked, 'request'>,
  origin: Origin,
): { readonly browser: string; readonly browserCookie: string | null } {
  const name = cookieNames(deps.isTls).browser;
  const known = findCookie(asked.request.headers.cookie, name);
  const isKnown = known !== null && NONCE.test(known);
  const secret = isKnown ? known : deps.newSecret();
  return {
    browser: hashNonce(secret, origin.hostName),
    browserCookie: isKnown ? null : writeCookie(name, secret, deps.isTls, BROWSER_SECONDS),
  };
}

/** The Set-Cookie value that takes it away. */
export function endedCookie(deps: Pick<SignedInDeps, 'isTls'>): string {
  return writeCookie(cookieNames(deps.isTls).session, '', deps.isTls, 0);
}

/**
 * Sends somebody to sign in, with a nonce that stays in this browser. What would be lost on the way is refused instead.
 * @throws EstateError `request.unauthenticated`
 */
export function sendToSignIn(deps: SignedInDeps, asked: AskedHere, origin: Origin, wantsJson: boolean): void {
  const identity = identityOrigin(deps);
  if (!identity || wantsJson || isWriteMethod(asked.request.method))
    throw new EstateError('request.unauthenticated', 'answering a request: nobody is signed in');
  sendAway(deps, asked, origin, (errand) => signInAddress(identity.url, errand));
}

/**
 * Sends somebody whose sign-in is too old for a dangerous act to prove again who they are, and then back to where they were going.
 * A form is not sent away: its page asked first, and its words would be lost.
 * @throws EstateError `session.stale`
 */
export function sendToProve(deps: SignedInDeps, asked: AskedHere, origin: Origin, wantsJson: boolean): void {
  const identity = identityOrigin(deps);
  if (!identity || wantsJson || isWriteMethod(asked.request.method))
    throw new EstateError('session.stale', 'answering a request: the sign-in is too old for what is asked');
  sendAway(deps, asked, origin, (errand) => signInAddress(identity.url, errand, PROVE_PATH));
}

function sendAway(deps: SignedInDeps, asked: AskedHere, origin: Origin, addressOf: (errand: Errand) => string): void {
  const name = cookieNames(deps.isTls).nonce;
  const known = deps.isTls ? findCookie(asked.request.headers.cookie, name) : null;
  // With TLS nobody else can have set it: keeping it lets two pages of one browser sign in at once.
  const nonce = known !== null && NONCE.test(known) ? known : deps.newSecret();
  const path = `${asked.path}${asked.query}`;
  const errand = { to: origin.host, path: isLocalPath(path) ? path : '/', nonce: hashNonce(nonce, origin.hostName) };
  reply(asked, deps.security, {
    status: 303,
    headers: { location: addressOf(errand), 'set-cookie': writeCookie(name, nonce, deps.isTls, NONCE_SECONDS) },
  });
}

/**
 * GET /.gateway/continue, at identity's origin: hands the session over to the origin where the person came from.
 * @throws EstateError `sign_in.expired`, `request.not_found`, `sign_in.unreachable`
 */
export async function answerContinue(deps: SignedInDeps, asked: AskedHere, origin: Origin): Promise<void> {
  if (origin !== identityOrigin(deps)) throw new EstateError('request.not_found', 'handing a session over: only identity does');
  const errand = readErrand(asked.query);
  const target = errand && deps.origins.byHost.get(errand.to);
  if (!errand || !target) throw new EstateError('sign_in.expired', 'handing a session over: the address is not complete');
  const session = await findSession(deps, asked, origin).catch((error: unknown) => {
    if (hasCode(error, 'session.ended')) return null;
    throw error;
  });
  reply(asked, deps.security, { status: 303, headers: { location: nextAddress(deps, errand, { origin, target, session }) } });
}

function nextAddress(
  deps: SignedInDeps,
  errand: Errand,
  given: { readonly origin: Origin; readonly target: Origin; readonly session: Session | null },
): string {
  const { origin, target, session } = given;
  if (session === null) return signInAddress(origin.url, errand);
  if (target === origin) return errand.path;
  const code = deps.handoffs.issue({ sessionId: session.id, host: target.host, path: errand.path, nonce: errand.nonce });
  return `${target.url}/.gateway/accept?code=${code}`;
}

/**
 * GET /.gateway/accept: takes the session over, if this browser is the one that was sent away from here [G16].
 * @throws EstateError `sign_in.expired`
 */
export function answerAccept(deps: SignedInDeps, asked: AskedHere, origin: Origin): void {
  const names = cookieNames(deps.isTls);
  const code = new URLSearchParams(asked.query).get('code') ?? '';
  const nonce = findCookie(asked.request.headers.cookie, names.nonce) ?? '';
  const taken = deps.handoffs.redeem(code, origin.host, hashNonce(nonce, origin.hostName));
  if (!taken) throw new EstateError('sign_in.expired', 'taking a session over: the code does not open anything here');
  reply(asked, deps.security, {
    status: 303,
    headers: {
      location: taken.path,
      'set-cookie': [sessionCookie(deps, taken.sessionId, origin), writeCookie(names.nonce, '', deps.isTls, 0)],
    },
  });
}

function identityOrigin(deps: Pick<SignedInDeps, 'origins'>): Origin | null {
  const origin = deps.origins.byHost.get('id');
  return origin?.compartment.name === 'identity' ? origin : null;
}
