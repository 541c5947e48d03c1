import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { REQUEST_ID_HEADER } from '@bulkhead/contracts';
import { checkHeaders, refuseOnSocket } from '@bulkhead/front';
import { EstateError } from '@bulkhead/kernel';
import { announcesBody } from '#proxy/body.actions.ts';
import { joinWebSocket } from '#proxy/web-socket.actions.ts';
import { requireAdmission } from './admission.actions.ts';
import { upgradeAdopted } from './adopted.routes.ts';
import type { Asked } from './asked.rules.ts';
import { tellFailure } from './failure.rules.ts';
import { beginAsked, enter, letPass, log, type PassageDeps } from './passage.routes.ts';

/** Answers a request for a WebSocket: the same checks as any other, then the two connections are joined. */
export function answerUpgrade(
  deps: PassageDeps,
  given: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
): void {
  const { request, socket } = given;
  if (socket instanceof Socket) socket.setTimeout(0);
  const asked = beginAsked(deps, request);
  upgrade(deps, asked, given)
    .then((status) => log(deps, asked, { status, bytes: 0 }))
    .catch((error: unknown) => {
      const { status, retryAfter } = tellFailure(error);
      if (status === 500) deps.log.error({ err: error, requestId: asked.requestId }, 'joining a WebSocket');
      log(deps, asked, { status, bytes: 0 });
      refuseOnSocket(socket, status, {
        [REQUEST_ID_HEADER]: asked.requestId,
        ...(retryAfter ? { 'retry-after': String(retryAfter) } : {}),
      });
    });
}

async function upgrade(
  deps: PassageDeps,
  asked: Asked,
  given: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
): Promise<number> {
  const { request } = asked;
  checkHeaders(request.rawHeaders, request.httpVersion);
  const origin = enter(deps, asked);
  if (origin === 'bare') throw new EstateError('request.misdirected', 'joining a WebSocket: none is here');
  if (request.method !== 'GET' || announcesBody(request))
    throw new EstateError('request.malformed', 'joining a WebSocket: it is no plain GET');
  if (origin.compartment.adopted) return upgradeAdopted(deps, asked, { ...given, origin, adopted: origin.compartment.adopted });
  const match = asked.path.startsWith('/.') ? { kind: 'none' as const } : origin.routes.match('GET', asked.path);
  if (match.kind !== 'route' || !match.route.webSocket)
    throw new EstateError('request.not_found', 'joining a WebSocket: no route here is one');
  const session = await letPass(deps, asked, origin, match.route);
  if (session === 'must sign in') throw new EstateError('request.unauthenticated', 'joining a WebSocket: nobody is signed in');
  const { requestId, address, receivedAt } = asked;
  return joinWebSocket(
    { ...deps.forward, requireAdmission: () => void requireAdmission(deps, origin.compartment, false) },
    { ...given, requestId, address, receivedAt, origin, session, route: match.route, path: `${asked.path}${asked.query}` },
  );
}
