import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect, createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';
import type { Address, Pin } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { type Identity, pinOfCertificate } from '../identity/identity.ts';

/** ALPN names: what a connection is for is known before a byte is said on it. */
export const PROTOCOLS = { link: 'bulkhead-link/1', join: 'bulkhead-join/1' } as const;
export type Protocol = (typeof PROTOCOLS)[keyof typeof PROTOCOLS];

const HANDSHAKE_MS = 5_000;
/** Handshakes under way at once: strangers can hold no more than these. */
const HANDSHAKES = 128;
const HANDSHAKES_OF_AN_ADDRESS = 16;
const CONNECTIONS = 1024;

/**
 * TLS 1.3 alone. No authority is asked, no name and no date: a self-signed certificate only carries the key, whose
 * possession the handshake proves (RFC 8446, 4.4.3); the key itself is compared with the pins by `isTrusted`.
 */
function optionsOf(identity: Identity, protocol: Protocol) {
  return {
    cert: identity.certificate,
    key: identity.key,
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    rejectUnauthorized: false,
    ALPNProtocols: [protocol],
    allowHalfOpen: true,
    noDelay: true,
  } as const;
}

export type PinnedServer = {
  readonly port: number;
  /** Shows another key to who connects from now on. */
  readonly changeIdentity: (identity: Identity) => void;
  /** Ends what is open, too. */
  readonly close: () => Promise<void>;
};

/** Listens for sites that show a key which `isTrusted`; everybody else is cut off before a byte of theirs is read. */
export async function listenPinned(options: {
  readonly address: Address;
  readonly identity: Identity;
  readonly protocol: Protocol;
  readonly isTrusted: (pin: Pin) => boolean;
  readonly accepted: (socket: TLSSocket, pin: Pin) => void;
  readonly refused: (from: string) => void;
  /** Told of each connection that is cut off because too many are beginning. */
  readonly crowded?: (from: string) => void;
}): Promise<PinnedServer> {
  const { address, identity, protocol, isTrusted, accepted, refused, crowded = () => undefined } = options;
  const settings: TlsOptions = {
    ...optionsOf(identity, protocol),
    requestCert: true,
    handshakeTimeout: HANDSHAKE_MS,
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
  const server = createServer(settings);
  server.maxConnections = CONNECTIONS;
  const endHandshakes = boundHandshakes(server, crowded);
  const open = new Set<TLSSocket>();
  server.on('secureConnection', (socket) => {
    prepare(socket);
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    const pin = shownBy(socket);
    if (pin !== undefined && socket.alpnProtocol === protocol && isTrusted(pin)) return accepted(socket, pin);
    refused(socket.remoteAddress ?? 'an unknown address');
    socket.destroy();
  });
  // Who speaks another protocol, or an older TLS, does not come to the end of a handshake; a cut line is no stranger.
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code?.startsWith('ERR_SSL_')) refused(socket.remoteAddress ?? 'an unknown address');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address.host, port: address.port }, () => resolve());
  }).catch((cause: unknown) => {
    throw new EstateError('port.taken', `listening at ${address.host}:${address.port} for the other site`, { cause });
  });
  server.on('error', () => undefined);
  return {
    port: portOf(server),
    changeIdentity: ({ certificate, key }) => server.setSecureContext({ ...settings, cert: certificate, key }),
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      endHandshakes();
      for (const socket of open) socket.destroy();
      return closed;
    },
  };
}

/**
 * Strangers can begin only so many handshakes, one address only a share of these, and none takes long: Node forgets a
 * connection that ends in the middle of its handshake, and would keep it for ever.
 */
function boundHandshakes(server: Server, crowded: (from: string) => void): () => void {
  const begun = new Map<string, { readonly from: string; readonly end: () => void; readonly forget: () => void }>();
  const keyOf = (socket: Socket) => `${socket.remoteAddress}:${socket.remotePort}`;
  server.on('connection', (socket: Socket) => {
    const from = socket.remoteAddress ?? '';
    const ofAddress = [...begun.values()].filter((other) => other.from === from).length;
    if (begun.size >= HANDSHAKES || ofAddress >= HANDSHAKES_OF_AN_ADDRESS) {
      crowded(from);
      return socket.destroy();
    }
    const key = keyOf(socket);
    const late = setTimeout(() => socket.destroy(), HANDSHAKE_MS);
    const forget = () => {
      clearTimeout(late);
      begun.delete(key);
    };
    begun.set(key, { from, end: () => socket.destroy(), forget });
    socket.once('close', forget);
    return undefined;
  });
  server.on('secureConnection', (socket) => begun.get(keyOf(socket))?.forget());
  return () => {
    for (const { end } of begun.values()) end();
  };
}

/**
 * Connects to a site that must show a key which `isTrusted`.
 * @throws EstateError `link.down` when it does not answer, `link.untrusted` when it shows another key
 */
export function connectPinned(options: {
  readonly address: Address;
  readonly identity: Identity;
  readonly protocol: Protocol;
  readonly isTrusted: (pin: Pin) => boolean;
  readonly timeoutMs: number;
}): Promise<{ readonly socket: TLSSocket; readonly pin: Pin }> {
  const { address, identity, protocol, isTrusted, timeoutMs } = options;
  const at = `${address.host}:${address.port}`;
  return new Promise((resolve, reject) => {
    const fail = (error: EstateError) => {
      clearTimeout(late);
      socket.destroy();
      reject(error);
    };
    const down = (cause?: unknown) => fail(new EstateError('link.down', `connecting to the other site at ${at}`, { cause }));
    const late = setTimeout(down, timeoutMs);
    const socket = connect({ ...optionsOf(identity, protocol), host: address.host, port: address.port, servername: '' }, () => {
      const pin = shownBy(socket);
      if (pin === undefined || !isTrusted(pin))
        return fail(new EstateError('link.untrusted', `connecting to the other site: ${at} shows a key that is not its key`));
      clearTimeout(late);
      socket.off('error', down).off('close', down);
      return resolve({ socket, pin });
    });
    socket.setNoDelay(true);
    socket.once('error', down).once('close', down);
    prepare(socket);
  });
}

function prepare(socket: TLSSocket): void {
  // Two pipelines wait for its end, besides us.
  socket.setMaxListeners(30);
  socket.on('error', () => socket.destroy());
}

function shownBy(socket: TLSSocket): Pin | undefined {
  const certificate = socket.getPeerX509Certificate();
  return certificate && pinOfCertificate(certificate);
}

function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}
