import { EstateError } from '@bulkhead/kernel';

/** What a reply is called that gives a base as it is packed: its reader unpacks it, and compares the whole. */
export const PIECES_TYPE = 'application/vnd.bulkhead.base-pieces';

/** What a reply is called that gives a segment as it is packed: its reader unpacks it, and compares it with the digest. */
export const PACKED_SEGMENT_TYPE = 'application/vnd.bulkhead.packed-segment';

/** A stretch of a base's tar: plain, or one chunk compressed. */
export type Piece = { readonly isPacked: boolean; readonly bytes: Buffer; readonly plainBytes: number };

/** Kind, length as it comes, length of what it is. */
const HEAD_BYTES = 9;
/** Headers of many small files may stand in one piece. */
const PIECE_LIMIT_BYTES = 67_108_864;

/** How long pieces are on the wire, all together. */
export function wireBytesOf(pieces: Iterable<{ readonly bytes: number }>): number {
  let total = 0;
  for (const { bytes } of pieces) total += HEAD_BYTES + bytes;
  return total;
}

export function encodePieces(pieces: readonly Piece[]): Buffer {
  const parts: Buffer[] = [];
  for (const { isPacked, bytes, plainBytes } of pieces) {
    const head = Buffer.allocUnsafe(HEAD_BYTES);
    head.writeUInt8(isPacked ? 1 : 0, 0);
    head.writeUInt32BE(bytes.length, 1);
    head.writeUInt32BE(plainBytes, 5);
    parts.push(head, bytes);
  }
  return Buffer.concat(parts);
}

/** Cuts what comes into pieces. @throws EstateError `archive.damaged` */
export class PieceReader {
  #waiting: Buffer[] = [];
  #have = 0;
  #wanted = HEAD_BYTES;

  /** The pieces that are whole now. */
  push(chunk: Buffer): Piece[] {
    this.#waiting.push(chunk);
    this.#have += chunk.length;
    if (this.#have < this.#wanted) return [];
    const data = this.#waiting.length === 1 ? chunk : Buffer.concat(this.#waiting, this.#have);
    const pieces: Piece[] = [];
    let at = 0;
    for (;;) {
      this.#wanted = wantedAt(data, at);
      if (data.length - at < this.#wanted) break;
      const bytes = data.subarray(at + HEAD_BYTES, at + this.#wanted);
      pieces.push({ isPacked: data.readUInt8(at) === 1, bytes, plainBytes: data.readUInt32BE(at + 5) });
      at += this.#wanted;
    }
    this.#waiting = at < data.length ? [data.subarray(at)] : [];
    this.#have = data.length - at;
    return pieces;
  }

  end(): void {
    if (this.#have > 0) throw new EstateError('archive.damaged', 'reading a base: it ends within a piece');
  }
}

/** The length of the piece that begins here, as far as it can be told. */
function wantedAt(data: Buffer, at: number): number {
  if (data.length - at < HEAD_BYTES) return HEAD_BYTES;
  const [kind, bytes, plainBytes] = [data.readUInt8(at), data.readUInt32BE(at + 1), data.readUInt32BE(at + 5)];
  if (kind <= 1 && bytes <= PIECE_LIMIT_BYTES && plainBytes <= PIECE_LIMIT_BYTES) return HEAD_BYTES + bytes;
  throw new EstateError('archive.damaged', 'reading a base: a piece of unknown form');
}
