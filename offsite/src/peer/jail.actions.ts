import type { Readable } from 'node:stream';
import {
  type JailHealth,
  type JailImage,
  jailHealthSchema,
  jailImageSchema,
  type Promoted,
  type PromoteRequest,
  promotedSchema,
  type RepairOutcome,
  type RowsRequest,
  repairOutcomeSchema,
  type TableDescription,
  type TableDigests,
  tableDescriptionsSchema,
  tableDigestsSchema,
  type Verification,
  type VerifyRequest,
  verificationSchema,
} from '@bulkhead/contracts';
import { callWire, openWire, type WirePeer, type WireReply } from '@bulkhead/wire';
import { z } from 'zod';

/** A jailed PostgreSQL, standby or quarantine. What it answers is hostile input until it is checked. */
export type JailPeer = {
  readonly readHealth: () => Promise<JailHealth>;
  readonly verify: (asked: VerifyRequest) => Promise<Verification>;
  readonly digest: (tables: readonly string[]) => Promise<TableDigests>;
  /** The tables as the copy's catalog describes them. */
  readonly readSchema: () => Promise<readonly TableDescription[]>;
  /** Carries out a repair in one transaction: a head, then a step a line. Asked again with the same plan, tells of what was done. */
  readonly repair: (lines: Readable) => Promise<RepairOutcome>;
  /** Rows of tables, a line each. */
  readonly openRows: (asked: RowsRequest) => Promise<WireReply>;
  /** Stops the restored cluster and packs it. */
  readonly packImage: () => Promise<JailImage>;
  readonly openImage: () => Promise<WireReply>;
  /** A standby replays all up to a position, whether history has read it or not. */
  readonly catchUp: (lsn: string) => Promise<void>;
  /** A standby that has caught up becomes a cluster of its own timeline, and is shut down. */
  readonly promote: (asked: PromoteRequest) => Promise<Promoted>;
};

const LONG_MS = 7_200_000;
const CATCH_UP_MS = 660_000;

export function reachJail(peer: WirePeer): JailPeer {
  return {
    readHealth: () => callWire(peer, { method: 'GET', path: '/health', timeoutMs: 5000 }, jailHealthSchema),
    verify: (asked) => callWire(peer, { method: 'POST', path: '/verify', body: asked, timeoutMs: LONG_MS }, verificationSchema),
    digest: (tables) =>
      callWire(peer, { method: 'POST', path: '/digest', body: { tables }, timeoutMs: LONG_MS }, tableDigestsSchema),
    readSchema: async () =>
      (await callWire(peer, { method: 'GET', path: '/schema', timeoutMs: 300_000 }, tableDescriptionsSchema)).tables,
    repair: (stream) => callWire(peer, { method: 'POST', path: '/repair', stream, timeoutMs: LONG_MS }, repairOutcomeSchema),
    openRows: (body) => openWire(peer, { method: 'POST', path: '/rows', body, timeoutMs: LONG_MS }),
    packImage: () => callWire(peer, { method: 'POST', path: '/image', body: {}, timeoutMs: LONG_MS }, jailImageSchema),
    catchUp: async (lsn) => {
      await callWire(
        peer,
        { method: 'POST', path: '/catch-up', body: { lsn }, timeoutMs: CATCH_UP_MS },
        z.object({ ok: z.literal(true) }),
      );
    },
    promote: (body) => callWire(peer, { method: 'POST', path: '/promote', body, timeoutMs: CATCH_UP_MS }, promotedSchema),
    openImage: () => openWire(peer, { method: 'GET', path: '/image', timeoutMs: LONG_MS }),
  };
}
