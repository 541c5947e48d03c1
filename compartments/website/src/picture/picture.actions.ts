import type { Readable } from 'node:stream';
import type { BlobStore } from '@bulkhead/blobs';
import { hasCode } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { detectImageType, type ImageType } from '@bulkhead/web';
import type { Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import { measurePicture, PICTURE_LIMIT_BYTES } from './picture.rules.ts';
import { findPicture, insertPicture, type PictureRecord } from './picture.store.ts';

/** A picture whose bytes are on this disk and in the vault, before any row names it. */
export type KeptPicture = {
  readonly sha256: string;
  readonly mediaType: ImageType;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
};
type Storing = { readonly blobs: BlobStore };

/**
 * Stores an upload and reads its size. Returns only when the vault has acknowledged the bytes.
 * @throws EstateError `picture.refused`, `blob.too_large`, `vault.unreachable`, `vault.quota_exceeded`, `disk.full`
 */
export async function storePicture({ blobs }: Storing, content: Readable, mediaType: ImageType): Promise<KeptPicture> {
  const { sha256, bytes } = await blobs.put(content, { limitBytes: PICTURE_LIMIT_BYTES });
  return { sha256, bytes, mediaType, ...measurePicture(await readBytes(blobs, sha256), mediaType) };
}

/** A picture that was stored before, by its digest; null if there is none. */
export async function recallPicture({ blobs }: Storing, sha256: string): Promise<KeptPicture | null> {
  try {
    if (!(await blobs.has(sha256))) return null;
    const content = await readBytes(blobs, sha256);
    const mediaType = detectImageType(content);
    return mediaType ? { sha256, bytes: content.length, mediaType, ...measurePicture(content, mediaType) } : null;
  } catch (error) {
    if (hasCode(error, 'picture.refused') || hasCode(error, 'input.invalid')) return null;
    throw error;
  }
}

/** Notes a stored picture, in the transaction of the draft that shows it. */
export function keepPicture(
  trx: Transaction<Schema>,
  picture: KeptPicture,
  by: { readonly accountId: string; readonly at: Date },
): Promise<void> {
  const { sha256, mediaType, bytes, width, height } = picture;
  return insertPicture(trx, { sha256, mediaType, bytes, width, height }, { by: by.accountId, at: by.at });
}

/** The bytes of a picture, kept or just uploaded, for the people of the newsroom; null if there is none. */
export async function openPicture(
  deps: Storing & { readonly db: Database<Schema>['read'] },
  sha256: string,
): Promise<{ readonly stream: Readable; readonly bytes: number; readonly mediaType: string } | null> {
  const known: Pick<PictureRecord, 'mediaType'> | null =
    (await findPicture(deps.db, sha256)) ?? (await recallPicture(deps, sha256));
  if (!known) return null;
  return { ...(await deps.blobs.open(sha256)), mediaType: known.mediaType };
}

async function readBytes(blobs: BlobStore, sha256: string): Promise<Buffer> {
  const { stream } = await blobs.open(sha256);
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
