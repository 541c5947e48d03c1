import { EDITION_FILES_AT_ONCE } from '@bulkhead/contracts';
import { EstateError, sha256Hex } from '@bulkhead/kernel';
import { openWire, type WirePeer } from '@bulkhead/wire';

const FETCH_MS = 60_000;
/** Asked for in one call, unless one file alone is larger. */
const BATCH_BYTES = 8_388_608;

export type Wanted = { readonly sha256: string; readonly bytes: number };
type From = { readonly publisher: WirePeer; readonly compartment: string; readonly signal: AbortSignal };

/**
 * Fetches a file of an edition from the publisher and verifies it.
 * @throws EstateError `edition.invalid` when other bytes came than the manifest names; `wire.unreachable`, `wire.refused`
 */
export async function fetchFile(from: From, wanted: Wanted): Promise<Buffer> {
  let content: Buffer = Buffer.alloc(0);
  await fetchFiles(from, [wanted], async (_, bytes) => {
    content = bytes;
  });
  return content;
}

/**
 * Fetches files in one call, and hands each over as soon as it is whole and verified.
 * @throws EstateError as `fetchFile`
 */
export async function fetchFiles(
  { publisher, compartment, signal }: From,
  wanted: readonly Wanted[],
  take: (wanted: Wanted, bytes: Buffer) => Promise<void>,
): Promise<void> {
  const path = `/editions/${compartment}/files`;
  const body = { digests: wanted.map(({ sha256 }) => sha256) };
  const reply = await openWire(publisher, { method: 'POST', path, body, timeoutMs: FETCH_MS, signal });
  const pieces = new Pieces(reply.body);
  try {
    for (const file of wanted) await take(file, await takeVerified(pieces, file));
    if ((await pieces.take(1)).length > 0)
      throw new EstateError('edition.invalid', 'fetching files of an edition: more bytes came than the manifest names');
  } finally {
    reply.body.destroy();
  }
}

async function takeVerified(pieces: Pieces, { sha256, bytes }: Wanted): Promise<Buffer> {
  const content = await pieces.take(bytes);
  const digest = sha256Hex(content);
  if (digest === sha256 && content.length === bytes) return content;
  throw new EstateError('edition.invalid', `fetching the file ${sha256}: ${content.length} bytes with the digest ${digest} came`);
}

/** Puts files together that are fetched in one call. */
export function inBatches(wanted: Iterable<Wanted>): Wanted[][] {
  const batches: Wanted[][] = [];
  let batch: Wanted[] = [];
  let bytes = 0;
  for (const file of wanted) {
    if (batch.length > 0 && (batch.length >= EDITION_FILES_AT_ONCE || bytes + file.bytes > BATCH_BYTES)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    bytes += file.bytes;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

/** Cuts a stream into pieces of given lengths. */
class Pieces {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next so many bytes; fewer if the stream ends before. */
  async take(bytes: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for (let wanted = bytes; wanted > 0; ) {
      if (this.#rest.length === 0 && !(await this.#read())) break;
      const piece = this.#rest.subarray(0, wanted);
      this.#rest = this.#rest.subarray(piece.length);
      wanted -= piece.length;
      chunks.push(piece);
    }
    return Buffer.concat(chunks);
  }

  async #read(): Promise<boolean> {
    try {
      const { value, done } = await this.#source.next();
      this.#rest = done ? Buffer.alloc(0) : value;
      return !done;
    } catch (cause) {
      throw new EstateError('wire.unreachable', 'fetching files of an edition: it broke off', { cause });
    }
  }
}
