/**
 * Becomes one of headquarters' users and tries, with all that this user holds, to alter or delete what is
 * off-site: files, sockets, and the calls that headquarters may make. Reads a task from standard input, writes
 * what each attempt came to.
 */
import { chmod, open, rename, truncate, unlink } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { EstateError } from '@bulkhead/kernel';
import { openWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

const taskSchema = z.object({
  /** The user to become; null to stay who one is. */
  uid: z.number().int().positive().nullable(),
  files: z.array(z.string()).max(500),
  closedSockets: z.array(z.string()).max(50),
  vault: z.object({ socket: z.string(), secret: z.string(), digests: z.array(z.string()).max(20) }).nullable(),
  recovery: z.object({ socket: z.string(), secret: z.string() }).nullable(),
  publisher: z.object({ socket: z.string(), secret: z.string(), compartment: z.string() }).nullable(),
});
export type AttemptTask = z.infer<typeof taskSchema>;
export type Attempt = { readonly what: string; readonly refused: boolean; readonly how: string };

const FILE_ATTEMPTS: readonly { readonly what: string; readonly act: (path: string) => Promise<unknown> }[] = [
  { what: 'write into', act: async (path) => (await open(path, 'r+')).close() },
  { what: 'truncate', act: (path) => truncate(path, 0) },
  { what: 'rename', act: (path) => rename(path, `${path}.taken`) },
  { what: 'change the mode of', act: (path) => chmod(path, 0o777) },
  { what: 'delete', act: (path) => unlink(path) },
];

const task = taskSchema.parse(JSON.parse(await text(process.stdin)));
// Only now: another user may not be able to read this code.
if (task.uid !== null) becomeUser(task.uid);
const attempts: Attempt[] = [
  ...(await tryFiles(task.files)),
  ...(await tryClosedSockets(task.closedSockets)),
  ...(task.vault ? await tryVault(task.vault) : []),
  ...(task.recovery ? await tryRecovery(task.recovery) : []),
  ...(task.publisher ? await tryPublisher(task.publisher) : []),
];
process.stdout.write(JSON.stringify(attempts));

function becomeUser(uid: number): void {
  process.setgroups?.([]);
  process.setgid?.(uid);
  process.setuid?.(uid);
  if (process.getuid?.() === uid && process.geteuid?.() === uid && process.getgid?.() === uid) return;
  throw new EstateError('config.invalid', `attempting: this process did not become the user ${uid}`);
}

async function tryFiles(files: readonly string[]): Promise<Attempt[]> {
  const made: Attempt[] = [];
  for (const file of files)
    for (const { what, act } of FILE_ATTEMPTS) made.push(await attempt(`${what} ${file}`, isForbidden, () => act(file)));
  return made;
}

async function tryClosedSockets(sockets: readonly string[]): Promise<Attempt[]> {
  return Promise.all(
    sockets.map((socket) => attempt(`speak to ${socket}`, isForbidden, () => call({ socket }, 'GET', '/health'))),
  );
}

async function tryVault({ digests, ...peer }: NonNullable<AttemptTask['vault']>): Promise<Attempt[]> {
  const made: Attempt[] = [];
  for (const digest of digests) {
    const blob = `blob ${digest.slice(0, 12)}`;
    const path = `/blobs/${digest}`;
    made.push(await attempt(`delete ${blob} from the vault`, isRefusedThere, () => call(peer, 'DELETE', path)));
    made.push(await attempt(`overwrite ${blob} in the vault`, isRefusedThere, () => call(peer, 'PUT', path, 'other bytes')));
  }
  return made;
}

function tryRecovery(peer: WirePeer): Promise<Attempt[]> {
  return tryPeer('recovery', peer, [
    ['POST', '/orders'],
    ['PUT', '/orders'],
    ['DELETE', '/orders'],
    ['DELETE', '/receipts'],
    ['POST', '/commands'],
    ['DELETE', '/findings'],
  ]);
}

function tryPublisher({ compartment, ...peer }: NonNullable<AttemptTask['publisher']>): Promise<Attempt[]> {
  return tryPeer('publisher', peer, [
    ['PUT', `/editions/${compartment}/latest`],
    ['DELETE', `/editions/${compartment}`],
    ['POST', `/editions/${compartment}/rollback`],
    ['POST', `/editions/${compartment}/pause`],
  ]);
}

async function tryPeer(
  name: string,
  peer: WirePeer,
  calls: readonly (readonly ['POST' | 'PUT' | 'DELETE', string])[],
): Promise<Attempt[]> {
  return Promise.all(
    calls.map(([method, path]) => attempt(`${method} ${path} at ${name}`, isRefusedThere, () => call(peer, method, path))),
  );
}

async function call(peer: WirePeer, method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: string): Promise<void> {
  const reply = await openWire(peer, {
    method,
    path,
    timeoutMs: 3000,
    ...(body === undefined ? {} : { stream: Readable.from([Buffer.from(body)]) }),
  });
  reply.body.resume();
}

/** An attempt that failed for another reason than that it was refused shows nothing, and counts as one that was not refused. */
async function attempt(what: string, isRefusal: (error: unknown) => boolean, act: () => Promise<unknown>): Promise<Attempt> {
  try {
    await act();
    return { what, refused: false, how: 'succeeded' };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    const how = `${error instanceof Error ? error.message : 'failed'}${cause}`.slice(0, 200);
    return { what, refused: isRefusal(error), how };
  }
}

/** Refused by the file system. */
function isForbidden(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause)
    if ('code' in at && (at.code === 'EACCES' || at.code === 'EPERM')) return true;
  return false;
}

/** Refused by a process that knows the caller: one that does not has not judged the call. */
function isRefusedThere(error: unknown): boolean {
  if (!(error instanceof EstateError) || error.code !== 'wire.refused') return false;
  return !(error.cause instanceof EstateError && error.cause.code === 'request.unauthenticated');
}
