import type { Language } from '@bulkhead/contracts';
import type { Dictionary } from '@bulkhead/web';
import { ar } from './access/ar.ts';
import { type AccessWordKey, type AccessWords, en } from './access/en.ts';
import { es } from './access/es.ts';
import { fr } from './access/fr.ts';
import { ru } from './access/ru.ts';
import { zh } from './access/zh.ts';

const DICTIONARY: Dictionary<AccessWordKey> = { ar, zh, en, fr, ru, es };

export type { AccessWordKey, AccessWords };

/** The words of passkeys, second factors, what happened to an account, and letters, in one language. */
export function accessWords(language: Language): AccessWords {
  return DICTIONARY[language];
}
