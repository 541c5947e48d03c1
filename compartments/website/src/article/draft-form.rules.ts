import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { z } from 'zod';
import { type ProseFault, parseProse, writeProse } from '#prose/prose-text.rules.ts';
import { type ArticleText, type Content, KINDS, proposeSlug, SLUG, TEXT_LIMITS } from './article.rules.ts';

const FIELDS = ['title', 'summary', 'body', 'note'] as const;
type Field = (typeof FIELDS)[number];
const LIMITS: Record<Field, number> = {
  title: TEXT_LIMITS.title,
  summary: TEXT_LIMITS.summary,
  body: TEXT_LIMITS.body,
  note: TEXT_LIMITS.changeNote,
};

/** The name of a field of the form: `title-en`, `body-ar`. */
export function fieldName(field: Field, language: Language): string {
  return `${field}-${language}`;
}

const textFields = Object.fromEntries(
  LANGUAGES.flatMap((language) =>
    FIELDS.map((field) => [
      fieldName(field, language),
      z
        .string()
        .max(LIMITS[field])
        .transform((text) => (field === 'body' ? text : text.replaceAll(/\s+/g, ' ').trim()))
        .default(''),
    ]),
  ),
);

/** The form of an article: one page with all six languages. */
export const draftSchema = z.object({
  ...textFields,
  kind: z.enum(KINDS),
  slug: z.string().trim().toLowerCase().max(TEXT_LIMITS.slug).default(''),
  minor: z.literal('on').optional(),
  revision: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .default(0),
});
export const MULTILINE: readonly string[] = LANGUAGES.flatMap((language) => [
  fieldName('summary', language),
  fieldName('body', language),
]);
export type DraftInput = z.infer<typeof draftSchema>;

export type DraftFault = {
  readonly field: string;
  readonly what: 'slug-form' | 'english-title' | ProseFault['what'];
  readonly href?: string;
};
/** What was typed, as content; pictures have a form of their own. */
export type Draft = { readonly content: Omit<Content, 'picture'>; readonly seenRevision: number };

/** Turns what was typed into content; with any fault it must not be stored. */
export function parseDraft(input: DraftInput): { readonly draft: Draft; readonly faults: readonly DraftFault[] } {
  const values: Readonly<Record<string, unknown>> = input;
  const faults: DraftFault[] = [];
  const texts: Partial<Record<Language, ArticleText>> = {};
  for (const language of LANGUAGES) {
    const read = (field: Field): string => {
      const value = values[fieldName(field, language)];
      return typeof value === 'string' ? value : '';
    };
    const body = parseProse(read('body'));
    const text = { title: read('title'), summary: read('summary'), body: body.prose, pictureAlt: '', changeNote: read('note') };
    for (const fault of body.faults) faults.push({ ...fault, field: fieldName('body', language) });
    if (text.title || text.summary || text.body.length > 0 || text.changeNote) texts[language] = text;
  }
  const title = texts.en?.title ?? '';
  const slug = input.slug || proposeSlug(title);
  if (title === '') faults.push({ field: fieldName('title', 'en'), what: 'english-title' });
  else if (!SLUG.test(slug)) faults.push({ field: 'slug', what: 'slug-form' });
  const content = { kind: input.kind, slug, isMinor: input.minor === 'on', texts };
  return { draft: { content, seenRevision: input.revision }, faults };
}

/** What stands in the form for a version that exists. */
export function writeDraft(content: Content, revision: number): Record<string, string> {
  const texts = LANGUAGES.flatMap((language): [string, string][] => {
    const text = content.texts[language];
    if (!text) return [];
    return [
      [fieldName('title', language), text.title],
      [fieldName('summary', language), text.summary],
      [fieldName('body', language), writeProse(text.body)],
      [fieldName('note', language), text.changeNote],
    ];
  });
  const { kind, slug } = content;
  return { ...Object.fromEntries(texts), kind, slug, revision: String(revision), ...(content.isMinor ? { minor: 'on' } : {}) };
}
