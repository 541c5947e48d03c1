import {
  admits,
  type CompartmentState,
  type Estate,
  type PublicReading,
  type PublicStatus,
  type RunningSite,
} from '@bulkhead/contracts';
import { listPlaces, listReadable } from '#reading-room/reading-room.rules.ts';

/** How much longer than a lease lasts headquarters may be silent before that is told: it asks several times in that time. */
const SILENCE_MARGIN_MS = 5000;

export type ReadingFacts = {
  readonly estate: Pick<Estate, 'compartments' | 'leaseMs'>;
  readonly inCharge: RunningSite;
  readonly stateOf: (compartment: string) => CompartmentState | undefined;
  readonly sinceLeaseMs: (compartment: string) => number;
};

/** Why the public should read off-site now; empty while it reads at headquarters, or at the stand-in. */
export function listNeeds({ estate, inCharge, stateOf, sinceLeaseMs }: ReadingFacts): string[] {
  if (inCharge !== 'headquarters') return [];
  const silentMs = Math.min(...estate.compartments.map(({ manifest }) => sinceLeaseMs(manifest.name)));
  const isSilent = silentMs > estate.leaseMs + SILENCE_MARGIN_MS;
  const closed = listReadable(estate).flatMap(({ name }) => {
    const state = stateOf(name);
    return state !== undefined && admits(state) === 'nothing' ? [`${name} is ${state}`] : [];
  });
  return [...(isSilent ? [`headquarters has not been heard for ${Math.round(silentMs / 1000)} s`] : []), ...closed];
}

/** The public pages that can be read off-site, at the reading room's own address. */
export function listPages(
  shown: Estate,
): { readonly compartment: string; readonly title: PublicStatus['compartments'][number]['title']; readonly url: string }[] {
  return [...listPlaces(shown).values()].flatMap(({ readable, title, url }) =>
    readable === null ? [] : [{ compartment: readable, title, url: `${url}/` }],
  );
}

/** For the status page: where to read while it is needed, or while the names lead there. */
export function tellReaders(
  shown: Estate | undefined,
  needs: readonly string[],
  names: PublicReading['names'],
): PublicStatus['publicReading'] {
  if (!shown || (needs.length === 0 && names?.way !== 'away')) return undefined;
  const addresses = listPages(shown).map(({ title, url }) => ({ title, url }));
  return addresses.length > 0 ? { addresses } : undefined;
}
