import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';

const BUFFER_BYTES = 262_144;
const BUFFERS = 3;

/**
 * Sends a part of a file to a stream, and ends it. The same few buffers are used again and again: one is read into while the
 * others are on their way.
 * @throws if the file ends before that, or what the disk or the stream fails with
 */
export async function sendFile(
  path: string,
  part: { readonly from: number; readonly bytes: number },
  to: Writable,
): Promise<void> {
  const handle = await open(path, 'r');
  const write = writerTo(to);
  const places = Array.from({ length: Math.min(BUFFERS, Math.ceil(part.bytes / BUFFER_BYTES)) }, () => ({
    buffer: Buffer.allocUnsafeSlow(Math.min(BUFFER_BYTES, part.bytes)),
    sent: Promise.resolve(),
  }));
  try {
    for (let [at, turn] = [0, 0]; at < part.bytes; turn += 1) {
      const place = places[turn % places.length];
      if (!place) break;
      await place.sent;
      const length = Math.min(place.buffer.length, part.bytes - at);
      const { bytesRead } = await handle.read(place.buffer, 0, length, part.from + at);
      if (bytesRead === 0) throw new Error('the file became shorter while it was sent');
      place.sent = write(place.buffer.subarray(0, bytesRead));
      place.sent.catch(() => {});
      at += bytesRead;
    }
    await Promise.all(places.map(({ sent }) => sent));
    to.end();
  } finally {
    await handle.close();
  }
}

/** A request that never had a connection forgets those who wait for it: they hear of its end here. */
function writerTo(to: Writable): (bytes: Buffer) => Promise<void> {
  const waiting = new Set<(error: Error) => void>();
  to.once('close', () => {
    for (const reject of waiting) reject(new Error('the connection was closed'));
  });
  return (bytes) =>
    new Promise((resolve, reject) => {
      waiting.add(reject);
      to.write(bytes, (error) => {
        waiting.delete(reject);
        if (error) reject(error);
        else resolve();
      });
    });
}
