import type { Language } from '@bulkhead/contracts';
import type { InSix } from '#declaration/terms.rules.ts';

/**
 * What a kind of field means: how its value is kept in columns, typed, written, shown, filtered, searched and described to programs.
 * Each kind is one file here; `meaningOf(field)` in `meaning.rules.ts` gives the meaning of a declared field.
 *
 * A value is plain JSON. Empty is `null` everywhere; no kind keeps an empty text or an empty list.
 */
export type Position = { readonly lat: number; readonly lon: number };
/** From a day to another, both included; `to` is null while it lasts. */
export type Period = { readonly from: string; readonly to: string | null };
export type FileValue = { readonly sha256: string; readonly name: string; readonly type: string; readonly bytes: number };
export type Value = string | number | boolean | readonly string[] | Position | Period | FileValue;

/** What is wrong with something typed, and what it may have been meant to be (canonical texts that would be right). */
export type Fault = { readonly sentence: InSix; readonly suggestions: readonly string[] };
export type Reading<V> = { readonly ok: true; readonly value: V } | { readonly ok: false; readonly fault: Fault };

/** What a form sends for one field, or a cell of a file holds: one text, or several of the same name in their order. */
export type Typed = string | readonly string[];
export type Given = { readonly now: Date };

/** What goes into a column and comes out of it. Instants and days go in as ISO text; an instant comes out as a Date. */
export type Stored = string | number | boolean | Date | readonly string[] | null;
/** By the suffix of the column; the suffix of a kind's only column is ''. */
export type Row = Readonly<Record<string, Stored>>;

/** A column's name is the field's, and `_` and the suffix where it has one. */
export type Column = {
  readonly suffix: string;
  /** Its type in PostgreSQL, without NOT NULL. */
  readonly type: string;
  /** A check constraint's expression. `name` gives the column's name for a suffix of this kind. */
  readonly check?: (name: (suffix: string) => string) => string;
  /** It refers to the `reference` of another module's records. */
  readonly refersTo?: string;
};
export function columnName(field: string, suffix: string): string {
  return suffix === '' ? field : `${field}_${suffix}`;
}

/** An index that filters and sorts of this kind need; `on` is what stands between the brackets, for columns named by `name`. */
export type Index = { readonly method: 'btree' | 'gin' | 'gist'; readonly on: (name: (suffix: string) => string) => string };

/** Something asked of a column, as data: the list's store makes SQL of it, with parameters. */
export type Test =
  /** The column is one of these. */
  | { readonly test: 'among'; readonly column: string; readonly values: readonly Stored[] }
  /** The list in the column has one of these. */
  | { readonly test: 'shares'; readonly column: string; readonly values: readonly string[] }
  /** Not below `from`, and below `before` (or not above `to`). */
  | { readonly test: 'between'; readonly column: string; readonly from?: Stored; readonly to?: Stored; readonly before?: Stored }
  /** The days from `from` to `to` (null: open) have one in common with these. */
  | { readonly test: 'overlaps'; readonly from: string; readonly to: string; readonly first: string; readonly last: string }
  /** Within a box of degrees; `west` is above `east` where it crosses the antimeridian. */
  | {
      readonly test: 'within';
      readonly lat: string;
      readonly lon: string;
      readonly south: number;
      readonly west: number;
      readonly north: number;
      readonly east: number;
    }
  | { readonly test: 'empty'; readonly column: string; readonly isEmpty: boolean }
  /** All of these. */
  | { readonly test: 'all'; readonly of: readonly Test[] }
  /** Any of these. */
  | { readonly test: 'any'; readonly of: readonly Test[] };

/**
 * A filter that a kind offers. In an address it stands as `<field>=…` or, with a suffix, `<field>.<suffix>=…`, once or repeatedly:
 * `flag=NOR&flag=PAN`, `happened_at.from=2020-01-01`, `position.box=-10,40,5,60`, `imo.is=empty`.
 */
export type Filter = {
  readonly suffix: string;
  /** How it is asked for in a form of filters. */
  readonly control: Control;
  read(typed: readonly string[], given: Given): Reading<Test>;
};
export function filterName(field: string, suffix: string): string {
  return suffix === '' ? field : `${field}.${suffix}`;
}

/** How a list counts by this kind; picking a value of the facet sets the filter of that suffix to it. */
export type Facet = {
  readonly filter: string;
  /** What is counted by, as an SQL expression over columns named by `name`; a set-returning one where `isMany`. */
  readonly by: (name: (suffix: string) => string) => string;
  readonly isMany: boolean;
  /** `size`: the biggest first; `value`: by the value, highest first (years). */
  readonly order: 'size' | 'value';
  show(value: string, language: Language): string;
};

export type Option = { readonly value: string; readonly text: string };
/** What a form shows for a field. The sent text (or texts, where `isMany`) is what `read` reads. */
export type Control = {
  readonly shape: 'line' | 'lines' | 'pick' | 'pick-any' | 'day' | 'two-days' | 'file';
  /** Characters, at most. */
  readonly most: number;
  /** It sends several texts under the field's name. */
  readonly isMany: boolean;
  /** Written from left to right in every language: numbers and codes. */
  readonly isCode: boolean;
  readonly inputMode?: 'numeric' | 'decimal' | 'url';
  /** An example of what to type, shown beside the control. */
  readonly example?: string;
  readonly unit?: string;
  readonly options?: (language: Language) => readonly Option[];
  readonly accept?: readonly string[];
  readonly mostBytes?: number;
};

export type JsonSchema = Readonly<Record<string, unknown>>;

export type Meaning<V extends Value = Value> = {
  readonly columns: readonly Column[];
  readonly indexes: readonly Index[];
  readonly control: Control;
  /** Of something typed; an empty text is `null`. Never throws, whatever is sent; at most `control.most` characters are looked at. */
  read(typed: Typed, given: Given): Reading<V | null>;
  /** Of a value in a program's JSON: what `json` writes, and any text that `read` reads. */
  readJson(json: unknown, given: Given): Reading<V | null>;
  /** What is put in the columns. */
  pack(value: V | null): Row;
  /** The value of a row; null where it is empty. */
  unpack(row: Row): V | null;
  /** Canonical text, the same in every language: for CSV, for feeds and to fill a form again. `read(write(v))` is v. */
  write(value: V): string;
  /** The texts that fill the control again: one, or those of a control that sends several. */
  fill(value: V): readonly string[];
  /** For people. */
  show(value: V, language: Language): string;
  /** For programs: JSON and JSON lines; the history of a field keeps the value itself. */
  json(value: V): unknown;
  readonly schema: JsonSchema;
  /** Where on earth it is, as GeoJSON has it: [longitude, latitude]. */
  point(value: V): readonly [number, number] | null;
  readonly filters: readonly Filter[];
  readonly facet: Facet | null;
  /** The suffix of the column that lists are sorted by; null: not sorted by. */
  readonly sort: string | null;
  /** `name`: its text is found with typing errors and transliterated; `prose`: by words; null: the search box does not look here. */
  readonly search: 'name' | 'prose' | null;
};
