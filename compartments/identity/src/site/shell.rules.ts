import type { Estate, Language } from '@bulkhead/contracts';
import { isLanguage } from '@bulkhead/web';

/** Whose estate it is. */
export type Site = Pick<Estate, 'organisation' | 'isSample'>;

/** What every page needs besides its content. */
export type Shell = {
  readonly site: Site;
  readonly language: Language;
  /** Set if the address asks for a language: links and forms carry it on. */
  readonly asked: Language | null;
  /** Path and query of the page, without its language. */
  readonly at: string;
  readonly person: {
    readonly name: string;
    /** Of all accounts, or of those of one delegation. */
    readonly isAdministrator: boolean;
    readonly isDelegationAdministrator: boolean;
  } | null;
};

/** A shell for a request: the language that its address asks for, else the one given. */
export function makeShell(given: {
  readonly site: Site;
  readonly query: string | undefined;
  readonly language: Language;
  readonly at: string;
  readonly person?: Shell['person'];
}): Shell {
  const asked = askedLanguage(given.query);
  return { site: given.site, language: asked ?? given.language, asked, at: given.at, person: given.person ?? null };
}

/** The language that an address asks for. */
export function askedLanguage(query: string | undefined): Language | null {
  return isLanguage(query) ? query : null;
}

/** A path of ours that keeps the language asked for. */
export function keepLanguage(shell: Pick<Shell, 'asked'>, path: string): string {
  return shell.asked ? inLanguageOf(shell.asked, path) : path;
}

export function inLanguageOf(language: Language, path: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}lang=${language}`;
}

/** What an address asks to look for: one line, no longer than that. */
export function readSearch(query: string | undefined, longest: number): string {
  return (query ?? '')
    .slice(0, longest)
    .replaceAll(/\p{Cc}/gu, ' ')
    .normalize('NFC')
    .trim();
}

/** Which page of a list an address asks for. */
export function readPage(query: string | undefined): number {
  return /^[1-9]\d{0,3}$/.test(query ?? '') ? Number(query) : 1;
}
