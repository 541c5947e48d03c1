import type { Chart, Module } from '#declaration/module.rules.ts';
import { seesEverywhere } from '#sight/sight.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';

/** A chart of a declaration, as somebody may see it. */
export type Drawn = {
  /** Its place among the module's charts, from one: its name in an address. */
  readonly number: number;
  readonly title: string;
  readonly by: string;
  readonly along: 'year' | 'month' | 'field';
  readonly split: string | null;
};

/** So many records are counted at most; of more it is said that they are more. */
export const MOST_CHARTED = 1_000_000;
const MOST_BARS = 250;
const MOST_STEPS = 80;

/** The charts of a module that somebody may see: of fields that they see in every record. */
export function chartsFor(module: Module, viewer: Viewer): readonly Drawn[] {
  const isOpen = (name: string) => {
    const field = module.fields[name];
    return field !== undefined && seesEverywhere(field, viewer);
  };
  return (module.charts ?? []).flatMap((chart, at) => {
    const { by, along } = axisOf(chart);
    if (!isOpen(by) || (meaningsOf(module)[by]?.facet ?? null) === null) return [];
    const split = chart.split !== undefined && isOpen(chart.split) ? chart.split : null;
    return [{ number: at + 1, title: chart.title, by, along, split }];
  });
}

function axisOf({ by }: Chart): { readonly by: string; readonly along: Drawn['along'] } {
  if ('year' in by) return { by: by.year, along: 'year' };
  return 'month' in by ? { by: by.month, along: 'month' } : { by: by.field, along: 'field' };
}

/** How many records have a value along the axis, and one of the split. */
export type Tally = { readonly key: string | null; readonly part: string | null; readonly count: number };
export type Tallied = { readonly tallies: readonly Tally[]; readonly records: number };

/** Whether a record can count under several at once: then the counts are more than the records. */
export function isSeveral(module: Module, { by, split }: Drawn): boolean {
  return [by, ...(split === null ? [] : [split])].some((name) => meaningsOf(module)[name]?.facet?.isMany === true);
}

/** A row of the table, and a bar: what stands at one place of the axis. */
export type Bar = {
  /** Null where the axis has no value for it. */
  readonly code: string | null;
  /** All up to this year or month stand in one. */
  readonly isEarlier: boolean;
  readonly total: number;
  readonly parts: ReadonlyMap<string | null, number>;
};

/** The bars of a chart: steps of time without a gap, or values with the most frequent first; what has no value comes last. */
export function barsOf({ along }: Drawn, tallies: readonly Tally[]): readonly Bar[] {
  const byKey = Map.groupBy(tallies, ({ key }) => key);
  const barAt = (code: string | null, of: readonly Tally[], isEarlier = false): Bar => {
    const parts = new Map<string | null, number>();
    for (const { part, count } of of) parts.set(part, (parts.get(part) ?? 0) + count);
    return { code, isEarlier, total: of.reduce((sum, { count }) => sum + count, 0), parts };
  };
  const none = byKey.get(null);
  const keys = [...byKey.keys()].filter((key) => key !== null);
  const bars = along === 'field' ? valueBars(keys, byKey, barAt) : timeBars(along, keys, byKey, barAt);
  return none === undefined ? bars : [...bars, barAt(null, none)];
}

type BarAt = (code: string | null, of: readonly Tally[], isEarlier?: boolean) => Bar;
type ByKey = ReadonlyMap<string | null, readonly Tally[]>;

function valueBars(keys: readonly string[], byKey: ByKey, barAt: BarAt): readonly Bar[] {
  return keys
    .map((key) => barAt(key, byKey.get(key) ?? []))
    .toSorted((left, right) => right.total - left.total || (left.code ?? '').localeCompare(right.code ?? ''))
    .slice(0, MOST_BARS);
}

function timeBars(along: 'year' | 'month', keys: readonly string[], byKey: ByKey, barAt: BarAt): readonly Bar[] {
  const steps = keys.map((key) => stepOf(along, key));
  if (steps.length === 0) return [];
  const last = steps.reduce((most, step) => Math.max(most, step));
  const first = steps.reduce((least, step) => Math.min(least, step));
  const from = Math.max(first, last - MOST_STEPS + 1);
  const early = keys.filter((key) => stepOf(along, key) <= from);
  const bars = Array.from({ length: last - from + 1 }, (_, at) => {
    const code = codeOf(along, from + at);
    return barAt(code, byKey.get(code) ?? []);
  });
  if (from === first) return bars;
  const earliest = early.flatMap((key) => byKey.get(key) ?? []);
  return [barAt(codeOf(along, from), earliest, true), ...bars.slice(1)];
}

function stepOf(along: 'year' | 'month', key: string): number {
  const [year = '0', month = '1'] = key.split('-');
  return along === 'year' ? Number(year) : Number(year) * 12 + Number(month) - 1;
}

function codeOf(along: 'year' | 'month', step: number): string {
  if (along === 'year') return String(step);
  return `${Math.floor(step / 12)}-${String((step % 12) + 1).padStart(2, '0')}`;
}
