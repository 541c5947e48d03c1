import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { compareLines, compareWords, hasDifference, type Piece } from '#difference/difference.rules.ts';
import { plainLines } from '#prose/prose.rules.ts';
import type { ArticleText, Content } from './article.rules.ts';

export type ComparedField = 'title' | 'summary' | 'body' | 'picture-alt' | 'change-note' | 'kind' | 'address' | 'picture';
/** What differs between two versions in one field, line by line; `language` is null for what all languages share. */
export type Comparison = {
  readonly field: ComparedField;
  readonly language: Language | null;
  readonly lines: readonly (readonly Piece[])[];
};

/** What differs between two versions; only fields that do. */
export function compareContents(before: Content, after: Content): Comparison[] {
  const own: Comparison[] = [
    line('kind', null, before.kind, after.kind),
    line('address', null, before.slug, after.slug),
    line('picture', null, tellPicture(before), tellPicture(after)),
  ];
  const texts = LANGUAGES.flatMap((language) => compareTexts(language, before.texts[language], after.texts[language]));
  return [...own, ...texts].filter((comparison) => hasDifference(comparison.lines));
}

function compareTexts(language: Language, before: ArticleText | undefined, after: ArticleText | undefined): Comparison[] {
  return [
    line('title', language, before?.title ?? '', after?.title ?? ''),
    line('summary', language, before?.summary ?? '', after?.summary ?? ''),
    { field: 'body', language, lines: compareLines(linesOf(before), linesOf(after)) },
    line('picture-alt', language, before?.pictureAlt ?? '', after?.pictureAlt ?? ''),
    line('change-note', language, before?.changeNote ?? '', after?.changeNote ?? ''),
  ];
}

function line(field: ComparedField, language: Language | null, before: string, after: string): Comparison {
  return { field, language, lines: [compareWords(before, after)] };
}

// A link's address is part of what is published: it is compared, and shown, with its words.
function linesOf(text: ArticleText | undefined): string[] {
  const body = text?.body ?? [];
  const links = body
    .flatMap((block) => (block.kind === 'list' ? block.items.flat() : block.content))
    .filter((each) => each.kind === 'link');
  return [...plainLines(body), ...links.map((each) => `${each.text}: ${each.href}`)];
}

function tellPicture({ picture }: Content): string {
  return picture ? `${picture.sha256.slice(0, 16)} · ${picture.credit}` : '';
}
