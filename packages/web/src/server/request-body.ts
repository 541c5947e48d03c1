import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { EstateError } from '@bulkhead/kernel';

/** Bodies up to this size are read and verified before a handler runs; larger ones are streamed by `readUpload` and `receiveFile` only. */
export const HELD_BODY_LIMIT = 1_048_576;

/** Whether a request announces a body. */
export function hasBody(incoming: IncomingMessage): boolean {
  const length = incoming.headers['content-length'];
  return incoming.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** The announced length, or undefined if it is sent in chunks. */
export function announcedBytes(incoming: IncomingMessage): number | undefined {
  const length = incoming.headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

/**
 * Reads a body whole.
 * @throws EstateError `input.too_large`, `request.malformed` if the sender went away
 */
export async function readWhole(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limit) throw tooLarge(limit);
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof EstateError) throw cause;
    throw new EstateError('request.malformed', 'reading a body: it ended early', { cause });
  }
  return Buffer.concat(chunks);
}

export function tooLarge(limit: number): EstateError {
  return new EstateError('input.too_large', `reading a body: over ${limit} bytes`);
}

/**
 * Checks a body against the hash in its token.
 * @throws EstateError `token.wrong_request`
 */
export function checkBodyHash(body: Uint8Array, expected: string | null): void {
  if (createHash('sha256').update(body).digest('hex') !== expected)
    throw new EstateError('token.wrong_request', 'verifying a token: it was issued for another body');
}
