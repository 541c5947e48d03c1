import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { releaseBuffer } from '@bulkhead/blobs';
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
 * frames cannot be changed, exchanged, or moved to another blob unseen. The pieces are written one behind the other.
 */
export function sealFrame(
  key: Buffer,
  sha256: string,
  index: number,
  contents: Buffer,
): [nonce: Buffer, sealed: Buffer, tag: Buffer] {
  const nonce = randomBytes(NONCE_BYTES);
  // A cipher takes a key as an object in a fifth of the time that it takes bytes in.
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(key), nonce);
  cipher.setAAD(placeOf(sha256, index));
  const sealed = cipher.update(contents);
  cipher.final();
  return [nonce, sealed, cipher.getAuthTag()];
}

/** @throws EstateError `blob.hash_mismatch` */
export function openFrame(key: Buffer, sha256: string, index: number, frame: Buffer): Buffer {
  try {
    if (frame.length < OVERHEAD_BYTES) throw new Error('cut short');
    const nonce = frame.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', createSecretKey(key), nonce, { authTagLength: TAG_BYTES });
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

/**
 * Opens the frames of a sealed blob as they come, whose memory it gives back.
 * @throws EstateError `blob.hash_mismatch`
 */
export async function* openFrames(source: AsyncIterable<Buffer>, key: Buffer, sha256: string): AsyncGenerator<Buffer> {
  let index = 0;
  for await (const frame of inFrames(source)) {
    yield openFrame(key, sha256, index, frame);
    index += 1;
  }
}

/** Each frame may be read until the next is asked for. */
async function* inFrames(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const held = Buffer.allocUnsafeSlow(SEALED_FRAME_BYTES);
  let heldBytes = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const isWhole = heldBytes === 0 && chunk.length - at >= SEALED_FRAME_BYTES;
      const end = isWhole ? at + SEALED_FRAME_BYTES : Math.min(chunk.length, at + SEALED_FRAME_BYTES - heldBytes);
      if (isWhole) yield chunk.subarray(at, end);
      else heldBytes += chunk.copy(held, heldBytes, at, end);
      at = end;
      if (heldBytes < SEALED_FRAME_BYTES) continue;
      yield held;
      heldBytes = 0;
    }
    releaseBuffer(chunk);
  }
  if (heldBytes > 0) yield held.subarray(0, heldBytes);
}

function placeOf(sha256: string, index: number): Buffer {
  const place = Buffer.alloc(40);
  place.write(sha256, 'hex');
  place.writeBigUInt64BE(BigInt(index), 32);
  return place;
}
