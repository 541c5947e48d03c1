import { z } from 'zod';
import { accept, refuse } from './fault.rules.ts';
import { filledFilter } from './filter.rules.ts';
import { readPosition, roundPosition, showPosition, writePosition } from './position-text.rules.ts';
import { type Corner, findCrossing, MOST_CORNERS, unroll } from './ring.rules.ts';
import { textOf } from './single-column.rules.ts';
import type { Control, Meaning, Position, Reading } from './value.rules.ts';

const MOST = 12_000;
const CONTROL: Control = {
  shape: 'lines',
  most: MOST,
  isMany: false,
  isCode: true,
  example: '01°00′N 041°00′E; 01°00′N 055°00′E; 12°00′S 055°00′E; 12°00′S 041°00′E',
};
const BETWEEN = '; ';
const pairSchema = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]);
const polygonSchema = z.looseObject({
  type: z.literal('Polygon'),
  coordinates: z
    .array(z.array(pairSchema).max(MOST_CORNERS + 1))
    .min(1)
    .max(20),
});

/**
 * An area of the sea by its corners, in their order; the last leads back to the first. Kept as one text of decimal degrees
 * (`1, 41; -12, 55; 1, 55`) with the inside to the left, the same for whoever types the same corners, in whichever notation and direction.
 */
export function areaMeaning(): Meaning<string> {
  const read: Meaning<string>['read'] = (typed) => {
    const text = textOf(typed, MOST, true);
    if (!text.ok) return text;
    return text.value === '' ? accept(null) : readArea(text.value);
  };
  return {
    columns: [{ suffix: '', type: 'text', check: (name) => `char_length(${name('')}) between 1 and ${MOST}` }],
    indexes: [],
    control: CONTROL,
    read,
    readJson: (json, given) => {
      if (json === null) return accept(null);
      if (typeof json === 'string') return read(json, given);
      const parsed = polygonSchema.safeParse(json);
      return parsed.success ? readPolygon(parsed.data.coordinates) : refuse('areaForm');
    },
    pack: (value) => ({ '': value }),
    unpack: (row) => (typeof row[''] === 'string' ? row[''] : null),
    write: (value) => value,
    fill: (value) => [cornersOf(value).map(showExactly).join('\n')],
    show: (value) => cornersOf(value).map(showPosition).join('\n'),
    json: (value) => ({ type: 'Polygon', coordinates: [closed(cornersOf(value)).map(({ lat, lon }) => [lon, lat])] }),
    schema: {
      type: 'object',
      description: 'A polygon without holes, as GeoJSON has it (RFC 7946).',
      properties: {
        type: { const: 'Polygon' },
        coordinates: {
          type: 'array',
          minItems: 1,
          maxItems: 1,
          items: {
            type: 'array',
            minItems: 4,
            maxItems: MOST_CORNERS + 1,
            items: { type: 'array', minItems: 2, maxItems: 2, items: { type: 'number' } },
          },
        },
      },
      required: ['type', 'coordinates'],
    },
    point: () => null,
    filters: [filledFilter('')],
    facet: null,
    sort: null,
    search: null,
  };
}

/** The corners of an area as it is kept. */
export function cornersOf(value: string): readonly Position[] {
  return value.split(BETWEEN).map((corner) => {
    const [lat = 0, lon = 0] = corner.split(', ').map(Number);
    return { lat, lon };
  });
}

function closed(corners: readonly Position[]): readonly Position[] {
  return [...corners, ...corners.slice(0, 1)];
}

/** Mariners' hundredths of a minute where they say it whole, decimal degrees where not: what fills a form is read as the same. */
function showExactly(corner: Position): string {
  const shown = showPosition(corner);
  const reading = readPosition(shown);
  return reading.ok && writePosition(reading.value) === writePosition(corner) ? shown : writePosition(corner);
}

/** One line a corner, or semicolons between them; a polygon of GeoJSON or WKT. */
function readArea(text: string): Reading<string> {
  if (text.startsWith('{')) return readGeoJson(text);
  const wkt = /^(?:SRID=4326;)?\s*POLYGON\s*\(\s*\(([^()]*)\)\s*\)$/i.exec(text);
  if (wkt) return readWkt(wkt[1] ?? '');
  if (/^(?:MULTI)?POLYGON/i.test(text)) return refuse('areaHoles');
  const typed = text
    .split(text.includes('\n') ? '\n' : ';')
    .map((one) => one.replace(/^[\s;]+|[\s;]+$/g, ''))
    .filter((one) => one !== '');
  if (typed.length > MOST_CORNERS + 1) return refuse('areaCorners', { most: MOST_CORNERS });
  const corners: Position[] = [];
  for (const [at, one] of typed.entries()) {
    const reading = readPosition(one);
    if (!reading.ok) {
      const { sentence, suggestions } = reading.fault;
      return refuse('areaCorner', { number: at + 1, why: (language) => sentence[language] }, suggestions);
    }
    corners.push(reading.value);
  }
  return settle(corners);
}

function readGeoJson(text: string): Reading<string> {
  try {
    const parsed = polygonSchema.safeParse(JSON.parse(text));
    return parsed.success ? readPolygon(parsed.data.coordinates) : refuse('areaForm');
  } catch {
    return refuse('areaForm');
  }
}

function readWkt(inside: string): Reading<string> {
  const pairs = inside.split(',').map((pair) => pair.trim().split(/\s+/).map(Number));
  const parsed = z.array(pairSchema).safeParse(pairs);
  return parsed.success ? readPolygon([parsed.data]) : refuse('areaForm');
}

/** A ring of GeoJSON and WKT says its first corner once more at its end. */
function readPolygon(rings: readonly (readonly (readonly [number, number])[])[]): Reading<string> {
  const [ring = [], ...holes] = rings;
  if (holes.length > 0) return refuse('areaHoles');
  const [first, last] = [ring[0], ring.at(-1)];
  if (!first || !last || first[0] !== last[0] || first[1] !== last[1]) return refuse('areaOpen');
  return settle(ring.map(([lon, lat]) => roundPosition(lat, lon)));
}

/** Without a corner that is said twice in a row, and without the first said again at the end. */
function settle(typed: readonly Position[]): Reading<string> {
  const corners = typed.filter((corner, at) => at === 0 || !isSame(corner, typed[at - 1]));
  if (corners.length > 1 && isSame(corners[0], corners.at(-1))) corners.pop();
  if (corners.length < 3) return refuse('areaFew');
  if (corners.length > MOST_CORNERS) return refuse('areaCorners', { most: MOST_CORNERS });
  const ring = unroll(corners);
  if (ring === null) return refuse('areaAround');
  const crossing = findCrossing(ring);
  if (crossing !== null) return refuse('areaCrosses', { one: crossing[0] + 1, other: crossing[1] + 1 });
  const [head, ...rest] = corners;
  const turned = isClockwise(ring) && head ? [head, ...rest.toReversed()] : corners;
  const written = turned.map(writePosition).join(BETWEEN);
  return written.length > MOST ? refuse('tooLong', { most: MOST }) : accept(written);
}

function isSame(one: Position | undefined, other: Position | undefined): boolean {
  return one !== undefined && one.lat === other?.lat && one.lon === other.lon;
}

/** The side of which the inside lies to the left, as GeoJSON has it (RFC 7946, 3.1.6); the first corner stays the first. */
function isClockwise(ring: readonly Corner[]): boolean {
  const twice = ring.reduce((sum, [x, y], at) => {
    const [nextX, nextY] = ring[(at + 1) % ring.length] ?? [0, 0];
    return sum + x * nextY - nextX * y;
  }, 0);
  return twice < 0;
}

/** A closed ring on a plane: across the antimeridian its longitudes go on beyond 180. */
export function ringOf(value: string): readonly Corner[] {
  const corners = cornersOf(value);
  const ring = unroll(corners) ?? corners.map(({ lat, lon }): Corner => [lon, lat]);
  return [...ring, ring[0] ?? [0, 0]];
}
