import { readFileSync } from 'node:fs';
import { readStat } from './identity.ts';

// sysconf(_SC_CLK_TCK) and the page size are 100 and 4096 on every Linux that Node 24 runs on, save arm64 with large pages.
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** What a process used: memory now, CPU since the last look. Null where there is no /proc. */
export type Usage = { readonly memoryBytes: number | null; readonly cpuPercent: number | null };

/** Begins to measure one process; each call gives the CPU share since the call before. */
export function measureUsage(pid: number): () => Usage {
  let last: { readonly ticks: number; readonly atMs: number } | undefined;
  return () => {
    const stat = readStat(pid);
    if (stat === undefined) return { memoryBytes: null, cpuPercent: null };
    const atMs = performance.now();
    const spentMs = last === undefined ? 0 : ((stat.cpuTicks - last.ticks) / TICKS_PER_SECOND) * 1000;
    const cpuPercent = last === undefined || atMs - last.atMs < 1 ? null : Math.round((spentMs / (atMs - last.atMs)) * 1000) / 10;
    last = { ticks: stat.cpuTicks, atMs };
    return { memoryBytes: readResidentBytes(pid), cpuPercent };
  };
}

function readResidentBytes(pid: number): number | null {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
  } catch {
    return null;
  }
}
