import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';
import type { Picture } from './article.rules.ts';
import { assemblePicture, type FindPicture, parseRow, pictureRowSchema, renditionRowSchema } from './content-row.rules.ts';

/** Reads pictures with their renditions, to be found by digest. */
export async function loadPictures(db: Kysely<Schema>, digests: Iterable<string>): Promise<FindPicture> {
  const wanted = [...new Set(digests)];
  if (wanted.length === 0) return () => undefined;
  const rows = await db.selectFrom('picture').selectAll().where('sha256', 'in', wanted).execute();
  const renditions = (await db.selectFrom('picture_rendition').selectAll().where('picture_sha256', 'in', wanted).execute()).map(
    (row) => parseRow(renditionRowSchema, row, 'picture_rendition'),
  );
  const pictures = new Map<string, Picture>();
  for (const row of rows) {
    const own = renditions.filter((rendition) => rendition.picture_sha256 === row.sha256);
    pictures.set(row.sha256, assemblePicture(parseRow(pictureRowSchema, row, 'picture'), own));
  }
  return (sha256) => pictures.get(sha256);
}
