import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, type FileHandle, open } from 'node:fs/promises';
import { FileWriter, releaseBuffer } from '@bulkhead/blobs';
import { hasCode } from '@bulkhead/kernel';
import { FRAME_BYTES, openFrames, SEALED_FRAME_BYTES, sealFrame } from './sealing.rules.ts';

const GROWING = 0o600;
const FINISHED = 0o400;
type Sealing = { readonly path: string; readonly key: Buffer; readonly sha256: string };

/** A file that contents are sealed into as they come, and hashed on the way. Memory stays constant. */
export class SealedFile {
  readonly #sealing: Sealing;
  readonly #handle: FileHandle;
  readonly #writer: FileWriter;
  readonly #hash: Hash;
  /** Contents that are sealed in whole frames. */
  #framed: number;
  readonly #pending = Buffer.allocUnsafeSlow(FRAME_BYTES);
  #pendingBytes = 0;

  private constructor(sealing: Sealing, handle: FileHandle, hash: Hash, framed: number) {
    this.#sealing = sealing;
    this.#handle = handle;
    const from = (framed / FRAME_BYTES) * SEALED_FRAME_BYTES;
    this.#writer = new FileWriter(handle, { from, isOwner: true, isFlushed: true });
    this.#hash = hash;
    this.#framed = framed;
  }

  /** Begins a new file; once it is finished nobody writes it any more (mode 0400). */
  static async create(sealing: Sealing): Promise<SealedFile> {
    return new SealedFile(sealing, await open(sealing.path, 'wx', GROWING), createHash('sha256'), 0);
  }

  /**
   * Goes on with a file that a kill or a power cut may have torn: what stands is read again,
   * and cut off behind the last whole frame that was sealed with this key.
   */
  static async resume(sealing: Sealing): Promise<SealedFile> {
    const hash = createHash('sha256');
    const whole = await readWholeFrames(sealing, hash);
    // A kill may have come when it was finished, and not yet in its place.
    await chmod(sealing.path, GROWING);
    const handle = await open(sealing.path, 'r+');
    await handle.truncate(whole * SEALED_FRAME_BYTES);
    return new SealedFile(sealing, handle, hash, whole * FRAME_BYTES);
  }

  /** Contents taken so far. */
  get bytes(): number {
    return this.#framed + this.#pendingBytes;
  }

  /** Takes contents, of which it keeps nothing. @returns what to wait for before more is given, if anything */
  write(chunk: Buffer): Promise<void> | undefined {
    let full: Promise<void> | undefined;
    for (let at = 0; at < chunk.length; ) {
      const taken = chunk.copy(this.#pending, this.#pendingBytes, at);
      this.#pendingBytes += taken;
      at += taken;
      if (this.#pendingBytes === FRAME_BYTES) full = this.#sealPending() ?? full;
    }
    return full;
  }

  /** Flushes whole frames and forgets the rest. @returns the contents that would survive a power failure */
  async settle(): Promise<number> {
    this.#pendingBytes = 0;
    await this.#writer.flush();
    return this.#framed;
  }

  /** Writes what is left and flushes. @returns the contents' digest */
  async finish(): Promise<string> {
    if (this.#pendingBytes > 0 || this.#framed === 0) await this.#sealPending();
    await chmod(this.#sealing.path, FINISHED);
    await this.#writer.flush();
    return this.#hash.digest('hex');
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  #sealPending(): Promise<void> | undefined {
    const { key, sha256 } = this.#sealing;
    const contents = this.#pending.subarray(0, this.#pendingBytes);
    let full: Promise<void> | undefined;
    for (const piece of sealFrame(key, sha256, this.#framed / FRAME_BYTES, contents)) full = this.#writer.take(piece) ?? full;
    this.#hash.update(contents);
    this.#framed += this.#pendingBytes;
    this.#pendingBytes = 0;
    return full;
  }
}

async function readWholeFrames({ path, key, sha256 }: Sealing, hash: Hash): Promise<number> {
  let whole = 0;
  try {
    for await (const contents of openFrames(createReadStream(path, { highWaterMark: SEALED_FRAME_BYTES }), key, sha256)) {
      if (contents.length < FRAME_BYTES) break;
      hash.update(contents);
      releaseBuffer(contents);
      whole += 1;
    }
  } catch (error) {
    if (!hasCode(error, 'blob.hash_mismatch')) throw error;
  }
  return whole;
}
