import { z } from 'zod';
import { accept, refuse } from './fault.rules.ts';
import { filledFilter, line, readOne } from './filter.rules.ts';
import { readPosition, roundPosition, showPosition, writePosition } from './position-text.rules.ts';
import { textOf } from './single-column.rules.ts';
import type { Filter, Meaning, Position, Reading, Row, Test } from './value.rules.ts';

const CONTROL = line(80, { isCode: true, example: '49°17.22′N 123°06.50′W' });
const degrees = (most: number) => z.number().min(-most).max(most);
const jsonSchema = z.union([
  z.strictObject({ lat: degrees(90), lon: degrees(180) }),
  z
    .strictObject({ type: z.literal('Point'), coordinates: z.tuple([degrees(180), degrees(90)]) })
    .transform(({ coordinates: [lon, lat] }) => ({ lat, lon })),
]);

/** Latitude and longitude (WGS 84) in decimal degrees. */
export function positionMeaning(): Meaning<Position> {
  const read = (typed: string | readonly string[]): Reading<Position | null> => {
    const text = textOf(typed, CONTROL.most);
    if (!text.ok) return text;
    return text.value === '' ? accept(null) : readPosition(text.value);
  };
  return {
    columns: [
      {
        suffix: 'lat',
        type: 'double precision',
        check: (name) => `${name('lat')} between -90 and 90 and (${name('lat')} is null) = (${name('lon')} is null)`,
      },
      { suffix: 'lon', type: 'double precision', check: (name) => `${name('lon')} between -180 and 180` },
    ],
    indexes: [{ method: 'gist', on: (name) => `point(${name('lon')}, ${name('lat')})` }],
    control: CONTROL,
    read,
    readJson: (json) => {
      if (json === null) return accept(null);
      if (typeof json === 'string') return read(json);
      const parsed = jsonSchema.safeParse(json);
      return parsed.success ? accept(roundPosition(parsed.data.lat, parsed.data.lon)) : refuse('positionForm');
    },
    pack: (value) => ({ lat: value?.lat ?? null, lon: value?.lon ?? null }),
    unpack: unpackPosition,
    write: writePosition,
    fill: (value) => [writePosition(value)],
    show: showPosition,
    json: (value) => value,
    schema: {
      type: 'object',
      properties: { lat: { type: 'number', minimum: -90, maximum: 90 }, lon: { type: 'number', minimum: -180, maximum: 180 } },
      required: ['lat', 'lon'],
    },
    point: ({ lat, lon }) => [lon, lat],
    filters: [BOX, filledFilter('lat')],
    facet: null,
    sort: null,
    search: null,
  };
}

/** `.box=west,south,east,north`, as GeoJSON has it (RFC 7946, 5). */
const BOX: Filter = {
  suffix: 'box',
  control: line(100, { isCode: true, example: '-10,40,5,60' }),
  read: (typed, given) => readOne(typed, readBox, given),
};

function readBox(text: string): Reading<Test> {
  const numbers = text.split(/\s*,\s*/);
  if (numbers.length !== 4 || !numbers.every((number) => /^[+-]?\d{1,3}(?:\.\d{1,15})?$/.test(number))) return refuse('boxForm');
  const [west = 0, south = 0, east = 0, north = 0] = numbers.map(Number);
  if (south > north || Math.abs(south) > 90 || Math.abs(north) > 90) return refuse('boxForm');
  if (Math.abs(west) > 180 || Math.abs(east) > 180) return refuse('boxForm');
  return accept({ test: 'within', lat: 'lat', lon: 'lon', south, west, north, east });
}

function unpackPosition(row: Row): Position | null {
  const [lat, lon] = [row['lat'], row['lon']];
  return typeof lat === 'number' && typeof lon === 'number' ? { lat, lon } : null;
}
