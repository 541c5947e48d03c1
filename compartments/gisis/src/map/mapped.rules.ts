import type { Module } from '#declaration/module.rules.ts';
import type { Registered } from '#record/record.rules.ts';
import { seesEverywhere } from '#sight/sight.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';

/** By which fields somebody sees a module's records on a map. */
export type Mapped = { readonly position: string; readonly colour: string | null; readonly area: string | null };

/** Null where the module declares no map, or its positions are not for this viewer in every record. */
export function mappedFor(module: Module, viewer: Viewer): Mapped | null {
  if (module.map === undefined) return null;
  const { position, colour, area } = module.map;
  const isOpen = (name: string) => {
    const field = module.fields[name];
    return field !== undefined && seesEverywhere(field, viewer);
  };
  if (!isOpen(position)) return null;
  const facet = colour === undefined ? null : (meaningsOf(module)[colour]?.facet ?? null);
  const isTold = colour !== undefined && isOpen(colour) && facet !== null && !facet.isMany;
  return { position, colour: isTold ? colour : null, area: area !== undefined && isOpen(area) ? area : null };
}

/** How many records of one colour lie in one cell of a grid. */
export type CellPart = {
  readonly column: number;
  readonly row: number;
  readonly code: string | null;
  readonly count: number;
  /** The middle of them. */
  readonly longitude: number;
  readonly latitude: number;
  readonly reference: string;
};

/** Records that lie near each other; a single one by its reference. */
export type Cell = {
  readonly column: number;
  readonly row: number;
  readonly count: number;
  readonly longitude: number;
  readonly latitude: number;
  readonly parts: readonly { readonly code: string | null; readonly count: number }[];
  readonly reference: string | null;
};

/** Puts the parts of each cell together. */
export function joinParts(parts: readonly CellPart[]): readonly Cell[] {
  const byCell = Map.groupBy(parts, ({ column, row }) => `${column} ${row}`);
  return [...byCell.values()].map((together) => {
    const [first] = together;
    const count = together.reduce((sum, part) => sum + part.count, 0);
    const middle = (pick: (part: CellPart) => number) =>
      together.reduce((sum, part) => sum + pick(part) * part.count, 0) / Math.max(count, 1);
    return {
      column: first?.column ?? 0,
      row: first?.row ?? 0,
      count,
      longitude: middle(({ longitude }) => longitude),
      latitude: middle(({ latitude }) => latitude),
      parts: together.map(({ code, count: of }) => ({ code, count: of })),
      reference: count === 1 ? (first?.reference ?? null) : null,
    };
  });
}

/** So many records at most are sent one by one to a map in the browser; of more their cells. */
export const MOST_POINTS = 3000;
/** So many records at most are gathered in cells. */
export const MOST_GATHERED = 2_000_000;

/** So many areas at most are drawn: those filed first. */
export const MOST_AREAS = 300;
/** An area that a record tells, as it is kept. */
export type Area = { readonly reference: string; readonly code: string | null; readonly value: string };

/** A record where it lies. */
export type Placed = {
  readonly reference: string;
  readonly longitude: number;
  readonly latitude: number;
  readonly code: string | null;
  readonly values: Registered['values'];
};
