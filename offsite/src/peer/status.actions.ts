import type { PublicStatus } from '@bulkhead/contracts';
import { openWire, type WirePeer } from '@bulkhead/wire';

/** The status page's process, as recovery uses it. */
export type StatusPeer = { readonly publish: (facts: PublicStatus) => Promise<void> };

export function reachStatus(peer: WirePeer): StatusPeer {
  return {
    publish: async (facts) => {
      const { body } = await openWire(peer, { method: 'POST', path: '/facts', body: facts });
      body.resume();
    },
  };
}
