import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { EstateError, refuseFullDisk } from '@bulkhead/kernel';

/** A file that was written and flushed beside its place, and what is in it. */
export type Spooled = { readonly path: string; readonly sha256: string; readonly bytes: number };

/**
 * Writes a stream to a new file (mode 0400) while hashing it, and flushes it. Memory stays constant.
 * Whatever fails, the file is removed. The stream is left as it is: who answers its sender may want to do so first.
 * @param options.onBytes told of each chunk's bytes before it is written; may throw to refuse it
 * @throws EstateError `blob.too_large`, `disk.full`, or what the stream itself failed with
 */
export async function spoolBlob(
  source: Readable,
  options: { readonly path: string; readonly limitBytes: number; readonly onBytes?: (bytes: number) => void },
): Promise<Spooled> {
  const hash = createHash('sha256');
  let bytes = 0;
  // A sender may break off while the file is being opened; the loop below then throws its error.
  source.on('error', () => {});
  try {
    const handle = await open(options.path, 'wx', 0o400);
    try {
      for await (const given of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer | string>) {
        const chunk = typeof given === 'string' ? Buffer.from(given) : given;
        bytes += chunk.length;
        if (bytes > options.limitBytes)
          throw new EstateError('blob.too_large', `storing contents: longer than ${options.limitBytes} bytes`);
        options.onBytes?.(chunk.length);
        hash.update(chunk);
        for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(options.path, { force: true });
    throw refuseFullDisk(error, 'storing contents: the disk has no room');
  }
  return { path: options.path, sha256: hash.digest('hex'), bytes };
}
