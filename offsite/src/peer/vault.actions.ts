import type { Readable } from 'node:stream';
import {
  type CollectionAsked,
  type CollectionBegun,
  type CollectionFinished,
  type CollectionFound,
  type CollectionRemoved,
  collectionBegunSchema,
  collectionFinishedSchema,
  collectionRemovedSchema,
  type ErasedBlob,
  erasedBlobSchema,
  type Leaving,
  leavingSchema,
  missingBlobsSchema,
} from '@bulkhead/contracts';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

/** The vault, as recovery uses it. */
export type VaultPeer = {
  readonly listMissing: (compartment: string, digests: readonly string[]) => Promise<readonly string[]>;
  /** Destroys contents by destroying their key; doing it twice is well. */
  readonly erase: (compartment: string, sha256: string, request: string) => Promise<ErasedBlob>;
  /** Lets erased contents be brought again. */
  readonly allow: (compartment: string, sha256: string) => Promise<undefined>;
  /** A round of collection; see the vault's own words on each. */
  readonly beginCollection: (compartment: string, asked: CollectionAsked) => Promise<CollectionBegun>;
  readonly finishCollection: (compartment: string, found: CollectionFound) => Promise<CollectionFinished>;
  readonly readLeaving: (compartment: string) => Promise<Leaving>;
  readonly removeLeaving: (compartment: string) => Promise<CollectionRemoved>;
  /** The bytes of a blob, as they are kept: whoever reads them compares them with its name. */
  readonly openBlob: (compartment: string, sha256: string) => Promise<Readable>;
  /** From now on the compartment adds and reads with this secret, and with no other. */
  readonly replaceSecret: (compartment: string, secret: string) => Promise<void>;
};

const BATCH = 10_000;
const okSchema = z.object({ ok: z.literal(true) });

const collecting = (compartment: string, rest: string, body: unknown) =>
  ({ method: 'POST', path: `/compartments/${compartment}/collection${rest}`, body, timeoutMs: 3_600_000 }) as const;

export function reachVault(peer: WirePeer): VaultPeer {
  return {
    listMissing: async (compartment, digests) => {
      const missing: string[] = [];
      for (let from = 0; from < digests.length; from += BATCH) {
        const body = { digests: digests.slice(from, from + BATCH) };
        const path = `/compartments/${compartment}/missing`;
        missing.push(...(await callWire(peer, { method: 'POST', path, body, timeoutMs: 600_000 }, missingBlobsSchema)).missing);
      }
      return missing;
    },
    erase: (compartment, sha256, request) => {
      const body = { sha256, request };
      return callWire(
        peer,
        { method: 'POST', path: `/compartments/${compartment}/erase`, body, timeoutMs: 600_000 },
        erasedBlobSchema,
      );
    },
    allow: async (compartment, sha256) => {
      await callWire(peer, { method: 'POST', path: `/compartments/${compartment}/allow`, body: { sha256 } }, okSchema);
      return undefined;
    },
    beginCollection: (compartment, body) => callWire(peer, collecting(compartment, '', body), collectionBegunSchema),
    finishCollection: (compartment, body) => callWire(peer, collecting(compartment, '/finish', body), collectionFinishedSchema),
    readLeaving: (compartment) =>
      callWire(peer, { method: 'GET', path: `/compartments/${compartment}/collection/leaving` }, leavingSchema),
    removeLeaving: (compartment) => callWire(peer, collecting(compartment, '/remove', {}), collectionRemovedSchema),
    openBlob: async (compartment, sha256) =>
      (await openWire(peer, { method: 'GET', path: `/compartments/${compartment}/blobs/${sha256}`, timeoutMs: 7_200_000 })).body,
    replaceSecret: async (compartment, secret) => {
      const path = `/compartments/${compartment}/secret`;
      await callWire(peer, { method: 'POST', path, body: { secret } }, okSchema);
    },
  };
}
