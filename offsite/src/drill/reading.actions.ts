import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Base, ControlKind } from '@bulkhead/contracts';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { parseSegmentName } from '#archive/wal.rules.ts';
import { ArchiveClient } from '#standby/archive-client.actions.ts';

/** An artefact that was damaged in a copy; null for a copy that was left whole. */
export type Damaged = { readonly kind: ControlKind; readonly path: string } | null;

/**
 * Reads of an archive what a restore reads of it, by the same calls: the newest base, and segments. What was damaged is read
 * first; of a damaged index or key, everything is.
 * @returns what was read, in a few words
 * @throws EstateError `archive.damaged`, `archive.gap`, and whatever else the archive refuses with
 */
export async function readArchive(client: ArchiveClient, damaged: Damaged): Promise<string> {
  const stream = await client.readStream();
  if (stream.state === 'broken' && stream.fault)
    throw new EstateError('archive.damaged', `opening the archive: ${stream.fault.code}, ${stream.fault.message}`);
  const bases = (await client.listBases()).filter(({ systemId }) => systemId === stream.systemId).toReversed();
  const [newest] = bases;
  if (!newest || stream.timeline === null) throw new EstateError('archive.gap', 'reading the archive: it holds no base backup');
  const segment = damaged?.kind === 'segment' ? segmentOf(damaged.path) : undefined;
  if (segment !== undefined) {
    await client.readSegment(segment);
    return `segment ${segment}`;
  }
  if (damaged?.kind === 'base') {
    // Parts may be held in common with older ones.
    for (const base of bases) await readBase(client, base);
    return `${bases.length} bases`;
  }
  const { files } = await client.listWal((bases.at(-1) ?? newest).startLsn, stream.timeline);
  const segments = files.filter(({ name, isComplete }) => isComplete && parseSegmentName(name)).toReversed();
  for (const { name } of damaged === null ? segments.slice(0, 1) : segments) await client.readSegment(name);
  await readBase(client, newest);
  return `base ${newest.id} and ${damaged === null ? Math.min(1, segments.length) : segments.length} segments`;
}

/** @throws EstateError `archive.damaged` if the bytes are not those that were taken */
async function readBase(client: ArchiveClient, base: Base): Promise<void> {
  const { sha256 } = await hashStream((await client.openBase(base)).tar, `reading base ${base.id}`).catch(
    async (error: unknown) => {
      // In the middle of a body no error can be told: who asks again is told why it broke off.
      if (hasCode(error, 'wire.unreachable')) (await client.openBase(base)).close();
      throw error;
    },
  );
  if (sha256 !== base.sha256) throw new EstateError('archive.damaged', `reading base ${base.id}: it does not match its digest`);
}

/** @throws EstateError `blob.hash_mismatch` if the bytes are not those of the name, or broke off */
export async function readBlob(stream: Readable, digest: string): Promise<number> {
  const { sha256, bytes } = await hashStream(stream, `reading blob ${digest}`);
  if (sha256 === digest) return bytes;
  throw new EstateError('blob.hash_mismatch', `reading blob ${digest}: its bytes are others`);
}

async function hashStream(
  stream: AsyncIterable<unknown>,
  what: string,
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  } catch (cause) {
    throw new EstateError('wire.unreachable', `${what}: it broke off`, { cause });
  }
  return { sha256: hash.digest('hex'), bytes };
}

function segmentOf(path: string): string | undefined {
  return /([0-9A-F]{24})[^/]*$/.exec(path)?.[1];
}
