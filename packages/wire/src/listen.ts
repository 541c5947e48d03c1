import { chmod, lstat, unlink } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { EstateError } from '@bulkhead/kernel';

/** Linux keeps 108 bytes for a socket's path, one of them the closing zero; others keep fewer. */
const SOCKET_PATH_LIMIT = 103;

/**
 * Makes a server listen on a unix socket. A socket file that a killed process left is removed; one that answers is not.
 * @param mode who may connect: 0o600 the owner, 0o666 anybody who reaches the directory
 * @throws EstateError `socket.path_too_long`, `process.start_failed`
 */
export async function listenOnSocket(server: Server, path: string, mode = 0o600): Promise<void> {
  if (Buffer.byteLength(path) > SOCKET_PATH_LIMIT) {
    throw new EstateError(
      'socket.path_too_long',
      `listening on ${path}: longer than ${SOCKET_PATH_LIMIT} bytes; choose a shorter runtime directory`,
    );
  }
  await removeStaleSocket(path);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path }, () => {
      server.removeListener('error', reject);
      resolve();
    });
  }).catch((cause: unknown) => {
    throw new EstateError('process.start_failed', `listening on ${path}`, { cause });
  });
  await chmod(path, mode);
}

async function removeStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return;
  if (!found.isSocket())
    throw new EstateError('process.start_failed', `listening on ${path}: a file that is no socket stands there`);
  if (await doesAnswer(path))
    throw new EstateError('process.start_failed', `listening on ${path}: another process answers there`);
  await unlink(path);
}

function doesAnswer(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
