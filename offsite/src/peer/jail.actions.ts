import {
  type JailHealth,
  type JailImage,
  jailHealthSchema,
  jailImageSchema,
  type TableDigests,
  tableDigestsSchema,
  type Verification,
  type VerifyRequest,
  verificationSchema,
} from '@bulkhead/contracts';
import { callWire, openWire, type WirePeer, type WireReply } from '@bulkhead/wire';

/** A jailed PostgreSQL, standby or quarantine. What it answers is hostile input until it is checked. */
export type JailPeer = {
  readonly readHealth: () => Promise<JailHealth>;
  readonly verify: (asked: VerifyRequest) => Promise<Verification>;
  readonly digest: (tables: readonly string[]) => Promise<TableDigests>;
  /** Stops the restored cluster and packs it. */
  readonly packImage: () => Promise<JailImage>;
  readonly openImage: () => Promise<WireReply>;
};

const LONG_MS = 7_200_000;

export function reachJail(peer: WirePeer): JailPeer {
  return {
    readHealth: () => callWire(peer, { method: 'GET', path: '/health', timeoutMs: 5000 }, jailHealthSchema),
    verify: (asked) => callWire(peer, { method: 'POST', path: '/verify', body: asked, timeoutMs: LONG_MS }, verificationSchema),
    digest: (tables) =>
      callWire(peer, { method: 'POST', path: '/digest', body: { tables }, timeoutMs: LONG_MS }, tableDigestsSchema),
    packImage: () => callWire(peer, { method: 'POST', path: '/image', body: {}, timeoutMs: LONG_MS }, jailImageSchema),
    openImage: () => openWire(peer, { method: 'GET', path: '/image', timeoutMs: LONG_MS }),
  };
}
