import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Image } from '@bulkhead/contracts';
import { EstateError, isDiskFull } from '@bulkhead/kernel';
import tar from 'tar-stream';
import { judgeEntry } from './image.rules.ts';

const ENTRIES_LIMIT = 2_000_000;

/**
 * Unpacks an image into a new directory while checking its length and digest. Nothing but files and directories below
 * `into` comes into being; if the image is not the one that was ordered, `into` is removed.
 * @throws EstateError `restore.failed`, `disk.full`
 */
export async function unpackImage(
  source: Readable,
  image: Pick<Image, 'bytes' | 'sha256'>,
  into: string,
  signal: AbortSignal,
): Promise<void> {
  await rm(into, { recursive: true, force: true });
  await mkdir(into, { recursive: true, mode: 0o700 });
  try {
    const checked = checkBytes(image);
    const extract = tar.extract();
    const unpacked = unpackEntries(extract, into);
    await Promise.all([pipeline(source, checked.through, extract, { signal }), unpacked]);
    checked.verify();
  } catch (cause) {
    await rm(into, { recursive: true, force: true });
    throw signal.aborted ? cause : tellFailure(cause);
  }
}

async function unpackEntries(extract: tar.Extract, into: string): Promise<void> {
  let entries = 0;
  for await (const entry of extract) {
    entries += 1;
    if (entries > ENTRIES_LIMIT)
      throw new EstateError('restore.failed', `unpacking an image: more than ${ENTRIES_LIMIT} entries`);
    const judged = judgeEntry(entry.header);
    if (judged?.kind !== 'file') {
      if (judged) await mkdir(join(into, judged.path), { recursive: true, mode: 0o700 });
      entry.resume();
      continue;
    }
    const path = join(into, judged.path);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // `wx`: an entry that comes twice is refused instead of written through what the first one made.
    await pipeline(entry, createWriteStream(path, { flags: 'wx', mode: 0o600, highWaterMark: 1_048_576 }));
  }
}

function checkBytes(image: Pick<Image, 'bytes' | 'sha256'>): { readonly through: Transform; readonly verify: () => void } {
  const hash = createHash('sha256');
  let bytes = 0;
  const through = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length;
      hash.update(chunk);
      if (bytes > image.bytes)
        return done(new EstateError('restore.failed', 'receiving an image: it is longer than was ordered'));
      done(null, chunk);
    },
  });
  return {
    through,
    verify: () => {
      if (bytes !== image.bytes)
        throw new EstateError('restore.failed', `receiving an image: ${bytes} bytes came instead of ${image.bytes}`);
      if (hash.digest('hex') !== image.sha256)
        throw new EstateError('restore.failed', 'receiving an image: its digest is not the one that was ordered');
    },
  };
}

function tellFailure(cause: unknown): EstateError {
  if (cause instanceof EstateError) return cause;
  if (isDiskFull(cause)) return new EstateError('disk.full', 'unpacking an image: the disk has no room', { cause });
  return new EstateError('restore.failed', 'unpacking an image', { cause });
}
