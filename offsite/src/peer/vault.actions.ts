import { sha256Schema } from '@bulkhead/contracts';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

/** The vault, as recovery uses it. */
export type VaultPeer = {
  readonly listMissing: (compartment: string, digests: readonly string[]) => Promise<readonly string[]>;
  /** From now on the compartment adds and reads with this secret, and with no other. */
  readonly replaceSecret: (compartment: string, secret: string) => Promise<void>;
};

const BATCH = 10_000;
const missingSchema = z.object({ missing: z.array(sha256Schema) });

export function reachVault(peer: WirePeer): VaultPeer {
  return {
    listMissing: async (compartment, digests) => {
      const missing: string[] = [];
      for (let from = 0; from < digests.length; from += BATCH) {
        const body = { digests: digests.slice(from, from + BATCH) };
        const path = `/compartments/${compartment}/missing`;
        missing.push(...(await callWire(peer, { method: 'POST', path, body, timeoutMs: 600_000 }, missingSchema)).missing);
      }
      return missing;
    },
    replaceSecret: async (compartment, secret) => {
      const path = `/compartments/${compartment}/secret`;
      await callWire(peer, { method: 'POST', path, body: { secret } }, z.object({ ok: z.literal(true) }));
    },
  };
}
