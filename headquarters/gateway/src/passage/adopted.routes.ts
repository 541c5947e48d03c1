import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Adopted, admits, type CompartmentManifest } from '@bulkhead/contracts';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { applicationHeaders, passOn } from '#proxy/pass-on.actions.ts';
import { joinWebSocket } from '#proxy/web-socket.actions.ts';
import type { Origin } from '#route/origin.rules.ts';
import { requireSameOrigin } from '#session/crossing.rules.ts';
import { type AdmissionDeps, requireAdmission } from './admission.actions.ts';
import { type Asked, type AskedHere, isWriteMethod } from './asked.rules.ts';
import { answerFile, type PassageDeps, refuseBody, refuseMethod } from './passage.routes.ts';
import { takeToken } from './rate.actions.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * Answers a request at an origin of an adopted application: the application itself while it is open, its frozen copy for reading
 * while it is not, or when it does not answer.
 */
export async function answerAdopted(deps: PassageDeps, asked: AskedHere, origin: Origin, adopted: Adopted): Promise<void> {
  const { request } = asked;
  if (!METHODS.includes(request.method ?? '')) return refuseMethod(deps, asked, METHODS);
  const isWrite = isWriteMethod(request.method);
  asked.routeId = 'adopted';
  if (!isWrite) refuseBody(asked);
  try {
    requireOpen(deps, origin.compartment, adopted, isWrite);
    letIn(deps, asked, { origin, adopted, isWrite });
    await passToApplication(deps, asked, origin, adopted);
  } catch (error) {
    if (isWrite || asked.response.headersSent || !CLOSED.some((code) => hasCode(error, code))) throw error;
    if (!(await answerFrozen(deps, asked, origin))) throw error;
  }
}

const CLOSED = ['compartment.sealed', 'compartment.unreachable', 'lease.expired'] as const;

async function answerFrozen(deps: PassageDeps, asked: AskedHere, origin: Origin): Promise<boolean> {
  return origin.hasFrozen && !asked.response.destroyed && (await answerFile(deps, asked, origin));
}

/**
 * Holds a request against seal, state and lease. An application that cannot run read-only does not run at all without leave to write.
 * @throws EstateError `compartment.sealed`, `compartment.read_only`, `compartment.unreachable`, `lease.expired`
 */
function requireOpen(deps: AdmissionDeps, manifest: CompartmentManifest, adopted: Adopted, isWrite: boolean): void {
  const needsLeave = isWrite || !adopted.runsReadOnly;
  if (needsLeave && !isWrite && admits(deps.board.standingOf(manifest.name).state) === 'reads')
    throw new EstateError('compartment.unreachable', `passing on to ${manifest.name}: it is checked, and cannot run read-only`);
  requireAdmission(deps, manifest, needsLeave);
}

function letIn(
  deps: PassageDeps,
  asked: Asked,
  given: { readonly origin: Origin; readonly adopted: Adopted; readonly isWrite: boolean },
): void {
  const { origin, adopted, isWrite } = given;
  deps.board.blocking.requireUnblocked(origin.compartment.name, { route: 'adopted', address: asked.address });
  if (isWrite && adopted.sameOriginWrites) requireSameOrigin(asked.request.headers, origin.url);
  const perMinute = adopted.perMinute ?? (isWrite ? deps.perMinute.writes : deps.perMinute.reads);
  takeToken(deps, asked, { id: `${origin.compartment.name} ${isWrite ? 'write' : 'read'}`, perMinute }, null);
}

function passToApplication(deps: PassageDeps, asked: AskedHere, origin: Origin, adopted: Adopted): Promise<void> {
  const { request, response, requestId, address, awaitsContinue } = asked;
  const transport = deps.security['strict-transport-security'];
  return passOn(
    {
      ...deps.forward,
      requireAdmission: () => requireOpen(deps, origin.compartment, adopted, isWriteMethod(request.method)),
      addedHeaders: transport === undefined ? {} : { 'strict-transport-security': transport },
    },
    {
      request,
      response,
      requestId,
      address,
      awaitsContinue,
      origin,
      path: `${asked.path}${asked.query}`,
      maxBodyBytes: adopted.maxBodyBytes,
    },
  );
}

/** Joins a WebSocket of an adopted application, if its manifest declares one there. */
export async function upgradeAdopted(
  deps: PassageDeps,
  asked: Asked,
  given: {
    readonly request: IncomingMessage;
    readonly socket: Duplex;
    readonly head: Buffer;
    readonly origin: Origin;
    readonly adopted: Adopted;
  },
): Promise<number> {
  const { origin, adopted } = given;
  const isOurs = asked.path.startsWith('/.');
  if (isOurs || !adopted.webSockets.some((prefix) => asked.path.startsWith(prefix)))
    throw new EstateError('request.not_found', 'joining a WebSocket: the application declares none here');
  asked.routeId = 'adopted';
  // What comes through it may write.
  requireOpen(deps, origin.compartment, adopted, true);
  letIn(deps, asked, { origin, adopted, isWrite: true });
  const { requestId, address, receivedAt } = asked;
  const path = `${asked.path}${asked.query}`;
  return joinWebSocket(
    {
      ...deps.forward,
      requireAdmission: () => requireOpen(deps, origin.compartment, adopted, true),
      headersFor: (upgrading) => applicationHeaders(upgrading),
    },
    { ...given, requestId, address, receivedAt, session: null, route: NO_ROUTE, path },
  );
}

/** Stands where a native compartment's route would: no token and no receipt names it. */
const NO_ROUTE = {
  id: 'adopted.web-socket',
  origin: '',
  method: 'GET' as const,
  path: '/',
  roles: [],
  writes: [],
  maxBodyBytes: 0,
  webSocket: true,
};
