import { readFileSync } from 'node:fs';
import { readdir, readFile, readlink, realpath, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EstateError, sleepMs } from '@bulkhead/kernel';
import type { ServerLog } from './server-log.ts';

const FAST_MS = 10_000;
const IMMEDIATE_MS = 5_000;
const KILL_MS = 5_000;

/**
 * Ends a server that outlived the process which started it, and removes its pid file.
 * Only processes that run PostgreSQL with this very data directory as working directory are touched.
 * @throws EstateError `postgres.start_failed` if it does not end
 */
export async function endLeftoverServer(dataDirectory: string, log: ServerLog): Promise<void> {
  const stages = [
    { signal: 'SIGINT', waitMs: FAST_MS, all: false },
    { signal: 'SIGQUIT', waitMs: IMMEDIATE_MS, all: true },
    { signal: 'SIGKILL', waitMs: KILL_MS, all: true },
  ] as const;
  for (const { signal, waitMs, all } of stages) {
    const pids = await findServers(dataDirectory);
    if (pids.length === 0) return removePidFile(dataDirectory);
    log.warn({ dataDirectory, pids, signal }, 'ending a database server left over from an earlier run');
    const postmaster = await readPid(dataDirectory);
    // The postmaster ends its backends; only backends without one have to be told themselves.
    if (postmaster !== undefined && pids.includes(postmaster) && !all) signalProcess(postmaster, signal);
    else for (const pid of pids) signalProcess(pid, all ? signal : 'SIGQUIT');
    await untilGone(dataDirectory, waitMs);
  }
  if ((await findServers(dataDirectory)).length === 0) return removePidFile(dataDirectory);
  throw new EstateError(
    'postgres.start_failed',
    `ending the server left over in ${dataDirectory}: it does not end; look at its processes with ps`,
  );
}

async function untilGone(dataDirectory: string, waitMs: number): Promise<void> {
  const stepMs = 20;
  for (let waitedMs = 0; waitedMs < waitMs; waitedMs += stepMs) {
    if ((await findServers(dataDirectory)).length === 0) return;
    await sleepMs(stepMs);
  }
}

/** The process in the first line of `postmaster.pid`. */
export async function readPid(dataDirectory: string): Promise<number | undefined> {
  const text = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return pid > 1 ? pid : undefined;
}

/** Postmaster and backends alike work in the data directory. Without /proc only the pid file is believed. */
async function findServers(dataDirectory: string): Promise<number[]> {
  const real = await realpath(dataDirectory);
  const entries = await readdir('/proc').catch(() => undefined);
  if (entries === undefined) {
    const pid = await readPid(dataDirectory);
    return pid !== undefined && isAlive(pid) ? [pid] : [];
  }
  const pids = entries.filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ((await isServerOf(pid, real)) ? [pid] : [])));
  return found.flat();
}

async function isServerOf(pid: number, dataDirectory: string): Promise<boolean> {
  try {
    const [workingDirectory, program] = await Promise.all([readlink(`/proc/${pid}/cwd`), readlink(`/proc/${pid}/exe`)]);
    return workingDirectory === dataDirectory && basename(program.replace(/ \(deleted\)$/, '')) === 'postgres';
  } catch {
    return false; // gone meanwhile, or another user's
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}

/** True if a process with this id runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

// Ended, but its new parent has not asked how: some containers' first process never does.
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false; // no /proc on this system
  }
}

async function removePidFile(dataDirectory: string): Promise<void> {
  await unlink(join(dataDirectory, 'postmaster.pid')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
