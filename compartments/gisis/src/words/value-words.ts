import type { Language } from '@bulkhead/contracts';
import type { Dictionary } from '@bulkhead/web';
import { valueAr } from './value-ar.ts';
import { type ValueWord, type ValueWords, valueEn } from './value-en.ts';
import { valueEs } from './value-es.ts';
import { valueFr } from './value-fr.ts';
import { valueRu } from './value-ru.ts';
import { valueZh } from './value-zh.ts';

const DICTIONARY: Dictionary<ValueWord> = { ar: valueAr, zh: valueZh, en: valueEn, fr: valueFr, ru: valueRu, es: valueEs };

export type { ValueWord };

/** The words for values, in one language. */
export function valueWords(language: Language): ValueWords {
  return DICTIONARY[language];
}
