import { type ChildProcess, spawn } from 'node:child_process';
import type { ProcessStatus } from '@bulkhead/contracts';
import { EstateError, type Log, type Now, sleepMs } from '@bulkhead/kernel';
import type { PidRegistry } from '../leftover/pid-registry.ts';
import { backOffMs, FORGIVEN_AFTER_MS } from './back-off.rules.ts';
import { mayUseCompiled } from './compiled.ts';
import { askHealth, type Health } from './health.ts';
import { createLogFile, type LogFile } from './log-file.ts';
import { watchOrphan } from './orphan-watch.ts';
import { commandOf, type ProcessSpec } from './process-spec.ts';
import { killAllOfUid, killGroup } from './signal.ts';
import { measureUsage, type Usage } from './usage.ts';

const FIRST_LOOK_MS = 40;
const SLOWEST_FIRST_LOOK_MS = 500;
const LOOK_MS = 1_000;
const UNHEALTHY_AFTER = 3;
const LOG_LIMIT_BYTES = 8_388_608;

/** How a process ended; `asked` when its supervisor ended it. */
export type ProcessExit = {
  readonly pid: number;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly asked: boolean;
};

/** A change of a process's state; with `exit` when it has just ended. */
export type ProcessChange = { readonly status: ProcessStatus; readonly exit?: ProcessExit };

export type SupervisedProcess = {
  readonly spec: ProcessSpec;
  readonly status: () => ProcessStatus;
  /** SIGTERM, then SIGKILL after the grace. Returns when it is gone and will not come back. */
  readonly stop: () => Promise<void>;
  /** SIGKILL at once, to everything that runs under its uid. Returns when it is gone and will not come back. */
  readonly kill: () => Promise<void>;
};

export type SuperviseDependencies = {
  readonly log: Log;
  readonly node: string;
  /** Where root keeps compiled modules, if anywhere. */
  readonly compiled?: string;
  readonly now: Now;
  readonly logDirectory: string;
  readonly pids: PidRegistry;
  /** A process that answers nobody for so long is killed and started again. */
  readonly silentLimitMs: number;
  readonly changed: (change: ProcessChange) => void;
};

type Run = {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  readonly usage: () => Usage;
};
type State = ProcessStatus['state'];

/** Starts a process and keeps it running until told to stop. */
export function superviseProcess(deps: SuperviseDependencies, spec: ProcessSpec): SupervisedProcess {
  const stopping = new AbortController();
  const logFile = createLogFile({
    path: `${deps.logDirectory}/${spec.name}.log`,
    limitBytes: LOG_LIMIT_BYTES,
    failed: (error) => deps.log.error({ err: error, process: spec.name }, 'writing a log file'),
  });
  let run: Run | undefined;
  let state: State = 'starting';
  let detail: string | null = null;
  let restarts = 0;
  let failures = 0;
  let startedAt: Date | null = null;
  let used: Usage = { memoryBytes: null, cpuPercent: null };

  const status = (): ProcessStatus => ({
    name: spec.name,
    state,
    pid: run?.pid ?? null,
    uid: run === undefined ? null : (spec.owner?.uid ?? process.getuid?.() ?? null),
    restarts,
    startedAt: startedAt?.toISOString() ?? null,
    ...used,
    detail,
  });

  function become(next: State, why: string | null, exit?: ProcessExit): void {
    if (state === next && detail === why && exit === undefined) return;
    state = next;
    detail = why;
    deps.changed({ status: status(), ...(exit === undefined ? {} : { exit }) });
  }

  async function live(): Promise<void> {
    for (;;) {
      const problem = await runOnce().catch((error: unknown) => {
        deps.log.error({ err: error, process: spec.name }, 'starting a process');
        return error instanceof Error ? error.message : String(error);
      });
      if (stopping.signal.aborted) return become('stopped', null);
      if (spec.restart === 'never') return problem === null ? become('stopped', null) : become('failed', problem);
      failures += 1;
      const waitMs = backOffMs(failures);
      become('backing-off', problem ?? 'ended by itself');
      await sleepMs(waitMs, stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted) return become('stopped', null);
      restarts += 1;
    }
  }

  /** Returns what was wrong with its end; null if it ended well. */
  async function runOnce(): Promise<string | null> {
    const environment = typeof spec.environment === 'function' ? await spec.environment() : spec.environment;
    if (stopping.signal.aborted) return null;
    const begun = await spawnProcess(deps, spec, environment, logFile, () => stopping.signal.aborted);
    run = begun;
    if (stopping.signal.aborted) killGroup(begun.pid, 'SIGKILL');
    startedAt = deps.now();
    become('starting', null);
    const watching = new AbortController();
    const watch = watchHealth(begun, watching.signal);
    const exit = await begun.exited;
    watching.abort();
    await watch;
    run = undefined;
    used = { memoryBytes: null, cpuPercent: null };
    const problem = tellExit(exit, logFile.lastLine());
    if (!exit.asked) deps.log.warn({ process: spec.name, ...exit }, 'a process ended unasked');
    deps.changed({ status: status(), exit });
    return problem;
  }

  async function watchHealth(begun: Run, signal: AbortSignal): Promise<void> {
    const begunMs = performance.now();
    let misses = 0;
    let silentSinceMs = begunMs;
    let wellSinceMs: number | undefined;
    while (!signal.aborted) {
      const health = await askHealth(spec.health, signal);
      if (signal.aborted) return;
      used = begun.usage();
      if (health.kind !== 'silent') silentSinceMs = performance.now();
      if (health.kind === 'well') {
        misses = 0;
        wellSinceMs ??= performance.now();
        if (performance.now() - wellSinceMs > FORGIVEN_AFTER_MS) failures = 0;
        become('running', null);
      } else {
        misses += 1;
        wellSinceMs = undefined;
        noteMiss(health, misses);
      }
      if (performance.now() - silentSinceMs > deps.silentLimitMs) {
        deps.log.warn({ process: spec.name, pid: begun.pid }, 'killing a process that does not answer');
        killGroup(begun.pid, 'SIGKILL');
        return;
      }
      const startingMs = Math.min(SLOWEST_FIRST_LOOK_MS, FIRST_LOOK_MS + (performance.now() - begunMs) / 20);
      await sleepMs(state === 'starting' ? startingMs : LOOK_MS, signal).catch(() => undefined);
    }
  }

  function noteMiss(health: Exclude<Health, { kind: 'well' }>, misses: number): void {
    if (state === 'starting') return become('starting', health.kind === 'unwell' ? health.detail : detail);
    if (misses >= UNHEALTHY_AFTER) become('unhealthy', health.detail);
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    stopping.abort();
    const current = run;
    if (current !== undefined) killGroup(current.pid, signal);
    const uid = spec.sharesUid ? undefined : spec.owner?.uid;
    if (signal === 'SIGKILL' && uid !== undefined) killAllOfUid(uid);
    if (signal === 'SIGTERM' && !(await endsWithin(lived, spec.graceMs)) && run !== undefined) {
      deps.log.warn({ process: spec.name }, 'killing a process that did not stop in time');
      killGroup(run.pid, 'SIGKILL');
    }
    await lived;
    // What it may have started besides itself must not outlive it.
    if (uid !== undefined) killAllOfUid(uid);
  }

  const lived = live();
  return { spec, status, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

async function spawnProcess(
  deps: SuperviseDependencies,
  spec: ProcessSpec,
  environment: Readonly<Record<string, string>>,
  logFile: LogFile,
  isAsked: () => boolean,
): Promise<Run> {
  // A group of its own: Ctrl-C in a terminal reaches the supervisor only. Node drops root's supplementary groups itself.
  const mayUse = deps.compiled !== undefined && (await mayUseCompiled(deps.compiled, spec.owner));
  const compiled = mayUse ? deps.compiled : undefined;
  const command = commandOf(spec, deps.node, compiled);
  const child = spawn(command.file, command.arguments, {
    ...(command.owner === undefined ? {} : { uid: command.owner.uid, gid: command.owner.gid }),
    cwd: command.cwd,
    env: spec.program === undefined ? { ...environment, ...ownVariables(compiled) } : environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  // Kept open for the child's whole life: its end tells the child that we are gone.
  child.stdin.on('error', () => undefined);
  const pid = child.pid;
  if (pid === undefined) {
    const cause = await new Promise((resolve) => child.once('error', resolve));
    throw new EstateError('process.start_failed', `starting ${spec.name}`, { cause });
  }
  if (spec.program !== undefined) watchOrphan(child);
  deps.pids.add({ name: spec.name, pid, entry: spec.entry });
  const drained = Promise.all([logFile.follow(child.stdout), logFile.follow(child.stderr)]);
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => {
      deps.pids.remove(pid);
      const exit = { pid, code, signal, asked: isAsked() };
      // Its last words arrive after its end; a grandchild may hold the pipes open, so not for ever.
      void endsWithin(drained, 500).then(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        resolve(exit);
      });
    });
  });
  return { child, pid, exited, usage: measureUsage(pid) };
}

/**
 * What each process of ours is started with: buffers come and go, and memory that the C library gives back to the system each
 * time costs more to have again than to be sealed or unpacked in. At most 32 MiB wait to be used again.
 */
export const MEMORY_VARIABLES = { MALLOC_MMAP_THRESHOLD_: '33554432', MALLOC_TRIM_THRESHOLD_: '33554432' } as const;

function ownVariables(compiled: string | undefined): Readonly<Record<string, string>> {
  return { BULKHEAD_SUPERVISED: '1', ...MEMORY_VARIABLES, ...(compiled === undefined ? {} : { NODE_COMPILE_CACHE: compiled }) };
}

function tellExit(exit: ProcessExit, lastLine: string | null): string | null {
  if (exit.asked || (exit.code === 0 && exit.signal === null)) return null;
  const how = exit.signal === null ? `ended with ${exit.code}` : `ended by ${exit.signal}`;
  return lastLine === null ? how : `${how}; it last said: ${lastLine.slice(0, 300)}`;
}

async function endsWithin(work: Promise<unknown>, waitMs: number): Promise<boolean> {
  const patience = new AbortController();
  const ended = await Promise.race([
    work.then(
      () => true,
      () => true,
    ),
    sleepMs(waitMs, patience.signal).then(
      () => false,
      () => true,
    ),
  ]);
  patience.abort();
  return ended;
}
