import type { Language } from '@bulkhead/contracts';
import { type Dictionary, fillIn } from '@bulkhead/web';
import type { InSix } from '#declaration/terms.rules.ts';
import { intakeAr } from './words/ar.ts';
import { type IntakeWord, type IntakeWords, intakeEn } from './words/en.ts';
import { intakeEs } from './words/es.ts';
import { intakeFr } from './words/fr.ts';
import { intakeRu } from './words/ru.ts';
import { intakeZh } from './words/zh.ts';

const DICTIONARY: Dictionary<IntakeWord> = { ar: intakeAr, zh: intakeZh, en: intakeEn, fr: intakeFr, ru: intakeRu, es: intakeEs };

export type { IntakeWord };

/** The words of imports, in one language. */
export function intakeWords(language: Language): IntakeWords {
  return DICTIONARY[language];
}

/** One sentence in all six. */
export function inSix(word: IntakeWord, holes: Readonly<Record<string, string | number>> = {}): InSix {
  const say = (language: Language) => fillIn(DICTIONARY[language][word], holes);
  return { ar: say('ar'), zh: say('zh'), en: say('en'), fr: say('fr'), ru: say('ru'), es: say('es') };
}
