import { IncomingMessage } from 'node:http';
import { finished, type Readable } from 'node:stream';
import { releaseBuffer } from './memory.ts';

/** Takes a chunk; where it returns a promise, nothing more is given until that is fulfilled. */
export type TakeChunk = (chunk: Buffer) => Promise<void> | undefined;

/**
 * Hands a stream's chunks on as they come: an iterator would join them into memory of its own, and wait a turn for each.
 * The stream is left as it is, whatever fails: who answers its sender may want to do so first.
 * @param keeps `nothing`: a chunk is not read any more when `take` returned, so that what came over a connection, and is nobody
 * else's, can give its memory back
 * @throws what the stream fails with, or `take`
 */
export function takeChunks(source: Readable, take: TakeChunk, keeps: 'nothing' | 'chunks'): Promise<void> {
  const isReleased = keeps === 'nothing' && source instanceof IncomingMessage;
  return new Promise((resolve, reject) => {
    let waiting: Promise<void> | undefined;
    const leave = () => {
      source.off('data', onData);
      unwatch();
      source.pause();
    };
    const fail = (error: unknown) => {
      leave();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const onData = (chunk: Buffer | string) => {
      try {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
        const taken = take(bytes);
        if (isReleased) releaseBuffer(bytes);
        if (!taken) return;
        source.pause();
        waiting = taken.then(() => {
          waiting = undefined;
          source.resume();
        });
        waiting.catch(fail);
      } catch (error) {
        fail(error);
      }
    };
    // A sender may break off after this has ended: that is told to whoever reads next.
    source.on('error', () => {});
    const unwatch = finished(source, { writable: false }, (error) => {
      const end = () => (error ? fail(error) : resolve());
      // What was given last may still be on its way to the disk.
      if (waiting) waiting.then(end, fail);
      else end();
    });
    source.on('data', onData);
    source.resume();
  });
}
