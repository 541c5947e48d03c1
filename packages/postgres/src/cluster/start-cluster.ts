import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, chown, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createLog, EstateError, sleepMs } from '@bulkhead/kernel';
import { socketPath } from '../session/connection.ts';
import type { PostgresBinaries } from './binaries.ts';
import { readControlFile } from './control-file.ts';
import type { Owner } from './copy-tree.ts';
import { endLeftoverServer } from './leftover-server.ts';
import { watchParent } from './parent-watch.ts';
import { followOutput, type ServerLog } from './server-log.ts';
import { DEFAULT_HBA, renderSettings, SETTINGS_FILE, writeConfiguration } from './settings.ts';

const START_TIMEOUT_MS = 60_000;
const POLL_MS = 15;
const FAST_STOP_MS = 30_000;
const IMMEDIATE_STOP_MS = 10_000;
const LONGEST_SOCKET_PATH = 100;

/** How far a server must be before `startCluster` returns. */
export type Readiness =
  /** The process holds the data directory; it may still replay, or be a standby that accepts nobody. */
  | 'started'
  /** It accepts connections, perhaps for reading only. */
  | 'read-only'
  /** It has finished recovery and accepts writes. */
  | 'read-write';

/** What a server is started with. */
export type StartClusterOptions = {
  readonly binaries: PostgresBinaries;
  readonly dataDirectory: string;
  /** Made if it is missing, with mode 0711. */
  readonly socketDirectory: string;
  /** The uid and gid to run the server under; needs root, and as root it is compulsory. */
  readonly owner?: Owner;
  /** Puts the server's command into another that becomes it as its owner, in a world where it is shown these paths alone. */
  readonly isolate?: (
    command: { readonly file: string; readonly arguments: readonly string[] },
    shown: { readonly read: readonly string[]; readonly write: readonly string[] },
  ) => { readonly file: string; readonly arguments: readonly string[] };
  /** Added to, or instead of, the small defaults. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Lines of pg_hba.conf, written at each start. */
  readonly hba?: readonly string[];
  readonly log?: ServerLog;
  readonly port?: 5432;
  /** Default `read-write`. */
  readonly waitFor?: Readiness;
  /** How long recovery and start may take; default one minute. */
  readonly startTimeoutMs?: number;
  /** End the server when this process ends, even by `kill -9`; default true. */
  readonly endsWithParent?: boolean;
};

/** How a server ended. */
export type ServerExit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** A server that runs as a child of this process. */
export type RunningCluster = {
  readonly pid: number;
  readonly socketDirectory: string;
  /** Resolves when the server has ended, asked or not. Never rejects. */
  readonly exited: Promise<ServerExit>;
  /** `fast` ends sessions and checkpoints; `immediate` leaves recovery to the next start. Returns when it has ended. */
  readonly stop: (mode: 'fast' | 'immediate') => Promise<void>;
  /** Replaces the settings given at start and reloads; settings that need a restart keep their value until then. */
  readonly reconfigure: (settings: Readonly<Record<string, string>>) => Promise<void>;
};

/**
 * Starts a server on a unix socket only. A server left over from a crashed parent is ended first; a stale pid file is removed.
 * @throws EstateError `postgres.start_failed`, `socket.path_too_long`, `config.invalid`
 */
export async function startCluster(options: StartClusterOptions): Promise<RunningCluster> {
  const { dataDirectory, socketDirectory, owner } = options;
  const log = options.log ?? createLog('postgres', 'silent');
  checkOptions(options);
  if (!(await exists(join(dataDirectory, 'PG_VERSION')))) {
    throw new EstateError('postgres.start_failed', `starting the server in ${dataDirectory}: no cluster stands there`);
  }
  await endLeftoverServer(dataDirectory, log);
  await prepareSocketDirectory(socketDirectory, owner);
  const configure = (settings: Readonly<Record<string, string>>) =>
    writeConfiguration(
      dataDirectory,
      { settings: renderSettings(socketDirectory, settings), hba: options.hba ?? DEFAULT_HBA },
      owner,
    );
  await configure(options.settings ?? {});

  const child = spawnServer(options);
  const output = followOutput(child.stderr, log);
  const exited = untilExited(child);
  const pid = child.pid;
  if (pid === undefined) throw await startFailure(exited, dataDirectory, output.lastLines());
  if (options.endsWithParent ?? true) watchParent(pid, exited, owner);

  const stop = (mode: 'fast' | 'immediate') => stopServer(child, exited, mode);
  try {
    await untilReady(options, pid, exited, output.lastLines);
  } catch (error) {
    await stop('immediate');
    throw error;
  }
  return {
    pid,
    socketDirectory,
    exited,
    stop,
    reconfigure: async (settings) => {
      await configure(settings);
      child.kill('SIGHUP');
    },
  };
}

function checkOptions({ owner, socketDirectory }: StartClusterOptions): void {
  if (process.getuid?.() === 0 && (owner === undefined || owner.uid === 0)) {
    throw new EstateError(
      'config.invalid',
      'starting a cluster: PostgreSQL does not run as root; name an owner with another uid',
    );
  }
  const path = socketPath(socketDirectory);
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return;
  throw new EstateError(
    'socket.path_too_long',
    `starting a cluster: ${path} is longer than the ${LONGEST_SOCKET_PATH} bytes a socket may have; choose a shorter runtime directory`,
  );
}

async function prepareSocketDirectory(path: string, owner: Owner | undefined): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode: 0o711 });
  if (made === undefined) return;
  await chmod(path, 0o711);
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
}

function spawnServer({ binaries, dataDirectory, socketDirectory, owner, isolate }: StartClusterOptions) {
  const words = ['-D', dataDirectory, '-c', `config_file=${join(dataDirectory, SETTINGS_FILE)}`];
  const plain = { file: binaries.postgres, arguments: words };
  const shown = { read: [dirname(dirname(binaries.postgres))], write: [dataDirectory, socketDirectory] };
  const command = owner && isolate ? isolate(plain, shown) : plain;
  // A group of its own: Ctrl-C in a terminal goes to the supervisor, which decides the order of stopping.
  return spawn(command.file, command.arguments, {
    ...(command === plain ? owner : {}),
    cwd: '/',
    env: { LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
}

function untilExited(child: ChildProcess): Promise<ServerExit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
}

async function untilReady(
  { dataDirectory, socketDirectory, waitFor = 'read-write', startTimeoutMs = START_TIMEOUT_MS }: StartClusterOptions,
  pid: number,
  exited: Promise<ServerExit>,
  lastLines: () => string,
): Promise<void> {
  let hasExited = false;
  const ended = exited.then(() => {
    hasExited = true;
  });
  for (let waitedMs = 0; waitedMs < startTimeoutMs; waitedMs += POLL_MS) {
    await Promise.race([ended, sleepMs(POLL_MS)]);
    if (hasExited) throw await startFailure(exited, dataDirectory, lastLines());
    if (await isReady(dataDirectory, socketDirectory, pid, waitFor)) return;
  }
  throw new EstateError(
    'postgres.start_failed',
    `starting the server in ${dataDirectory}: not ${waitFor} within ${startTimeoutMs} ms; it last said:\n${lastLines()}`,
  );
}

// The pid file's eighth line and the control file tell what pg_ctl would, and need no password.
async function isReady(dataDirectory: string, socketDirectory: string, pid: number, waitFor: Readiness): Promise<boolean> {
  const lines = (await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  if (Number(lines[0]) !== pid) return false;
  if (waitFor === 'started') return true;
  if (lines[7]?.trim() !== 'ready' || !(await exists(socketPath(socketDirectory)))) return false;
  return waitFor === 'read-only' || (await readControlFile(dataDirectory)).state === 'in production';
}

async function startFailure(exited: Promise<ServerExit>, dataDirectory: string, lastLines: string): Promise<EstateError> {
  const { code, signal } = await exited;
  const how = signal === null ? `with ${code ?? 'an error'}` : `by ${signal}`;
  return new EstateError(
    'postgres.start_failed',
    `starting the server in ${dataDirectory}: it ended ${how}; it last said:\n${lastLines}`,
  );
}

async function stopServer(child: ChildProcess, exited: Promise<ServerExit>, mode: 'fast' | 'immediate'): Promise<void> {
  const stages = [
    ...(mode === 'fast' ? [{ signal: 'SIGINT', waitMs: FAST_STOP_MS } as const] : []),
    { signal: 'SIGQUIT', waitMs: IMMEDIATE_STOP_MS } as const,
  ];
  for (const { signal, waitMs } of stages) {
    child.kill(signal);
    if (await endsWithin(exited, waitMs)) return;
  }
  child.kill('SIGKILL');
  await exited;
}

async function endsWithin(exited: Promise<ServerExit>, waitMs: number): Promise<boolean> {
  const patience = new AbortController();
  const tooLate = sleepMs(waitMs, patience.signal).then(
    () => false,
    () => true,
  );
  const ended = await Promise.race([exited.then(() => true), tooLate]);
  patience.abort();
  return ended;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
