import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError, hasCode, sleepMs } from '@bulkhead/kernel';
import { crc32c } from './crc32c.ts';

// src/include/catalog/pg_control.h of PostgreSQL 18; the checksum is the last field of the structure.
const CONTROL_VERSION = 1800;
const SYSTEM_ID_AT = 0;
const VERSION_AT = 8;
const STATE_AT = 16;
const SMALLEST = 200;
const LARGEST = 512;
const READ_ATTEMPTS = 6;
const READ_PAUSE_MS = 20;

// src/include/access/xlog_internal.h: a segment's first page has a long header, without a checksum.
const WAL_LONG_HEADER = 0x0002;
const WAL_FLAGS_AT = 2;
const WAL_SYSTEM_ID_AT = 24;
const WAL_SEGMENT = /^[0-9A-F]{24}$/;

const STATES = [
  'starting',
  'shut down',
  'shut down in recovery',
  'shutting down',
  'in crash recovery',
  'in archive recovery',
  'in production',
] as const;

/** What `global/pg_control` says of a cluster. */
export type ControlFile = {
  /** Unsigned 64-bit number as decimal text. */
  readonly systemIdentifier: string;
  readonly state: (typeof STATES)[number];
};

/**
 * Reads the control file of a data directory.
 * @throws EstateError `archive.damaged` if its checksum does not match, `config.invalid` if it is of another version
 */
export async function readControlFile(dataDirectory: string): Promise<ControlFile> {
  const bytes = await readSteadyBytes(dataDirectory);
  return {
    systemIdentifier: bytes.readBigUInt64LE(SYSTEM_ID_AT).toString(),
    state: STATES[bytes.readUInt32LE(STATE_AT)] ?? 'starting',
  };
}

/**
 * Gives a stopped, cleanly shut down cluster another system identifier: in the control file, and in the first page of
 * each WAL segment, since the server refuses WAL of another system.
 */
export async function setSystemIdentifier(dataDirectory: string, systemIdentifier: bigint): Promise<void> {
  const bytes = await readBytes(dataDirectory);
  const checksumAt = findChecksum(bytes, dataDirectory);
  bytes.writeBigUInt64LE(systemIdentifier, SYSTEM_ID_AT);
  bytes.writeUInt32LE(crc32c(bytes.subarray(0, checksumAt)), checksumAt);
  for (const name of await readdir(join(dataDirectory, 'pg_wal'))) {
    if (WAL_SEGMENT.test(name)) await patchSegment(join(dataDirectory, 'pg_wal', name), systemIdentifier);
  }
  await writeFile(controlPath(dataDirectory), bytes, { flush: true });
}

async function patchSegment(path: string, systemIdentifier: bigint): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const header = Buffer.alloc(WAL_SYSTEM_ID_AT + 8);
    await file.read(header, 0, header.length, 0);
    if ((header.readUInt16LE(WAL_FLAGS_AT) & WAL_LONG_HEADER) === 0) return;
    header.writeBigUInt64LE(systemIdentifier, WAL_SYSTEM_ID_AT);
    await file.write(header, WAL_SYSTEM_ID_AT, 8, WAL_SYSTEM_ID_AT);
    await file.sync();
  } finally {
    await file.close();
  }
}

// A running server may be writing it at this moment: only a checksum that stays wrong is damage.
async function readSteadyBytes(dataDirectory: string): Promise<Buffer> {
  for (let attempt = 1; attempt < READ_ATTEMPTS; attempt += 1) {
    try {
      return await readBytes(dataDirectory);
    } catch (error) {
      if (!hasCode(error, 'archive.damaged')) throw error;
      await sleepMs(READ_PAUSE_MS);
    }
  }
  return readBytes(dataDirectory);
}

async function readBytes(dataDirectory: string): Promise<Buffer> {
  const bytes = await readFile(controlPath(dataDirectory));
  if (bytes.length < LARGEST || bytes.readUInt32LE(VERSION_AT) !== CONTROL_VERSION) {
    throw new EstateError('config.invalid', `reading ${controlPath(dataDirectory)}: not a control file of PostgreSQL 18`);
  }
  findChecksum(bytes, dataDirectory);
  return bytes;
}

// The structure's size depends on the platform's alignment: the place where the checksum matches is its end.
function findChecksum(bytes: Buffer, dataDirectory: string): number {
  for (let at = SMALLEST; at < LARGEST; at += 4) {
    if (crc32c(bytes.subarray(0, at)) === bytes.readUInt32LE(at)) return at;
  }
  throw new EstateError('archive.damaged', `reading ${controlPath(dataDirectory)}: its checksum does not match`);
}

function controlPath(dataDirectory: string): string {
  return join(dataDirectory, 'global/pg_control');
}
