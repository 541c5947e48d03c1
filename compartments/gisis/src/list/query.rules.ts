import type { Module } from '#declaration/module.rules.ts';
import type { InSix } from '#declaration/terms.rules.ts';
import { partyFields, seesEverywhere, seesModule, valuesOfFiler } from '#sight/sight.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { type Filter, filterName, type Given, type Test } from '#value/value.rules.ts';
import { statesOf } from '#workflow/workflow.rules.ts';
import { filteredFields, type Order, ordersOf } from './order.rules.ts';

/** What a list is asked for, all of it in its address: the address of a query stays good. */
export type Query = {
  readonly text: string;
  /** By the filter's name in the address, what was asked of it. */
  readonly asked: ReadonlyMap<string, readonly string[]>;
  readonly tests: readonly Asked[];
  /** States of the workflow; none: all but those withdrawn. */
  readonly states: readonly string[];
  /** Null: by how well a record fits the search. */
  readonly order: Order | null;
  readonly page: Page;
  readonly faults: readonly { readonly name: string; readonly sentence: InSix }[];
};
export type Asked = { readonly field: string; readonly test: Test };
/** Where a page begins: after a record in the list's order, or (going back) before one. */
export type Page = { readonly way: 'first' } | { readonly way: 'after' | 'before'; readonly value: string; readonly id: string };

export type Offered = { readonly field: string; readonly name: string; readonly filter: Filter };

export const RECORDS_A_PAGE = 50;
/** So many matches are counted, and shared out over the facets; of more it is said that they are more. */
export const MOST_COUNTED = 10_000;
const LONGEST_TEXT = 200;
const MOST_VALUES = 50;
export const STATE_FILTER = 'state';

/** The filters that somebody may use: only by what they see in every record. */
export function offeredFilters(module: Module, viewer: Viewer): readonly Offered[] {
  return filteredFields(module)
    .filter((field) => isOpen(module, field, viewer))
    .flatMap((field) =>
      (meaningsOf(module)[field]?.filters ?? []).map((filter) => ({ field, name: filterName(field, filter.suffix), filter })),
    );
}

/** The facets that somebody may count by. */
export function offeredFacets(module: Module, viewer: Viewer): readonly string[] {
  return module.list.facets.filter((field) => isOpen(module, field, viewer) && meaningsOf(module)[field]?.facet);
}

export function offeredOrders(module: Module, viewer: Viewer): readonly Order[] {
  return ordersOf(module).filter(({ field }) => isOpen(module, field, viewer));
}

/** Whether a field may narrow, sort and count for somebody. */
function isOpen(module: Module, name: string, viewer: Viewer): boolean {
  const field = module.fields[name];
  return field === undefined || seesEverywhere(field, viewer);
}

/** Reads the query of an address. What it does not know it leaves out; what it cannot read it tells. */
export function readQuery(module: Module, params: URLSearchParams, viewer: Viewer, given: Given): Query {
  const asked = new Map<string, readonly string[]>();
  const tests: Asked[] = [];
  const faults: { name: string; sentence: InSix }[] = [];
  for (const { field, name, filter } of offeredFilters(module, viewer)) {
    const values = params
      .getAll(name)
      .filter((value) => value.trim() !== '')
      .slice(0, MOST_VALUES);
    if (values.length === 0) continue;
    asked.set(name, values);
    const reading = filter.read(values, given);
    if (reading.ok) tests.push({ field, test: reading.value });
    else faults.push({ name, sentence: reading.fault.sentence });
  }
  const states = params.getAll(STATE_FILTER).filter((state) => statesOf(module).includes(state));
  if (states.length > 0) asked.set(STATE_FILTER, states);
  const text = (params.get('q') ?? '').normalize('NFC').replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST_TEXT);
  const orders = offeredOrders(module, viewer);
  const order = orders.find(({ name }) => name === params.get('sort')) ?? (text === '' ? (orders[0] ?? null) : null);
  return { text, asked, tests, states, order, page: readPage(params), faults };
}

function readPage(params: URLSearchParams): Page {
  for (const way of ['after', 'before'] as const) {
    const place = params.get(way);
    const read = place === null ? undefined : readPlace(place);
    if (read) return { way, ...read };
  }
  return { way: 'first' };
}

/** A place in a list: what the record is sorted by, and its number. */
export function writePlace(value: string, id: string): string {
  return Buffer.from(JSON.stringify([value, id])).toString('base64url');
}

function readPlace(text: string): { readonly value: string; readonly id: string } | undefined {
  try {
    const read: unknown = JSON.parse(Buffer.from(text.slice(0, 2000), 'base64url').toString('utf8'));
    if (!Array.isArray(read)) return undefined;
    const [value, id] = read as unknown[];
    return typeof value === 'string' && !value.includes('\0') && typeof id === 'string' && /^\d{1,18}$/.test(id)
      ? { value, id }
      : undefined;
  } catch {
    return undefined;
  }
}

/** The address of a query, the same for the same query: filters in the order of the declaration. */
export function writeQuery(
  module: Pick<Module, 'name'>,
  query: Pick<Query, 'text' | 'asked' | 'order'>,
  usual: Order | null,
  more: readonly (readonly [string, string])[] = [],
): string {
  const params = new URLSearchParams();
  if (query.text !== '') params.set('q', query.text);
  for (const [name, values] of query.asked) for (const value of values) params.append(name, value);
  const isUsual = query.order === null || (query.text === '' && query.order.name === usual?.name);
  if (query.order !== null && !isUsual) params.set('sort', query.order.name);
  for (const [name, value] of more) params.set(name, value);
  const text = params.toString();
  return `/${module.name}${text === '' ? '' : `?${text}`}`;
}

/** Whether a query asks for less than all of a module. */
export function isNarrowed({ text, asked }: Pick<Query, 'text' | 'asked'>): boolean {
  return text !== '' || asked.size > 0;
}

/** The query with records of every state, also of those that stand for their history alone, unless it names some. */
export function showingAllStates(module: Module, query: Query): Query {
  return query.states.length > 0 ? query : { ...query, states: statesOf(module) };
}

/** A query with one value of a filter taken up or left out. */
export function toggle(query: Query, name: string, value: string): Query {
  const values = query.asked.get(name) ?? [];
  const next = values.includes(value) ? values.filter((other) => other !== value) : [...values, value];
  const asked = new Map(query.asked);
  if (next.length === 0) asked.delete(name);
  else asked.set(name, next);
  return { ...query, asked };
}

/** Which records somebody may see in lists: `null` where all of them. Others see those that name their State, or that they filed. */
export function hiddenStates(
  module: Module,
  viewer: Viewer,
): { readonly states: readonly string[]; readonly unless: readonly { readonly field: string; readonly is: string }[] } | null {
  const states = seesModule(module, viewer) ? (module.workflow?.unpublished ?? []) : statesOf(module);
  if (viewer.isSecretariat || states.length === 0) return null;
  const { state } = viewer;
  const named = state === null ? [] : partyFields(module).map((field) => ({ field, is: state }));
  const filed = Object.entries(valuesOfFiler(module, viewer)).flatMap(([field, is]) =>
    typeof is === 'string' ? [{ field, is }] : [],
  );
  return { states, unless: [...named, ...filed] };
}

/** The formats in which a list can be taken along: on a map only what has a position. */
export function formatNames({ bulk, map }: Pick<Module, 'bulk' | 'map'>): readonly FormatName[] {
  if (bulk === false) return [];
  return map === undefined ? ['csv', 'xlsx', 'jsonl'] : ['csv', 'xlsx', 'jsonl', 'geojson'];
}
export type FormatName = 'csv' | 'xlsx' | 'jsonl' | 'geojson';
