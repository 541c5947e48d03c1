import {
  type ArchiveCopied,
  allottedTimelineSchema,
  archiveCopiedSchema,
  type Base,
  baseSchema,
  basesSchema,
  type CompartmentStream,
  type ControlKind,
  compartmentStreamSchema,
  compartmentStreamsSchema,
  joinedStreamSchema,
  type StreamSeal,
  streamSealSchema,
  type UnsealedStream,
  unsealedStreamSchema,
} from '@bulkhead/contracts';
import { hasCode } from '@bulkhead/kernel';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import type { z } from 'zod';
import { type Ancestor, historyName, parseHistory } from '#archive/wal.rules.ts';

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
      /** Where the cluster to be joined has its socket, from here on. */
      readonly socketDirectory?: string;
    },
  ) => Promise<JoinedStream>;
  /** A timeline number that no restore of the compartment had before: restores that stand side by side cannot take the same. */
  readonly allotTimeline: (compartment: string) => Promise<number>;
  readonly takeBase: (compartment: string) => Promise<Base>;
  readonly listBases: (compartment: string) => Promise<readonly Base[]>;
  readonly readStream: (compartment: string) => Promise<CompartmentStream>;
  /** How a timeline grew out of those before it. */
  readonly readHistory: (compartment: string, timeline: number) => Promise<readonly Ancestor[]>;
  readonly listStreams: () => Promise<readonly CompartmentStream[]>;
  /** Makes a copy of the archive apart, with damage in one artefact; answers with what was damaged, if there was any such. */
  readonly copyArchive: (
    compartment: string,
    asked: { readonly id: string; readonly damage: ControlKind | null; readonly seed: number },
  ) => Promise<ArchiveCopied>;
  readonly removeCopy: (id: string) => Promise<void>;
  /** Tells that a drill restored everything up to a position; a receiver that keeps no such mark is asked in vain. */
  readonly markProven: (
    compartment: string,
    proof: { readonly lsn: string; readonly timeline: number; readonly drill: string; readonly at: string },
  ) => Promise<boolean>;
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
    readHistory: async (compartment, timeline) => {
      if (timeline === 1) return [];
      const { body } = await openWire(peer, { method: 'GET', path: `${at(compartment)}/wal/${historyName(timeline)}` });
      const pieces = await body.toArray();
      return parseHistory(Buffer.concat(pieces).toString('utf8'));
    },
    copyArchive: (compartment, body) =>
      callWire(
        peer,
        { method: 'POST', path: `${at(compartment)}/copies`, body, timeoutMs: BASE_TIMEOUT_MS },
        archiveCopiedSchema,
      ),
    removeCopy: async (id) => {
      const { body } = await openWire(peer, { method: 'DELETE', path: `/copies/${id}`, timeoutMs: 600_000 });
      body.resume();
    },
    markProven: async (compartment, body) => {
      const call = { method: 'POST', path: `${at(compartment)}/proven`, body, timeoutMs: 60_000 } as const;
      const reply = await openWire(peer, call).catch((error: unknown) => {
        if (hasCode(error, 'request.not_found')) return undefined;
        throw error;
      });
      reply?.body.resume();
      return reply !== undefined;
    },
    listStreams: async () =>
      (await callWire(peer, { method: 'GET', path: '/compartments', timeoutMs: 3000 }, compartmentStreamsSchema)).compartments,
  };
}
