import { Readable } from 'node:stream';
import type { BlobStore } from '@bulkhead/blobs';
import type { Database } from '@bulkhead/postgres';
import type { Transaction } from 'kysely';
import type { DevelopedFile } from '#darkroom/developed.rules.ts';
import type { Schema } from '#schema.ts';
import type { Darkroom } from './darkroom.actions.ts';
import { PICTURE_LIMIT_BYTES } from './picture.rules.ts';
import { findFile, findPicture, insertPicture, type PictureRecord, type RenditionRecord } from './picture.store.ts';

/** A picture whose bytes, in all widths, are on this disk and in the vault, before any row names them. */
export type KeptPicture = PictureRecord;
export type Storing = { readonly blobs: BlobStore; readonly darkroom: Darkroom };

/**
 * Has an upload made anew, and stores what came of it; the upload itself is not kept. Returns only when the vault has
 * acknowledged all bytes.
 * @throws EstateError `picture.refused`, `blob.too_large`, `darkroom.unreachable`, `vault.unreachable`, `vault.quota_exceeded`, `disk.full`
 */
export async function storePicture({ blobs, darkroom }: Storing, content: Readable): Promise<KeptPicture> {
  const { main, renditions } = await darkroom(await readBytes(content));
  const kept = await keepFile(blobs, main);
  const others: RenditionRecord[] = [];
  for (const rendition of renditions) {
    const { sha256, bytes } = await keepFile(blobs, rendition);
    const { mediaType, width, height } = rendition;
    others.push({ mediaType, width, height, sha256, bytes });
  }
  return { ...kept, mediaType: main.mediaType, width: main.width, height: main.height, renditions: sortRenditions(others) };
}

/** A picture that was stored before, by its digest; null if there is none. */
export async function recallPicture(
  { db }: { readonly db: Database<Schema>['read'] },
  sha256: string,
): Promise<KeptPicture | null> {
  const known = await findPicture(db, sha256);
  return known ? { ...known, renditions: sortRenditions(known.renditions) } : null;
}

/** Notes a stored picture, in the transaction of the draft that shows it. */
export function keepPicture(
  trx: Transaction<Schema>,
  picture: KeptPicture,
  by: { readonly accountId: string; readonly at: Date },
): Promise<void> {
  return insertPicture(trx, picture, { by: by.accountId, at: by.at });
}

/** The bytes of a picture, or of a rendition, for the people of the newsroom; null if there is none. */
export async function openPicture(
  deps: { readonly blobs: BlobStore; readonly db: Database<Schema>['read'] },
  sha256: string,
): Promise<{ readonly stream: Readable; readonly bytes: number; readonly mediaType: string } | null> {
  const known = await findFile(deps.db, sha256);
  return known ? { ...(await deps.blobs.open(sha256)), mediaType: known.mediaType } : null;
}

function keepFile(blobs: BlobStore, { base64 }: DevelopedFile): Promise<{ readonly sha256: string; readonly bytes: number }> {
  return blobs.put(Readable.from([Buffer.from(base64, 'base64')]), { limitBytes: PICTURE_LIMIT_BYTES });
}

// As they stand in the content whose digest is approved: by format, the narrowest first.
function sortRenditions(renditions: readonly RenditionRecord[]): RenditionRecord[] {
  return renditions.toSorted((left, right) =>
    left.mediaType === right.mediaType ? left.width - right.width : left.mediaType < right.mediaType ? -1 : 1,
  );
}

async function readBytes(content: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
