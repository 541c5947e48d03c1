import type { Language, Notice, PublicState, PublicStatus } from '@bulkhead/contracts';
import { fillIn, formatMoment, inLanguage } from '@bulkhead/web';
import { ar } from './words/ar.ts';
import { en, type Words } from './words/en.ts';
import { es } from './words/es.ts';
import { fr } from './words/fr.ts';
import { ru } from './words/ru.ts';
import { zh } from './words/zh.ts';

const WORDS: Readonly<Record<Language, Words>> = { ar, zh, en, fr, ru, es };

export function statusWords(language: Language): Words {
  return WORDS[language];
}

export type Overall = 'good' | 'some' | 'all' | 'unknown';

/** The one sentence over everything. */
export function tellOverall(overall: Overall, language: Language): string {
  const words = WORDS[language];
  return { good: words.overallGood, some: words.overallSome, all: words.overallAll, unknown: words.overallUnknown }[overall];
}

export function nameState(state: PublicState, language: Language): string {
  return WORDS[language][`state.${state}`];
}

export function explainState(state: PublicState, language: Language): string {
  return WORDS[language][`meaning.${state}`];
}

/** A compartment's name for the public, and the language that name is in. One that is no longer there keeps its short name. */
export function nameCompartment(
  name: string | null,
  compartments: PublicStatus['compartments'],
  language: Language,
): { readonly text: string; readonly language: Language } {
  if (name === null) return { text: WORDS[language].allServices, language };
  const found = compartments.find((candidate) => candidate.name === name);
  return found ? inLanguage(found.title, language) : { text: name, language: 'en' };
}

/** A notice in words: a heading, and what it means. */
export function tellNotice(
  notice: Notice,
  compartments: PublicStatus['compartments'],
  language: Language,
): { readonly title: string; readonly sentences: readonly string[] } {
  const words = WORDS[language];
  const service = nameCompartment(notice.compartment, compartments, language).text;
  const unaffected = notice.unaffected.map((name) => nameCompartment(name, compartments, language).text);
  return {
    title: fillIn(words[`title.${notice.kind}`], { service }),
    sentences: [
      words[`body.${notice.kind}`],
      ...(unaffected.length > 0 ? [`${words.notAffected} ${unaffected.join(words.separator)}`] : []),
      ...(notice.nextUpdateAt
        ? [fillIn(words.nextUpdateBy, { moment: formatMoment(new Date(notice.nextUpdateAt), language) })]
        : []),
    ],
  };
}
