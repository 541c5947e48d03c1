import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { EstateError, sha256Hex } from '@bulkhead/kernel';
import type { Disk } from './disk.actions.ts';
import { openWhole, sealWhole } from './envelope.rules.ts';
import { writeDurably } from './files.actions.ts';
import type { Keyring } from './keyring.actions.ts';

const zstd = promisify(zstdCompress);
const unzstd = promisify(zstdDecompress);

/** In pieces of Node's default, 16 KiB, unpacking a chunk costs four times as much. */
const PIECE_BYTES = 1_048_576;
/** What fills its buffer to the last byte costs a second one. */
const ROOM_BYTES = 64;

/** zstd level 1: WAL and pages shrink to a third, and headquarters is never waited for. */
export function compress(plain: Buffer): Promise<Buffer> {
  return zstd(plain, {
    chunkSize: Math.max(64, Math.min(plain.length, PIECE_BYTES)),
    params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
  });
}

/** @throws EstateError `archive.damaged` */
export function decompress(packed: Buffer, maxBytes: number, what: string): Promise<Buffer> {
  return unzstd(packed, { maxOutputLength: maxBytes, chunkSize: Math.min(maxBytes, PIECE_BYTES) }).catch((cause: unknown) => {
    throw new EstateError('archive.damaged', `unpacking ${what}`, { cause });
  });
}

/** Of what has a known length, into one buffer: parts of it would have to be put together. @throws EstateError `archive.damaged` */
export function decompressAtOnce(packed: Buffer, maxBytes: number, what: string): Promise<Buffer> {
  return unzstd(packed, { maxOutputLength: maxBytes, chunkSize: maxBytes + ROOM_BYTES }).catch((cause: unknown) => {
    throw new EstateError('archive.damaged', `unpacking ${what}`, { cause });
  });
}

/** Of something small: in this very thread, which costs half of what handing it over does. @throws EstateError `archive.damaged` */
export function decompressHere(packed: Buffer, maxBytes: number, what: string): Buffer {
  try {
    return zstdDecompressSync(packed, { maxOutputLength: maxBytes, chunkSize: maxBytes + ROOM_BYTES });
  } catch (cause) {
    throw new EstateError('archive.damaged', `unpacking ${what}`, { cause });
  }
}

/** Where a lineage's files stand, and what they are encrypted with. */
export type Place = {
  readonly disk: Disk;
  /** The lineage's directory. */
  readonly directory: string;
  readonly systemId: string;
  /** Without keys nothing is encrypted: a lineage that stands by itself, in tests. */
  readonly keys: Keyring | undefined;
};

/** What binds an artefact to its place. @param path within the lineage's directory */
export function contextOf({ keys, systemId }: Place, path: string): string {
  return `${keys?.compartment ?? ''}/${systemId}/${path}`;
}

/** Compresses, then encrypts. @param path within the lineage's directory, without `.zst.enc` */
export async function packArtefact(place: Place, path: string, plain: Buffer): Promise<Buffer> {
  const packed = await compress(plain);
  if (!place.keys) return packed;
  return sealWhole(place.keys.current, randomBytes(16), contextOf(place, path), packed);
}

/** @throws EstateError `archive.damaged`, `archive.key_missing` */
export async function unpackArtefact(place: Place, path: string, stored: Buffer, maxBytes: number): Promise<Buffer> {
  return decompress(openWhole(getKeyOf(place), contextOf(place, path), stored), maxBytes, path);
}

export function getKeyOf({ keys }: Place): Keyring['get'] {
  if (keys) return keys.get;
  return (number) => {
    throw new EstateError('archive.key_missing', `decrypting: the archive was opened without keys, key ${number} is needed`);
  };
}

/** The endings under which a packed artefact may stand: encrypted, or from before there were keys. */
export const ENCRYPTED = '.zst.enc';
export const UNENCRYPTED = '.zst';

/**
 * Packs a complete segment. The copy is durable and was read back before the raw file goes [A4]. Interrupted anywhere
 * it is done again.
 * @throws EstateError `archive.damaged`
 */
export async function packSegment(place: Place, name: string, expected: string | undefined, maxBytes: number): Promise<void> {
  const { disk, directory, keys } = place;
  const path = join(directory, 'wal', name);
  const raw = await disk.read(path);
  if (!raw) return;
  if (expected === undefined || sha256Hex(raw) !== expected) {
    throw new EstateError(
      'archive.damaged',
      `packing segment ${name}: its bytes do not match the digest recorded when it was received`,
    );
  }
  await writeDurably(`${path}${keys ? ENCRYPTED : UNENCRYPTED}`, await packArtefact(place, `wal/${name}`, raw), disk);
  const again = await readPackedSegment(place, name, maxBytes);
  if (!again || sha256Hex(again) !== expected)
    throw new EstateError('archive.damaged', `packing segment ${name}: the packed copy differs`);
  await disk.remove(path);
  await disk.syncDirectory(dirname(path));
}

/** The bytes of a packed segment, not yet compared with its digest; undefined where none stands. */
export async function readPackedSegment(place: Place, name: string, maxBytes: number): Promise<Buffer | undefined> {
  const packed = await openPackedSegment(place, name);
  return packed && decompress(packed, maxBytes, `segment ${name}`);
}

/**
 * A packed segment, found authentic where it is encrypted, and yet to be unpacked; undefined where none stands.
 * @throws EstateError `archive.damaged`, `archive.key_missing`
 */
export async function openPackedSegment(place: Place, name: string): Promise<Buffer | undefined> {
  const path = join(place.directory, 'wal', name);
  const encrypted = await place.disk.read(`${path}${ENCRYPTED}`);
  if (encrypted) return openWhole(getKeyOf(place), contextOf(place, `wal/${name}`), encrypted);
  return place.disk.read(`${path}${UNENCRYPTED}`);
}
