import { connect, createServer } from 'node:net';

const ANSWER_LIMIT_MS = 1000;

/** Whether a program listens on a port already. */
export function isPortTaken(host: string, port: number): Promise<boolean> {
  return doesAnswer({ host, port });
}

/** Whether a process listens on a unix socket. */
export function isSocketTaken(path: string): Promise<boolean> {
  return doesAnswer({ path });
}

function doesAnswer(target: { readonly host: string; readonly port: number } | { readonly path: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...target, timeout: ANSWER_LIMIT_MS });
    const answer = (value: boolean) => {
      socket.destroy();
      resolve(value);
    };
    socket
      .once('connect', () => answer(true))
      .once('error', () => answer(false))
      .once('timeout', () => answer(false));
  });
}

/** A port of the loopback that nobody listens on now. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port was given')),
      );
    });
  });
}
