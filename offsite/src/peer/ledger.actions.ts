import { type LedgerHead, type LedgerRequest, ledgerHeadSchema } from '@bulkhead/contracts';
import { callWire, type WirePeer } from '@bulkhead/wire';

/** The ledger, as recovery uses it. */
export type LedgerPeer = {
  /** Returns once the entry is durable; twice with the same key adds one. */
  readonly append: (entry: LedgerRequest, timeoutMs?: number) => Promise<LedgerHead>;
};

export function reachLedger(peer: WirePeer): LedgerPeer {
  return {
    append: (entry, timeoutMs = 10_000) =>
      callWire(peer, { method: 'POST', path: '/entries', body: entry, timeoutMs }, ledgerHeadSchema),
  };
}
