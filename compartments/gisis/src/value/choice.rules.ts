import { LANGUAGES, type Language } from '@bulkhead/contracts';
import type { Choices, FieldOf } from '#declaration/field.rules.ts';
import type { Say } from '#declaration/terms.rules.ts';
import { accept, refuse } from './fault.rules.ts';
import { amongFilter, line, sharesFilter } from './filter.rules.ts';
import { listMeaning } from './list-column.rules.ts';
import { quoteSql, singleColumn, unpackText } from './single-column.rules.ts';
import type { Facet, Meaning, Option, Reading } from './value.rules.ts';

const LONGEST = 200;

/** One of a list; read by its code or by its words in any of the six languages. */
export function choiceMeaning({ of }: FieldOf<'choice'>, say: Say): Meaning<string> {
  const list = listOf(of, say);
  return singleColumn<string>({
    type: 'text',
    check: (column) => `${column} in (${list.codes.map(quoteSql).join(', ')})`,
    control: { shape: 'pick', most: LONGEST, isMany: false, isCode: false, options: list.options },
    form: 'notInList',
    parse: list.read,
    unpack: unpackText,
    show: list.show,
    schema: { type: 'string', enum: list.codes },
    filters: [amongFilter('', line(LONGEST), list.read)],
    facet: facetOf(list.show, false),
  });
}

/** Any of a list, in the order of the list. */
export function choicesMeaning({ of }: FieldOf<'choices'>, say: Say): Meaning<readonly string[]> {
  const list = listOf(of, say);
  return listMeaning({
    most: list.codes.length,
    mostLetters: LONGEST,
    form: 'notInList',
    check: (column) => `cardinality(${column}) > 0 and ${column} <@ array[${list.codes.map(quoteSql).join(', ')}]::text[]`,
    options: list.options,
    parseOne: list.read,
    order: (codes) => list.codes.filter((code) => codes.includes(code)),
    showOne: list.show,
    schemaOfOne: { type: 'string', enum: list.codes },
    filter: sharesFilter('', line(LONGEST), list.read),
    facet: facetOf(list.show, true),
  });
}

function facetOf(show: (code: string, language: Language) => string, isMany: boolean): Facet {
  return { filter: '', by: (name) => (isMany ? `unnest(${name('')})` : name('')), isMany, order: 'size', show };
}

function listOf(of: Choices, say: Say) {
  const codes = Object.keys(of);
  const show = (code: string, language: Language) => {
    const english = of[code];
    return english === undefined ? code : say(english, language);
  };
  const byWord = new Map<string, string>();
  for (const code of codes.toReversed()) {
    for (const language of LANGUAGES) byWord.set(foldWord(show(code, language)), code);
    byWord.set(foldWord(code), code);
  }
  const read = (text: string): Reading<string> => {
    const wanted = foldWord(text);
    const code = byWord.get(wanted);
    if (code !== undefined) return accept(code);
    const near = codes.filter(
      (one) => wanted.length > 2 && [...byWord].some(([word, of]) => of === one && word.startsWith(wanted)),
    );
    return refuse('notInList', {}, near.length > 0 ? near.slice(0, 3) : codes.slice(0, 12));
  };
  const options = (language: Language): readonly Option[] => codes.map((code) => ({ value: code, text: show(code, language) }));
  return { codes, show, read, options };
}

function foldWord(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]+/gu, ' ')
    .trim();
}
