import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

const quarantineSchema = z.object({ socket: z.string().min(1).max(200), secret: z.string().min(1).max(500) });

/** Off-site's supervisor, as recovery uses it. */
export type SupervisorPeer = {
  /** Starts a quarantine; asked again with the same id it answers with the one that runs. */
  readonly startQuarantine: (compartment: string, id: string) => Promise<{ readonly socket: string; readonly secret: string }>;
  /** Stops it and deletes its files; one that is gone is well. */
  readonly deleteQuarantine: (id: string) => Promise<void>;
  readonly rebuildStandby: (compartment: string) => Promise<void>;
};

export function reachSupervisor(peer: WirePeer): SupervisorPeer {
  const tell = async (method: 'POST' | 'DELETE', path: string) => {
    const { body } = await openWire(peer, { method, path, ...(method === 'POST' ? { body: {} } : {}), timeoutMs: 120_000 });
    body.resume();
  };
  return {
    startQuarantine: (compartment, id) =>
      callWire(peer, { method: 'POST', path: '/quarantines', body: { compartment, id }, timeoutMs: 120_000 }, quarantineSchema),
    deleteQuarantine: (id) => tell('DELETE', `/quarantines/${id}`),
    rebuildStandby: (compartment) => tell('POST', `/standbys/${compartment}/rebuild`),
  };
}
