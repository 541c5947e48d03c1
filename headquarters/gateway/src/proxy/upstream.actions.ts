import { Agent, type ClientRequest, type IncomingMessage, request as openRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EstateError, hasCode } from '@bulkhead/kernel';
import type { ReceivedBody } from './body.actions.ts';

/** Where a compartment's process listens: on its socket, or, where an adopted application knows no sockets, on a port of this machine. */
export type UpstreamPlace = { readonly socketPath: string } | { readonly host: '127.0.0.1'; readonly port: number };
export type Upstream = { readonly place: UpstreamPlace; readonly agent: Agent };
export type UpstreamCall = {
  readonly upstream: Upstream;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: ReceivedBody;
  /** Until the reply's headers. */
  readonly replyMs: number;
  readonly signal: AbortSignal;
  /** The connection stands: from here on the compartment may have the request. */
  readonly onSent?: () => void;
};

const CONNECTIONS = 256;

/** The way to a compartment's process. */
export function createUpstream(given: { readonly socket: string; readonly port?: number | undefined }): Upstream {
  const place = given.port === undefined ? { socketPath: given.socket } : { host: '127.0.0.1' as const, port: given.port };
  return { place, agent: new Agent({ keepAlive: true, maxSockets: CONNECTIONS, maxFreeSockets: 32 }) };
}

/**
 * Asks a compartment. A read whose kept connection had just been closed is asked again, a write never is.
 * @throws EstateError `compartment.unreachable`
 */
export async function askCompartment(call: UpstreamCall): Promise<IncomingMessage> {
  const isRead = call.method === 'GET' || call.method === 'HEAD';
  try {
    return await ask(call, isRead);
  } catch (error) {
    if (!isRead || call.signal.aborted || !isStaleConnection(error)) throw unreachable(call, error);
  }
  return ask(call, false).catch((error: unknown) => {
    throw unreachable(call, error);
  });
}

function ask(call: UpstreamCall, mayReuse: boolean): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = begin(call, mayReuse, reject);
    outgoing.once('response', (reply) => {
      outgoing.setTimeout(0);
      resolve(reply);
    });
    const content = call.body.open();
    if (content === null || Buffer.isBuffer(content)) outgoing.end(content ?? undefined);
    else pipeline(content, outgoing).catch(reject);
  });
}

/**
 * Asks a compartment for a WebSocket.
 * @returns the opened connection, or the reply with which it refused
 * @throws EstateError `compartment.unreachable`
 */
export function askForWebSocket(
  call: UpstreamCall,
): Promise<{ readonly reply: IncomingMessage; readonly opened: { readonly socket: Duplex; readonly head: Buffer } | null }> {
  return new Promise((resolve, reject) => {
    const outgoing = begin(call, false, (error) => reject(unreachable(call, error)));
    outgoing.once('response', (reply) => resolve({ reply, opened: null }));
    outgoing.once('upgrade', (reply, socket, head) => {
      outgoing.setTimeout(0);
      resolve({ reply, opened: { socket, head } });
    });
    outgoing.end();
  });
}

function begin(call: UpstreamCall, mayReuse: boolean, failed: (error: unknown) => void): ClientRequest {
  const outgoing = openRequest({
    ...call.upstream.place,
    method: call.method,
    path: call.path,
    headers: call.headers,
    agent: mayReuse ? call.upstream.agent : false,
    setHost: false,
    signal: call.signal,
  });
  outgoing.setTimeout(call.replyMs, () => outgoing.destroy(new Error('no reply in time')));
  outgoing.on('error', failed);
  outgoing.once('socket', (socket) => {
    if (socket.connecting) socket.once('connect', () => call.onSent?.());
    else call.onSent?.();
  });
  return outgoing;
}

function isStaleConnection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

/** What cuts a request off from its answer. Whatever else ends it was said before all of it had been sent. */
const CUTS = ['compartment.sealed', 'compartment.unreachable', 'request.unauthenticated'] as const;

/** Why a write that was sent has no answer: after a cut nobody knows what became of it, and whoever wrote must look. */
export function inDoubt(reason: unknown): unknown {
  if (!CUTS.some((code) => hasCode(reason, code))) return reason;
  return new EstateError('transaction.in_doubt', 'passing a write on: it was cut off from its answer', { cause: reason });
}

function unreachable(call: UpstreamCall, cause: unknown): EstateError {
  if (cause instanceof EstateError) return cause;
  return new EstateError('compartment.unreachable', `asking a compartment for ${call.method}`, { cause });
}
