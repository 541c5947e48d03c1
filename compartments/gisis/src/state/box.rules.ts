import type { Box, Country } from './country.rules.ts';

type Position = { readonly lat: number; readonly lon: number };
/** Farther than this from its country's box, a position is asked back. */
export const ASKED_FROM_KM = 100;
const EARTH_RADIUS_KM = 6371;

/** How far a position lies from the nearest box of a country, in kilometres; 0 within; undefined where no box is known. */
export function distanceToCountryKm(position: Position, country: Country): number | undefined {
  if (country.boxes.length === 0) return undefined;
  return Math.min(...country.boxes.map((box) => distanceKm(position, nearestIn(box, position))));
}

function nearestIn({ south, west, north, east }: Box, { lat, lon }: Position): Position {
  const nearest = Math.min(Math.max(lat, south), north);
  if (lon >= west && lon <= east) return { lat: nearest, lon };
  const isWestNearer = turn(west, lon) <= turn(east, lon);
  return { lat: nearest, lon: isWestNearer ? west : east };
}

function turn(one: number, other: number): number {
  const apart = Math.abs(one - other) % 360;
  return Math.min(apart, 360 - apart);
}

/** The great-circle distance of two positions, in kilometres. */
export function distanceKm(one: Position, other: Position): number {
  const [a, b] = [radians(one.lat), radians(other.lat)];
  const half = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(radians(other.lon - one.lon) / 2) ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(half)));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
