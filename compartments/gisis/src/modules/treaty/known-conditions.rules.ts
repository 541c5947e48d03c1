import type { Conditions } from './entry-into-force.rules.ts';

const NONE: Conditions = {
  states: null,
  tonnageShare: null,
  ships: null,
  largeFleets: null,
  cargo: null,
  recyclingShare: null,
  monthsAfter: 12,
  monthsLater: 3,
};
const HNS: Conditions = {
  ...NONE,
  states: 12,
  largeFleets: { states: 4, tonnage: 2_000_000 },
  cargo: 40_000_000,
  monthsAfter: 18,
};

/**
 * What conventions demand by their own words, by short name: it stands in where a record tells nothing. SOLAS article X; Ballast Water
 * article 18; Hong Kong article 17; Cape Town Agreement article 4; HNS 1996 article 46, protocol of 2010 article 21.
 */
export const KNOWN_CONDITIONS: Readonly<Record<string, Conditions>> = {
  'SOLAS 1974': { ...NONE, states: 25, tonnageShare: 50 },
  'BWM 2004': { ...NONE, states: 30, tonnageShare: 35 },
  'Hong Kong 2009': { ...NONE, states: 15, tonnageShare: 40, recyclingShare: 3, monthsAfter: 24 },
  'Cape Town 2012': { ...NONE, states: 22, ships: 3600 },
  'HNS 1996': HNS,
  'HNS Protocol 2010': HNS,
};

export function findKnownConditions(shortName: string | null): Conditions | undefined {
  const name = shortName?.toUpperCase();
  return Object.entries(KNOWN_CONDITIONS).find(([known]) => known.toUpperCase() === name)?.[1];
}
