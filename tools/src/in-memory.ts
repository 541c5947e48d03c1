import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Set in the process whose temporary files lie in memory. */
const INSIDE = 'BULKHEAD_TESTS_IN_MEMORY';
const SHARED_MEMORY = '/dev/shm';
const PREFIX = 'bhm-';
/** What has to be free for tests to get half of it: at most they laid down 2.2 GiB at once, and took 4 GiB themselves. */
const LEAST_FREE_BYTES = 9 * 1024 ** 3;
/** Whoever a test starts under another uid may use it, too. */
const MODE = 0o1777;

/** Mounts by the first six words, and becomes what the others say. */
const MOUNT_AND_RUN = 'mount "$1" "$2" "$3" "$4" "$5" "$6" && shift 6 && exec "$@"';

/**
 * Runs this program again with its temporary files in memory, where there is enough: tests make hundreds of databases, and each costs
 * a tenth there of the processor time that it costs on some disks. As root it is a mount namespace of its own, which ends with its
 * last process, since jails see no shared memory but their own; for others a directory of the shared memory.
 * @returns with which code it ended; undefined where this is that process already, or where there is no such place
 */
export async function runInMemory(): Promise<number | undefined> {
  if (process.env[INSIDE] !== undefined) return undefined;
  const freeBytes = await readFreeMemory();
  if (freeBytes < LEAST_FREE_BYTES) return undefined;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && !(await isFitShared(freeBytes))) return undefined;
  const place = await mkdtemp(join(isRoot ? tmpdir() : SHARED_MEMORY, PREFIX));
  const mount = ['-t', 'tmpfs', '-o', `mode=${MODE.toString(8)},size=${Math.floor(freeBytes / 2)}`, 'bulkhead-tests', place];
  try {
    await chmod(place, MODE);
    if (isRoot && !hasWorked('unshare', ['--mount', 'mount', ...mount])) return undefined;
    const itself = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
    const command = isRoot ? ['unshare', '--mount', 'sh', '-c', MOUNT_AND_RUN, 'sh', ...mount, ...itself] : itself;
    return await run(command, { ...process.env, [INSIDE]: '1', TMPDIR: place });
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function run([program = '', ...words]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(program, words, { env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

function hasWorked(program: string, words: readonly string[]): boolean {
  return spawnSync(program, words, { stdio: 'ignore' }).status === 0;
}

async function readFreeMemory(): Promise<number> {
  const told = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  return Number(/^MemAvailable:\s+(\d+) kB$/m.exec(told)?.[1] ?? 0) * 1024;
}

/** Whether there is room, and programs that lie there may run. */
async function isFitShared(freeBytes: number): Promise<boolean> {
  const found = await statfs(SHARED_MEMORY).catch(() => undefined);
  if (found === undefined || found.bavail * found.bsize < freeBytes / 2) return false;
  const mounts = (await readFile('/proc/mounts', 'utf8').catch(() => '')).split('\n').map((line) => line.split(' '));
  const own = mounts.find(([, where]) => where === SHARED_MEMORY);
  return own?.[2] === 'tmpfs' && own[3]?.split(',').includes('noexec') === false;
}
