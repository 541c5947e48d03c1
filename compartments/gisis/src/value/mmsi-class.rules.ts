import { type Country, findCountryOfMid } from '#state/country.rules.ts';

/** What a maritime identity is given to (Recommendation ITU-R M.585). */
export const MMSI_CLASSES = [
  'ship',
  'group-of-ships',
  'coast-station',
  'search-and-rescue-aircraft',
  'aid-to-navigation',
  'craft-of-a-ship',
  'handheld',
  'search-and-rescue-transmitter',
  'man-overboard',
  'position-indicating-beacon',
  'autonomous-device',
] as const;
export type MmsiClass = (typeof MMSI_CLASSES)[number];

/** Beginnings, the longest first; `mid` tells that three digits of the country follow. */
const BEGINNINGS: readonly (readonly [digits: string, of: MmsiClass, follows: 'mid' | 'maker'])[] = [
  ['970', 'search-and-rescue-transmitter', 'maker'],
  ['972', 'man-overboard', 'maker'],
  ['974', 'position-indicating-beacon', 'maker'],
  ['979', 'autonomous-device', 'maker'],
  ['111', 'search-and-rescue-aircraft', 'mid'],
  ['00', 'coast-station', 'mid'],
  ['98', 'craft-of-a-ship', 'mid'],
  ['99', 'aid-to-navigation', 'mid'],
  ['0', 'group-of-ships', 'mid'],
  ['8', 'handheld', 'mid'],
];

export type MmsiReading =
  | { readonly ok: true; readonly of: MmsiClass; readonly country: Country | null }
  | { readonly ok: false; readonly mid: string | null };

/** Tells what nine digits are given to and by which State; a device's digits name its maker instead. */
export function classifyMmsi(digits: string): MmsiReading {
  const beginning = BEGINNINGS.find(([start]) => digits.startsWith(start));
  if (!beginning) return /^[2-7]/.test(digits) ? ofCountry('ship', digits.slice(0, 3)) : { ok: false, mid: null };
  const [start, of, follows] = beginning;
  return follows === 'maker' ? { ok: true, of, country: null } : ofCountry(of, digits.slice(start.length, start.length + 3));
}

function ofCountry(of: MmsiClass, mid: string): MmsiReading {
  const country = findCountryOfMid(mid);
  return country ? { ok: true, of, country } : { ok: false, mid };
}
