import { readingRoomHealthSchema } from '@bulkhead/contracts';
import { callWire, type WirePeer } from '@bulkhead/wire';

const ANSWER_MS = 1000;

/** The reading room, as recovery uses it. */
export type ReadingRoomPeer = {
  /** Compartment → the number of the edition that it serves; null before the first. */
  readonly listEditions: () => Promise<Readonly<Record<string, number | null>>>;
};

export function reachReadingRoom(peer: WirePeer): ReadingRoomPeer {
  return {
    listEditions: async () =>
      (await callWire(peer, { method: 'GET', path: '/health', timeoutMs: ANSWER_MS }, readingRoomHealthSchema)).editions,
  };
}
