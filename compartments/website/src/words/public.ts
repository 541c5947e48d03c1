import type { Language } from '@bulkhead/contracts';
import { publicAr } from './public-ar.ts';
import { type PluralForms, type PublicWords, publicEn } from './public-en.ts';
import { publicEs } from './public-es.ts';
import { publicFr } from './public-fr.ts';
import { publicRu } from './public-ru.ts';
import { publicZh } from './public-zh.ts';

const WORDS: Readonly<Record<Language, PublicWords>> = {
  ar: publicAr,
  zh: publicZh,
  en: publicEn,
  fr: publicFr,
  ru: publicRu,
  es: publicEs,
};

/** The words of public pages beyond those that the newsroom has too. */
export function publicWords(language: Language): PublicWords {
  return WORDS[language];
}

const rules = new Map<Language, Intl.PluralRules>();

/** The form of a sentence that a number needs in a language. */
export function pluralForm(forms: PluralForms, count: number, language: Language): string {
  const rule = rules.get(language) ?? new Intl.PluralRules(language);
  rules.set(language, rule);
  return forms[rule.select(count)] ?? forms.other;
}
