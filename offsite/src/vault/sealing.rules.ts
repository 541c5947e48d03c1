import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { EstateError } from '@bulkhead/kernel';

/** Contents are sealed in frames of so many bytes; only the last is shorter. */
export const FRAME_BYTES = 262_144;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** What a frame is longer by than its contents. */
const OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES;
export const SEALED_FRAME_BYTES = FRAME_BYTES + OVERHEAD_BYTES;

/** How long contents are once sealed. Empty contents are one empty frame. */
export function sealedBytesOf(bytes: number): number {
  return bytes + Math.max(1, Math.ceil(bytes / FRAME_BYTES)) * OVERHEAD_BYTES;
}

/**
 * Seals a frame with the blob's own key (AES-256-GCM, a nonce of its own, bound to the digest and its place):
 * frames cannot be changed, exchanged, or moved to another blob unseen.
 */
export function sealFrame(key: Buffer, sha256: string, index: number, contents: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(placeOf(sha256, index));
  const sealed = cipher.update(contents);
  cipher.final();
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]);
}

/** @throws EstateError `blob.hash_mismatch` */
export function openFrame(key: Buffer, sha256: string, index: number, frame: Buffer): Buffer {
  try {
    if (frame.length < OVERHEAD_BYTES) throw new Error('cut short');
    const decipher = createDecipheriv('aes-256-gcm', key, frame.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(placeOf(sha256, index));
    decipher.setAuthTag(frame.subarray(-TAG_BYTES));
    const contents = decipher.update(frame.subarray(NONCE_BYTES, -TAG_BYTES));
    // In this mode nothing is held back for the end: it only judges the tag.
    decipher.final();
    return contents;
  } catch (cause) {
    throw new EstateError('blob.hash_mismatch', `reading blob ${sha256}: frame ${index} was not sealed by this vault`, { cause });
  }
}

/** Opens the frames of a sealed blob as they come. @throws EstateError `blob.hash_mismatch` */
export async function* openFrames(source: AsyncIterable<Buffer>, key: Buffer, sha256: string): AsyncGenerator<Buffer> {
  let index = 0;
  for await (const frame of inFrames(source)) {
    yield openFrame(key, sha256, index, frame);
    index += 1;
  }
}

async function* inFrames(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let held = 0;
  for await (const given of source) {
    let chunk = given;
    while (held + chunk.length >= SEALED_FRAME_BYTES) {
      const cut = SEALED_FRAME_BYTES - held;
      yield parts.length === 0 ? chunk.subarray(0, cut) : Buffer.concat([...parts, chunk.subarray(0, cut)]);
      parts = [];
      held = 0;
      chunk = chunk.subarray(cut);
    }
    if (chunk.length > 0) parts.push(chunk);
    held += chunk.length;
  }
  if (held > 0) yield Buffer.concat(parts);
}

function placeOf(sha256: string, index: number): Buffer {
  const place = Buffer.alloc(40);
  place.write(sha256, 'hex');
  place.writeBigUInt64BE(BigInt(index), 32);
  return place;
}
