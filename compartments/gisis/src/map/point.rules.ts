import type { Language } from '@bulkhead/contracts';
import { type Series, seriesAt } from '#colour/colour.rules.ts';
import type { Module } from '#declaration/module.rules.ts';
import { labelOf } from '#record/record.rules.ts';
import { recordPath } from '#site/site.rules.ts';
import { ringOf } from '#value/area.rules.ts';
import type { Area, Cell, Placed } from './mapped.rules.ts';
import { cellBox, type Grid, writeBox } from './view.rules.ts';

/** A record, or the records of a cell, as GeoJSON for the map in the browser. */
export type Point = {
  readonly type: 'Feature';
  readonly geometry: { readonly type: 'Point'; readonly coordinates: readonly [number, number] };
  readonly properties: Readonly<Record<string, string | number>>;
};

export function placedPoint(module: Module, series: readonly Series[], placed: Placed, language: Language): Point {
  const { reference, longitude, latitude, code } = placed;
  const of = seriesAt(series, code);
  return point(longitude, latitude, {
    href: recordPath(module, reference),
    reference,
    label: labelOf(module, placed, language),
    shade: of?.shade ?? 0,
    kind: of?.name ?? '',
    count: 1,
  });
}

/** An area that a record tells, as GeoJSON for the map in the browser. */
export function areaShape(module: Module, series: readonly Series[], { reference, code, value }: Area) {
  return {
    type: 'Feature',
    geometry: { type: 'Polygon', coordinates: [ringOf(value)] },
    properties: { href: recordPath(module, reference), reference, shade: seriesAt(series, code)?.shade ?? 0 },
  };
}

/** A cell; of a single record the record itself, if it is known by name. */
export function cellPoint(
  module: Module,
  series: readonly Series[],
  { grid, named }: { readonly grid: Grid; readonly named: ReadonlyMap<string, Placed> },
  cell: Cell,
  language: Language,
): Point {
  const single = cell.reference === null ? undefined : named.get(cell.reference);
  if (single !== undefined) return placedPoint(module, series, single, language);
  const most = cell.parts.toSorted((left, right) => right.count - left.count)[0];
  const longitude = cell.longitude > 180 ? cell.longitude - 360 : cell.longitude;
  return point(longitude, cell.latitude, {
    shade: seriesAt(series, most?.code ?? null)?.shade ?? 0,
    count: cell.count,
    box: writeBox(cellBox(grid, cell.column, cell.row)),
  });
}

function point(longitude: number, latitude: number, properties: Point['properties']): Point {
  return { type: 'Feature', geometry: { type: 'Point', coordinates: [longitude, latitude] }, properties };
}
