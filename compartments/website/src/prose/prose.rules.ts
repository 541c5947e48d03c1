import { isSafeUrl } from '@bulkhead/web';
import { z } from 'zod';

/** Text as it is published: a small tree without any markup of its own. */
export const MARKS = ['strong', 'em'] as const;
export type Mark = (typeof MARKS)[number];
export type Inline = { readonly kind: 'text'; readonly text: string; readonly marks?: readonly Mark[] | undefined } | Link;
export type Link = {
  readonly kind: 'link';
  readonly text: string;
  readonly href: string;
  readonly marks?: readonly Mark[] | undefined;
};
/** A picture in the text: its bytes are the blob of this digest, and the version's content holds its sizes. */
export type Figure = {
  readonly kind: 'figure';
  readonly picture: string;
  /** What it shows, for people who do not see it. */
  readonly alt: string;
  readonly caption: string;
  readonly credit: string;
};
export type Table = {
  readonly kind: 'table';
  readonly caption: string;
  /** The first row names the columns. */
  readonly hasHead: boolean;
  /** Rows of equally many cells; a cell may be empty. */
  readonly rows: readonly (readonly (readonly Inline[])[])[];
};
export type Block =
  | { readonly kind: 'paragraph'; readonly content: readonly Inline[] }
  | { readonly kind: 'heading'; readonly level: 2 | 3; readonly content: readonly Inline[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: 'quote'; readonly paragraphs: readonly (readonly Inline[])[] }
  | Figure
  | Table;
export type Prose = readonly Block[];

export const PROSE_LIMITS = {
  characters: 60_000,
  blocks: 500,
  items: 200,
  inlines: 500,
  href: 1000,
  rows: 200,
  columns: 12,
  figures: 20,
  alt: 300,
  caption: 300,
  credit: 200,
  /** Of all words, cells and items together. */
  nodes: 5000,
} as const;

/** Characters that are not text: controls, those that turn the direction of what follows, and piles of marks on one letter. */
const UNSHOWABLE = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\p{Surrogate}|\p{Mn}{9}/u;

/** Tells whether a text holds a character that cannot stand on a page. */
export function hasUnshowable(text: string): boolean {
  return UNSHOWABLE.test(text);
}

/** Tells whether an address may stand in an article: https, http, mailto, or a path of the same site. */
export function isArticleLink(href: string): boolean {
  if (href.length > PROSE_LIMITS.href || !isSafeUrl(href)) return false;
  return (
    /^(?:https?:\/\/[^\s/?#@]+(?:[/?#]|$)|mailto:[^\s@]+@[^\s@]+$|\/)/i.test(href) &&
    /^(?:[^\s<>"'()[\]\\]|\([^\s<>"'()[\]\\]*\))*$/.test(href)
  );
}

const textSchema = z
  .string()
  .min(1)
  .max(PROSE_LIMITS.characters)
  .refine((text) => !hasUnshowable(text), 'holds a character that cannot be shown');
const lineSchema = (limit: number) =>
  z
    .string()
    .max(limit)
    .refine((text) => !hasUnshowable(text) && !/[\n\t]/.test(text), 'holds a character that cannot be shown');
const marksSchema = z
  .array(z.enum(MARKS))
  .min(1)
  .max(MARKS.length)
  .refine((marks) => marks.join() === MARKS.filter((mark) => marks.includes(mark)).join(), 'are not in their order')
  .optional();
const inlineSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), text: textSchema, marks: marksSchema }),
  z.strictObject({
    kind: z.literal('link'),
    text: textSchema,
    href: z.string().refine(isArticleLink, 'is not an address that may stand in an article'),
    marks: marksSchema,
  }),
]);
const contentSchema = z.array(inlineSchema).min(1).max(PROSE_LIMITS.inlines);
const cellSchema = z.array(inlineSchema).max(PROSE_LIMITS.inlines);

const blockSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('paragraph'), content: contentSchema }),
  z.strictObject({ kind: z.literal('heading'), level: z.union([z.literal(2), z.literal(3)]), content: contentSchema }),
  z.strictObject({
    kind: z.literal('list'),
    ordered: z.boolean(),
    items: z.array(contentSchema).min(1).max(PROSE_LIMITS.items),
  }),
  z.strictObject({ kind: z.literal('quote'), paragraphs: z.array(contentSchema).min(1).max(PROSE_LIMITS.items) }),
  z.strictObject({
    kind: z.literal('figure'),
    picture: z.string().regex(/^[0-9a-f]{64}$/),
    alt: lineSchema(PROSE_LIMITS.alt),
    caption: lineSchema(PROSE_LIMITS.caption),
    credit: lineSchema(PROSE_LIMITS.credit),
  }),
  z.strictObject({
    kind: z.literal('table'),
    caption: lineSchema(PROSE_LIMITS.caption),
    hasHead: z.boolean(),
    rows: z
      .array(z.array(cellSchema).min(1).max(PROSE_LIMITS.columns))
      .min(1)
      .max(PROSE_LIMITS.rows)
      .refine((rows) => rows.every((row) => row.length === rows[0]?.length), 'are not equally long'),
  }),
]);

/** Checks a stored text: what does not fit this form is never shown. Its depth is that of the form. */
export const proseSchema = z
  .array(blockSchema)
  .max(PROSE_LIMITS.blocks)
  .superRefine((prose, context) => {
    const { nodes, characters } = measureProse(prose);
    if (nodes > PROSE_LIMITS.nodes) context.addIssue({ code: 'custom', message: `has over ${PROSE_LIMITS.nodes} parts` });
    if (characters > PROSE_LIMITS.characters)
      context.addIssue({ code: 'custom', message: `has over ${PROSE_LIMITS.characters} characters` });
    if (figuresOf(prose).length > PROSE_LIMITS.figures)
      context.addIssue({ code: 'custom', message: `has over ${PROSE_LIMITS.figures} pictures` });
  });

/** The runs of words of a block, in the order in which they are read. */
export function runsOf(block: Block): readonly (readonly Inline[])[] {
  if (block.kind === 'list') return block.items;
  if (block.kind === 'quote') return block.paragraphs;
  if (block.kind === 'table') return block.rows.flat();
  return block.kind === 'figure' ? [] : [block.content];
}

/** The pictures that stand in a text. */
export function figuresOf(prose: Prose): Figure[] {
  return prose.filter((block) => block.kind === 'figure');
}

/** The words of a text alone, a line a block, for comparing, for feeds and for search. */
export function plainLines(prose: Prose): string[] {
  return prose.flatMap((block) => {
    if (block.kind === 'figure') return [block.alt, block.caption].filter((line) => line !== '');
    if (block.kind !== 'table') return runsOf(block).map(plainText);
    const rows = block.rows.map((row) => row.map(plainText).join(' | '));
    return block.caption === '' ? rows : [block.caption, ...rows];
  });
}

function measureProse(prose: Prose): { readonly nodes: number; readonly characters: number } {
  const runs = prose.flatMap(runsOf);
  const inlines = runs.flat();
  return {
    nodes: prose.length + runs.length + inlines.length,
    characters: inlines.reduce((sum, inline) => sum + inline.text.length, 0),
  };
}

function plainText(content: readonly Inline[]): string {
  return content.map((inline) => inline.text).join('');
}
