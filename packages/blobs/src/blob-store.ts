import { mkdirSync, rmSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { EstateError, forEachAtOnce, hasCode, isMissing, refuseFullDisk, sha256Hex } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import { groupParcels, PARCEL_BYTES, PARCELS_AT_ONCE, type Parcel } from './parcel.ts';
import { destroyFile, isBlobDigest, listBlobs, pathOfBlob, placeBlob } from './place.ts';
import { type Spooled, spoolBlob } from './spool.ts';
import { askForDuties, fetchParcels, openFromVault, sendParcels, sendToVault, tellErased } from './vault-peer.ts';
import { readVerified } from './verified.ts';

/** Up to this size a blob is verified before its first byte is handed out, and mended on the spot. */
const VERIFIED_FIRST_BYTES = 1_048_576;
const INCOMING = 'incoming';
const PLACED_AT_ONCE = 8;

/** The file contents of one compartment: immutable, named by their SHA-256, each held here and in the vault off-site. */
export type BlobStore = {
  /**
   * Stores contents of unknown length; resolves only when they are on this disk and the vault acknowledged them,
   * so that the caller may then commit the row which names them. On any failure nothing is kept here, and the source is destroyed.
   * @throws EstateError `blob.too_large`, `disk.full`, `vault.unreachable`, `vault.quota_exceeded`, or what the stream failed with
   */
  readonly put: (
    source: Readable,
    options?: { readonly limitBytes?: number },
  ) => Promise<{ readonly sha256: string; readonly bytes: number }>;
  /**
   * Reads contents, fetching them from the vault if they are not here. Bytes are verified while they are read:
   * damaged ones end in `blob.hash_mismatch` before their last chunk, are thrown away, and come from the vault the next time.
   * @throws EstateError `blob.not_found`, `vault.unreachable`, `blob.hash_mismatch`
   */
  readonly open: (sha256: string) => Promise<{ readonly stream: Readable; readonly bytes: number }>;
  /** Makes sure that contents are here, fetching them if need be. Answers their length; does not read what is already here. */
  readonly ensure: (sha256: string) => Promise<number>;
  /**
   * Whether two operators erased contents, as far as is known here: what is on this disk is not, for at most the half minute
   * until this site hears of it. What is not here is asked of the vault.
   * @throws EstateError `vault.unreachable`
   */
  readonly isErased: (sha256: string) => Promise<boolean>;
  /**
   * Fetches of these contents, 256 at most, those that are small and not here, in one go. What is not here afterwards is
   * to be had with `ensure`, or tells there why not.
   * @throws EstateError `vault.unreachable`, `disk.full`
   */
  readonly ensureSmall: (digests: readonly string[]) => Promise<void>;
  /** Whether contents are on this disk. */
  readonly has: (sha256: string) => Promise<boolean>;
  /**
   * Does what the vault asks of this compartment: brings again what is damaged there, and destroys here what two operators erased.
   * Nothing else is looked at, and nothing is given that does not have the digest asked for.
   * @throws EstateError `vault.unreachable`
   */
  readonly obeyVault: () => Promise<Obeyed>;
  /** Digests of all contents on this disk. */
  readonly list: () => AsyncGenerator<string>;
};

/** `lacking`: asked for by the vault, and not here whole either. */
export type Obeyed = { readonly brought: number; readonly lacking: number; readonly erased: number };

/**
 * Opens a compartment's blob directory; what an interrupted upload left there is removed. One process at a time may use it.
 * @param options.limitBytes the largest contents that are stored
 * @param options.inPartsBytes contents of this size or more go to the vault in parts; 64 MiB unless told
 * @param options.onDamaged told of contents that no longer match their digest
 */
export function createBlobStore(options: {
  readonly directory: string;
  readonly vault: WirePeer;
  readonly limitBytes: number;
  readonly inPartsBytes?: number;
  readonly onDamaged?: (sha256: string) => void;
}): BlobStore {
  const { directory, vault } = options;
  rmSync(join(directory, INCOMING), { recursive: true, force: true });
  mkdirSync(join(directory, INCOMING), { recursive: true, mode: 0o700 });
  const fetches = new Map<string, Promise<number>>();
  const sends = new Map<string, Promise<void>>();
  let spooled = 0;
  const nextSpoolPath = () => join(directory, INCOMING, String((spooled += 1)));

  async function put(source: Readable, { limitBytes = options.limitBytes }: { readonly limitBytes?: number } = {}) {
    const limit = Math.min(limitBytes, options.limitBytes);
    const blob = await spoolOrDestroy(source, { path: nextSpoolPath(), limitBytes: limit });
    try {
      // Vault first: a blob in its place here is one that off-site has too [V1].
      await sendOnce(blob);
      await placeBlob(blob.path, pathOfBlob(directory, blob.sha256), 'replace');
    } catch (error) {
      throw refuseFullDisk(error, 'storing contents: the disk has no room');
    } finally {
      await rm(blob.path, { force: true });
    }
    return { sha256: blob.sha256, bytes: blob.bytes };
  }

  /** The same contents put twice at a time are sent once: the vault listens to one sender of a large blob. */
  function sendOnce(blob: Spooled): Promise<void> {
    const running =
      sends.get(blob.sha256) ?? sendToVault(vault, blob, options.inPartsBytes).finally(() => sends.delete(blob.sha256));
    sends.set(blob.sha256, running);
    return running;
  }

  async function fetchBlob(sha256: string): Promise<number> {
    const body = await openFromVault(vault, sha256);
    const whole = { path: nextSpoolPath(), limitBytes: Number.MAX_SAFE_INTEGER };
    const blob = await spoolOrDestroy(body, whole).catch((error: unknown) => {
      if (body.errored !== error) throw error;
      throw new EstateError('vault.unreachable', `fetching blob ${sha256} from the vault: it stopped halfway`, { cause: error });
    });
    try {
      if (blob.sha256 !== sha256)
        throw new EstateError('blob.hash_mismatch', `fetching blob ${sha256} from the vault: it came with other bytes`);
      await placeBlob(blob.path, pathOfBlob(directory, sha256), 'replace');
    } finally {
      await rm(blob.path, { force: true });
    }
    return blob.bytes;
  }

  function fetchOnce(sha256: string): Promise<number> {
    const running = fetches.get(sha256) ?? fetchBlob(sha256).finally(() => fetches.delete(sha256));
    fetches.set(sha256, running);
    return running;
  }

  async function sizeHere(sha256: string): Promise<number | undefined> {
    const found = await stat(pathOfBlob(directory, parseDigest(sha256))).catch(ignoreMissing);
    return found?.isFile() ? found.size : undefined;
  }

  async function ensure(sha256: string): Promise<number> {
    return (await sizeHere(sha256)) ?? fetchOnce(sha256);
  }

  async function ensureSmall(digests: readonly string[]): Promise<void> {
    const lacking: string[] = [];
    for (const sha256 of digests) if ((await sizeHere(sha256)) === undefined) lacking.push(sha256);
    const parcels = await fetchParcels(vault, lacking.slice(0, PARCELS_AT_ONCE));
    await forEachAtOnce(parcels, PLACED_AT_ONCE, async ({ sha256, bytes }) => {
      const path = nextSpoolPath();
      try {
        await spoolBlob(streamOf(bytes).stream, { path, limitBytes: bytes.length });
        await placeBlob(path, pathOfBlob(directory, sha256), 'replace');
      } finally {
        await rm(path, { force: true });
      }
    });
  }

  async function open(sha256: string) {
    const bytes = await ensure(sha256);
    if (bytes <= VERIFIED_FIRST_BYTES) return openSmall(sha256);
    return readVerified(pathOfBlob(directory, sha256), sha256, () => discard(sha256));
  }

  async function openSmall(sha256: string) {
    const content = await readFile(pathOfBlob(directory, sha256));
    if (sha256Hex(content) === sha256) return streamOf(content);
    options.onDamaged?.(sha256);
    await fetchOnce(sha256).catch((cause: unknown) => {
      throw new EstateError('blob.hash_mismatch', `reading blob ${sha256}: damaged here, and not to be had from the vault`, {
        cause,
      });
    });
    const mended = await readFile(pathOfBlob(directory, sha256));
    if (sha256Hex(mended) === sha256) return streamOf(mended);
    throw new EstateError('blob.hash_mismatch', `reading blob ${sha256}: this disk damages what is written to it`);
  }

  async function discard(sha256: string): Promise<void> {
    options.onDamaged?.(sha256);
    await rm(pathOfBlob(directory, sha256), { force: true });
  }

  /** Damaged here too, it is refused by the vault, and the next reading finds it. */
  async function bringAgain(sha256: string): Promise<boolean> {
    const bytes = await sizeHere(sha256);
    if (bytes === undefined) return false;
    return sendOnce({ path: pathOfBlob(directory, sha256), sha256, bytes }).then(
      () => true,
      (error: unknown) => {
        if (hasCode(error, 'blob.hash_mismatch')) return false;
        throw error;
      },
    );
  }

  /** Small ones many at once; what is damaged here too is refused by the vault. @returns how many it took */
  async function bringAllAgain(wanted: readonly string[]): Promise<number> {
    const small: Spooled[] = [];
    let brought = 0;
    for (const sha256 of wanted) {
      const bytes = await sizeHere(sha256);
      if (bytes !== undefined && bytes <= PARCEL_BYTES) small.push({ path: pathOfBlob(directory, sha256), sha256, bytes });
      else if (await bringAgain(sha256)) brought += 1;
    }
    for (const group of groupParcels(small)) {
      const parcels: Parcel[] = [];
      for (const { sha256, path } of group) parcels.push({ sha256, bytes: await readFile(path) });
      brought += group.length - (await sendParcels(vault, parcels)).size;
    }
    return brought;
  }

  async function obeyVault(): Promise<Obeyed> {
    const { wanted, erased } = await askForDuties(vault);
    const brought = await bringAllAgain(wanted);
    for (const sha256 of erased) {
      await destroyFile(pathOfBlob(directory, sha256));
      await tellErased(vault, sha256);
    }
    return { brought, lacking: wanted.length - brought, erased: erased.length };
  }

  async function isErased(sha256: string): Promise<boolean> {
    if ((await sizeHere(sha256)) !== undefined) return false;
    try {
      (await openFromVault(vault, sha256)).destroy();
      return false;
    } catch (error) {
      if (hasCode(error, 'blob.erased')) return true;
      // What is missing or damaged there is told by others, and may come again.
      if (hasCode(error, 'blob.not_found') || hasCode(error, 'blob.hash_mismatch')) return false;
      throw error;
    }
  }

  return {
    put,
    open,
    isErased,
    ensure,
    ensureSmall,
    obeyVault,
    has: async (sha256) => (await sizeHere(sha256)) !== undefined,
    list: () => listBlobs(directory),
  };
}

async function spoolOrDestroy(source: Readable, options: Parameters<typeof spoolBlob>[1]): Promise<Spooled> {
  try {
    return await spoolBlob(source, options);
  } catch (error) {
    source.destroy();
    throw error;
  }
}

function streamOf(content: Buffer): { readonly stream: Readable; readonly bytes: number } {
  return { stream: Readable.from(content.length === 0 ? [] : [content], { objectMode: false }), bytes: content.length };
}

function parseDigest(sha256: string): string {
  if (isBlobDigest(sha256)) return sha256;
  throw new EstateError('input.invalid', 'naming a blob: not a SHA-256 in lower-case hexadecimal');
}

function ignoreMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}
