import type { Authority } from './viewer.rules.ts';

/** An authorization as the registry keeps it. Days are ISO; null is open. */
export type Authorized = Authority & { readonly from: string | null; readonly to: string | null };
/** What a State did about an instrument, by the instrument's short name. */
export type PartyDeed = { readonly instrument: string; readonly act: string; readonly on: string };

/** Acts by which a State consents to be bound. */
export const BINDING_ACTS: ReadonlySet<string> = new Set([
  'definitive-signature',
  'ratification',
  'acceptance',
  'approval',
  'accession',
  'succession',
]);

/** What holds on a day, of the authorizations of one organization: both ends of their time are included. */
export function authoritiesOn(all: readonly Authorized[], today: string): readonly Authority[] {
  return all
    .filter(({ from, to }) => (from === null || from <= today) && (to === null || to >= today))
    .map(({ state, functions }) => ({ state, functions }));
}

/** The instruments to which a State is a Party: it consented, and has not left since. */
export function partiesBy(deeds: readonly PartyDeed[]): readonly string[] {
  const party = new Set<string>();
  for (const { instrument, act } of deeds.toSorted((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0))) {
    if (BINDING_ACTS.has(act)) party.add(instrument);
    if (act === 'withdrawal') party.delete(instrument);
  }
  return [...party];
}
