import type { Language } from '@bulkhead/contracts';
import type { Dictionary } from '@bulkhead/web';
import { ar } from './ar.ts';
import { deskAr } from './desk-ar.ts';
import { type DeskKey, deskEn } from './desk-en.ts';
import { deskEs } from './desk-es.ts';
import { deskFr } from './desk-fr.ts';
import { deskRu } from './desk-ru.ts';
import { deskZh } from './desk-zh.ts';
import { en, type WordKey as SiteKey } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { ru } from './ru.ts';
import { zh } from './zh.ts';

export type WordKey = SiteKey | DeskKey;
export type Words = Readonly<Record<WordKey, string>>;

const DICTIONARY: Dictionary<WordKey> = {
  ar: { ...ar, ...deskAr },
  zh: { ...zh, ...deskZh },
  en: { ...en, ...deskEn },
  fr: { ...fr, ...deskFr },
  ru: { ...ru, ...deskRu },
  es: { ...es, ...deskEs },
};

/** The website's own words in one language. */
export function websiteWords(language: Language): Words {
  return DICTIONARY[language];
}
