import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type Log, sleepMs } from '@bulkhead/kernel';
import { z } from 'zod';
import { identifyProcess, isSameProcess, readCommandLine } from '../process/identity.ts';
import { killGroup } from '../process/signal.ts';

const recordSchema = z.object({ name: z.string(), pid: z.number().int().positive(), startTime: z.string(), entry: z.string() });
const fileSchema = z.array(recordSchema).max(10_000);
type PidRecord = z.infer<typeof recordSchema>;

const PATIENCE_MS = 3_000;
const GONE_MS = 5_000;

/** The processes of a site that run now, on disk, so that the next supervisor can end those of a killed one. */
export type PidRegistry = {
  readonly add: (entry: { readonly name: string; readonly pid: number; readonly entry: string }) => void;
  readonly remove: (pid: number) => void;
};

/**
 * Begins an empty registry in `file`. Written at once, without waiting for the disk: a reboot ends the processes anyway.
 * A full disk does not stop the supervisor: the processes still end with their standard input.
 */
export function createPidRegistry(file: string, log: Log): PidRegistry {
  const records = new Map<number, PidRecord>();
  const save = () => {
    try {
      writeFileSync(`${file}.new`, JSON.stringify([...records.values()]), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch (error) {
      log.error({ err: error }, 'writing the list of processes');
    }
  };
  save();
  return {
    add: ({ name, pid, entry }) => {
      const startTime = identifyProcess(pid)?.startTime;
      if (startTime === undefined || startTime === null) return;
      records.set(pid, { name, pid, startTime, entry });
      save();
    },
    remove: (pid) => {
      if (records.delete(pid)) save();
    },
  };
}

/**
 * Ends what a killed supervisor left running. A process is touched only if its number, start time and command line
 * are those that were written down: numbers are given again.
 */
export async function endLeftovers(file: string, log: Log): Promise<void> {
  const left = readRecords(file, log).filter(isStillThere);
  if (left.length === 0) return;
  // They were told by the end of their standard input, and may be about to stop by themselves.
  await untilGone(left, PATIENCE_MS);
  for (const record of left.filter(isStillThere)) {
    log.warn({ process: record.name, pid: record.pid }, 'ending a process left over from an earlier run');
    killGroup(record.pid, 'SIGKILL');
  }
  await untilGone(left, GONE_MS);
}

function isStillThere(record: PidRecord): boolean {
  return isSameProcess(record) && readCommandLine(record.pid).includes(record.entry);
}

async function untilGone(records: readonly PidRecord[], patienceMs: number): Promise<void> {
  const stepMs = 20;
  for (let waitedMs = 0; waitedMs < patienceMs && records.some(isStillThere); waitedMs += stepMs) await sleepMs(stepMs);
}

function readRecords(file: string, log: Log): PidRecord[] {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT'))
      log.warn({ err: error }, 'reading the list of processes');
    return [];
  }
}
