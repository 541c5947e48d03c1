import type { Steps } from '#chart/steps.rules.ts';

/** What stands on a page that is made of many records: one table, as people read it and as a spreadsheet takes it. */
export type Cell = {
  readonly text: string;
  readonly href?: string;
  readonly isNumber?: true;
  /** Written from left to right in every language. */
  readonly isCode?: true;
};
export type SheetRow = { readonly head: Cell; readonly cells: readonly Cell[] };
export type Sheet = {
  readonly caption: string;
  /** The first is that of the heads of the rows. */
  readonly columns: readonly Cell[];
  readonly rows: readonly SheetRow[];
  readonly foot?: readonly SheetRow[];
  /** Sentences below the table, and links that lead on. */
  readonly notes: readonly Cell[];
  /** Lines for a spreadsheet with their heading, where they are not those of the table: a matrix is taken along as its entries. */
  readonly lines?: readonly (readonly string[])[];
};

/** What a visitor picks the table by: sent in the address, so that what is shown can be shared. */
export type Control = {
  readonly name: string;
  readonly label: string;
  readonly shape: 'pick' | 'day' | 'month';
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly text: string }[];
};
export type Shown = { readonly controls: readonly Control[]; readonly steps?: readonly Steps[]; readonly sheet: Sheet };

export const EMPTY: Cell = { text: '' };

export function text(value: string, href?: string): Cell {
  return href === undefined ? { text: value } : { text: value, href };
}

/** The lines of a sheet for a spreadsheet. */
export function linesOf({ columns, rows, foot = [], lines }: Sheet): readonly (readonly string[])[] {
  if (lines) return lines;
  return [columns, ...[...rows, ...foot].map(({ head, cells }) => [head, ...cells])].map((line) => line.map((cell) => cell.text));
}

/** Each once, in the order of a language. */
export function sortedNames(names: readonly string[], language: string): readonly string[] {
  const order = new Intl.Collator(language);
  return [...new Set(names)].toSorted((left, right) => order.compare(left, right));
}
