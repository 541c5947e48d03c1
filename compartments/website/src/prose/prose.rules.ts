import { isSafeUrl } from '@bulkhead/web';
import { z } from 'zod';

/** Text as it is published: a small tree without any markup of its own. */
export type Inline = { readonly kind: 'text'; readonly text: string } | Link;
export type Link = { readonly kind: 'link'; readonly text: string; readonly href: string };
export type Block =
  | { readonly kind: 'paragraph'; readonly content: readonly Inline[] }
  | { readonly kind: 'heading'; readonly level: 2 | 3; readonly content: readonly Inline[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] };
export type Prose = readonly Block[];

export const PROSE_LIMITS = { characters: 60_000, blocks: 500, items: 200, inlines: 500, href: 1000 } as const;

/** Characters that are not text: controls, and those that turn the direction of what follows. */
const UNSHOWABLE = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\p{Surrogate}/u;

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
const inlineSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), text: textSchema }),
  z.strictObject({
    kind: z.literal('link'),
    text: textSchema,
    href: z.string().refine(isArticleLink, 'is not an address that may stand in an article'),
  }),
]);
const contentSchema = z.array(inlineSchema).min(1).max(PROSE_LIMITS.inlines);

/** Checks a stored text: what does not fit this form is never shown. */
export const proseSchema = z
  .array(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('paragraph'), content: contentSchema }),
      z.strictObject({ kind: z.literal('heading'), level: z.union([z.literal(2), z.literal(3)]), content: contentSchema }),
      z.strictObject({
        kind: z.literal('list'),
        ordered: z.boolean(),
        items: z.array(contentSchema).min(1).max(PROSE_LIMITS.items),
      }),
    ]),
  )
  .max(PROSE_LIMITS.blocks);

/** The words of a text alone, a line a block, for comparing and for feeds. */
export function plainLines(prose: Prose): string[] {
  return prose.flatMap((block) => (block.kind === 'list' ? block.items.map(plainText) : [plainText(block.content)]));
}

function plainText(content: readonly Inline[]): string {
  return content.map((inline) => inline.text).join('');
}
