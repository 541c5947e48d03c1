import type { Language } from '@bulkhead/contracts';
import type { State } from './article.rules.ts';

/** Whose newsroom it is, and where its neighbours stand. */
export type Newsroom = {
  readonly organisation: string;
  readonly isSample: boolean;
  readonly publicOrigin: string;
  readonly accountHref: string;
};

/** Somebody who looks at a page of the newsroom. */
export type Visit = {
  readonly newsroom: Newsroom;
  readonly language: Language;
  /** The language was chosen by `?lang=`; links carry the choice on. */
  readonly hasChosen: boolean;
  readonly path: string;
  readonly now: Date;
  readonly person: { readonly accountId: string; readonly name: string; readonly roles: readonly string[] };
};

/** A path of the newsroom, with the language that was chosen. */
export function linkTo(visit: Visit, path: string): string {
  return visit.hasChosen ? `${path}?lang=${visit.language}` : path;
}

export function articlePath(articleId: number): string {
  return `/articles/${articleId}`;
}

export function versionPath(articleId: number, number: number): string {
  return `/articles/${articleId}/versions/${number}`;
}

export function isReviewer(visit: Visit): boolean {
  return visit.person.roles.includes('reviewer');
}

export function isEditor(visit: Visit): boolean {
  return visit.person.roles.includes('editor');
}

/** Colour of a state's badge. */
export const TONES: Readonly<Record<State, 'wait' | 'calm' | 'bad' | 'good' | 'plain'>> = {
  draft: 'calm',
  submitted: 'wait',
  rejected: 'bad',
  approved: 'good',
  discarded: 'plain',
};
