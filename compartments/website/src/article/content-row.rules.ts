import { languageSchema, sha256Schema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import { figuresOf, hasUnshowable, type Prose, proseSchema } from '#prose/prose.rules.ts';
import { type Content, type LeadPicture, MEDIA_TYPES, type Picture, SLUG, STATES, TEXT_LIMITS } from './article.rules.ts';
import { detailsSchema } from './details.rules.ts';
import { KINDS } from './kind.rules.ts';
import { subjectsSchema } from './subject.rules.ts';

/** Rows as the database and the off-site copy give them. Here and there the same rows make the same content, and digest. */
const idSchema = z.number().int().positive().max(2_147_483_647);
const line = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !hasUnshowable(text) && !/[\n\t]/.test(text), 'holds a character that cannot be shown');

const percentSchema = z.number().int().min(0).max(100).nullable().default(null);
// A Date from the database, text from the off-site copy.
const instantSchema = z.union([z.date(), z.string().max(40)]).transform((given, context) => {
  const at = new Date(given);
  if (!Number.isNaN(at.getTime())) return at;
  context.addIssue({ code: 'custom', message: 'is no instant' });
  return z.NEVER;
});

// What rows of an older copy do not have is as if it were empty.
export const versionRowSchema = z.object({
  article_id: idSchema,
  number: idSchema,
  state: z.enum(STATES),
  kind: z.enum(KINDS),
  slug: z.string().max(TEXT_LIMITS.slug).regex(SLUG),
  is_minor: z.boolean(),
  picture_sha256: sha256Schema.nullable(),
  picture_credit: line(TEXT_LIMITS.credit).nullable(),
  picture_focus_x: percentSchema,
  picture_focus_y: percentSchema,
  subjects: subjectsSchema.default(() => subjectsSchema.parse({})),
  details: detailsSchema.default({}),
  publish_at: instantSchema.nullable().default(null),
  publish_zone: z.string().max(60).nullable().default(null),
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
  slug: z
    .string()
    .max(TEXT_LIMITS.slug)
    .refine((slug) => slug === '' || SLUG.test(slug))
    .default(''),
  place: line(TEXT_LIMITS.place).default(''),
  source_sha256: sha256Schema.nullable().default(null),
});
export const pictureRowSchema = z.object({
  sha256: sha256Schema,
  media_type: z.enum(MEDIA_TYPES),
  width: z.number().int().min(1).max(20_000),
  height: z.number().int().min(1).max(20_000),
});
export const renditionRowSchema = z.object({
  picture_sha256: sha256Schema,
  media_type: z.enum([...MEDIA_TYPES, 'image/avif']),
  width: z.number().int().min(1).max(4000),
  height: z.number().int().min(1).max(20_000),
  sha256: sha256Schema,
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
export type RenditionRow = z.infer<typeof renditionRowSchema>;
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

type ContentRow = Omit<VersionRow, 'article_id' | 'number' | 'state' | 'based_on' | 'submission_token' | 'approval_token'>;
/** Finds a picture with its renditions by its digest. */
export type FindPicture = (sha256: string) => Picture | undefined;

/** Puts a version's content together from its rows. */
export function assembleContent(version: ContentRow, texts: readonly TextRow[], find: FindPicture): Content {
  const { publish_at: at, publish_zone: zone } = version;
  return {
    kind: version.kind,
    slug: version.slug,
    isMinor: version.is_minor,
    publishing: at && zone !== null ? { at, zone } : null,
    subjects: version.subjects,
    details: version.details,
    picture: assembleLead(version, find),
    figures: assembleFigures(
      texts.map((row) => row.body),
      find,
    ),
    texts: Object.fromEntries(
      texts.map((row) => [
        row.language,
        {
          title: row.title,
          summary: row.summary,
          body: row.body,
          pictureAlt: row.picture_alt,
          changeNote: row.change_note,
          slug: row.slug,
          place: row.place,
          sourceSha256: row.source_sha256,
        },
      ]),
    ),
  };
}

/** The pictures that texts show, each once, by digest. @throws EstateError `input.invalid` if one is not there */
export function assembleFigures(bodies: readonly Prose[], find: FindPicture): Picture[] {
  const named = new Set(bodies.flatMap((body) => figuresOf(body).map((figure) => figure.picture)));
  return [...named].toSorted().map((sha256) => requirePicture(sha256, find));
}

/** A picture from its rows; its renditions stand by format, the narrowest first. */
export function assemblePicture(row: PictureRow, renditions: readonly RenditionRow[]): Picture {
  const { sha256, media_type: mediaType, width, height } = row;
  const sorted = renditions
    .map((each) => ({ mediaType: each.media_type, width: each.width, height: each.height, sha256: each.sha256 }))
    .toSorted((left, right) =>
      left.mediaType < right.mediaType ? -1 : left.mediaType > right.mediaType ? 1 : left.width - right.width,
    );
  return { sha256, mediaType, width, height, renditions: sorted };
}

function assembleLead(version: ContentRow, find: FindPicture): LeadPicture | null {
  const { picture_sha256: sha256, picture_credit: credit, picture_focus_x: x, picture_focus_y: y } = version;
  if (sha256 === null || credit === null) return null;
  return { ...requirePicture(sha256, find), credit, focus: x === null || y === null ? null : { x, y } };
}

function requirePicture(sha256: string, find: FindPicture): Picture {
  const picture = find(sha256);
  if (picture) return picture;
  throw new EstateError('input.invalid', `reading a row of article_version: there is no picture ${sha256}`);
}
