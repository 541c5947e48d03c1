import { languageSchema, sha256Schema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import { hasUnshowable, proseSchema } from '#prose/prose.rules.ts';
import { type Content, KINDS, MEDIA_TYPES, SLUG, STATES, TEXT_LIMITS } from './article.rules.ts';

/** Rows as the database and the off-site copy give them. Here and there the same rows make the same content, and digest. */
const idSchema = z.number().int().positive().max(2_147_483_647);
const line = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !hasUnshowable(text) && !/[\n\t]/.test(text), 'holds a character that cannot be shown');

export const versionRowSchema = z.object({
  article_id: idSchema,
  number: idSchema,
  state: z.enum(STATES),
  kind: z.enum(KINDS),
  slug: z.string().max(TEXT_LIMITS.slug).regex(SLUG),
  is_minor: z.boolean(),
  picture_sha256: sha256Schema.nullable(),
  picture_credit: line(TEXT_LIMITS.credit).nullable(),
  based_on: idSchema.nullable(),
  submission_token: z.string().nullable(),
  approval_token: z.string().nullable(),
});
export const textRowSchema = z.object({
  article_id: idSchema,
  version_number: idSchema,
  language: languageSchema,
  title: line(TEXT_LIMITS.title),
  summary: line(TEXT_LIMITS.summary),
  body: proseSchema,
  picture_alt: line(TEXT_LIMITS.pictureAlt),
  change_note: line(TEXT_LIMITS.changeNote),
});
export const pictureRowSchema = z.object({
  sha256: sha256Schema,
  media_type: z.enum(MEDIA_TYPES),
  width: z.number().int().min(1).max(20_000),
  height: z.number().int().min(1).max(20_000),
});
export const withdrawalRowSchema = z.object({
  article_id: idSchema,
  version_number: idSchema,
  reasons: z.partialRecord(languageSchema, line(1000)),
  withdrawal_token: z.string(),
});
export type VersionRow = z.infer<typeof versionRowSchema>;
export type TextRow = z.infer<typeof textRowSchema>;
export type PictureRow = z.infer<typeof pictureRowSchema>;
export type WithdrawalRow = z.infer<typeof withdrawalRowSchema>;

/**
 * Checks a row that may come from anywhere.
 * @throws EstateError `input.invalid`
 */
export function parseRow<Schema extends z.ZodType>(schema: Schema, row: unknown, table: string): z.infer<Schema> {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new EstateError('input.invalid', `reading a row of ${table}: ${where} has another form`, { cause: parsed.error });
}

type ContentRow = Pick<VersionRow, 'kind' | 'slug' | 'is_minor' | 'picture_sha256' | 'picture_credit'>;

/** Puts a version's content together from its rows. */
export function assembleContent(version: ContentRow, texts: readonly TextRow[], picture: PictureRow | undefined): Content {
  return {
    kind: version.kind,
    slug: version.slug,
    isMinor: version.is_minor,
    picture: assemblePicture(version, picture),
    texts: Object.fromEntries(
      texts.map((row) => [
        row.language,
        { title: row.title, summary: row.summary, body: row.body, pictureAlt: row.picture_alt, changeNote: row.change_note },
      ]),
    ),
  };
}

function assemblePicture(version: ContentRow, picture: PictureRow | undefined): Content['picture'] {
  const { picture_sha256: sha256, picture_credit: credit } = version;
  if (sha256 === null || credit === null) return null;
  if (!picture) throw new EstateError('input.invalid', `reading a row of article_version: there is no picture ${sha256}`);
  return { sha256, mediaType: picture.media_type, width: picture.width, height: picture.height, credit };
}
