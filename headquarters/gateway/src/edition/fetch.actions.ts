import { EstateError, sha256Hex } from '@bulkhead/kernel';
import { openWire, type WirePeer } from '@bulkhead/wire';

const FETCH_MS = 60_000;

/**
 * Fetches a file of an edition from the publisher and verifies it.
 * @throws EstateError `edition.invalid` when other bytes came than the manifest names; `wire.unreachable`, `wire.refused`
 */
export async function fetchFile(
  publisher: WirePeer,
  given: { readonly compartment: string; readonly sha256: string; readonly bytes: number; readonly signal: AbortSignal },
): Promise<Buffer> {
  const path = `/editions/${given.compartment}/files/${given.sha256}`;
  const reply = await openWire(publisher, { method: 'GET', path, timeoutMs: FETCH_MS, signal: given.signal });
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of reply.body) {
      const part: Buffer = chunk;
      bytes += part.length;
      if (bytes > given.bytes) break;
      chunks.push(part);
    }
  } catch (cause) {
    throw new EstateError('wire.unreachable', 'fetching a file of an edition: it broke off', { cause });
  }
  const content = Buffer.concat(chunks);
  const digest = sha256Hex(content);
  if (digest === given.sha256 && bytes === given.bytes) return content;
  throw new EstateError('edition.invalid', `fetching the file ${given.sha256}: ${bytes} bytes with the digest ${digest} came`);
}

/** Runs the work for each item, a few at a time; the first failure ends it. */
export async function forEachAtOnce<Item>(
  items: Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
