import { z } from 'zod';

/** What an article is about. Topics, bodies and contact points are articles of these kinds; symbols name documents. */
export type Subjects = {
  readonly topics: readonly number[];
  readonly bodies: readonly number[];
  readonly contacts: readonly number[];
  readonly symbols: readonly string[];
};
export const NO_SUBJECTS: Subjects = { topics: [], bodies: [], contacts: [], symbols: [] };
export const SUBJECT_LIMIT = 20;

/** `MSC 108/1`, `MEPC 82/INF.3/Rev.1`, `MSC.1/Circ.1678`, `MSC-FAL.1/Circ.3/Rev.2`, `A.1173(33)`. */
const SYMBOL =
  /^[A-Z]{1,8}(?:-[A-Z]{1,8})?(?:\.\d{1,4})?(?: \d{1,3})?(?:\(\d{1,3}\)|(?:\/(?:\d{1,3}|(?:INF|WP|J|Circ|Rev|Add|Corr|Res|Misc)\.?\d{0,5})){1,5})$/;

/** Whether it is the symbol of a document, as the organisation writes them. */
export function isDocumentSymbol(text: string): boolean {
  return text.length <= 50 && SYMBOL.test(text);
}

const idsSchema = z
  .array(z.number().int().positive().max(2_147_483_647))
  .max(SUBJECT_LIMIT)
  .refine((ids) => new Set(ids).size === ids.length, 'names one twice')
  .default([]);

export const subjectsSchema = z.strictObject({
  topics: idsSchema,
  bodies: idsSchema,
  contacts: idsSchema,
  symbols: z.array(z.string().refine(isDocumentSymbol, 'is not the symbol of a document')).max(SUBJECT_LIMIT).default([]),
});
