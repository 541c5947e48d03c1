import { sha256Schema } from '@bulkhead/contracts';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

/** The vault, as recovery uses it. */
export type VaultPeer = { readonly listMissing: (compartment: string, digests: readonly string[]) => Promise<readonly string[]> };

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
  };
}
