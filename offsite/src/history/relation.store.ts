import type { DatabaseSync } from 'node:sqlite';

/** A table, as the index knows it. */
export type Relation = {
  readonly id: number;
  readonly name: string;
  readonly key: readonly string[];
  /** Whether its old row images are whole rows. */
  readonly keepsWhole: boolean;
  /** Columns of the last new row that was told: a deleted row's nulls are known by them alone. */
  columns: readonly string[] | undefined;
  /** Sets of columns that changes are looked up by. */
  readonly holdings: readonly (readonly string[])[];
};

/** The tables that stand in an index. */
export function listRelations(db: DatabaseSync): Relation[] {
  const rows = db.prepare('select * from relation').all() as {
    id: number;
    name: string;
    key: string;
    columns: string | null;
    keeps_whole: number;
    holdings: string;
  }[];
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    key: JSON.parse(row.key),
    keepsWhole: row.keeps_whole === 1,
    columns: row.columns === null ? undefined : JSON.parse(row.columns),
    holdings: JSON.parse(row.holdings),
  }));
}
