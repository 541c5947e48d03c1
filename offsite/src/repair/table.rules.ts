import type { CompartmentManifest, MergeClass, RowImage, TableDescription } from '@bulkhead/contracts';

export type RepairSettings = NonNullable<CompartmentManifest['repair']>;
export type Column = TableDescription['columns'][number];
export type ForeignKey = TableDescription['foreignKeys'][number];
export type Basis = RepairSettings['basis'][number];

/** A table as a repair sees it: the catalog's description, and what the manifest says of its rows. */
export type KnownTable = {
  /** As changes name it: a partition itself. */
  readonly recorded: string;
  /** As steps name it: the partitioned table over a partition, so that rows find the right one by themselves. */
  readonly target: string;
  readonly columns: ReadonlyMap<string, Column>;
  /** Empty where there is no primary key: the whole row is its key then. */
  readonly primaryKey: readonly string[];
  readonly merge: ReadonlyMap<string, MergeClass>;
  /** State column → the route whose action may take it back. */
  readonly states: ReadonlyMap<string, string>;
  readonly tombstone: { readonly column: string; readonly value: string } | undefined;
  readonly effects: readonly string[];
  /** It is only added to: what an attack added stays as what was said. */
  readonly isJournal: boolean;
  /** Tables whose rows declare that they rest on rows of this one. */
  readonly restingOn: readonly { readonly table: string; readonly columns: readonly string[] }[];
  /** Columns that refer to other rows. */
  readonly referring: ReadonlySet<string>;
  /** Foreign keys of other tables that point here. */
  readonly referredBy: readonly { readonly table: string; readonly foreignKey: ForeignKey }[];
};

/** All tables of a database, by the name that changes carry. */
export type KnownTables = ReadonlyMap<string, KnownTable>;

const qualified = (table: string) => `public.${table}`;

/** Puts together what the catalog and the manifest say. */
export function knowTables(descriptions: readonly TableDescription[], settings: RepairSettings | undefined): KnownTables {
  const byName = new Map(descriptions.map((description) => [description.table, description]));
  const roots = new Map(descriptions.map(({ table }) => [table, rootOf(table, byName)]));
  const recordedUnder = Map.groupBy(descriptions, ({ table }) => roots.get(table) ?? table);
  return new Map(
    descriptions.map((description) => {
      const target = roots.get(description.table) ?? description.table;
      const isHere = (entry: { readonly table: string }) => [target, description.table].includes(qualified(entry.table));
      return [
        description.table,
        {
          recorded: description.table,
          target,
          columns: new Map(description.columns.map((column) => [column.name, column])),
          primaryKey: description.primaryKey,
          merge: new Map((settings?.columns ?? []).filter(isHere).map(({ column, merge }) => [column, merge])),
          states: new Map((settings?.states ?? []).filter(isHere).map(({ column, route }) => [column, route])),
          tombstone: settings?.tombstones.find(isHere),
          effects: (settings?.effects ?? []).filter(isHere).map(({ what }) => what),
          isJournal: settings?.journals.some(isHere) ?? false,
          restingOn: (settings?.basis ?? [])
            .filter(({ references }) => qualified(references) === target)
            .flatMap(({ table, columns }) =>
              (recordedUnder.get(qualified(table)) ?? []).map((one) => ({ table: one.table, columns })),
            ),
          referring: new Set((byName.get(target) ?? description).foreignKeys.flatMap(({ columns }) => columns)),
          referredBy: descriptions
            .filter(({ table }) => roots.get(table) === table)
            .flatMap((child) =>
              child.foreignKeys
                .filter(({ references }) => (roots.get(references) ?? references) === target)
                .flatMap((foreignKey) => (recordedUnder.get(child.table) ?? []).map(({ table }) => ({ table, foreignKey }))),
            ),
        },
      ] as const;
    }),
  );
}

const PARTITION_LEVELS = 20;

function rootOf(table: string, byName: ReadonlyMap<string, TableDescription>): string {
  let at = table;
  for (let level = 0; level < PARTITION_LEVELS; level += 1) {
    const parent = byName.get(at)?.partitionOf;
    if (!parent || !byName.has(parent)) return at;
    at = parent;
  }
  return at;
}

/** The columns of a row's key: those of the primary key; all that are not generated where there is none. */
export function keyOf(table: KnownTable, image: RowImage): RowImage {
  const names = table.primaryKey.length > 0 ? table.primaryKey : Object.keys(image).filter((name) => isStored(table, name));
  return Object.fromEntries(names.map((name) => [name, image[name] ?? null]));
}

/** A key as one text, the same for equal keys. */
export function keyText(key: RowImage): string {
  return JSON.stringify(Object.values(key));
}

/** A key for people: its values joined by commas, as history's search takes it. */
export function keyForPeople(key: RowImage): string {
  return Object.values(key)
    .map((value) => value ?? '')
    .join(',')
    .slice(0, 1000);
}

/** Tells whether a column stands in the table today and is not computed by the database. */
export function isStored(table: KnownTable, column: string): boolean {
  return table.columns.get(column)?.isGenerated === false;
}

/** A row without what cannot be written: generated columns, and columns that the table has no more. */
export function storedImage(table: KnownTable, image: RowImage): RowImage {
  return Object.fromEntries(Object.entries(image).filter(([name]) => isStored(table, name)));
}

/** How changes of a column are put together. A key is one value: nothing in it can be merged. */
export function mergeOf(table: KnownTable, column: string): MergeClass {
  const declared = table.merge.get(column) ?? 'replace';
  return table.primaryKey.includes(column) && declared !== 'derived' ? 'replace' : declared;
}
