import type { Duplex } from 'node:stream';
import { EstateError } from '@bulkhead/kernel';
import { cutLine, LINE_LIMIT } from './frame.rules.ts';

/**
 * Reads the first line of a connection and leaves what follows it to whoever reads next.
 * @throws EstateError `link.down` when it ends before, or takes longer than `timeoutMs`; `link.refused` when it is too long
 */
export function readLine(socket: Duplex, options: { readonly timeoutMs: number; readonly limit?: number }): Promise<string> {
  const { timeoutMs, limit = LINE_LIMIT } = options;
  return new Promise((resolve, reject) => {
    let held = Buffer.alloc(0);
    const finish = (settle: () => void) => {
      clearTimeout(late);
      socket.off('readable', take).off('end', broken).off('close', broken).off('error', broken);
      settle();
    };
    const broken = () => finish(() => reject(new EstateError('link.down', 'reading a line of the other site: it broke off')));
    const late = setTimeout(
      () => finish(() => reject(new EstateError('link.down', `reading a line of the other site: none within ${timeoutMs} ms`))),
      timeoutMs,
    );
    const take = () => {
      for (let chunk = readChunk(socket); chunk !== null; chunk = readChunk(socket)) {
        held = Buffer.concat([held, chunk]);
        try {
          const cut = cutLine(held, limit);
          if (!cut) continue;
          finish(() => resolve(cut.line));
          if (cut.rest.length > 0) socket.unshift(cut.rest);
        } catch (error) {
          finish(() => reject(error));
        }
        return;
      }
    };
    socket.on('readable', take).once('end', broken).once('close', broken).once('error', broken);
    if (socket.destroyed || socket.readableEnded) broken();
    else take();
  });
}

function readChunk(socket: Duplex): Buffer | null {
  const chunk: unknown = socket.read();
  return Buffer.isBuffer(chunk) ? chunk : null;
}
