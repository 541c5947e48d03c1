import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '#schema.ts';

export type PictureRecord = {
  readonly sha256: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
};

/** Adds a picture; the same bytes uploaded again are the same picture. */
export async function insertPicture(
  trx: Transaction<Schema>,
  picture: PictureRecord,
  added: { readonly by: string; readonly at: Date },
): Promise<void> {
  const { mediaType, ...columns } = picture;
  await trx
    .insertInto('picture')
    .values({ ...columns, media_type: mediaType, added_by: added.by, added_at: added.at })
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .execute();
}

export async function findPicture(db: Kysely<Schema>, sha256: string): Promise<PictureRecord | undefined> {
  const row = await db
    .selectFrom('picture')
    .select(['sha256', 'media_type', 'bytes', 'width', 'height'])
    .where('sha256', '=', sha256)
    .executeTakeFirst();
  return row && { sha256: row.sha256, mediaType: row.media_type, bytes: row.bytes, width: row.width, height: row.height };
}
