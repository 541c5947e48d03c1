import type { Language } from '@bulkhead/contracts';
import type { Kind } from './kind.rules.ts';

/** Kinds of articles that others name: managed lists, each entry written and approved like any article. */
export const NAMED_KINDS = ['topic', 'body', 'contact'] as const satisfies readonly Kind[];

/** An entry of such a list. */
export type Named = {
  readonly id: number;
  readonly kind: Kind;
  readonly titles: Partial<Record<Language, string>>;
  readonly isPublic: boolean;
};

/** The entries of a list, in the order of their names in a language. */
export function namesIn(
  named: readonly Named[],
  kind: Kind,
  language: Language,
): { readonly id: number; readonly name: string }[] {
  const collator = new Intl.Collator(language);
  return named
    .filter((entry) => entry.kind === kind)
    .map(({ id, titles }) => ({ id, name: titles[language] || titles.en || String(id) }))
    .toSorted((left, right) => collator.compare(left.name, right.name));
}
