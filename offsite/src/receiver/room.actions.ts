import { open, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError, isDiskFull } from '@bulkhead/kernel';

const PROBE_BYTES = 65_536;
const RESERVE_BYTES = 1_048_576;

/** Asks the disk whether it takes anything. @throws EstateError `disk.full` */
export async function probeRoom(directory: string): Promise<void> {
  const path = join(directory, 'room.tmp');
  try {
    await writeOnes(path, PROBE_BYTES);
  } catch (cause) {
    throw new EstateError(isDiskFull(cause) ? 'disk.full' : 'receiver.stream_broken', 'looking for room for WAL', { cause });
  } finally {
    await unlink(path).catch(() => undefined);
  }
}

/** Keeps room for a seal's record on a disk that fills up. */
export async function keepReserve(directory: string): Promise<void> {
  const path = join(directory, 'room.reserve');
  const found = await stat(path).catch(() => undefined);
  if (found?.size !== RESERVE_BYTES) await writeOnes(path, RESERVE_BYTES).catch(() => undefined);
}

export async function giveUpReserve(directory: string): Promise<void> {
  await unlink(join(directory, 'room.reserve')).catch(() => undefined);
}

async function writeOnes(path: string, bytes: number): Promise<void> {
  const handle = await open(path, 'w', 0o600);
  try {
    await handle.writeFile(Buffer.alloc(bytes, 1));
    await handle.sync();
  } finally {
    await handle.close();
  }
}
