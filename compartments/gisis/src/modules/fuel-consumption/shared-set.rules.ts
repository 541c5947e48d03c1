import { numberIn, textIn } from '#modules/check.rules.ts';
import type { Values } from '#value/record-rule.rules.ts';

/** One ship's year, as its flag State keeps it. */
export type ShipYear = {
  readonly imoNumber: string;
  readonly year: number;
  readonly type: string;
  readonly grossTonnage: number;
  readonly fuel: number;
  readonly distance: number;
  readonly hours: number;
};
/** One row of what is shared: a group of ships that nobody can tell apart. Means are rounded; no ship, flag or company stands in it. */
export type SharedRow = {
  readonly year: number;
  readonly type: string;
  /** Such as "5000–9999". */
  readonly grossTonnage: string;
  readonly ships: number;
  readonly fuel: number;
  readonly distance: number;
  readonly hours: number;
};
export type SharedSet = { readonly rows: readonly SharedRow[]; readonly leftOut: number };

/** Fewer ships than this are not shared. */
export const LEAST_SHIPS = 5;
/** One ship must not make up more than this share of its group's fuel or distance: its own figures could be told from the mean. */
const MOST_SHARE = 0.5;
const BANDS = [5_000, 10_000, 25_000, 50_000, 100_000, 200_000];
export const ALL_TYPES = 'other';

/**
 * Whether the set of a year is shared yet: once the statements of its reports were due (31 May of the next year). While reports come in
 * one by one, two sets on two days would tell of the one between.
 */
export function isClosed(year: number, today: string): boolean {
  return today >= `${year + 1}-06-01`;
}

/**
 * Makes the shared set: ships of one year, type and band of tonnage together, `least` at least (k-anonymity). Ships of groups that
 * are too small or that one ship dominates go together with those of other types in their band; if that does not do, they are left
 * out, and counted.
 */
export function shareFuelYears(ships: readonly ShipYear[], least = LEAST_SHIPS): SharedSet {
  const [kept, small] = parted(
    groupBy(ships, (ship) => `${ship.year}|${bandOf(ship.grossTonnage)}|${ship.type}`),
    least,
  );
  const [joined, lost] = parted(
    groupBy(small.flat(), (ship) => `${ship.year}|${bandOf(ship.grossTonnage)}|${ALL_TYPES}`),
    least,
  );
  const isOther = (group: readonly ShipYear[]) => new Set(group.map(({ type }) => type)).size > 1;
  const rows = [
    ...kept.map((group) => rowOf(group, group[0]?.type ?? ALL_TYPES)),
    ...joined.map((group) => rowOf(group, isOther(group) ? ALL_TYPES : (group[0]?.type ?? ALL_TYPES))),
  ];
  return { rows: rows.toSorted(byYearAndType), leftOut: lost.flat().length };
}

const FUELS = ['hfo', 'lfo', 'mdo', 'lng', 'other_fuel'];

/** A record as a ship's year; none where it lacks what the shared set is made of. */
export function shipYearOf(values: Values): readonly ShipYear[] {
  const [imoNumber, year, grossTonnage] = [textIn(values, 'ship'), numberIn(values, 'year'), numberIn(values, 'gross_tonnage')];
  if (imoNumber === null || year === null || grossTonnage === null) return [];
  const fuel = FUELS.reduce((sum, name) => sum + (numberIn(values, name) ?? 0), 0);
  const type = textIn(values, 'type') ?? ALL_TYPES;
  return [
    {
      imoNumber,
      year,
      type,
      grossTonnage,
      fuel,
      distance: numberIn(values, 'distance') ?? 0,
      hours: numberIn(values, 'hours') ?? 0,
    },
  ];
}

type Group = readonly ShipYear[];

function parted(groups: readonly Group[], least: number): readonly [readonly Group[], readonly Group[]] {
  const isSafe = (group: Group) => new Set(group.map(({ imoNumber }) => imoNumber)).size >= least && !isDominated(group);
  return [groups.filter(isSafe), groups.filter((group) => !isSafe(group))];
}

function isDominated(group: Group): boolean {
  return (['fuel', 'distance'] as const).some((what) => {
    const total = group.reduce((sum, ship) => sum + ship[what], 0);
    return total > 0 && Math.max(...group.map((ship) => ship[what])) > MOST_SHARE * total;
  });
}

function groupBy(ships: readonly ShipYear[], key: (ship: ShipYear) => string): readonly Group[] {
  return [...Map.groupBy(ships, key).values()];
}

function bandOf(grossTonnage: number): string {
  const at = BANDS.findLastIndex((from) => grossTonnage >= from);
  const next = BANDS[at + 1];
  return next === undefined ? `${BANDS[at] ?? 0}+` : `${BANDS[at] ?? 0}–${next - 1}`;
}

function rowOf(group: Group, type: string): SharedRow {
  const [first] = group;
  const mean = (what: 'fuel' | 'distance' | 'hours', step: number) =>
    Math.round(group.reduce((sum, ship) => sum + ship[what], 0) / group.length / step) * step;
  return {
    year: first?.year ?? 0,
    type,
    grossTonnage: bandOf(first?.grossTonnage ?? 0),
    ships: group.length,
    fuel: mean('fuel', 10),
    distance: mean('distance', 100),
    hours: mean('hours', 10),
  };
}

function byYearAndType(a: SharedRow, b: SharedRow): number {
  return (
    b.year - a.year ||
    (a.type < b.type ? -1 : a.type > b.type ? 1 : 0) ||
    Number.parseInt(a.grossTonnage, 10) - Number.parseInt(b.grossTonnage, 10)
  );
}
