import { LANGUAGES, type Language, type SixLanguages } from '@bulkhead/contracts';

/** The six languages, each in its own writing, for switchers and notes. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  ar: 'العربية',
  zh: '中文',
  en: 'English',
  fr: 'Français',
  ru: 'Русский',
  es: 'Español',
};

/** Names that are right after "in": the words for the six languages, in each of the six. */
const LANGUAGE_WORDS: Readonly<Record<Language, Readonly<Record<Language, string>>>> = {
  ar: { ar: 'العربية', zh: 'الصينية', en: 'الإنكليزية', fr: 'الفرنسية', ru: 'الروسية', es: 'الإسبانية' },
  zh: { ar: '阿拉伯文', zh: '中文', en: '英文', fr: '法文', ru: '俄文', es: '西班牙文' },
  en: { ar: 'Arabic', zh: 'Chinese', en: 'English', fr: 'French', ru: 'Russian', es: 'Spanish' },
  fr: { ar: 'arabe', zh: 'chinois', en: 'anglais', fr: 'français', ru: 'russe', es: 'espagnol' },
  ru: { ar: 'арабский', zh: 'китайский', en: 'английский', fr: 'французский', ru: 'русский', es: 'испанский' },
  es: { ar: 'árabe', zh: 'chino', en: 'inglés', fr: 'francés', ru: 'ruso', es: 'español' },
};

/** What `language` is called in the words of `inLanguage`. */
export function nameLanguage(language: Language, inLanguage: Language): string {
  return LANGUAGE_WORDS[inLanguage][language];
}

/** The direction in which a language is written: a value for the `dir` attribute. */
export function directionOf(language: Language): 'ltr' | 'rtl' {
  return language === 'ar' ? 'rtl' : 'ltr';
}

/** Tells whether a text (a path segment, a query value) is the tag of one of the six. */
export function isLanguage(text: string | undefined): text is Language {
  return LANGUAGES.some((language) => language === text);
}

/**
 * Chooses among the six by an Accept-Language header (RFC 9110, 12.5.4): highest weight first,
 * then the header's order; English when nothing fits. Reads at most 500 characters.
 */
export function chooseLanguage(acceptLanguage: string | undefined): Language {
  const ranges = (acceptLanguage ?? '')
    .slice(0, 500)
    .split(',')
    .map((range) => readRange(range))
    .filter((range) => range.weight > 0)
    .sort((left, right) => right.weight - left.weight);
  return ranges.map((range) => range.tag).find(isLanguage) ?? 'en';
}

function readRange(range: string): { readonly tag: string; readonly weight: number } {
  const [tag = '', ...parameters] = range.trim().toLowerCase().split(';');
  const weight = parameters.map((parameter) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(parameter)?.[1]).find(Boolean);
  return { tag: tag.split('-')[0] ?? '', weight: weight === undefined ? 1 : Number(weight) };
}

/** One of six texts: in the language asked for, else in English, with the language that was found. */
export function inLanguage(texts: SixLanguages, language: Language): { readonly text: string; readonly language: Language } {
  const text = texts[language];
  return text ? { text, language } : { text: texts.en, language: 'en' };
}
