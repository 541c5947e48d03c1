import type { TokenKey } from '@bulkhead/contracts';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

const quarantineSchema = z.object({ socket: z.string().min(1).max(200), secret: z.string().min(1).max(500) });

export type AskedQuarantine = {
  readonly compartment: string;
  readonly id: string;
  /** Stops just before the record at this position; the end of the archive otherwise. */
  readonly targetLsn?: string;
  /** The number that the receiver allotted to the restored cluster's timeline; a copy that never goes live needs none. */
  readonly newTimeline?: number;
};

/** Off-site's supervisor, as recovery uses it. */
export type SupervisorPeer = {
  /** Starts a quarantine; asked again with the same id it answers with the one that runs. */
  readonly startQuarantine: (asked: AskedQuarantine) => Promise<{ readonly socket: string; readonly secret: string }>;
  /** Stops it and deletes its files; one that is gone is well. */
  readonly deleteQuarantine: (id: string) => Promise<void>;
  /** Starts the one reader of copies over a copy that the receiver made; another that ran is ended. */
  readonly startReader: (asked: {
    readonly compartment: string;
    readonly copy: string;
  }) => Promise<{ readonly socket: string; readonly secret: string }>;
  readonly stopReader: () => Promise<void>;
  readonly rebuildStandby: (compartment: string) => Promise<void>;
  /** Keeps the gateway's keys beside the trust file, and starts anew whoever verifies with them. */
  readonly enrolGatewayKeys: (gatewayKeys: readonly TokenKey[]) => Promise<void>;
};

export function reachSupervisor(peer: WirePeer): SupervisorPeer {
  const tell = async (method: 'POST' | 'DELETE', path: string) => {
    const { body } = await openWire(peer, { method, path, ...(method === 'POST' ? { body: {} } : {}), timeoutMs: 120_000 });
    body.resume();
  };
  return {
    startQuarantine: (body) =>
      callWire(peer, { method: 'POST', path: '/quarantines', body, timeoutMs: 120_000 }, quarantineSchema),
    deleteQuarantine: (id) => tell('DELETE', `/quarantines/${id}`),
    startReader: (body) =>
      callWire(peer, { method: 'POST', path: '/archive-reader', body, timeoutMs: 120_000 }, quarantineSchema),
    stopReader: () => tell('DELETE', '/archive-reader'),
    enrolGatewayKeys: async (gatewayKeys) => {
      const call = { method: 'POST', path: '/gateway-keys', body: { gatewayKeys }, timeoutMs: 120_000 } as const;
      await callWire(peer, call, z.object({ ok: z.literal(true) }));
    },
    rebuildStandby: (compartment) => tell('POST', `/standbys/${compartment}/rebuild`),
  };
}
