import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { EstateError } from '@bulkhead/kernel';
import { limitKeyOf, plainAddress } from './address.ts';
import { checkHeaders } from './request-head.ts';

export type Visit = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The client waits for "100 Continue" before it sends the body. */
  readonly awaitsContinue: boolean;
  /** Why its headers cannot be understood in one way only; null when they can. */
  readonly fault: unknown;
};

/** Who answers at the door. None of them may throw or reject. */
export type Answerer = {
  readonly handle: (visit: Visit) => void;
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
};

export type DoorLimits = {
  /** The time for all headers of a request, and for a TLS handshake. */
  readonly headersMs: number;
  /** The time between two requests of one connection. */
  readonly keepAliveMs: number;
  /** The time in which a connection must carry a byte in either direction. */
  readonly idleMs: number;
  readonly connections: number;
  readonly connectionsPerAddress: number;
};

export type Door = { readonly close: () => Promise<void> };

const HEADER_BYTES = 16_384;
const GRACE_MS = 3000;

/**
 * Listens for people. A connection beyond the limit of its address is closed unheard.
 * @throws EstateError `port.taken`, `process.start_failed`
 */
export async function openDoor(
  given: {
    readonly addresses: readonly string[];
    readonly port: number;
    readonly tls: { readonly cert: Buffer; readonly key: Buffer } | null;
  } & {
    readonly limits: DoorLimits;
    readonly answerer: Answerer;
  },
): Promise<Door> {
  const servers = given.addresses.map(() => buildServer(given));
  limitConnections(servers, given.limits);
  const opened: Server[] = [];
  for (const [at, server] of servers.entries()) {
    await listen(server, given.addresses[at] ?? '', given.port).catch(async (error: unknown) => {
      await Promise.all(opened.map((other) => close(other)));
      throw error;
    });
    opened.push(server);
  }
  return { close: async () => void (await Promise.all(servers.map((server) => close(server)))) };
}

function buildServer(given: {
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | null;
  readonly limits: DoorLimits;
  readonly answerer: Answerer;
}): Server {
  const { limits, answerer } = given;
  const options = {
    maxHeaderSize: HEADER_BYTES,
    insecureHTTPParser: false,
    requireHostHeader: false,
    headersTimeout: limits.headersMs,
    // Bodies have deadlines of their own, by their size.
    requestTimeout: 0,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.max(50, Math.min(1000, Math.floor(limits.headersMs / 4))),
    noDelay: true,
    shouldUpgradeCallback: (request: IncomingMessage) => request.headers.upgrade?.toLowerCase() === 'websocket',
  };
  const server = given.tls
    ? createTlsServer({ ...options, ...given.tls, minVersion: 'TLSv1.2', handshakeTimeout: limits.headersMs })
    : createServer(options);
  // Node would drop headers beyond a count silently; the rules refuse them instead.
  server.maxHeadersCount = 0;
  server.timeout = limits.idleMs;
  const current = new WeakMap<Duplex, Exchange>();
  const condemned = new WeakSet<Duplex>();
  const handle = (request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean) => {
    const { socket } = request;
    // What follows an ambiguous request on its connection may be its body: it is never answered.
    if (condemned.has(socket)) return;
    const fault = findFault(request);
    if (fault !== null) condemned.add(socket);
    current.set(socket, { request, response });
    answerer.handle({ request, response, awaitsContinue, fault });
  };
  server.on('request', (request, response) => handle(request, response, false));
  server.on('checkContinue', (request, response) => handle(request, response, true));
  server.on('checkExpectation', (_request, response) => {
    response.writeHead(417, { connection: 'close', 'content-length': '0' }).end();
  });
  server.on('upgrade', (request, socket, head) => {
    if (!condemned.has(socket)) answerer.upgrade(request, socket, head);
  });
  server.on('connect', (_request, socket) => refuseOnSocket(socket, 405));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseUnreadable(error, socket, current.get(socket)));
  return server;
}

function findFault(request: IncomingMessage): unknown {
  try {
    checkHeaders(request.rawHeaders, request.httpVersion);
    return null;
  } catch (error) {
    return error;
  }
}

function limitConnections(servers: readonly Server[], limits: DoorLimits): void {
  const open = new Map<string, number>();
  for (const server of servers) {
    server.maxConnections = limits.connections;
    server.on('connection', (socket: Socket) => {
      const key = limitKeyOf(plainAddress(socket.remoteAddress));
      const count = (open.get(key) ?? 0) + 1;
      if (count > limits.connectionsPerAddress) {
        socket.destroy();
        return;
      }
      open.set(key, count);
      socket.once('close', () => {
        const left = (open.get(key) ?? 1) - 1;
        if (left > 0) open.set(key, left);
        else open.delete(key);
      });
    });
  }
}

const STATUS_OF_FAULT: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse };

function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex, exchange: Exchange | undefined): void {
  const isAnswering = exchange !== undefined && !exchange.response.writableFinished;
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
  else if (isAnswering && exchange.request.complete) {
    // What cannot be read came after a whole request: that one still gets its own answer, the last of the connection.
    exchange.response.shouldKeepAlive = false;
    exchange.response.once('close', () => socket.destroy());
  } else if (isAnswering && exchange.response.headersSent) socket.destroy();
  else refuseOnSocket(socket, STATUS_OF_FAULT[error.code ?? ''] ?? 400);
}

/** Answers without a response object, where the request could not be read or was an upgrade. */
export function refuseOnSocket(socket: Duplex, status: number, headers: Readonly<Record<string, string>> = {}): void {
  const reason = STATUS_CODES[status] ?? 'Refused';
  const text = `${status} ${reason}\n`;
  const lines = Object.entries({
    ...headers,
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(Buffer.byteLength(text)),
    'x-content-type-options': 'nosniff',
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n${text}`, () => socket.destroy());
}

function listen(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'EADDRINUSE' ? 'port.taken' : 'process.start_failed';
      reject(new EstateError(code, `listening on ${address} port ${port}: ${cause.code ?? 'failed'}`, { cause }));
    };
    server.once('error', failed);
    server.listen({ host: address, port }, () => {
      server.removeListener('error', failed);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
  });
}
