import type { Language } from '@bulkhead/contracts';
import { ar } from './words/ar.ts';
import { en, type GatewayWords } from './words/en.ts';
import { es } from './words/es.ts';
import { fr } from './words/fr.ts';
import { ru } from './words/ru.ts';
import { zh } from './words/zh.ts';

const WORDS: Readonly<Record<Language, GatewayWords>> = { ar, zh, en, fr, ru, es };

/** What the gateway says for itself, in one language. */
export function gatewayWordsIn(language: Language): GatewayWords {
  return WORDS[language];
}
