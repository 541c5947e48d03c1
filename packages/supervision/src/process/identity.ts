import { readFileSync } from 'node:fs';

/** What tells a process from a later one with the same number. Null where there is no /proc. */
export type ProcessIdentity = { readonly pid: number; readonly startTime: string | null };

/** Identifies a living process; undefined if there is none (a zombie counts as none). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  if (stat !== undefined) return stat.state === 'Z' ? undefined : { pid, startTime: `${bootId()}:${stat.startTicks}` };
  if (hasProc() || !answersSignal(pid)) return undefined;
  return { pid, startTime: null };
}

/** True if this very process still lives. */
export function isSameProcess(known: ProcessIdentity): boolean {
  const found = identifyProcess(known.pid);
  return found !== undefined && found.startTime === known.startTime;
}

/** The fields of /proc/<pid>/stat (proc(5)) that we need; undefined if it cannot be read. */
export function readStat(pid: number): { state: string; parent: number; cpuTicks: number; startTicks: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name and may hold anything, parentheses too.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return {
      state: fields[0] ?? '',
      parent: Number(fields[1]),
      cpuTicks: Number(fields[11]) + Number(fields[12]),
      startTicks: fields[19] ?? '',
    };
  } catch {
    return undefined;
  }
}

/** A process's command line, arguments joined by blanks; empty if it cannot be read. */
export function readCommandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** True if a process with this number exists, ours or not. */
export function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function hasProc(): boolean {
  return readStat(process.pid) !== undefined;
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
