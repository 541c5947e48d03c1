import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { REQUEST_ID_HEADER } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { announcesBody, type BodyLimits, checkAnnounced, type ReceivedBody, tooLarge, withinMs } from './body.actions.ts';
import type { ForwardDeps, Passing } from './forward.actions.ts';
import { headersForApplication, headersFromApplication } from './header.rules.ts';
import { askCompartment, inDoubt } from './upstream.actions.ts';

/** A request on its way to an adopted application: the gateway knows no route, no session and no person of it. */
export type PassingOn = Omit<Passing, 'route' | 'session' | 'receivedAt'> & { readonly maxBodyBytes: number };

export type PassOnDeps = Pick<ForwardDeps, 'monotonicMs' | 'log' | 'limits' | 'upstreams' | 'live'> & {
  /** @throws EstateError when seal, state or lease keep the request out at this moment */
  readonly requireAdmission: () => void;
  /** Headers that the gateway adds to a reply. */
  readonly addedHeaders: Readonly<Record<string, string>>;
};

const NO_BODY: ReceivedBody = { bytes: 0, sha256: null, open: () => null, dispose: () => Promise.resolve() };

/**
 * Passes a request on as it comes and its reply back as it comes: nothing is held, no token is added, no receipt is kept.
 * @throws EstateError whatever kept it from being answered; then nothing has been sent
 */
export async function passOn(deps: PassOnDeps, passing: PassingOn): Promise<void> {
  const cutter = new AbortController();
  const leave = deps.live.add({
    compartment: passing.origin.compartment.name,
    isWebSocket: false,
    sessionId: null,
    cut: (reason) => {
      cutter.abort(reason);
      if (passing.response.headersSent) passing.response.destroy();
    },
  });
  passing.response.once('close', () => {
    if (!passing.response.writableFinished) cutter.abort(new EstateError('request.malformed', 'the client hung up'));
  });
  let isSent = false;
  const onSent = () => {
    isSent = true;
  };
  try {
    await ask(deps, passing, { signal: cutter.signal, onSent });
  } catch (error) {
    const isWrite = passing.request.method !== 'GET' && passing.request.method !== 'HEAD';
    const reason: unknown = cutter.signal.aborted ? cutter.signal.reason : error;
    throw isSent && isWrite ? inDoubt(reason) : reason;
  } finally {
    leave();
  }
}

async function ask(
  deps: PassOnDeps,
  passing: PassingOn,
  { signal, onSent }: { readonly signal: AbortSignal; readonly onSent: () => void },
): Promise<void> {
  const { request, response, origin, maxBodyBytes } = passing;
  checkAnnounced(request, maxBodyBytes);
  const upstream = deps.upstreams.get(origin.compartment.name);
  if (!upstream) throw new EstateError('compartment.unreachable', 'passing a request on: its application has no socket');
  if (passing.awaitsContinue) response.writeContinue();
  const headers = applicationHeaders(passing);
  const length = request.headers['content-length'];
  if (announcesBody(request) && length !== undefined) headers['content-length'] = length;
  deps.requireAdmission();
  const body = announcesBody(request) ? streamed(passing, { ...deps, signal }) : NO_BODY;
  const call = {
    upstream,
    method: request.method ?? 'GET',
    path: passing.path,
    headers,
    body,
    replyMs: deps.limits.replyMs,
    signal,
    onSent,
  };
  await release(deps, passing, await askCompartment(call));
}

/** The headers with which a request reaches its application. */
export function applicationHeaders(
  passing: Pick<PassingOn, 'request' | 'requestId' | 'address' | 'origin'>,
): Record<string, string | string[]> {
  const { origin, address, requestId, request } = passing;
  return headersForApplication(request.rawHeaders, {
    host: origin.authority,
    [REQUEST_ID_HEADER]: requestId,
    'x-forwarded-for': address,
    'x-forwarded-host': origin.authority,
    'x-forwarded-proto': new URL(origin.url).protocol.slice(0, -1),
  });
}

function streamed(
  passing: PassingOn,
  given: { readonly limits: BodyLimits; readonly monotonicMs: () => number; readonly signal: AbortSignal },
): ReceivedBody {
  return { ...NO_BODY, open: () => Readable.from(bounded(passing, given), { objectMode: false }) };
}

/** A body as it comes, held to its largest size and its slowest pace. */
async function* bounded(
  { request, maxBodyBytes }: PassingOn,
  { limits, monotonicMs, signal }: Parameters<typeof streamed>[1],
): AsyncGenerator<Buffer> {
  const chunks: AsyncIterator<Buffer> = request.iterator({ destroyOnReturn: false });
  const startedAtMs = monotonicMs();
  let bytes = 0;
  for (;;) {
    const deadlineMs = startedAtMs + limits.bodyGraceMs + (bytes / limits.bodyBytesPerSecond) * 1000;
    const next = await withinMs(Math.min(limits.bodyIdleMs, deadlineMs - monotonicMs()), signal, chunks.next());
    if (next.done) break;
    bytes += next.value.length;
    if (bytes > maxBodyBytes) throw tooLarge(maxBodyBytes);
    yield next.value;
  }
  if (!request.complete) throw new EstateError('request.malformed', 'passing a body on: it broke off');
}

async function release(deps: PassOnDeps, passing: PassingOn, reply: IncomingMessage): Promise<void> {
  const { response, request, requestId } = passing;
  if (response.destroyed) {
    reply.destroy();
    return;
  }
  const isUnread = announcesBody(request) && !request.complete;
  response.writeHead(reply.statusCode ?? 502, {
    ...headersFromApplication(reply.rawHeaders),
    ...deps.addedHeaders,
    [REQUEST_ID_HEADER]: requestId,
    // It answered before all had come: the rest must not be taken for another request.
    ...(isUnread || request.httpVersion === '1.0' ? { connection: 'close' } : {}),
  });
  await pipeline(reply, response).catch((error: unknown) => {
    deps.log.debug({ err: error, requestId }, 'a reply broke off');
    response.destroy();
  });
}
