import { readdirSync, statSync } from 'node:fs';
import { readStat } from './identity.ts';

const ROUNDS = 5;

/** Signals a process and what it started, as far as that stayed in its group. */
export function killGroup(pid: number, signal: NodeJS.Signals): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch {
      // No such group: the process alone, or nothing is left.
    }
  }
}

/**
 * Ends, with SIGKILL, every process of a uid that we allotted: code that broke out of a process may have started others.
 * Processes of another estate that was given the same uid are spared: their parent lives, and is no parent of ours.
 * Needs root and /proc; does nothing for root's own uid or ours.
 */
export function killAllOfUid(uid: number): void {
  if (uid === 0 || uid === process.getuid?.() || process.getuid?.() !== 0) return;
  for (let round = 0; round < ROUNDS; round += 1) {
    const pids = listProcessesOf(uid).filter((pid) => isOurs(pid, uid));
    if (pids.length === 0) return;
    for (const pid of pids) killGroup(pid, 'SIGKILL');
  }
}

function listProcessesOf(uid: number): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => uidOf(pid) === uid);
  } catch {
    return [];
  }
}

/**
 * A process descends from us if its first ancestor under another uid is we, or one of our own ancestors: whoever loses
 * its parent is adopted by one of those, and no process can choose a stranger for a parent.
 */
function isOurs(pid: number, uid: number): boolean {
  let ancestor = pid;
  while (uidOf(ancestor) === uid) {
    const parent = readStat(ancestor)?.parent;
    if (parent === undefined) return false; // it ended meanwhile
    ancestor = parent;
  }
  return listLineage(process.pid).includes(ancestor);
}

function listLineage(pid: number): number[] {
  const lineage = [pid, 0, 1];
  for (let at = readStat(pid)?.parent; at !== undefined && at > 1; at = readStat(at)?.parent) lineage.push(at);
  return lineage;
}

function uidOf(pid: number): number | undefined {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return undefined;
  }
}
