import { type Language, languageSchema } from '@bulkhead/contracts';
import { z } from 'zod';

/** Where somebody types: a new article, or a version of one (`12/3`). */
export const placeSchema = z.string().regex(/^(?:new|[1-9]\d{0,8}\/[1-9]\d{0,8})$/);

export function placeOf(version: { readonly articleId: number; readonly number: number } | null): string {
  return version ? `${version.articleId}/${version.number}` : 'new';
}

const PARTS = { title: 1000, summary: 5000, tree: 200_000, note: 1000, slug: 200, place: 1000 };

/** What the editor sends every few seconds: the fields of one language, as they stand. */
export const copySchema = z.strictObject({
  place: placeSchema,
  language: languageSchema,
  revision: z.number().int().min(0).max(999_999_999),
  typed: z.strictObject(
    Object.fromEntries(Object.entries(PARTS).map(([part, limit]) => [part, z.string().max(limit).default('')])),
  ),
});
export type CopyInput = z.infer<typeof copySchema>;

/** What somebody typed in one language and has not saved. */
export type Copy = {
  readonly language: Language;
  /** The revision that stood in the form. */
  readonly seenRevision: number;
  readonly typed: Readonly<Record<string, string>>;
  readonly savedAt: Date;
};

/** The fields of a form with copies taken up; it saves upon what they began with. */
export function takeUp(
  values: Readonly<Record<string, string | readonly string[]>>,
  copies: readonly Copy[],
): Record<string, string | readonly string[]> {
  const fields = copies.flatMap(({ language, typed }) =>
    Object.entries(typed).map(([part, value]) => [`${part}-${language}`, value]),
  );
  const seen = copies.map(({ seenRevision }) => seenRevision);
  return { ...values, ...Object.fromEntries(fields), ...(seen.length > 0 ? { revision: String(Math.min(...seen)) } : {}) };
}
