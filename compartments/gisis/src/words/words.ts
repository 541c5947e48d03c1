import type { Language } from '@bulkhead/contracts';
import type { Dictionary } from '@bulkhead/web';
import type { InSix } from '#declaration/terms.rules.ts';
import { ar } from './ar.ts';
import { en, type WordKey, type Words } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { ru } from './ru.ts';
import { zh } from './zh.ts';

const DICTIONARY: Dictionary<WordKey> = { ar, zh, en, fr, ru, es };

export type { WordKey, Words };

/** The compartment's own words in one language. */
export function ownWords(language: Language): Words {
  return DICTIONARY[language];
}

/** One sentence in all six. */
export function inAllLanguages(key: WordKey): InSix {
  return { ar: ar[key], zh: zh[key], en: en[key], fr: fr[key], ru: ru[key], es: es[key] };
}
