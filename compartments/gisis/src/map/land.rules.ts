import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { EstateError } from '@bulkhead/kernel';
import {
  type GeoContext,
  type GeoPermissibleObjects,
  type GeoProjection,
  geoArea,
  geoEquirectangular,
  geoGraticule,
  geoPath,
  geoStream,
} from 'd3-geo';
import type { MultiPolygon, Polygon, Position } from 'geojson';
import { feature } from 'topojson-client';
import { ringOf } from '#value/area.rules.ts';
import { refine } from '#value/ring.rules.ts';
import { type Box, spanOf, type View, WORLD, writeBox } from './view.rules.ts';

/** The land of the earth (Natural Earth, public domain): coasts only, no borders and no names. */
type Detail = '110m' | '50m';
const read = new Map<Detail, MultiPolygon>();
const bounds = new WeakMap<MultiPolygon, readonly Box[]>();

export function landOf(detail: Detail): MultiPolygon {
  const known = read.get(detail);
  if (known) return known;
  const path = createRequire(import.meta.url).resolve(`world-atlas/land-${detail}.json`);
  const topology = JSON.parse(readFileSync(path, 'utf8')) as Parameters<typeof feature>[0];
  const { land: shape } = topology.objects;
  if (shape === undefined) throw new EstateError('config.invalid', `reading ${path}: it holds no land`);
  const made = feature(topology, shape);
  const features = made.type === 'FeatureCollection' ? made.features : [made];
  const polygons = features.flatMap(({ geometry }): Position[][][] =>
    geometry.type === 'MultiPolygon' ? geometry.coordinates : geometry.type === 'Polygon' ? [geometry.coordinates] : [],
  );
  const land: MultiPolygon = { type: 'MultiPolygon', coordinates: polygons };
  read.set(detail, land);
  return land;
}

/** The paths under a map, in halves of a unit: a shorter text than with decimals. */
export type Ground = { readonly land: string; readonly lines: string; readonly sphere: string };
const drawn = new Map<string, Ground>();
const MOST_DRAWN = 64;

/** What lies under a map; a view is drawn once, and the last ones are kept. */
export function groundOf(view: View): Ground {
  const key = `${view.frame.width} ${view.isWorld ? 'world' : writeBox(view.box)}`;
  const ground = drawn.get(key) ?? drawGround(view);
  drawn.delete(key);
  drawn.set(key, ground);
  for (const oldest of drawn.keys()) {
    if (drawn.size <= MOST_DRAWN) break;
    drawn.delete(oldest);
  }
  return ground;
}

function drawGround(view: View): Ground {
  const { projection, isWorld } = view;
  return {
    land: pathOf(projection, isWorld ? landOf('110m') : landIn(view)),
    lines: pathOf(projection, isWorld ? geoGraticule().step([30, 30])() : geoGraticule().step(stepsOf(view))()),
    sphere: isWorld ? pathOf(projection, { type: 'Sphere' }) : '',
  };
}

const DEGREES = [30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01] as const;

/** Lines so far apart that a handful crosses the picture. */
export function stepOf({ box }: Pick<View, 'box'>): number {
  const { wide, high } = spanOf(box);
  const across = Math.max(wide, high * 1.9, 0.02) * 1.4;
  return DEGREES.find((degrees) => across / degrees >= 4) ?? 0.01;
}

function stepsOf(view: View): [number, number] {
  return [stepOf(view), stepOf(view)];
}

/** The polygons near a box, in the detail that its size asks for. */
function landIn({ box }: View): MultiPolygon {
  const { wide, high } = spanOf(box);
  const land = landOf(Math.max(wide, high) > 90 ? '110m' : '50m');
  const known = bounds.get(land) ?? land.coordinates.map(([outer = []]) => boundsOf(outer));
  bounds.set(land, known);
  const margin = Math.max(wide, high, 1) * 2;
  const isNear = (at: number) => {
    const { west, south, east, north } = known[at] ?? WORLD;
    if (south > box.north + margin || north < box.south - margin) return false;
    // A box across the antimeridian is near to everything of its height.
    return box.west > box.east || (west <= box.east + margin && east >= box.west - margin);
  };
  return { type: 'MultiPolygon', coordinates: land.coordinates.filter((_, at) => isNear(at)) };
}

/** The same land for a flat map: cut where the antimeridian runs, so that nothing reaches across the whole sheet. */
export function flatLand(detail: Detail): MultiPolygon {
  const sheet = geoEquirectangular()
    .scale(180 / Math.PI)
    .translate([0, 0])
    .precision(0);
  const coordinates = landOf(detail).coordinates.flatMap((rings) => flatten({ type: 'Polygon', coordinates: rings }, sheet));
  return { type: 'MultiPolygon', coordinates };
}

function flatten(polygon: Polygon, sheet: GeoProjection): Position[][][] {
  const rings: Position[][] = [];
  let ring: Position[] = [];
  const nothing = () => undefined;
  const stream = {
    point: (x: number, y: number) => void ring.push([x, -y]),
    lineStart: () => void (ring = []),
    lineEnd: () => void rings.push([...ring, ...ring.slice(0, 1)]),
    polygonStart: nothing,
    polygonEnd: nothing,
    sphere: nothing,
  };
  geoStream(polygon, sheet.stream(stream));
  const bySize = rings
    .filter(({ length }) => length > 3)
    .toSorted((left, right) => Math.abs(areaOf(right)) - Math.abs(areaOf(left)));
  const [largest] = bySize;
  if (largest === undefined) return [];
  // A lake turns the other way; those that there are lie in the largest part.
  const isLake = (one: Position[]) => Math.sign(areaOf(one)) !== Math.sign(areaOf(largest));
  const parts = bySize.filter((one) => !isLake(one)).map((one) => [one]);
  parts[0]?.push(...bySize.filter(isLake));
  return parts;
}

function areaOf(ring: readonly Position[]): number {
  return ring.reduce((sum, [x = 0, y = 0], at) => {
    const [nextX = 0, nextY = 0] = ring[(at + 1) % ring.length] ?? [];
    return sum + x * nextY - nextX * y;
  }, 0);
}

/** Land across the antimeridian reaches from one end to the other: near to every box of its height. */
function boundsOf(ring: readonly Position[]): Box {
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const [longitude = 0, latitude = 0] of ring) {
    west = Math.min(west, longitude);
    east = Math.max(east, longitude);
    south = Math.min(south, latitude);
    north = Math.max(north, latitude);
  }
  return { west, south, east, north };
}

/** Degrees between the corners along a side of an area: it runs as on a chart, not along a great circle. */
const AREA_STEP = 2;

/** The outline of an area where it is drawn, in half-units. */
export function areaPath(view: View, value: string): string {
  const ring = refine(ringOf(value), AREA_STEP).map(([x, y]): Position => [x, y]);
  const shape: Polygon = { type: 'Polygon', coordinates: [ring] };
  // On a sphere both sides of a ring are areas: the smaller one is meant.
  const small: Polygon = geoArea(shape) > 2 * Math.PI ? { type: 'Polygon', coordinates: [ring.toReversed()] } : shape;
  return pathOf(view.projection, small);
}

function pathOf(projection: GeoProjection, shape: GeoPermissibleObjects): string {
  const text = new PathText();
  geoPath(projection, text)(shape);
  return text.end();
}

/** Writes a path in whole numbers, each from the one before; what does not move is left out. */
class PathText implements GeoContext {
  #text = '';
  #x = 0;
  #y = 0;
  #begun: readonly [number, number] | null = null;

  moveTo(x: number, y: number): void {
    this.#begun = [Math.round(x * 2), Math.round(y * 2)];
  }

  lineTo(x: number, y: number): void {
    const [toX, toY] = [Math.round(x * 2), Math.round(y * 2)];
    if (this.#begun !== null) {
      const [fromX, fromY] = this.#begun;
      if (fromX === toX && fromY === toY) return;
      this.#text += `M${fromX} ${fromY}l`;
      [this.#x, this.#y] = this.#begun;
      this.#begun = null;
    }
    if (toX === this.#x && toY === this.#y) return;
    const [byX, byY] = [toX - this.#x, toY - this.#y];
    const needsSpace = !this.#text.endsWith('l') && byX >= 0;
    this.#text += `${needsSpace ? ' ' : ''}${byX}${byY < 0 ? '' : ' '}${byY}`;
    [this.#x, this.#y] = [toX, toY];
  }

  closePath(): void {
    if (this.#begun === null && this.#text !== '') this.#text += 'z';
    this.#begun = null;
  }

  beginPath(): void {
    this.#begun = null;
  }

  arc(): void {
    // Points are drawn as marks, not as land.
    this.#begun = null;
  }

  end(): string {
    return this.#text;
  }
}
