import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import { readControlFile } from '@bulkhead/postgres';
import { type Ancestor, formatLsn, historyName, parseHistory } from '#archive/wal.rules.ts';

// src/include/catalog/pg_control.h of PostgreSQL 18: checkPoint, then its copy, whose first fields are redo and the timeline.
const CHECKPOINT_AT = 32;
const TIMELINE_AT = 48;

/** The last checkpoint of a data directory. @throws EstateError `archive.damaged` if the control file is */
export async function readCheckpoint(
  dataDirectory: string,
): Promise<{ systemId: string; timeline: number; lsn: string; isShutDown: boolean }> {
  const { systemIdentifier, state } = await readControlFile(dataDirectory);
  const bytes = await readFile(join(dataDirectory, 'global/pg_control'));
  return {
    systemId: systemIdentifier,
    timeline: bytes.readUInt32LE(TIMELINE_AT),
    lsn: formatLsn(bytes.readBigUInt64LE(CHECKPOINT_AT)),
    isShutDown: state === 'shut down',
  };
}

/** Where a timeline grew out of its parent, from the history in a data directory. */
export async function readBranch(dataDirectory: string, timeline: number): Promise<Ancestor> {
  const text = await readFile(join(dataDirectory, 'pg_wal', historyName(timeline)), 'utf8').catch(async (cause: unknown) => {
    const names = (await readdir(join(dataDirectory, 'pg_wal'))).filter((name) => name.endsWith('.history'));
    throw new EstateError(
      'restore.failed',
      `looking for the history of timeline ${timeline}: there are ${names.join(', ') || 'none'}`,
      { cause },
    );
  });
  const branch = parseHistory(text).at(-1);
  if (branch) return branch;
  throw new EstateError('restore.failed', `reading the history of timeline ${timeline}: it names no parent`);
}
