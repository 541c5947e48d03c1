import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import { historyName } from '#archive/wal.rules.ts';

const TIMELINES_SKIPPED = 10_000;

/**
 * PostgreSQL takes the first number above the followed timeline that has no history file: those given to other restores get an
 * empty one for the time of the promotion [A5].
 */
export async function blockTimelines(directory: string, from: number, to: number): Promise<void> {
  if (to - from > TIMELINES_SKIPPED)
    throw new EstateError('config.invalid', `restoring: over ${TIMELINES_SKIPPED} timelines lie between ${from} and ${to}`);
  for (const path of listHistories(directory, from, to)) await writeFile(path, '', { mode: 0o600 });
}

export async function freeTimelines(directory: string, from: number, to: number): Promise<void> {
  for (const path of listHistories(directory, from, to)) await rm(path, { force: true });
}

function listHistories(directory: string, from: number, to: number): string[] {
  const numbers = Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
  return numbers.map((timeline) => join(directory, 'pg/pg_wal', historyName(timeline)));
}
