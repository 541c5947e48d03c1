import type { Language } from '@bulkhead/contracts';
import { ar } from './words/ar.ts';
import { en, type Words } from './words/en.ts';
import { es } from './words/es.ts';
import { fr } from './words/fr.ts';
import { ru } from './words/ru.ts';
import { zh } from './words/zh.ts';

/** A dictionary of a compartment: each key in each language, or it does not compile. */
export type Dictionary<Key extends string> = Readonly<Record<Language, Readonly<Record<Key, string>>>>;

const WORDS: Readonly<Record<Language, Words>> = { ar, zh, en, fr, ru, es };

/** The interface words common to all pages, in one language. */
export function wordsIn(language: Language): Words {
  return WORDS[language];
}

/**
 * Puts values into a sentence: `fillIn('Page {number} of {count}', { number: 1, count: 2 })`.
 * A name without a value stays as it is, so that a forgotten one is seen.
 */
export function fillIn(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{([a-zA-Z]+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
