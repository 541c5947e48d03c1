import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EstateError } from '@bulkhead/kernel';
import { listenOnSocket } from '@bulkhead/wire';

/** A connection on which nothing moves in either direction for so long is given up: no service of ours is silent that long. */
export const IDLE_MS = 300_000;
const LOCAL_LIMIT_MS = 5_000;

/**
 * Carries bytes both ways until both have ended, no faster than the slower side takes them. Where one breaks off, both do.
 * What is carried frames itself (HTTP/1.1 with lengths or chunks, PostgreSQL's messages), so that a cut never looks like an end.
 */
export async function carry(local: Duplex, remote: Socket, idleMs = IDLE_MS): Promise<void> {
  remote.setTimeout(idleMs, () => remote.destroy());
  try {
    await Promise.all([pipeline(local, remote), pipeline(remote, local)]);
  } catch {
    local.destroy();
    remote.destroy();
  }
}

/** Connects to a service of this site. @throws EstateError `link.refused` when it does not answer */
export function connectLocally(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true });
    const fail = (cause?: unknown) => {
      clearTimeout(late);
      socket.destroy();
      reject(new EstateError('link.refused', `connecting to ${path}`, { cause }));
    };
    const late = setTimeout(fail, LOCAL_LIMIT_MS);
    socket.once('error', fail).once('connect', () => {
      clearTimeout(late);
      socket.off('error', fail).on('error', () => socket.destroy());
      resolve(socket);
    });
  });
}

/** Stands in for services of the other site: a socket at each of these paths, for whoever reaches its directory. */
export async function standIn(
  services: Readonly<Record<string, string>>,
  options: { readonly atMost: number; readonly mode: number; readonly called: (service: string, local: Socket) => Promise<void> },
): Promise<{ readonly close: () => Promise<void> }> {
  const servers: Server[] = [];
  const open = new Set<Socket>();
  for (const [service, path] of Object.entries(services)) {
    const server = createServer({ allowHalfOpen: true }, (local) => {
      open.add(local);
      local.on('error', () => local.destroy()).once('close', () => open.delete(local));
      options.called(service, local).catch(() => local.destroy());
    });
    server.maxConnections = options.atMost;
    await listenOnSocket(server, path, options.mode);
    servers.push(server);
  }
  return {
    close: async () => {
      for (const local of open) local.destroy();
      await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
    },
  };
}
