/** Less than this is left to the collector. */
const WORTH_BYTES = 4096;

/**
 * Gives a buffer's memory back at once; nobody may read it afterwards. Left to the collector, every 64 MiB of such memory
 * make it mark through the whole heap, which costs more than hashing what was in it. A part of another's memory is left alone.
 */
export function releaseBuffer(given: Buffer): void {
  if (given.byteLength < WORTH_BYTES) return;
  const { buffer } = given;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === given.byteLength) buffer.transfer(0);
}
