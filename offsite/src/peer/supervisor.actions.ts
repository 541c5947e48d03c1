import { sha256Schema, type TokenKey, type VerifyingKey, verifyingKeySchema } from '@bulkhead/contracts';
import { hasCode } from '@bulkhead/kernel';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

/** What tells one data directory from another: its global/pg_control. */
export const handedOverSchema = z.object({ bytes: z.number().int().positive(), sha256: sha256Schema });
export type HandedOver = z.infer<typeof handedOverSchema>;

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
  /** Ends a promoted standby and puts its data directory beside the stand-in, under this id. */
  readonly handOver: (compartment: string, id: string) => Promise<HandedOver>;
  /** What was put there under this id. */
  readonly findHandedOver: (id: string) => Promise<HandedOver | undefined>;
  /**
   * Starts or ends the stand-in; while it is in charge, headquarters' own secrets are refused.
   * @returns the key that its gateway signs with
   */
  readonly keepStandIn: (wanted: { readonly isWanted: boolean; readonly isInCharge: boolean }) => Promise<VerifyingKey>;
  /** Runs the hook that moves the public names; null if there is none. */
  readonly moveNames: (way: 'away' | 'home') => Promise<string | null>;
  /** Runs the hook that lets the names of public pages lead to the reading room, or back; null if there is none. */
  readonly moveReadersNames: (way: 'away' | 'home') => Promise<string | null>;
  /** Keeps the gateway's keys beside the trust file, and starts anew whoever verifies with them. */
  readonly enrolGatewayKeys: (gatewayKeys: readonly TokenKey[]) => Promise<void>;
};

export function reachSupervisor(peer: WirePeer): SupervisorPeer {
  const tell = async (method: 'POST' | 'DELETE', path: string) => {
    const { body } = await openWire(peer, { method, path, ...(method === 'POST' ? { body: {} } : {}), timeoutMs: 120_000 });
    body.resume();
  };
  const runHook = async (path: string, way: 'away' | 'home') => {
    const call = { method: 'POST', path, body: { way }, timeoutMs: 150_000 } as const;
    return (await callWire(peer, call, z.object({ told: z.string().nullable() }))).told;
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
    handOver: (compartment, id) =>
      callWire(
        peer,
        { method: 'POST', path: `/standbys/${compartment}/hand-over`, body: { id }, timeoutMs: 120_000 },
        handedOverSchema,
      ),
    findHandedOver: async (id) => {
      try {
        return await callWire(peer, { method: 'GET', path: `/handed/${id}` }, handedOverSchema);
      } catch (error) {
        if (hasCode(error, 'request.not_found')) return undefined;
        throw error;
      }
    },
    keepStandIn: async (body) =>
      (
        await callWire(
          peer,
          { method: 'PUT', path: '/stand-in', body, timeoutMs: 120_000 },
          z.object({ gatewayKey: verifyingKeySchema }),
        )
      ).gatewayKey,
    moveNames: (way) => runHook('/names', way),
    moveReadersNames: (way) => runHook('/reading-room/names', way),
  };
}
