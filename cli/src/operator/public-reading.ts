import { type PublicReading, publicReadingSchema } from '@bulkhead/contracts';
import { callWire, type WirePeer } from '@bulkhead/wire';

export function askPublicReading(desk: WirePeer): Promise<PublicReading> {
  return callWire(desk, { method: 'GET', path: '/public-reading', timeoutMs: 5000 }, publicReadingSchema);
}

/** What the public can read off-site, for a person. */
export function describePublicReading({ room, notAllowed, names, neededFor }: PublicReading): string[] {
  if (!room) return ['public reading off-site: none; "readingRoom" in bulkhead.json gives it an address'];
  const pages = room.pages.map(
    ({ compartment, url, edition }) => `  ${compartment}: ${url} (${tellEdition(room.isUp, edition)})`,
  );
  const led = names?.way === 'away' ? 'the names lead here' : 'the names lead to headquarters';
  const since = names ? ` since ${names.sinceAt}, by ${names.by} (${names.reason}); ${names.told}` : '';
  return [
    `public reading off-site: ${room.isUp ? 'open' : 'DOES NOT ANSWER'}; ${led}${since}`,
    ...pages,
    ...(notAllowed.length > 0 ? [`  not allowed by the manifests of ${notAllowed.join(', ')}`] : []),
    ...(neededFor.length > 0 ? [`  needed now: ${neededFor.join('; ')}`] : []),
    ...(neededFor.length > 0 && names?.way !== 'away'
      ? ['  to let the names lead here: bulkhead reading-room away --reason "…"']
      : []),
  ];
}

function tellEdition(isUp: boolean, edition: number | null): string {
  if (edition !== null) return `edition ${edition}`;
  return isUp ? 'no edition yet' : 'edition unknown';
}
