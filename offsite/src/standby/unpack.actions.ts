import { createHash } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { extract } from 'tar-stream';
import { judgeEntry } from './entry.rules.ts';

const ENTRIES_LIMIT = 5_000_000;
const LEFT_OUT_LIMIT = 1_000;
const WRITE_BYTES = 1_048_576;

/**
 * Unpacks a base backup into an empty directory, hashing it on the way.
 * @returns the names of files that belong to no cluster of ours and were left out
 * @throws EstateError `archive.damaged`, `input.too_large`, `wire.unreachable`
 */
export async function unpackBase(options: {
  readonly tar: Readable;
  readonly into: string;
  readonly sha256: string;
  readonly limitBytes: number;
  /** Told of each part that came. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}): Promise<string[]> {
  const hash = createHash('sha256');
  const hashing = show((chunk) => {
    hash.update(chunk);
    options.onBytes?.(chunk.length);
  });
  const unpacker = extract();
  let brokenOff: EstateError | undefined;
  options.tar.once('error', (cause) => {
    brokenOff = hasCode(cause, 'archive.damaged')
      ? new EstateError('archive.damaged', 'unpacking a base backup', { cause })
      : new EstateError('wire.unreachable', 'unpacking a base backup: it broke off', { cause });
  });
  const feeding = pipeline(options.tar, hashing, unpacker).catch((cause: unknown) => {
    throw cause instanceof EstateError ? cause : new EstateError('archive.damaged', 'unpacking a base backup', { cause });
  });
  const taking = takeEntries(unpacker, options);
  const [fed, taken] = await Promise.allSettled([feeding, taking]);
  if (brokenOff) throw brokenOff;
  if (taken.status === 'rejected' && taken.reason instanceof EstateError) throw taken.reason;
  if (fed.status === 'rejected') throw fed.reason;
  if (taken.status === 'rejected') throw new EstateError('archive.damaged', 'unpacking a base backup', { cause: taken.reason });
  if (hash.digest('hex') !== options.sha256) {
    throw new EstateError(
      'archive.damaged',
      'unpacking a base backup: its bytes do not match the digest recorded when it was taken',
    );
  }
  const version = await readFile(join(options.into, 'PG_VERSION'), 'utf8').catch(() => '');
  if (version.trim() !== '18')
    throw new EstateError('archive.damaged', 'unpacking a base backup: it is not one of PostgreSQL 18');
  return taken.value;
}

/** Passes bytes on and shows them on the way. */
function show(see: (chunk: Buffer) => void): Transform {
  const transform = (chunk: Buffer, _: unknown, done: (error: null, passed: Buffer) => void) => {
    see(chunk);
    done(null, chunk);
  };
  return new Transform({ transform, readableHighWaterMark: WRITE_BYTES, writableHighWaterMark: WRITE_BYTES });
}

async function takeEntries(
  unpacker: ReturnType<typeof extract>,
  { into, limitBytes }: { readonly into: string; readonly limitBytes: number },
): Promise<string[]> {
  const leftOut: string[] = [];
  let bytes = 0;
  let entries = 0;
  for await (const entry of unpacker) {
    const { name, type, size } = entry.header;
    bytes += size ?? 0;
    entries += 1;
    if (bytes > limitBytes || entries > ENTRIES_LIMIT) {
      throw new EstateError(
        'input.too_large',
        `unpacking a base backup: over ${limitBytes} bytes or ${ENTRIES_LIMIT} files; raise SIZE_LIMIT_MB`,
      );
    }
    const { path, fate } = judgeEntry({ name, type: type ?? 'file', size: size ?? 0 });
    if (fate === 'leave out' && leftOut.length < LEFT_OUT_LIMIT) leftOut.push(path);
    if (fate !== 'take') entry.resume();
    else if (type === 'directory') await mkdir(join(into, path), { recursive: true, mode: 0o700 });
    else await writeEntry(entry, join(into, path));
    if (type === 'directory') entry.resume();
  }
  return leftOut;
}

/** What comes in small parts is written in large ones, as it lies: putting it together would cost more than the writing. */
async function writeEntry(entry: AsyncIterable<unknown>, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const handle = await open(path, 'wx', 0o600);
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  const write = async () => {
    for (let parts = waiting; parts.length > 0; ) parts = behind(parts, (await handle.writev(parts)).bytesWritten);
    [waiting, bytes] = [[], 0];
  };
  try {
    for await (const chunk of entry) {
      if (!(chunk instanceof Uint8Array)) continue;
      waiting.push(chunk);
      bytes += chunk.length;
      if (bytes >= WRITE_BYTES) await write();
    }
    await write();
  } finally {
    await handle.close();
  }
}

/** What is left of parts of which so much was written. */
function behind(parts: readonly Uint8Array[], written: number): Uint8Array[] {
  let left = written;
  return parts.flatMap((part) => {
    const taken = Math.min(left, part.length);
    left -= taken;
    return taken < part.length ? [part.subarray(taken)] : [];
  });
}
