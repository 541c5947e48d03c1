import type { Language } from '@bulkhead/contracts';
import type { Dictionary } from '@bulkhead/web';
import { ar } from './ar.ts';
import { en, type WordKey, type Words } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { ru } from './ru.ts';
import { zh } from './zh.ts';

const DICTIONARY: Dictionary<WordKey> = { ar, zh, en, fr, ru, es };

export type { WordKey, Words };

/** The website's own words in one language. */
export function websiteWords(language: Language): Words {
  return DICTIONARY[language];
}
