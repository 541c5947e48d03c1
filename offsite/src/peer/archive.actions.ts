import {
  type ArchiveKeys,
  type ArchiveNames,
  archiveKeysSchema,
  archiveNamesSchema,
  type KeyProof,
  type Pruned,
  prunedSchema,
  type Retained,
  type Retention,
  retainedSchema,
  retentionSchema,
  type Signed,
} from '@bulkhead/contracts';
import { callWire, type WirePeer } from '@bulkhead/wire';

const PRUNE_TIMEOUT_MS = 600_000;
const SEARCH_TIMEOUT_MS = 86_400_000;

/** The archive behind the receiver, as the desk uses it. */
export type ArchivePeer = {
  readonly readKeys: (compartment: string) => Promise<ArchiveKeys>;
  readonly rotateKeys: (compartment: string) => Promise<ArchiveKeys>;
  readonly keepKeyProof: (compartment: string, proof: KeyProof) => Promise<ArchiveKeys>;
  readonly readRetention: (compartment: string) => Promise<Retention>;
  /** Hands on what an operator signed: the receiver verifies it itself. */
  readonly retain: (compartment: string, signed: Signed) => Promise<Retained>;
  /** Which of these digests stand anywhere in what is kept; everything is read for it. */
  readonly findNamed: (compartment: string, digests: readonly string[]) => Promise<ArchiveNames>;
  readonly prune: (compartment: string) => Promise<Pruned>;
};

export function reachArchive(peer: WirePeer): ArchivePeer {
  const at = (compartment: string, path: string) => `/compartments/${encodeURIComponent(compartment)}/${path}`;
  const get = (compartment: string, path: string) => ({ method: 'GET', path: at(compartment, path) }) as const;
  const post = (compartment: string, path: string, body: unknown = {}, timeoutMs = 30_000) =>
    ({ method: 'POST', path: at(compartment, path), body, timeoutMs }) as const;
  return {
    readKeys: (compartment) => callWire(peer, get(compartment, 'keys'), archiveKeysSchema),
    rotateKeys: (compartment) => callWire(peer, post(compartment, 'keys/rotate'), archiveKeysSchema),
    keepKeyProof: (compartment, proof) => callWire(peer, post(compartment, 'keys/proof', proof), archiveKeysSchema),
    readRetention: (compartment) => callWire(peer, get(compartment, 'retention'), retentionSchema),
    retain: (compartment, signed) => callWire(peer, post(compartment, 'retention', { signed }), retainedSchema),
    findNamed: (compartment, digests) =>
      callWire(peer, post(compartment, 'named', { digests }, SEARCH_TIMEOUT_MS), archiveNamesSchema),
    prune: (compartment) => callWire(peer, post(compartment, 'prune', {}, PRUNE_TIMEOUT_MS), prunedSchema),
  };
}
