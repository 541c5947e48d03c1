import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { EstateError, refuseFullDisk } from '@bulkhead/kernel';
import { FileWriter } from './file-writer.ts';
import { takeChunks } from './take-chunks.ts';

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
  // A sender may break off while the file is being opened; what takes the chunks then throws its error.
  source.on('error', () => {});
  try {
    const handle = await open(options.path, 'wx', 0o400);
    try {
      // What came over a connection is nobody else's.
      const writer = new FileWriter(handle, { isOwner: source instanceof IncomingMessage, isFlushed: true });
      const take = (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > options.limitBytes)
          throw new EstateError('blob.too_large', `storing contents: longer than ${options.limitBytes} bytes`);
        options.onBytes?.(chunk.length);
        hash.update(chunk);
        return writer.take(chunk);
      };
      await takeChunks(source, take, 'chunks');
      await writer.flush();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(options.path, { force: true });
    throw refuseFullDisk(error, 'storing contents: the disk has no room');
  }
  return { path: options.path, sha256: hash.digest('hex'), bytes };
}
