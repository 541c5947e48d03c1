import { languageSchema } from '@bulkhead/contracts';
import { z } from 'zod';
import { isTimeZone } from '#schedule/local-time.rules.ts';
import { eventFieldsSchema } from './event.rules.ts';
import { MOVED_KINDS } from './source.rules.ts';

export const FORMATS = ['wordpress', 'drupal', 'pages', 'ics', 'bulkhead'] as const;
const kindSchema = z.enum(MOVED_KINDS);

/** The environment of the process that reads what an old site exported: files to read, and no secret at all. */
export const configSchema = z.object({
  FORMAT: z.enum(FORMATS),
  SOURCE: z.string().startsWith('/').meta({ example: '/srv/old/export.xml' }),
  /** Where the old site stood; an export of WordPress says so itself. */
  ORIGIN: z
    .url({ protocol: /^https?$/ })
    .transform((url) => new URL(url).origin)
    .optional(),
  LANGUAGE: languageSchema.default('en'),
  /** Types of the old site, and the kind that each becomes. */
  KINDS_JSON: z
    .string()
    .default('{}')
    .transform((json, context) => {
      const parsed = z.record(z.string(), kindSchema).safeParse(safeJson(json));
      if (parsed.success) return new Map(Object.entries(parsed.data));
      context.addIssue({ code: 'custom', message: `names a kind that cannot be moved in: one of ${MOVED_KINDS.join(', ')}` });
      return z.NEVER;
    }),
  /** Types of the old site that are events, and the fields in which they say when and where. */
  EVENTS_JSON: z
    .string()
    .default('{}')
    .transform((json, context) => {
      const parsed = z.record(z.string(), eventFieldsSchema).safeParse(safeJson(json));
      if (parsed.success) return new Map(Object.entries(parsed.data));
      context.addIssue({
        code: 'custom',
        message: 'must name for each type the fields "starts" and, as they are there, "ends", "zone", "place", "online"',
      });
      return z.NEVER;
    }),
  /** Of times that do not say theirs. */
  ZONE: z.string().refine(isTimeZone, 'is no time zone').default('UTC'),
  /** Where the files of pictures are; in the export itself unless told. */
  PICTURES: z.string().startsWith('/').optional(),
  /** Whom to name for pictures of which the export says nothing. */
  CREDIT: z.string().max(200).default(''),
});
export type Config = Readonly<z.infer<typeof configSchema>>;

function safeJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
