import { type Axis, type CoordinateReading, readCoordinate } from './coordinate.rules.ts';
import { accept, refuse } from './fault.rules.ts';
import type { Position, Reading } from './value.rules.ts';

/** What is typed for one coordinate, and the hemisphere that goes with it. */
type Half = { readonly axis: Axis; readonly text: string; readonly sign: 1 | -1 };

/** A position as it is kept: to the millionth of a degree, a tenth of a metre. */
export function roundPosition(lat: number, lon: number): Position {
  const round = (degrees: number) => Math.round(degrees * 1e6) / 1e6 + 0;
  return { lat: round(lat), lon: round(lon) };
}

/** `49.287, -123.108333`: decimal degrees, latitude first. */
export function writePosition({ lat, lon }: Position): string {
  return `${lat}, ${lon}`;
}

/** `49°17.22′N 123°06.50′W`, as mariners write it. */
export function showPosition({ lat, lon }: Position): string {
  return `${showDegrees(lat, 2, 'N', 'S')} ${showDegrees(lon, 3, 'E', 'W')}`;
}

function showDegrees(degrees: number, width: number, positive: string, negative: string): string {
  const hundredths = Math.round(Math.abs(degrees) * 6000);
  const whole = String(Math.floor(hundredths / 6000)).padStart(width, '0');
  const minutes = ((hundredths % 6000) / 100).toFixed(2).padStart(5, '0');
  return `${whole}°${minutes}′${degrees < 0 ? negative : positive}`;
}

/** Reads a position in any of the common notations; what can be meant in two ways is refused and both are named. */
export function readPosition(text: string): Reading<Position> {
  const plain = plainOf(text);
  if (/[A-Z]/.test(plain)) return readWithHemispheres(plain);
  return readIso6709(plain) ?? readDecimal(plain) ?? readSigned(plain);
}

/** One sign for each mark: primes, degrees, minus; words and brackets around it left out. */
function plainOf(text: string): string {
  return text
    .normalize('NFC')
    .toUpperCase()
    .replace(/[″”“ʺ]|''|′′/gu, '"')
    .replace(/[′’‘ʹ´`]/gu, "'")
    .replace(/[º˚ᵒ]|\bDEG(?:REES)?\b\.?/gu, '°')
    .replace(/[−–—‐‑]/gu, '-')
    .replace(/\b(?:LATITUDE|LONGITUDE|LAT|LONG|LON|LNG)\b\.?\s*[:=]?/gu, ' ')
    .replace(/\b(NORTH|SOUTH|EAST|WEST)\b/gu, (word) => word.slice(0, 1))
    .replace(/[()[\]]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
}

function readWithHemispheres(plain: string): Reading<Position> {
  const letters = plain.match(/[A-Z]/g) ?? [];
  if (letters.some((letter) => !'NSEW'.includes(letter))) return refuse('positionForm');
  const isFirst = /^[NSEW]/.test(plain);
  const halves = isFirst
    ? /^([NSEW])([^NSEW]+)([NSEW])([^NSEW]+)$/.exec(plain)
    : /^([^NSEW]+)([NSEW])([^NSEW]+)([NSEW])$/.exec(plain);
  if (!halves) return refuse('positionHemisphere');
  const [, a = '', b = '', c = '', d = ''] = halves;
  const pair = isFirst ? [halfOf(a, b), halfOf(c, d)] : [halfOf(b, a), halfOf(d, c)];
  const latitude = pair.find((half) => half.axis === 'latitude');
  const longitude = pair.find((half) => half.axis === 'longitude');
  return latitude && longitude ? joined(latitude, longitude) : refuse('positionHemisphere');
}

function halfOf(letter: string, text: string): Half {
  return {
    axis: 'NS'.includes(letter) ? 'latitude' : 'longitude',
    text: text.replace(/^[\s,;/:]+|[\s,;/:]+$/g, ''),
    sign: 'NE'.includes(letter) ? 1 : -1,
  };
}

function joined(latitude: Half, longitude: Half): Reading<Position> {
  const [lat, lon] = [readCoordinate(latitude.text, 'latitude'), readCoordinate(longitude.text, 'longitude')];
  if (!lat.ok) return refuse(lat.word);
  if (!lon.ok) return refuse(lon.word);
  const way = (at: 0 | 1) => roundPosition(latitude.sign * degreesAt(lat, at), longitude.sign * degreesAt(lon, at));
  const [one, other] = [way(0), way(1)];
  if (writePosition(one) === writePosition(other)) return accept(one);
  const suggestions = [showPosition(one), showPosition(other)];
  return refuse('positionTwoWays', { one: showPosition(one), other: showPosition(other) }, suggestions);
}

function degreesAt(reading: CoordinateReading & { readonly ok: true }, at: 0 | 1): number {
  return reading.degrees[at] ?? reading.degrees[0];
}

/** ISO 6709: `+49.287-123.108/`, `+4917.22-12306.50/`. */
function readIso6709(plain: string): Reading<Position> | null {
  const parts = /^([+-])(\d{2}(?:\d{2}){0,2}(?:\.\d+)?)([+-])(\d{3}(?:\d{2}){0,2}(?:\.\d+)?)\/?$/.exec(plain);
  if (!parts) return null;
  const [, northing, lat = '', easting, lon = ''] = parts;
  return joined(
    { axis: 'latitude', text: isoDegrees(lat, 2), sign: northing === '-' ? -1 : 1 },
    { axis: 'longitude', text: isoDegrees(lon, 3), sign: easting === '-' ? -1 : 1 },
  );
}

/** Six digits after the sign are degrees, minutes and seconds there: parted, so that they are read as that. */
function isoDegrees(run: string, width: number): string {
  const whole = run.split('.')[0] ?? '';
  if (whole.length !== width + 4) return run;
  return `${run.slice(0, width)} ${run.slice(width, width + 2)} ${run.slice(width + 2)}`;
}

/** `49.287, -123.108`, `49,287 -123,108`, `49,287; -123,108`: decimal degrees, latitude first. */
function readDecimal(plain: string): Reading<Position> | null {
  const parts =
    /^([+-]?\d{1,3}(?:\.\d{1,15})?)°?(?: ?[,;/] ?| )([+-]?\d{1,3}(?:\.\d{1,15})?)°?$/.exec(plain) ??
    /^([+-]?\d{1,3}(?:,\d{1,15})?)°?(?: ?[;/] ?|,? )([+-]?\d{1,3}(?:,\d{1,15})?)°?$/.exec(plain);
  if (!parts) return null;
  const [lat = 0, lon = 0] = parts.slice(1).map((part) => Number(part.replace(',', '.')));
  if (Math.abs(lat) <= 90 && Math.abs(lon) <= 180) return accept(roundPosition(lat, lon));
  const isSwapped = Math.abs(lat) <= 180 && Math.abs(lon) <= 90;
  return refuse('positionRange', {}, isSwapped ? [writePosition(roundPosition(lon, lat))] : []);
}

/** `49°17.22' -123°06.5'`: marks, and a sign on at least one; without any sign nobody can know the hemisphere. */
function readSigned(plain: string): Reading<Position> {
  const parts = /^([+-]?)(\d{1,3}°[^+-]*?)[\s,;/]+([+-]?)(\d{1,3}°.*)$/.exec(plain);
  if (!parts)
    return refuse(/^[\d\s.,°'":;/-]+$/.test(plain) && /\d[\s°':-]+\d/.test(plain) ? 'positionHemisphere' : 'positionForm');
  const [, northing = '', lat = '', easting = '', lon = ''] = parts;
  if (northing === '' && easting === '') return refuse('positionHemisphere');
  return joined(
    { axis: 'latitude', text: lat, sign: northing === '-' ? -1 : 1 },
    { axis: 'longitude', text: lon, sign: easting === '-' ? -1 : 1 },
  );
}
