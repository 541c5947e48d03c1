import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';

const headSchema = z.object({
  format: z.literal('bulkhead base map 1'),
  /** The packs its chunks stand in, and the number of the key each is encrypted with. */
  packs: z.array(z.object({ id: z.string().regex(/^[0-9A-Za-z-]{1,80}$/), keyNumber: z.number().int().positive() })).max(65_535),
  /** So many bases in a row lean on chunks of earlier ones. */
  sinceWhole: z.number().int().min(0),
});
export type MapHead = z.infer<typeof headSchema>;

/** Where a chunk stands. */
export type ChunkPlace = {
  /** 16 bytes: the keyed digest of its plain text. */
  readonly id: Buffer;
  /** Which of the map's packs. */
  readonly pack: number;
  readonly offset: number;
  readonly storedBytes: number;
  readonly plainBytes: number;
  readonly frame: number;
};

/** A base's tar from its start to its end. */
export type MapPiece =
  | { readonly kind: 'frame'; readonly bytes: Buffer }
  | { readonly kind: 'chunk'; readonly place: ChunkPlace };
export type BaseMap = { readonly head: MapHead; readonly pieces: readonly MapPiece[] };

const CHUNK_RECORD_BYTES = 37;
export const CHUNK_ID_BYTES = 16;

export function encodeMap({ head, pieces }: BaseMap): Buffer {
  const parts: Buffer[] = [Buffer.from(`${JSON.stringify(head)}\n`)];
  for (const piece of pieces) {
    if (piece.kind === 'chunk') parts.push(encodeChunk(piece.place));
    else {
      const start = Buffer.alloc(5);
      start.writeUInt32BE(piece.bytes.length, 1);
      parts.push(start, piece.bytes);
    }
  }
  return Buffer.concat(parts);
}

/** @throws EstateError `archive.damaged` */
export function decodeMap(bytes: Buffer): BaseMap {
  try {
    const end = bytes.indexOf(0x0a);
    const head = headSchema.parse(JSON.parse(bytes.toString('utf8', 0, end)));
    const pieces: MapPiece[] = [];
    for (let at = end + 1; at < bytes.length; ) {
      if (bytes.readUInt8(at) === 1) {
        pieces.push({ kind: 'chunk', place: decodeChunk(bytes, at) });
        at += CHUNK_RECORD_BYTES;
      } else {
        const length = bytes.readUInt32BE(at + 1);
        if (at + 5 + length > bytes.length) throw new RangeError('a piece goes beyond the end');
        pieces.push({ kind: 'frame', bytes: bytes.subarray(at + 5, at + 5 + length) });
        at += 5 + length;
      }
    }
    return { head, pieces };
  } catch (cause) {
    throw new EstateError('archive.damaged', 'reading the map of a base', { cause });
  }
}

function encodeChunk({ id, pack, offset, storedBytes, plainBytes, frame }: ChunkPlace): Buffer {
  const record = Buffer.alloc(CHUNK_RECORD_BYTES);
  record.writeUInt8(1, 0);
  record.set(id.subarray(0, CHUNK_ID_BYTES), 1);
  record.writeUInt16BE(pack, 17);
  record.writeUIntBE(offset, 19, 6);
  record.writeUInt32BE(storedBytes, 25);
  record.writeUInt32BE(plainBytes, 29);
  record.writeUInt32BE(frame, 33);
  return record;
}

function decodeChunk(bytes: Buffer, at: number): ChunkPlace {
  return {
    id: bytes.subarray(at + 1, at + 17),
    pack: bytes.readUInt16BE(at + 17),
    offset: bytes.readUIntBE(at + 19, 6),
    storedBytes: bytes.readUInt32BE(at + 25),
    plainBytes: bytes.readUInt32BE(at + 29),
    frame: bytes.readUInt32BE(at + 33),
  };
}
