import { EstateError } from '@bulkhead/kernel';

/** A small blob among many that are carried at once. */
export type Parcel = { readonly sha256: string; readonly bytes: Buffer };

/** Up to this length blobs are carried many at once. */
export const PARCEL_BYTES = 262_144;
/** How many at once, and how long all together. */
export const PARCELS_AT_ONCE = 256;
export const PARCELS_BYTES = 4_194_304;
const HEAD_BYTES = 36;

/** How long parcels are on the wire. */
export function wireBytesOf(parcels: readonly { readonly bytes: { readonly length: number } }[]): number {
  return parcels.reduce((sum, { bytes }) => sum + HEAD_BYTES + bytes.length, 0);
}

/** Digest, length, bytes; one behind the other. */
export function encodeParcels(parcels: readonly Parcel[]): Buffer {
  const all = Buffer.allocUnsafe(wireBytesOf(parcels));
  let at = 0;
  for (const { sha256, bytes } of parcels) {
    all.write(sha256, at, 'hex');
    all.writeUInt32BE(bytes.length, at + 32);
    at += HEAD_BYTES + bytes.copy(all, at + HEAD_BYTES);
  }
  return all;
}

/** @throws EstateError `input.invalid`: cut short, too many, or one too long */
export function decodeParcels(all: Buffer): Parcel[] {
  const parcels: Parcel[] = [];
  for (let at = 0; at < all.length; ) {
    const length = at + HEAD_BYTES <= all.length ? all.readUInt32BE(at + 32) : PARCEL_BYTES + 1;
    const end = at + HEAD_BYTES + length;
    if (length > PARCEL_BYTES || end > all.length || parcels.length === PARCELS_AT_ONCE)
      throw new EstateError('input.invalid', 'reading parcels: one is cut short or too long, or there are too many');
    parcels.push({ sha256: all.toString('hex', at, at + 32), bytes: all.subarray(at + HEAD_BYTES, end) });
    at = end;
  }
  return parcels;
}

/** Reads a body of parcels whole. @throws EstateError `input.too_large` */
export async function readParcels(body: AsyncIterable<Uint8Array>): Promise<Parcel[]> {
  const limit = PARCELS_BYTES + PARCELS_AT_ONCE * HEAD_BYTES;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > limit) throw new EstateError('input.too_large', `reading parcels: longer than ${limit} bytes`);
    chunks.push(chunk);
  }
  return decodeParcels(Buffer.concat(chunks, bytes));
}

/** Puts what is small together so that each group may be carried at once. */
export function* groupParcels<Item extends { readonly bytes: number }>(items: Iterable<Item>): Generator<Item[]> {
  let group: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    if (group.length === PARCELS_AT_ONCE || bytes + item.bytes > PARCELS_BYTES) {
      yield group;
      [group, bytes] = [[], 0];
    }
    group.push(item);
    bytes += item.bytes;
  }
  if (group.length > 0) yield group;
}
