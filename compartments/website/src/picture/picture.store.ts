import { IMAGE_TYPES, type ImageType } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';

const typeSchema = z.enum(IMAGE_TYPES);
const renditionTypeSchema = z.enum([...IMAGE_TYPES, 'image/avif']);

export type RenditionRecord = {
  readonly mediaType: ImageType | 'image/avif';
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly sha256: string;
};
export type PictureRecord = {
  readonly sha256: string;
  readonly mediaType: ImageType;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly renditions: readonly RenditionRecord[];
};

/**
 * Adds a picture with its renditions. The same bytes made again are the same picture: its first renditions stay, since
 * digests that were approved cover them.
 */
export async function insertPicture(
  trx: Transaction<Schema>,
  picture: PictureRecord,
  added: { readonly by: string; readonly at: Date },
): Promise<void> {
  const { mediaType, renditions, sha256, bytes, width, height } = picture;
  const inserted = await trx
    .insertInto('picture')
    .values({ sha256, bytes, width, height, media_type: mediaType, added_by: added.by, added_at: added.at })
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .returning('sha256')
    .execute();
  if (inserted.length === 0 || renditions.length === 0) return;
  const rows = renditions.map((each) => ({
    picture_sha256: sha256,
    media_type: each.mediaType,
    width: each.width,
    height: each.height,
    bytes: each.bytes,
    sha256: each.sha256,
  }));
  await trx.insertInto('picture_rendition').values(rows).execute();
}

export async function findPicture(db: Kysely<Schema>, sha256: string): Promise<PictureRecord | undefined> {
  const row = await db.selectFrom('picture').selectAll().where('sha256', '=', sha256).executeTakeFirst();
  if (!row) return undefined;
  const renditions = await db.selectFrom('picture_rendition').selectAll().where('picture_sha256', '=', sha256).execute();
  const { bytes, width, height } = row;
  return {
    sha256,
    mediaType: typeSchema.parse(row.media_type),
    bytes,
    width,
    height,
    renditions: renditions.map((each) => ({
      mediaType: renditionTypeSchema.parse(each.media_type),
      width: each.width,
      height: each.height,
      bytes: each.bytes,
      sha256: each.sha256,
    })),
  };
}

/** What kind of picture a blob is, as itself or as a rendition of another. */
export async function findFile(db: Kysely<Schema>, sha256: string): Promise<{ readonly mediaType: string } | undefined> {
  const row = await db.selectFrom('picture').select('media_type').where('sha256', '=', sha256).executeTakeFirst();
  const found =
    row ?? (await db.selectFrom('picture_rendition').select('media_type').where('sha256', '=', sha256).executeTakeFirst());
  return found && { mediaType: found.media_type };
}
