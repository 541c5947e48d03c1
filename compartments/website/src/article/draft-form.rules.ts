import { LANGUAGES, type Language } from '@bulkhead/contracts';
import type { FormValues } from '@bulkhead/web';
import { z } from 'zod';
import { hasUnshowable } from '#prose/prose.rules.ts';
import { type ProseFault, parseProse, writeProse } from '#prose/prose-text.rules.ts';
import { parseTree, TREE_CHARACTERS } from '#prose/tree.rules.ts';
import { isReserved } from './address.rules.ts';
import { type ArticleText, type Content, proposeSlug, SLUG, TEXT_LIMITS } from './article.rules.ts';
import {
  DETAIL_MULTILINE,
  type DetailFaultWhat,
  detailFields,
  parseDetails,
  SUBJECT_FIELDS,
  writeDetails,
} from './detail-form.rules.ts';
import { KINDS, type Kind } from './kind.rules.ts';

const FIELDS = ['title', 'summary', 'body', 'tree', 'note', 'slug', 'place', 'current'] as const;
export type Field = (typeof FIELDS)[number];
const LIMITS: Record<Field, number> = {
  title: TEXT_LIMITS.title,
  summary: TEXT_LIMITS.summary,
  body: TEXT_LIMITS.body,
  tree: TREE_CHARACTERS,
  note: TEXT_LIMITS.changeNote,
  slug: TEXT_LIMITS.slug,
  place: TEXT_LIMITS.place,
  current: 2,
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
        .transform((text) => (field === 'body' || field === 'tree' ? text : text.replaceAll(/\s+/g, ' ').trim()))
        .default(''),
    ]),
  ),
);

/** The form of an article: one page with all six languages. */
export const draftSchema = z.object({
  ...textFields,
  ...detailFields,
  kind: z.enum(KINDS),
  slug: z.string().trim().toLowerCase().max(TEXT_LIMITS.slug).default(''),
  minor: z.literal('on').optional(),
  revision: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .default(0),
});
export const DRAFT_FORM = {
  multiline: [
    ...DETAIL_MULTILINE,
    ...LANGUAGES.flatMap((language) => [
      fieldName('summary', language),
      fieldName('body', language),
      fieldName('tree', language),
    ]),
  ],
  lists: [...SUBJECT_FIELDS],
  maxBytes: 1_048_576,
  maxFields: 300,
};
export type DraftInput = z.infer<typeof draftSchema>;

export type DraftFault = {
  readonly field: string;
  readonly what: 'slug-form' | 'reserved' | 'english-title' | 'tree' | DetailFaultWhat | ProseFault['what'];
  readonly href?: string;
  readonly text?: string;
};
/** What was typed, as content; pictures have a form of their own. */
export type DraftContent = Omit<Content, 'picture' | 'figures'>;
export type Draft = {
  readonly content: DraftContent;
  readonly seenRevision: number;
  /** Without one that was typed, what is public keeps its address. */
  readonly hasSlug: boolean;
  /** Languages whose text was said to be that of the English one as it is now. */
  readonly current: readonly Language[];
};

/** Turns what was typed into content; with any fault it must not be stored. */
export function parseDraft(input: DraftInput): { readonly draft: Draft; readonly faults: readonly DraftFault[] } {
  const values: Readonly<Record<string, unknown>> = input;
  const faults: DraftFault[] = [];
  const texts: Partial<Record<Language, ArticleText>> = {};
  for (const language of LANGUAGES) {
    const text = parseText(values, language, faults);
    if (text) texts[language] = text;
  }
  const { faults: found, ...details } = parseDetails(values, input.kind);
  faults.push(...found);
  const title = texts.en?.title ?? '';
  const slug = input.kind === 'home' ? 'home' : input.slug || proposeSlug(title);
  const content = { kind: input.kind, slug, isMinor: input.minor === 'on', texts, ...details };
  if (title === '') faults.push({ field: fieldName('title', 'en'), what: 'english-title' });
  else if (!SLUG.test(slug)) faults.push({ field: 'slug', what: 'slug-form' });
  else if (isReserved(content)) faults.push({ field: 'slug', what: 'reserved' });
  const current = LANGUAGES.filter((language) => values[fieldName('current', language)] === 'on');
  return { draft: { content, seenRevision: input.revision, hasSlug: input.slug !== '', current }, faults };
}

function parseText(values: Readonly<Record<string, unknown>>, language: Language, faults: DraftFault[]): ArticleText | undefined {
  const read = (field: Field): string => {
    const value = values[fieldName(field, language)];
    return typeof value === 'string' ? value : '';
  };
  // The editor sends the tree it made; without a script it is empty, and the text is as typed.
  const isTree = read('tree') !== '';
  const body = isTree ? parseTree(read('tree')) : parseProse(read('body'));
  for (const fault of body.faults) faults.push({ ...fault, field: fieldName('body', language) });
  const lines = { title: read('title'), summary: read('summary'), changeNote: read('note'), place: read('place') };
  for (const field of ['title', 'summary', 'note', 'place'] as const)
    if (hasUnshowable(read(field))) faults.push({ field: fieldName(field, language), what: 'unshowable' });
  const slug = read('slug').toLowerCase();
  if (slug !== '' && !SLUG.test(slug)) faults.push({ field: fieldName('slug', language), what: 'slug-form' });
  const isEmpty = Object.values(lines).every((line) => line === '') && body.prose.length === 0;
  return isEmpty ? undefined : { ...lines, body: body.prose, pictureAlt: '', slug, sourceSha256: null };
}

/** What stands in the form for a version that exists. */
export function writeDraft(content: Content, revision: number): Record<string, string | readonly string[]> {
  const texts = LANGUAGES.flatMap((language): [string, string][] => {
    const text = content.texts[language];
    if (!text) return [];
    return [
      [fieldName('title', language), text.title],
      [fieldName('summary', language), text.summary],
      [fieldName('body', language), writeProse(text.body)],
      [fieldName('note', language), text.changeNote],
      [fieldName('slug', language), text.slug],
      [fieldName('place', language), text.place],
    ];
  });
  const { kind, slug } = content;
  return {
    ...Object.fromEntries(texts),
    ...writeDetails(content),
    kind,
    slug,
    revision: String(revision),
    ...(content.isMinor ? { minor: 'on' } : {}),
  };
}

/** The kind that stands in the form; news unless chosen. */
export function kindShown(values: FormValues): Kind {
  return KINDS.find((kind) => kind === values['kind']) ?? 'news';
}

/** A text as both ways of writing it need it: typed, and as the tree that the editor begins with. */
export function bodyShown(values: FormValues, language: Language): { readonly written: string; readonly tree: string } {
  const typed = values[fieldName('tree', language)];
  const tree = typeof typed === 'string' && typed !== '' ? parseTree(typed) : undefined;
  if (tree && tree.faults.length === 0) return { written: writeProse(tree.prose), tree: JSON.stringify(tree.prose) };
  const body = values[fieldName('body', language)];
  const written = typeof body === 'string' ? body : '';
  return { written, tree: JSON.stringify(parseProse(written).prose) };
}
