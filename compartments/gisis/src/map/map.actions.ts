import { sha256Hex } from '@bulkhead/kernel';
import type { Kysely, RawBuilder } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import type { Counted, Kept } from '#kept/kept.rules.ts';
import { conditionFor } from '#list/list.actions.ts';
import type { Query } from '#list/query.rules.ts';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { countPlaced, listAreas, listCells, listNamed, listPlaced } from './map.store.ts';
import { type Area, type Cell, joinParts, type Mapped, MOST_AREAS, MOST_POINTS, type Placed } from './mapped.rules.ts';
import { type Grid, gridOf, type View } from './view.rules.ts';

type Db = { readonly db: Kysely<Schema> };
export type AskedMap = {
  readonly module: Module;
  readonly mapped: Mapped;
  readonly query: Query;
  readonly viewer: Viewer;
  readonly view: View;
};
/** What lies where, gathered in the cells of a grid; single records with what their label says. */
export type FoundMap = {
  readonly grid: Grid;
  readonly cells: readonly Cell[];
  readonly named: ReadonlyMap<string, Placed>;
  readonly total: number;
  readonly counts: ReadonlyMap<string | null, number>;
  readonly areas: readonly Area[];
};

/** Few records are gathered only where their marks would cover each other. */
const FEW = 60;
const FINER = 3;
/** So many single records at most are asked for their names. */
const MOST_NAMED = 400;

export async function readMap({ db }: Db, { module, mapped, query, viewer, view }: AskedMap): Promise<FoundMap> {
  const condition = await conditionFor({ db }, module, query, viewer);
  const coarse = gridOf(view);
  if (condition === null) return { grid: coarse, cells: [], named: new Map(), total: 0, counts: new Map(), areas: [] };
  const asked = { module, mapped, condition };
  const isFew = (await countPlaced(db, asked, FEW)) <= FEW;
  const grid = isFew ? gridOf(view, FINER) : coarse;
  return gather({ db }, asked, grid);
}

type Narrowed = { readonly module: Module; readonly mapped: Mapped; readonly condition: RawBuilder<unknown> };

async function gather({ db }: Db, asked: Narrowed, grid: Grid): Promise<FoundMap> {
  const parts = await listCells(db, asked, grid);
  const cells = joinParts(parts).toSorted((left, right) => right.count - left.count);
  const single = cells.flatMap(({ reference }) => (reference === null ? [] : [reference])).slice(0, MOST_NAMED);
  const named = single.length === 0 ? [] : await listNamed(db, asked, single);
  const areas = await listAreas(db, asked, MOST_AREAS);
  const counts = new Map<string | null, number>();
  for (const { code, count } of parts) counts.set(code, (counts.get(code) ?? 0) + count);
  return {
    grid,
    cells,
    named: new Map(named.map((one) => [one.reference, one])),
    total: parts.reduce((sum, { count }) => sum + count, 0),
    counts,
    areas,
  };
}

type Keeping = Db & { readonly kept: Kept<FoundMap>; readonly now: Date };
/** Under which address, and as of which version, something is kept. */
export type Place = { readonly address: string; readonly version: string | null };

/** The same, kept as long as nothing in the module changes: two viewers who see the same share it. */
export function readKeptMap({ db, kept, now }: Keeping, asked: AskedMap, place: Place): Promise<Counted<FoundMap>> {
  return kept.get(keyOf(asked, place, 'drawn'), place.version, now, () => readMap({ db }, asked));
}

function keyOf({ module, viewer, view }: AskedMap, { address }: Place, use: 'drawn' | 'moving'): string {
  const { delegation, isSecretariat, roles, partyTo = [] } = viewer;
  return sha256Hex(JSON.stringify([module.name, address, view.frame, use, delegation, isSecretariat, roles, partyTo]));
}

/** For a map in the browser: each record, or the cells of a grid where they are too many. */
export async function readPoints(
  { db, kept, now }: Keeping,
  asked: AskedMap,
  place: Place,
): Promise<{ readonly placed: readonly Placed[]; readonly areas: readonly Area[] } | { readonly found: FoundMap }> {
  const { module, mapped, query, viewer, view } = asked;
  const condition = await conditionFor({ db }, module, query, viewer);
  if (condition === null) return { placed: [], areas: [] };
  const narrowed = { module, mapped, condition };
  const placed = await listPlaced(db, narrowed, MOST_POINTS);
  if (placed.length <= MOST_POINTS) return { placed, areas: await listAreas(db, narrowed, MOST_AREAS) };
  const { value } = await kept.get(keyOf(asked, place, 'moving'), place.version, now, () =>
    gather({ db }, narrowed, gridOf(view, 2)),
  );
  return { found: value };
}
