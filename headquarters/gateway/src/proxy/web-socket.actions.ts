import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { EstateError } from '@bulkhead/kernel';
import { type ForwardDeps, headersWithToken, type Passing } from './forward.actions.ts';
import { headersForPerson } from './header.rules.ts';
import { askForWebSocket } from './upstream.actions.ts';

/** A request for a WebSocket: like any other, but with the bare connection instead of a response. */
export type Upgrading = Omit<Passing, 'response' | 'awaitsContinue'> & { readonly socket: Duplex; readonly head: Buffer };

export type WebSocketDeps = Pick<ForwardDeps, 'key' | 'now' | 'log' | 'upstreams' | 'live' | 'limits'> & {
  readonly requireAdmission: (upgrading: Upgrading) => void;
  /** The headers for an adopted application, which gets no token; a native compartment's unless told. */
  readonly headersFor?: (upgrading: Upgrading) => Record<string, string | string[]>;
};

/**
 * Joins a person's WebSocket to a compartment's, until one of them or a seal ends it.
 * @returns the status: 101, or the one with which the compartment refused
 * @throws EstateError `compartment.unreachable`, `compartment.sealed`; then nothing has been sent
 */
export async function joinWebSocket(deps: WebSocketDeps, upgrading: Upgrading): Promise<number> {
  const cutter = new AbortController();
  const leave = deps.live.add({
    compartment: upgrading.origin.compartment.name,
    isWebSocket: true,
    sessionId: upgrading.session?.id ?? null,
    cut: (reason) => {
      cutter.abort(reason);
      upgrading.socket.destroy();
    },
  });
  upgrading.socket.once('close', () => {
    leave();
    cutter.abort(new EstateError('request.malformed', 'joining a WebSocket: the client hung up'));
  });
  upgrading.socket.on('error', () => upgrading.socket.destroy());
  try {
    return await join(deps, upgrading, cutter.signal);
  } catch (error) {
    leave();
    throw error;
  }
}

async function join(deps: WebSocketDeps, upgrading: Upgrading, signal: AbortSignal): Promise<number> {
  const upstream = deps.upstreams.get(upgrading.origin.compartment.name);
  if (!upstream) throw new EstateError('compartment.unreachable', 'joining a WebSocket: its compartment has no socket');
  const headers = deps.headersFor?.(upgrading) ?? (await headersWithToken(deps, upgrading, null));
  Object.assign(headers, { connection: 'Upgrade', upgrade: 'websocket' });
  deps.requireAdmission(upgrading);
  const body = { bytes: 0, sha256: null, open: () => null, dispose: () => Promise.resolve() };
  const call = { upstream, method: 'GET', path: upgrading.path, headers, body, replyMs: deps.limits.replyMs, signal };
  const { reply, opened } = await askForWebSocket(call);
  if (!opened) {
    reply.destroy();
    const status = reply.statusCode ?? 502;
    throw new EstateError(
      status >= 500 ? 'compartment.unreachable' : 'request.forbidden',
      `joining a WebSocket: the compartment refused with ${status}`,
    );
  }
  upgrading.socket.write(writeSwitch(reply.rawHeaders));
  if (opened.head.length > 0) upgrading.socket.write(opened.head);
  if (upgrading.head.length > 0) opened.socket.write(upgrading.head);
  pipeBothWays(upgrading.socket, opened.socket);
  return 101;
}

function pipeBothWays(person: Duplex, compartment: Duplex): void {
  compartment.on('error', () => person.destroy());
  compartment.once('close', () => person.destroy());
  person.once('close', () => compartment.destroy());
  person.pipe(compartment).pipe(person);
}

function writeSwitch(rawHeaders: readonly string[]): string {
  const lines = Object.entries({ ...headersForPerson(rawHeaders), connection: 'Upgrade', upgrade: 'websocket' }).flatMap(
    ([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => `${name}: ${one}\r\n`),
  );
  return `HTTP/1.1 101 ${STATUS_CODES[101]}\r\n${lines.join('')}\r\n`;
}
