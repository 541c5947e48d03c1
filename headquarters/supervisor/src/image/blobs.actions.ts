import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, lstat, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createBlobStore, isBlobDigest, pathOfBlob } from '@bulkhead/blobs';
import type { Image } from '@bulkhead/contracts';
import { EstateError, forEachAtOnce, hasCode, type Log } from '@bulkhead/kernel';
import { openWire, type WirePeer } from '@bulkhead/wire';

const LIST_LIMIT_MS = 600_000;
const AT_ONCE = 4;
const GATHERED_AT_ONCE = 256;

export type BlobDeps = { readonly recovery: WirePeer; readonly vault: WirePeer; readonly log: Log };

/**
 * Builds a blob directory that holds just what an image's rows name: what lies in `from` and is genuine is taken over,
 * the rest comes from the vault. `from` belonged to a process that may have been hostile: links in it are not followed [O8].
 * @returns how many came from where, and how many the vault does not have either
 */
export async function gatherBlobs(
  deps: BlobDeps,
  image: Pick<Image, 'id' | 'blobCount'>,
  places: { readonly from: string; readonly into: string },
  signal: AbortSignal,
): Promise<{ readonly kept: number; readonly fetched: number; readonly missing: number }> {
  await rm(places.into, { recursive: true, force: true });
  await mkdir(places.into, { recursive: true, mode: 0o700 });
  const store = createBlobStore({ directory: places.into, vault: deps.vault, limitBytes: Number.MAX_SAFE_INTEGER });
  const count = { kept: 0, fetched: 0, missing: 0 };
  const gather = async (digests: readonly string[]) => {
    signal.throwIfAborted();
    const lacking: string[] = [];
    await forEachAtOnce(digests, AT_ONCE, async (digest) => {
      if (await takeOver(digest, places)) count.kept += 1;
      else lacking.push(digest);
    });
    if (lacking.length > 1) await store.ensureSmall(lacking);
    await forEachAtOnce(lacking, AT_ONCE, async (digest) => {
      if (await fetchBlob(store, digest, deps.log)) count.fetched += 1;
      else count.missing += 1;
    });
  };
  if (image.blobCount === 0) return count;
  let waiting: string[] = [];
  for await (const digest of listDigests(deps.recovery, image, signal)) {
    if (waiting.push(digest) < GATHERED_AT_ONCE) continue;
    await gather(waiting);
    waiting = [];
  }
  await gather(waiting);
  return count;
}

async function* listDigests(
  recovery: WirePeer,
  image: Pick<Image, 'id' | 'blobCount'>,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const { body } = await openWire(recovery, {
    method: 'GET',
    path: `/images/${image.id}/blobs`,
    timeoutMs: LIST_LIMIT_MS,
    signal,
  });
  let lines = 0;
  for await (const line of createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line === '') continue;
    lines += 1;
    if (!isBlobDigest(line))
      throw new EstateError('restore.failed', 'reading the list of blobs of an image: a line is no digest');
    if (lines > image.blobCount)
      throw new EstateError('restore.failed', 'reading the list of blobs of an image: longer than was ordered');
    yield line;
  }
  if (lines < image.blobCount)
    throw new EstateError('restore.failed', `reading the list of blobs of an image: ${lines} instead of ${image.blobCount}`);
}

async function takeOver(digest: string, places: { readonly from: string; readonly into: string }): Promise<boolean> {
  const shard = await lstat(join(places.from, digest.slice(0, 2))).catch(() => undefined);
  const path = pathOfBlob(places.from, digest);
  const file = shard?.isDirectory() ? await lstat(path).catch(() => undefined) : undefined;
  // A hard link to a file of somebody else's: what is taken over is given away with its directory.
  if (!file?.isFile() || file.uid !== shard?.uid || (await sha256Of(path)) !== digest) return false;
  const target = pathOfBlob(places.into, digest);
  await mkdir(join(places.into, digest.slice(0, 2)), { recursive: true, mode: 0o700 });
  await link(path, target).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return true;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1_048_576 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** False if the vault does not have it: the second operator saw that in the diff. */
async function fetchBlob(store: ReturnType<typeof createBlobStore>, digest: string, log: Log): Promise<boolean> {
  try {
    await store.ensure(digest);
    return true;
  } catch (error) {
    if (!hasCode(error, 'blob.not_found') && !hasCode(error, 'blob.erased')) throw error;
    log.warn({ digest }, 'a blob that rows name is not in the vault, or was erased');
    return false;
  }
}
