import type { SQLInputValue } from 'node:sqlite';
import { readColumns, readHoldings } from './index-rows.store.ts';

/** A table as the index knows it. */
export type Relation = {
  readonly id: number;
  /** Its row, as it was written. */
  readonly written: string;
  readonly key: readonly string[];
  readonly holdings: readonly (readonly string[])[];
};

type Asking = { readonly all: <Row>(sql: string, ...values: SQLInputValue[]) => Row[] };

/** Tables as they were last read: what their columns say is parsed again only where it was written anew. */
export class KnownRelations {
  readonly #asking: Asking;
  readonly #known = new Map<string, Relation>();

  constructor(asking: Asking) {
    this.#asking = asking;
  }

  /** Undefined for a table that never changed. */
  find(table: string): Relation | undefined {
    const sql = 'select id, key, holdings from relation where name = ?';
    const [row] = this.#asking.all<Pick<Relation, 'id'> & { key: string; holdings: string }>(sql, table);
    if (!row) return undefined;
    const written = `${row.id} ${row.key} ${row.holdings}`;
    const known = this.#known.get(table);
    if (known?.written === written) return known;
    const read = { id: row.id, written, key: readColumns(row.key), holdings: readHoldings(row.holdings) };
    this.#known.set(table, read);
    return read;
  }
}
