import type { Language, SixLanguages } from '@bulkhead/contracts';
import type { Module } from '#declaration/module.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';

/** Whose site it is, what it is called, which modules it has, and what is possible in it. */
export type Site = {
  readonly title: SixLanguages;
  readonly organisation: string;
  readonly isSample: boolean;
  readonly isReadOnly: boolean;
  readonly accountHref: string;
  readonly origin: string;
  readonly modules: ReadonlyMap<string, Module>;
};

/** Somebody who looks at a page. */
export type Visit = {
  readonly site: Site;
  readonly viewer: Viewer;
  readonly language: Language;
  /** Set if the address asks for a language: links and forms carry it on. */
  readonly asked: Language | null;
  /** The address of the page, without its language. */
  readonly at: string;
};

/** A path of ours that keeps the language asked for. */
export function linkTo(visit: Pick<Visit, 'asked'>, path: string): string {
  return visit.asked ? inLanguageOf(visit.asked, path) : path;
}

export function inLanguageOf(language: Language, path: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}lang=${language}`;
}

/** Where a record has its page, for ever. */
export function recordPath(module: Pick<Module, 'name'>, reference: string): string {
  return `/${module.name}/${encodeURIComponent(reference)}`;
}

/** A module on the home page, and when something in it last changed. */
export type ShownModule = { readonly module: Module; readonly changedAt: Date | null };
