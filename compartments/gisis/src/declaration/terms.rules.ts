import { LANGUAGES, type Language } from '@bulkhead/contracts';

/** One sentence, in all six. */
export type InSix = Readonly<Record<Language, string>>;
/** The other languages of an English text, in the order ar, zh, fr, ru, es. */
export type Translation = readonly [ar: string, zh: string, fr: string, ru: string, es: string];
/** English → the other five. */
export type Terms = Readonly<Record<string, Translation>>;
export type Say = (english: string, language: Language) => string;

const PLACE: Readonly<Record<Exclude<Language, 'en'>, 0 | 1 | 2 | 3 | 4>> = { ar: 0, zh: 1, fr: 2, ru: 3, es: 4 };

/** What tells a text in a language by the first of these tables that has it; English where none does. */
export function sayBy(...tables: readonly Terms[]): Say {
  const known = new Map(tables.toReversed().flatMap((table) => Object.entries(table)));
  return (english, language) => (language === 'en' ? english : (known.get(english)?.[PLACE[language]] ?? english));
}

/** One text in all six. */
export function inSix(say: Say, english: string): InSix {
  const [ar, zh, en, fr, ru, es] = LANGUAGES.map((language) => say(english, language));
  return { ar: ar ?? english, zh: zh ?? english, en: en ?? english, fr: fr ?? english, ru: ru ?? english, es: es ?? english };
}
