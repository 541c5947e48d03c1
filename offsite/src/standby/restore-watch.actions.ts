import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RestoreProgress } from '@bulkhead/contracts';
import { parseLsn, parseSegmentName } from '#archive/wal.rules.ts';
import type { BuildProgress } from './build.actions.ts';

/** How far a restore has come: bytes laid down, then bytes of WAL replayed. */
export class RestoreWatch implements BuildProgress {
  #phase: RestoreProgress['phase'] = 'copying';
  #doneBytes = 0;
  #totalBytes = 0;
  #replay: { readonly fromLsn: bigint; readonly directory: string } | undefined;

  readonly expect = (bytes: number): void => {
    this.#totalBytes += bytes;
  };

  readonly laidDown = (bytes: number): void => {
    this.#doneBytes = Math.min(this.#totalBytes, this.#doneBytes + bytes);
  };

  /** @param base its id, which ends in the position where the base begins */
  replay(base: string, toLsn: string, directory: string): void {
    const fromLsn = BigInt(`0x${base.slice(-16)}`);
    this.#phase = 'replaying';
    this.#replay = { fromLsn, directory };
    this.#doneBytes = 0;
    this.#totalBytes = Math.max(0, Number(parseLsn(toLsn) - fromLsn));
  }

  flush(): void {
    this.#phase = 'flushing';
    this.#doneBytes = this.#totalBytes;
  }

  tell(): RestoreProgress {
    if (this.#phase === 'replaying' && this.#replay) {
      const { fromLsn, directory } = this.#replay;
      const atLsn = findReplayed(directory);
      if (atLsn !== undefined) this.#doneBytes = Math.min(this.#totalBytes, Math.max(this.#doneBytes, Number(atLsn - fromLsn)));
    }
    return { phase: this.#phase, bytesDone: this.#doneBytes, bytesTotal: this.#totalBytes };
  }
}

/**
 * The segment that is being replayed, which PostgreSQL shows in the title of its startup process: while it admits no sessions it
 * cannot be asked.
 */
function findReplayed(directory: string): bigint | undefined {
  const server = Number(readQuietly(join(directory, 'postmaster.pid')).split('\n')[0]);
  if (!Number.isSafeInteger(server) || server < 2) return undefined;
  for (const child of childrenOf(server)) {
    const [, segment] = /startup recovering ([0-9A-F]{24})/.exec(readQuietly(`/proc/${child}/cmdline`)) ?? [];
    if (segment !== undefined) return parseSegmentName(segment)?.startLsn;
  }
  return undefined;
}

function childrenOf(pid: number): string[] {
  const told = readQuietly(`/proc/${pid}/task/${pid}/children`).trim();
  if (told !== '') return told.split(' ');
  // Kernels without that file: every process tells its parent.
  return listQuietly('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
}

function parentOf(pid: string): number {
  return Number(/\) \S (\d+) /.exec(readQuietly(`/proc/${pid}/stat`))?.[1] ?? 0);
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function listQuietly(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
