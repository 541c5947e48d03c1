import { type GeoProjection, geoMercator, geoNaturalEarth1 } from 'd3-geo';
import type { Query } from '#list/query.rules.ts';

/** Degrees; `west` is above `east` where it crosses the antimeridian. */
export type Box = { readonly west: number; readonly south: number; readonly east: number; readonly north: number };
/** A picture's size, and into how many columns its records are gathered. */
export type Frame = { readonly width: number; readonly height: number; readonly columns: number };
export const LARGE: Frame = { width: 960, height: 500, columns: 26 };
export const SMALL: Frame = { width: 480, height: 250, columns: 32 };

export const WORLD: Box = { west: -180, south: -90, east: 180, north: 90 };
/** What is wider or higher than this is shown as the whole world. */
const WIDEST = 180;
const HIGHEST = 110;
/** Mercator ends before the poles. */
const LAST_LATITUDE = 82;
const LEAST_SPAN = 0.02;

export type View = {
  readonly frame: Frame;
  /** What the query asks for; the whole world unless it names a box. */
  readonly box: Box;
  readonly isWorld: boolean;
  readonly projection: GeoProjection;
};

/** The box that a query asks of a map's position, if it does. */
export function boxOf({ tests }: Pick<Query, 'tests'>, position: string): Box | null {
  const found = tests.find(({ field, test }) => field === position && test.test === 'within')?.test;
  return found?.test === 'within' ? { west: found.west, south: found.south, east: found.east, north: found.north } : null;
}

export function writeBox({ west, south, east, north }: Box): string {
  return [west, south, east, north].map((degrees) => String(Math.round(degrees * 1e4) / 1e4)).join(',');
}

export function spanOf({ west, south, east, north }: Box): { readonly wide: number; readonly high: number } {
  return { wide: west <= east ? east - west : east - west + 360, high: north - south };
}

/** The whole world as one sheet, or a box with some sea around it as a chart of Mercator's. */
export function lookAt(box: Box | null, frame: Frame): View {
  const span = box === null ? null : spanOf(box);
  if (box === null || span === null || span.wide > WIDEST || span.high > HIGHEST)
    return { frame, box: box ?? WORLD, isWorld: true, projection: worldProjection(frame) };
  return { frame, box, isWorld: false, projection: chartProjection(box, frame) };
}

function worldProjection({ width, height }: Frame): GeoProjection {
  return geoNaturalEarth1().fitExtent(
    [
      [2, 2],
      [width - 2, height - 2],
    ],
    { type: 'Sphere' },
  );
}

function chartProjection(box: Box, { width, height }: Frame): GeoProjection {
  const { wide } = spanOf(box);
  const middle = box.west + wide / 2;
  const south = mercatorOf(box.south);
  const north = mercatorOf(box.north);
  const least = (LEAST_SPAN * Math.PI) / 180;
  // A fifth more than what is asked, so that the coast beyond tells where it is.
  const across = Math.max((wide * Math.PI) / 180, least) * 1.4;
  const up = Math.max(north - south, least) * 1.4;
  const scale = Math.max(Math.min(width / across, height / up), width / (2 * Math.PI));
  return geoMercator()
    .rotate([-middle, 0])
    .center([0, latitudeOf((south + north) / 2)])
    .scale(scale)
    .translate([width / 2, height / 2])
    .clipExtent([
      [0, 0],
      [width, height],
    ]);
}

function mercatorOf(latitude: number): number {
  const kept = Math.max(-LAST_LATITUDE, Math.min(LAST_LATITUDE, latitude));
  return Math.log(Math.tan(Math.PI / 4 + (kept * Math.PI) / 360));
}

function latitudeOf(mercator: number): number {
  return (360 / Math.PI) * Math.atan(Math.exp(mercator)) - 90;
}

/** Twice as much around the same middle; null for the whole world. */
export function widen(box: Box): Box | null {
  const { wide, high } = spanOf(box);
  const [more, taller] = [Math.max(wide, LEAST_SPAN) * 2, Math.max(high, LEAST_SPAN) * 2];
  if (more > WIDEST || taller > HIGHEST) return null;
  const south = Math.max(-90, box.south - taller / 4);
  return {
    west: wrap(box.west - more / 4),
    east: wrap(box.west + wide + more / 4),
    south,
    north: Math.min(90, box.north + taller / 4),
  };
}

export function wrap(longitude: number): number {
  return longitude < -180 ? longitude + 360 : longitude > 180 ? longitude - 360 : longitude;
}

/** How records are gathered: cells of equal degrees over the box. */
export type Grid = { readonly box: Box; readonly columns: number; readonly rows: number };

/** Cells about as wide as they are high where the picture is drawn; `finer` times as many each way. */
export function gridOf(view: View, finer = 1): Grid {
  const { box, isWorld, frame } = view;
  const pitch = frame.width / frame.columns;
  const { width, height } = isWorld ? { width: frame.width, height: frame.width / 2 } : drawnBox(view);
  const cells = (length: number) => Math.max(1, Math.min(frame.columns, Math.round(length / pitch))) * finer;
  return { box, columns: cells(width), rows: cells(height) };
}

/** Where the corners of what is asked are drawn. */
export function drawnBox({ box, projection }: View): { readonly left: number; readonly top: number } & Size {
  const [left, bottom] = projection([box.west, Math.max(-LAST_LATITUDE, box.south)]) ?? [0, 0];
  const [right, top] = projection([box.west + spanOf(box).wide, Math.min(LAST_LATITUDE, box.north)]) ?? [0, 0];
  return { left, top, width: right - left, height: bottom - top };
}
type Size = { readonly width: number; readonly height: number };

export function cellBox({ box, columns, rows }: Grid, column: number, row: number): Box {
  const { wide, high } = spanOf(box);
  return {
    west: wrap(box.west + (wide * column) / columns),
    east: wrap(box.west + (wide * (column + 1)) / columns),
    south: box.south + (high * row) / rows,
    north: box.south + (high * (row + 1)) / rows,
  };
}

/** Below this a cell is one place: it is not looked into any further. */
export function isOnePlace(box: Box): boolean {
  const { wide, high } = spanOf(box);
  return wide < LEAST_SPAN && high < LEAST_SPAN;
}
