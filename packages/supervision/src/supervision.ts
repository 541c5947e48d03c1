import { mkdirSync } from 'node:fs';
import type { ProcessStatus } from '@bulkhead/contracts';
import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import { createPidRegistry } from './leftover/pid-registry.ts';
import type { ProcessSpec } from './process/process-spec.ts';
import { type ProcessChange, type SupervisedProcess, superviseProcess } from './process/supervised-process.ts';

const SILENT_LIMIT_MS = 60_000;

export type SupervisionOptions = {
  readonly log: Log;
  /** Absolute path of the Node 24 binary. */
  readonly node: string;
  /** Where root keeps compiled modules, if anywhere; see `mayUseCompiled`. */
  readonly compiled?: string;
  readonly now: Now;
  /** Standard output and error of each process go to `<name>.log` here. */
  readonly logDirectory: string;
  /** Where the running processes are written down; see `endLeftovers`. */
  readonly pidFile: string;
  /** A process that answers nobody for so long is killed and started again; a minute unless told. */
  readonly silentLimitMs?: number;
};

/** The processes of one site. */
export type Supervision = {
  /** Starts a process. One of the same name that still runs is stopped first. Returns once the new one is on its way. */
  readonly start: (spec: ProcessSpec) => Promise<void>;
  /** SIGTERM, grace, SIGKILL. Returns when it is gone. Unknown names are no fault. */
  readonly stop: (name: string) => Promise<void>;
  /** SIGKILL at once. Returns when it is gone. */
  readonly kill: (name: string) => Promise<void>;
  readonly restart: (name: string) => Promise<void>;
  /** Stops a process and forgets it. */
  readonly remove: (name: string) => Promise<void>;
  /**
   * Returns when the process says that it is well.
   * @throws EstateError `process.unhealthy` if that takes longer, or if it stops
   */
  readonly untilHealthy: (name: string, timeoutMs: number) => Promise<void>;
  readonly statusOf: (name: string) => ProcessStatus | undefined;
  readonly status: () => ProcessStatus[];
  /** Tells each change of state and each end; returns the way to stop listening. */
  readonly onChange: (listener: (change: ProcessChange) => void) => () => void;
};

/** Creates the supervision of a site's processes. */
export function createSupervision(options: SupervisionOptions): Supervision {
  mkdirSync(options.logDirectory, { recursive: true, mode: 0o700 });
  const processes = new Map<string, SupervisedProcess>();
  const listeners = new Set<(change: ProcessChange) => void>();
  const deps = {
    ...options,
    pids: createPidRegistry(options.pidFile, options.log),
    silentLimitMs: options.silentLimitMs ?? SILENT_LIMIT_MS,
    changed: (change: ProcessChange) => {
      for (const listener of listeners) listener(change);
    },
  };
  const onChange: Supervision['onChange'] = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  // The newest word on a name rules: a kill must not be undone by a start that was waiting for something.
  const words = new Map<string, number>();
  const speak = (name: string) => {
    const word = (words.get(name) ?? 0) + 1;
    words.set(name, word);
    return word;
  };
  const start = async (spec: ProcessSpec) => {
    const word = speak(spec.name);
    await processes.get(spec.name)?.stop();
    if (words.get(spec.name) === word) processes.set(spec.name, superviseProcess(deps, spec));
  };
  const end = async (name: string, how: 'stop' | 'kill') => {
    speak(name);
    await processes.get(name)?.[how]();
  };
  return {
    start,
    stop: (name) => end(name, 'stop'),
    kill: (name) => end(name, 'kill'),
    remove: async (name) => {
      const found = processes.get(name);
      await end(name, 'stop');
      if (processes.get(name) === found) processes.delete(name);
    },
    restart: async (name) => {
      const found = processes.get(name);
      if (found !== undefined) await start(found.spec);
    },
    untilHealthy: (name, timeoutMs) => untilHealthy(name, timeoutMs, () => processes.get(name)?.status(), onChange),
    statusOf: (name) => processes.get(name)?.status(),
    status: () => [...processes.values()].map((one) => one.status()),
    onChange,
  };
}

function untilHealthy(
  name: string,
  timeoutMs: number,
  status: () => ProcessStatus | undefined,
  onChange: Supervision['onChange'],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => finish(() => reject(new EstateError('process.unhealthy', `waiting for ${name}: ${why}`)));
    const patience = setTimeout(
      () => fail(`not well within ${timeoutMs} ms; ${status()?.detail ?? 'it says nothing'}`),
      timeoutMs,
    );
    const forget = onChange((change) => {
      if (change.status.name === name) look();
    });
    function finish(settle: () => void) {
      clearTimeout(patience);
      forget();
      settle();
    }
    function look() {
      const found = status();
      if (found === undefined) return fail('there is no such process');
      if (found.state === 'running') return finish(resolve);
      if (found.state === 'stopped' || found.state === 'failed') return fail(`it has stopped; ${found.detail ?? ''}`);
    }
    look();
  });
}
