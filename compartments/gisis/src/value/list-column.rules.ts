import type { Language } from '@bulkhead/contracts';
import type { ValueWord } from '#words/value-words.ts';
import { accept, refuse } from './fault.rules.ts';
import { filledFilter } from './filter.rules.ts';
import { textOf } from './single-column.rules.ts';
import type { Facet, Filter, JsonSchema, Meaning, Option, Reading } from './value.rules.ts';

/** What is told of a kind that keeps several codes in one column of `text[]`. */
export type ListColumn = {
  readonly most: number;
  /** Characters of one, at most. */
  readonly mostLetters: number;
  readonly form: ValueWord;
  readonly check: (column: string) => string;
  readonly options: (language: Language) => readonly Option[];
  parseOne(text: string): Reading<string>;
  order(codes: readonly string[]): readonly string[];
  showOne(code: string, language: Language): string;
  readonly schemaOfOne: JsonSchema;
  readonly filter: Filter;
  readonly facet: Facet;
};

const SEPARATOR: Readonly<Record<Language, string>> = { ar: '، ', zh: '、', en: ', ', fr: ', ', ru: ', ', es: ', ' };

/** Several codes, each once, in one order whatever order they were typed in; in a cell of a file with semicolons between. */
export function listMeaning(core: ListColumn): Meaning<readonly string[]> {
  const mostText = core.most * (core.mostLetters + 2);
  const readAll = (texts: readonly string[]): Reading<readonly string[] | null> => {
    const filled = texts.filter((text) => text.trim() !== '');
    if (filled.length > core.most) return refuse('tooMany', { most: core.most });
    const codes = new Set<string>();
    for (const text of filled) {
      const clean = textOf(text, core.mostLetters);
      const code = clean.ok ? core.parseOne(clean.value) : clean;
      if (!code.ok) return code;
      codes.add(code.value);
    }
    return accept(codes.size === 0 ? null : core.order([...codes]));
  };
  const read: Meaning<readonly string[]>['read'] = (typed) => {
    if (typeof typed !== 'string') return readAll(typed);
    const text = textOf(typed, mostText);
    return text.ok ? readAll(text.value.split(';')) : text;
  };
  return {
    columns: [{ suffix: '', type: 'text[]', check: (name) => core.check(name('')) }],
    indexes: [{ method: 'gin', on: (name) => name('') }],
    control: { shape: 'pick-any', most: mostText, isMany: true, isCode: false, options: core.options },
    read,
    readJson: (json, given) => {
      if (json === null) return accept(null);
      if (typeof json === 'string') return read(json, given);
      if (!Array.isArray(json)) return refuse(core.form);
      const texts = json.filter((one): one is string => typeof one === 'string');
      return texts.length === json.length ? readAll(texts) : refuse(core.form);
    },
    pack: (value) => ({ '': value }),
    unpack: (row) => unpackTexts(row['']),
    write: (value) => value.join(';'),
    fill: (value) => value,
    show: (value, language) => value.map((code) => core.showOne(code, language)).join(SEPARATOR[language]),
    json: (value) => value,
    schema: { type: 'array', items: core.schemaOfOne, minItems: 1, maxItems: core.most, uniqueItems: true },
    point: () => null,
    filters: [core.filter, filledFilter('')],
    facet: core.facet,
    sort: null,
    search: null,
  };
}

function unpackTexts(stored: unknown): readonly string[] | null {
  if (!Array.isArray(stored)) return null;
  const texts = stored.filter((one): one is string => typeof one === 'string');
  return texts.length === 0 ? null : texts;
}
