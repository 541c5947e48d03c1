import type { Declaration, Module } from '#declaration/module.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { columnName } from '#value/value.rules.ts';

/** An order of a list: by a field, or by how well a record fits what was searched. */
export type Order = {
  /** As it stands in an address: `ship_name`, `-happened_at`. */
  readonly name: string;
  readonly field: string;
  readonly isDescending: boolean;
};

/** Below or above all that a column can hold: so an empty one has a place in every order, and pages can begin after it. */
const FIRST: Readonly<Record<string, string>> = {
  text: `''`,
  integer: '-2147483648',
  bigint: '-9223372036854775808',
  numeric: `'-infinity'::numeric`,
  date: `'-infinity'::date`,
  'timestamp with time zone': `'-infinity'::timestamptz`,
  boolean: 'false',
};
const LAST: Readonly<Record<string, string>> = {
  text: `U&'\\+10FFFF'`,
  integer: '2147483647',
  bigint: '9223372036854775807',
  numeric: `'infinity'::numeric`,
  date: `'infinity'::date`,
  'timestamp with time zone': `'infinity'::timestamptz`,
  boolean: 'true',
};
const ALIASES: Readonly<Record<string, string>> = {
  timestamptz: 'timestamp with time zone',
  int: 'integer',
  smallint: 'integer',
};

/** The type of a column without its measure: `numeric(12,2)` is `numeric`. */
export function baseType(type: string): string {
  const bare = type.replace(/\(.*\)/, '').trim();
  if (bare.startsWith('character') || bare.startsWith('varchar') || bare === 'char') return 'text';
  return ALIASES[bare] ?? bare;
}

export function readOrder(name: string): Order {
  const isDescending = name.startsWith('-');
  return { name, field: isDescending ? name.slice(1) : name, isDescending };
}

/** The orders that a list offers, each in both directions; the first declared is the usual one. */
export function ordersOf({ list }: Pick<Declaration, 'list'>): readonly Order[] {
  return list.sorts.flatMap((name) => {
    const usual = readOrder(name);
    const turned = readOrder(usual.isDescending ? usual.field : `-${usual.field}`);
    return [usual, turned];
  });
}

/** The column by which a field sorts, and its type. */
export function sortColumn(module: Module, field: string): { readonly name: string; readonly type: string } {
  const meaning = meaningsOf(module)[field];
  if (meaning === undefined) return { name: field, type: 'text' };
  const column = meaning.columns.find(({ suffix }) => suffix === (meaning.sort ?? meaning.columns[0]?.suffix));
  return { name: columnName(field, column?.suffix ?? ''), type: baseType(column?.type ?? 'text') };
}

/**
 * What a list is sorted by, in SQL, the same in its index and in its query. What is empty stands last in the usual direction.
 * `given`: what is compared with it, where it is not the column itself.
 */
export function orderExpression(module: Module, field: string, given?: string): string {
  const { name: column, type } = sortColumn(module, field);
  const name = given ?? column;
  const usual = module.list.sorts.map(readOrder).find((order) => order.field === field);
  const empty = (usual?.isDescending ? FIRST : LAST)[type] ?? `''`;
  return `coalesce(${type === 'text' ? `registry_fold(${name})` : name}, ${empty})`;
}

/** Fields that lists are narrowed by: facets first, then columns, the owner, and where a map looks. */
export function filteredFields({ list, map, owner, fields }: Declaration): readonly string[] {
  const owned = owner === 'secretariat' ? [] : [owner.stateIn];
  const names = [...list.facets, ...list.columns, ...owned, ...(map ? [map.position] : [])];
  return [...new Set(names)].filter((name) => fields[name] !== undefined);
}
