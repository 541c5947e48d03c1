import type { Language } from '@bulkhead/contracts';
import type { ValueWord } from '#words/value-words.ts';
import { accept, refuse } from './fault.rules.ts';
import { filledFilter } from './filter.rules.ts';
import type { Control, Facet, Filter, Given, Index, JsonSchema, Meaning, Reading, Stored, Value } from './value.rules.ts';

/** What is told of a kind that keeps its value in one column and is typed as one text. */
export type SingleColumn<V extends Value> = {
  readonly type: string;
  readonly check?: (column: string) => string;
  readonly refersTo?: string;
  readonly control: Control;
  /** Of a text without space around it, not empty and not longer than the control allows. */
  parse(text: string, given: Given): Reading<V>;
  /** The sentence for what is no text at all. */
  readonly form: ValueWord;
  unpack(stored: Stored): V | null;
  write?(value: V): string;
  show?(value: V, language: Language): string;
  readonly schema: JsonSchema;
  readonly filters?: readonly Filter[];
  readonly facet?: Facet;
  readonly isSorted?: false;
  readonly search?: 'name' | 'prose';
  readonly indexes?: readonly Index[];
};

const BTREE: Index = { method: 'btree', on: (name) => name('') };

export function singleColumn<V extends string | number | boolean>(core: SingleColumn<V>): Meaning<V> {
  const { type, check, refersTo, control, isSorted, filters = [], indexes } = core;
  const write = (value: V) => core.write?.(value) ?? String(value);
  const read = (typed: string | readonly string[], given: Given): Reading<V | null> => {
    const text = textOf(typed, control.most);
    if (!text.ok) return text;
    return text.value === '' ? accept(null) : core.parse(text.value, given);
  };
  return {
    columns: [
      {
        suffix: '',
        type,
        ...(check ? { check: (name: (suffix: string) => string) => check(name('')) } : {}),
        ...(refersTo === undefined ? {} : { refersTo }),
      },
    ],
    indexes: indexes ?? (filters.length > 0 || core.facet ? [BTREE] : []),
    control,
    read,
    readJson: (json, given) => readJsonText(json, (text) => read(text, given), core.form),
    pack: (value) => ({ '': value }),
    unpack: (row) => core.unpack(row[''] ?? null),
    write,
    fill: (value) => [write(value)],
    show: (value, language) => core.show?.(value, language) ?? write(value),
    json: (value) => value,
    schema: core.schema,
    point: () => null,
    filters: [...filters, filledFilter('')],
    facet: core.facet ?? null,
    sort: isSorted === false ? null : '',
    search: core.search ?? null,
  };
}

/** Marks that turn the direction of what follows, and those of no width that hide in a name. */
const HIDDEN = /[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]/u;

/** One text of what was typed: without space around it, composed (NFC). */
export function textOf(typed: string | readonly string[], most: number, mayHaveLines = false): Reading<string> {
  const texts = typeof typed === 'string' ? [typed] : typed;
  if (texts.length > 1) return refuse('notOne');
  const [text = ''] = texts;
  // Composing can only shorten by a small factor: what is far too long is not worth the work.
  if (text.length > 4 * most + 100) return refuse('tooLong', { most });
  const clean = text.normalize('NFC').replaceAll('\r\n', '\n').trim();
  const controls = mayHaveLines ? /[^\P{Cc}\n\t]/u : /\p{Cc}/u;
  if (controls.test(clean) || HIDDEN.test(clean) || !clean.isWellFormed()) return refuse('unprintable');
  return clean.length > most ? refuse('tooLong', { most }) : accept(clean);
}

/** A program's value that stands for one text: null, a text, a number or a truth. */
export function readJsonText<V>(json: unknown, read: (text: string) => Reading<V | null>, form: ValueWord): Reading<V | null> {
  if (json === null) return accept(null);
  if (typeof json === 'string') return read(json);
  if (typeof json === 'boolean' || (typeof json === 'number' && Number.isFinite(json))) return read(String(json));
  return refuse(form);
}

/** A column of text gives its text. */
export function unpackText(stored: Stored): string | null {
  return typeof stored === 'string' ? stored : null;
}

/** A text for an SQL literal. */
export function quoteSql(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
