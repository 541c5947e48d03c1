import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { releaseBuffer } from './memory.ts';
import { takeChunks } from './take-chunks.ts';

/**
 * Passes a stream whose chunks are nobody else's on to another, to its end, and gives the memory of each back once it is sent.
 * What fails destroys both.
 */
export async function passOn(source: Readable, to: Writable): Promise<void> {
  const take = (chunk: Buffer) => {
    if (to.destroyed) throw new Error('whom it is for has gone away');
    return to.write(chunk, () => releaseBuffer(chunk)) ? undefined : untilRoom(to);
  };
  try {
    await takeChunks(source, take, 'chunks');
    to.end();
    await finished(to, { readable: false });
  } catch (error) {
    source.destroy();
    to.destroy();
    throw error;
  }
}

function untilRoom(to: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    const onDrain = () => {
      to.off('close', onClose);
      resolve();
    };
    const onClose = () => {
      to.off('drain', onDrain);
      reject(new Error('whom it is for has gone away'));
    };
    to.once('drain', onDrain).once('close', onClose);
  });
}
