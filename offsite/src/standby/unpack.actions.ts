import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError, hasCode, isDiskFull } from '@bulkhead/kernel';
import { TarUnpacker } from './tar-unpacker.actions.ts';

/**
 * Unpacks a base backup into an empty directory, hashing it on the way.
 * @returns the names of files that belong to no cluster of ours and were left out
 * @throws EstateError `archive.damaged`, `input.too_large`, `disk.full`, `wire.unreachable`
 */
export async function unpackBase(options: {
  readonly tar: AsyncIterable<Buffer>;
  readonly into: string;
  readonly sha256: string;
  readonly limitBytes: number;
  /** Told of each part that came. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}): Promise<string[]> {
  const { into, sha256, limitBytes, onBytes } = options;
  const hash = createHash('sha256');
  const unpacker = new TarUnpacker(into, limitBytes);
  try {
    for await (const bytes of arriving(options.tar)) {
      hash.update(bytes);
      onBytes?.(bytes.length);
      await unpacker.take(bytes);
    }
    const leftOut = await unpacker.end();
    if (hash.digest('hex') !== sha256) throw damaged('its bytes do not match the digest recorded when it was taken');
    const version = await readFile(join(into, 'PG_VERSION'), 'utf8').catch(() => '');
    if (version.trim() !== '18') throw damaged('it is not one of PostgreSQL 18');
    return leftOut;
  } catch (cause) {
    if (cause instanceof EstateError) throw cause;
    if (isDiskFull(cause)) throw new EstateError('disk.full', 'unpacking a base backup', { cause });
    throw new EstateError('archive.damaged', 'unpacking a base backup', { cause });
  } finally {
    await unpacker.close();
  }
}

/** What comes over the wire; what breaks off there is told apart from what is wrong here. */
async function* arriving(tar: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* tar;
  } catch (cause) {
    if (hasCode(cause, 'archive.damaged')) throw new EstateError('archive.damaged', 'unpacking a base backup', { cause });
    throw new EstateError('wire.unreachable', 'unpacking a base backup: it broke off', { cause });
  }
}

function damaged(why: string): EstateError {
  return new EstateError('archive.damaged', `unpacking a base backup: ${why}`);
}
