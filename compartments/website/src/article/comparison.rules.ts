import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { compareLines, compareWords, hasDifference, type Piece } from '#difference/difference.rules.ts';
import { writeProse } from '#prose/prose-text.rules.ts';
import type { ArticleText, Content } from './article.rules.ts';

export type ComparedField =
  | 'title'
  | 'summary'
  | 'body'
  | 'picture-alt'
  | 'change-note'
  | 'place'
  | 'kind'
  | 'address'
  | 'picture'
  | 'publishing'
  | 'subjects'
  | 'details';
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
    line('publishing', null, tellPublishing(before), tellPublishing(after)),
    { field: 'subjects', language: null, lines: compareLines(tellMembers(before.subjects), tellMembers(after.subjects)) },
    { field: 'details', language: null, lines: compareLines(tellMembers(before.details), tellMembers(after.details)) },
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
    line('address', language, before?.slug ?? '', after?.slug ?? ''),
    line('place', language, before?.place ?? '', after?.place ?? ''),
    line('change-note', language, before?.changeNote ?? '', after?.changeNote ?? ''),
  ];
}

function line(field: ComparedField, language: Language | null, before: string, after: string): Comparison {
  return { field, language, lines: [compareWords(before, after)] };
}

// As people write it: marks, addresses of links and digests of pictures are part of what is published.
function linesOf(text: ArticleText | undefined): string[] {
  return writeProse(text?.body ?? [])
    .split('\n')
    .filter((each) => each !== '');
}

function tellPicture({ picture }: Content): string {
  if (!picture) return '';
  const { sha256, credit, focus } = picture;
  return [sha256.slice(0, 16), credit, ...(focus ? [`${focus.x} % ${focus.y} %`] : [])].join(' · ');
}

function tellPublishing({ publishing }: Content): string {
  return publishing ? `${publishing.at.toISOString()} (${publishing.zone})` : '';
}

// A line a value, each with its name, so that one that changed is seen alone.
function tellMembers(given: object): string[] {
  return Object.entries(given).flatMap(([name, value]: [string, unknown]): string[] => {
    if (value === undefined) return [];
    if (Array.isArray(value)) return value.map((item) => `${name}: ${tellValue(item)}`);
    if (typeof value !== 'object' || value === null) return [`${name}: ${tellValue(value)}`];
    return Object.entries(value).map(([inner, told]) => `${name}.${inner}: ${tellValue(told)}`);
  });
}

function tellValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
