import type { Language, SixLanguages } from '@bulkhead/contracts';

/** Whose site it is, what it is called, and what is possible in it. */
export type Site = {
  readonly title: SixLanguages;
  readonly organisation: string;
  readonly isSample: boolean;
  readonly isReadOnly: boolean;
  readonly accountHref: string;
};

/** Somebody who looks at a page. */
export type Visit = {
  readonly site: Site;
  readonly language: Language;
  /** Set if the address asks for a language: links and forms carry it on. */
  readonly asked: Language | null;
  /** The address of the page, without its language. */
  readonly at: string;
  readonly personName: string;
};

/** A path of ours that keeps the language asked for. */
export function linkTo(visit: Pick<Visit, 'asked'>, path: string): string {
  return visit.asked ? inLanguageOf(visit.asked, path) : path;
}

export function inLanguageOf(language: Language, path: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}lang=${language}`;
}
