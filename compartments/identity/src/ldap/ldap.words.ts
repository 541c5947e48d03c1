import type { Language } from '@bulkhead/contracts';
import { ar } from './words/ar.ts';
import { en, type LdapWords } from './words/en.ts';
import { es } from './words/es.ts';
import { fr } from './words/fr.ts';
import { ru } from './words/ru.ts';
import { zh } from './words/zh.ts';

export type { LdapWord } from './words/en.ts';

const DICTIONARY: Readonly<Record<Language, LdapWords>> = { ar, zh, en, fr, ru, es };

export function ldapWords(language: Language): LdapWords {
  return DICTIONARY[language];
}
