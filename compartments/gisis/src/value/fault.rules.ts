import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { fillIn } from '@bulkhead/web';
import { type InSix } from '#declaration/terms.rules.ts';
import { type ValueWord, valueWords } from '#words/value-words.ts';
import type { Reading } from './value.rules.ts';

/** What fills a sentence: texts and numbers alike in every language, or told by the language. */
export type Holes = Readonly<Record<string, string | number | ((language: Language) => string)>>;

/** One of the sentences for values, in all six. */
export function sentenceOf(word: ValueWord, holes: Holes = {}): InSix {
  const say = (language: Language) =>
    fillIn(
      valueWords(language)[word],
      Object.fromEntries(Object.entries(holes).map(([name, told]) => [name, typeof told === 'function' ? told(language) : told])),
    );
  const [ar = '', zh = '', en = '', fr = '', ru = '', es = ''] = LANGUAGES.map(say);
  return { ar, zh, en, fr, ru, es };
}

export function refuse(word: ValueWord, holes: Holes = {}, suggestions: readonly string[] = []): Reading<never> {
  return { ok: false, fault: { sentence: sentenceOf(word, holes), suggestions } };
}

export function accept<V>(value: V): Reading<V> {
  return { ok: true, value };
}
