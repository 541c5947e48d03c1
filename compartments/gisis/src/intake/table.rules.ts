import type { Encoding } from './sniff.rules.ts';

/** A row as a file has it, and its number, the first being 1. */
export type RawRow = { readonly row: number; readonly cells: readonly string[] };
/** How a file was understood. */
export type CsvTold = { encoding: Encoding; delimiter: string };
export type WorkbookTold = { sheet: string; sheets: number };

/** A file that was read: its heading, its rows in a plain list on this disk, and how it was understood. */
export type Table = {
  readonly path: string;
  readonly heading: readonly string[];
  readonly rows: number;
  readonly told:
    | ({ readonly kind: 'csv'; readonly sample: string } & Readonly<CsvTold>)
    | ({ readonly kind: 'xlsx' } & Readonly<WorkbookTold>);
};
