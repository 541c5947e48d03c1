import { z } from 'zod';

/** A compartment's name: lower-case words joined by hyphens; also its database and route prefix. */
export const compartmentNameSchema = z
  .string()
  .max(31, 'must be at most 31 characters: it is a host name too')
  .regex(
    /^[a-z][a-z0-9]{1,19}(-[a-z0-9]{1,10}){0,2}$/,
    'must be lower-case words of letters and digits joined by hyphens, such as "website"',
  );

/** A WAL position in PostgreSQL's own writing, such as 0/16B3748. */
export const lsnSchema = z.string().regex(/^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/, 'must be a WAL position such as 0/16B3748');

/** SHA-256 in lower-case hexadecimal. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits (SHA-256)');

/** An instant, ISO 8601 in UTC with milliseconds. */
export const instantSchema = z.iso.datetime({ precision: 3 });

/** The organisation's six languages, in the order in which they are offered. */
export const LANGUAGES = ['ar', 'zh', 'en', 'fr', 'ru', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];
export const languageSchema = z.enum(LANGUAGES);

/** One text in the six languages; English is the one that must exist. */
export const sixLanguagesSchema = z.object({
  en: z.string().min(1).max(500),
  ar: z.string().max(500).optional(),
  zh: z.string().max(500).optional(),
  fr: z.string().max(500).optional(),
  ru: z.string().max(500).optional(),
  es: z.string().max(500).optional(),
});
export type SixLanguages = z.infer<typeof sixLanguagesSchema>;
