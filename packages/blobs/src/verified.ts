import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { EstateError } from '@bulkhead/kernel';

const CHUNK_BYTES = 262_144;

/**
 * Passes bytes on and checks their digest; the last chunk comes only after it matched, so nobody is given damaged contents whole.
 * @param onDamaged awaited before the error
 * @throws EstateError `blob.hash_mismatch`, in place of the last chunk
 */
export async function* verifyBytes(
  source: AsyncIterable<Buffer>,
  sha256: string,
  onDamaged?: () => Promise<void> | void,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let held: Buffer | undefined;
  for await (const chunk of source) {
    hash.update(chunk);
    if (held) yield held;
    held = chunk;
  }
  if (hash.digest('hex') !== sha256) {
    await onDamaged?.();
    throw new EstateError('blob.hash_mismatch', `reading blob ${sha256}: its bytes have another digest`);
  }
  if (held) yield held;
}

/**
 * Opens a blob's file and reads it in chunks, checking its digest as `verifyBytes` does.
 * @throws what opening the file throws (ENOENT and the like); the stream fails with `blob.hash_mismatch`
 */
export async function readVerified(
  path: string,
  sha256: string,
  onDamaged?: () => Promise<void> | void,
): Promise<{ readonly stream: Readable; readonly bytes: number }> {
  const handle = await open(path, 'r');
  const { size } = await handle.stat();
  const source = handle.createReadStream({ highWaterMark: CHUNK_BYTES });
  const stream = Readable.from(verifyBytes(source, sha256, onDamaged), { objectMode: false, highWaterMark: CHUNK_BYTES });
  // A stream that nobody begins to read never enters the generator, which would leave the file open.
  stream.once('close', () => source.destroy());
  return { stream, bytes: size };
}
