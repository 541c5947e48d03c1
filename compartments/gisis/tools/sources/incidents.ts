import type { Row } from './row.ts';

const ACTS: Readonly<Record<string, string>> = {
  Boarded: 'boarded',
  Boarding: 'boarded',
  Attempted: 'attempted',
  Hijacked: 'hijacked',
  'Fired Upon': 'fired-upon',
  Suspicious: 'suspicious',
  Detained: 'detained',
};
const SHIP_WAS: Readonly<Record<string, string>> = {
  Anchored: 'anchored',
  Steaming: 'steaming',
  steaming: 'steaming',
  Underway: 'steaming',
  Berthed: 'berthed',
  Drifting: 'drifting',
  Moored: 'moored',
};
const SOURCES: Readonly<Record<string, string>> = { imb: 'International Maritime Bureau', mappingpiracy: 'Mapping Piracy' };
const TERRITORIAL_KM = 22.224;
/** Hours are in UTC or those of the place, and the source does not say in which: the day alone is taken. */
const DAY_ALONE = 'The source tells the day; the hour that stands here is none.';

/** Acts of piracy and armed robbery. What the source leaves out or calls otherwise stays as it is: the import tells it. */
export function convertIncidents(rows: readonly Row[]): Row[] {
  return rows.map((row) => {
    const act = textOf(row, 'attack_type');
    const was = SHIP_WAS[textOf(row, 'vessel_status')] ?? '';
    const eez = textOf(row, 'eez_country');
    return {
      state: 'confirmed',
      happened_at: `${textOf(row, 'date')}T00:00:00Z`,
      act: ACTS[act] ?? act,
      waters: was === 'berthed' ? 'port' : Number(row['shore_distance']) <= TERRITORIAL_KM ? 'territorial' : 'international',
      area: areaOf(Number(row['longitude']), Number(row['latitude'])),
      place: textOf(row, 'location_description').slice(0, 300),
      position: `${Number(row['latitude']).toFixed(4)}, ${Number(row['longitude']).toFixed(4)}`,
      coastal_state: eez === '' ? textOf(row, 'nearest_country') : eez,
      ship_name: textOf(row, 'vessel_name'),
      ship_type: textOf(row, 'vessel_type'),
      ship_was: was,
      description: [textOf(row, 'attack_description').replaceAll(/\s*\n\s*/g, ' '), DAY_ALONE]
        .filter((part) => part !== '')
        .join(' '),
      reported_by: SOURCES[textOf(row, 'data_source')] ?? '',
    };
  });
}

function textOf(row: Row, name: string): string {
  const text = (row[name] ?? '').trim();
  return text === 'NA' ? '' : text;
}

/** Boxes of degrees, west, south, east, north: the first that holds a position names its area. */
const AREAS: readonly (readonly [area: string, west: number, south: number, east: number, north: number])[] = [
  ['malacca-strait', 95, 0.5, 104.6, 6.5],
  ['south-china-sea', 99, -6, 122, 26],
  ['red-sea', 32, 10.5, 51.5, 30],
  ['persian-gulf', 47, 23.5, 57, 31],
  ['arabian-sea', 51.5, 8, 78, 26],
  ['east-africa', 30, -30, 60, 10.5],
  ['west-africa', -26, -25, 16, 22],
  ['mediterranean', -6, 30, 37, 46],
  ['indian-ocean', 40, -45, 110, 26],
  ['caribbean', -98, 7, -59, 27],
  ['south-america-pacific', -95, -56, -68, 7],
  ['south-america-atlantic', -68, -56, -26, 13],
];

function areaOf(longitude: number, latitude: number): string {
  const found = AREAS.find(
    ([, west, south, east, north]) => longitude >= west && longitude <= east && latitude >= south && latitude <= north,
  );
  return found?.[0] ?? 'other';
}
