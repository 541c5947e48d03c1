import {
  allottedTimelineSchema,
  type Base,
  baseSchema,
  basesSchema,
  type CompartmentStream,
  compartmentStreamSchema,
  compartmentStreamsSchema,
  joinedStreamSchema,
  type StreamSeal,
  streamSealSchema,
  type UnsealedStream,
  unsealedStreamSchema,
} from '@bulkhead/contracts';
import { callWire, type WirePeer } from '@bulkhead/wire';
import type { z } from 'zod';

export type JoinedStream = z.infer<typeof joinedStreamSchema>;

/** The receiver, as recovery uses it. */
export type ReceiverPeer = {
  /** Ends acknowledgements: the compartment's stream accepts nothing past the answered position. */
  readonly seal: (compartment: string, epoch: number) => Promise<StreamSeal>;
  /** @param password of the replication, if it was replaced since the joining */
  readonly unseal: (compartment: string, epoch: number, password?: string) => Promise<UnsealedStream>;
  /** Goes on from a restored cluster's timeline. */
  readonly join: (
    compartment: string,
    to: {
      readonly systemId: string;
      readonly timeline: number;
      readonly epoch: number;
      /** Leaves WAL behind that nobody has any more; the gap is recorded. */
      readonly acceptGap?: boolean;
      readonly password?: string;
    },
  ) => Promise<JoinedStream>;
  /** A timeline number that no restore of the compartment had before: restores that stand side by side cannot take the same. */
  readonly allotTimeline: (compartment: string) => Promise<number>;
  readonly takeBase: (compartment: string) => Promise<Base>;
  readonly listBases: (compartment: string) => Promise<readonly Base[]>;
  readonly readStream: (compartment: string) => Promise<CompartmentStream>;
  readonly listStreams: () => Promise<readonly CompartmentStream[]>;
};

const SEAL_TIMEOUT_MS = 3000;
const BASE_TIMEOUT_MS = 3_600_000;

export function reachReceiver(peer: WirePeer): ReceiverPeer {
  const at = (compartment: string) => `/compartments/${compartment}`;
  return {
    seal: (compartment, epoch) =>
      callWire(
        peer,
        { method: 'POST', path: `${at(compartment)}/seal`, body: { epoch }, timeoutMs: SEAL_TIMEOUT_MS },
        streamSealSchema,
      ),
    unseal: (compartment, epoch, password) => {
      const body = { epoch, ...(password === undefined ? {} : { password }) };
      return callWire(peer, { method: 'POST', path: `${at(compartment)}/unseal`, body }, unsealedStreamSchema);
    },
    join: (compartment, to) =>
      callWire(peer, { method: 'POST', path: `${at(compartment)}/join`, body: to, timeoutMs: 60_000 }, joinedStreamSchema),
    allotTimeline: async (compartment) =>
      (await callWire(peer, { method: 'POST', path: `${at(compartment)}/timeline`, body: {} }, allottedTimelineSchema)).timeline,
    takeBase: (compartment) =>
      callWire(peer, { method: 'POST', path: `${at(compartment)}/base`, body: {}, timeoutMs: BASE_TIMEOUT_MS }, baseSchema),
    listBases: async (compartment) =>
      (await callWire(peer, { method: 'GET', path: `${at(compartment)}/bases` }, basesSchema)).bases,
    readStream: (compartment) => callWire(peer, { method: 'GET', path: at(compartment) }, compartmentStreamSchema),
    listStreams: async () =>
      (await callWire(peer, { method: 'GET', path: '/compartments', timeoutMs: 3000 }, compartmentStreamsSchema)).compartments,
  };
}
