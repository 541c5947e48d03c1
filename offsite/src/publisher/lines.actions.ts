import { EstateError } from '@bulkhead/kernel';

export type LineLimits = { readonly lineBytes: number; readonly totalBytes: number; readonly lines: number };

/**
 * Splits what a peer that is not trusted sends into lines, each without its end. What follows the last line end must be empty.
 * @throws EstateError `input.too_large`, `input.invalid`, and what the source throws
 */
export async function* splitLines(source: AsyncIterable<Buffer>, limits: LineLimits): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let totalBytes = 0;
  let lines = 0;
  for await (const chunk of source) {
    totalBytes += chunk.length;
    if (totalBytes > limits.totalBytes) throw tooLarge(`over ${limits.totalBytes} bytes`);
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      lines += 1;
      if (lines > limits.lines) throw tooLarge(`over ${limits.lines} lines`);
      if (heldBytes + end - from > limits.lineBytes) throw tooLarge(`a line of over ${limits.lineBytes} bytes`);
      yield held.length === 0 ? chunk.subarray(from, end) : Buffer.concat([...held, chunk.subarray(from, end)]);
      held = [];
      heldBytes = 0;
      from = end + 1;
    }
    if (from === chunk.length) continue;
    held.push(chunk.subarray(from));
    heldBytes += chunk.length - from;
    if (heldBytes > limits.lineBytes) throw tooLarge(`a line of over ${limits.lineBytes} bytes`);
  }
  if (heldBytes > 0) throw new EstateError('input.invalid', 'reading lines: the last one has no end');
}

/** @throws EstateError `input.invalid` */
export function parseLine(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch (cause) {
    throw new EstateError('input.invalid', 'reading lines: one is not JSON', { cause });
  }
}

function tooLarge(what: string): EstateError {
  return new EstateError('input.too_large', `reading lines: ${what}`);
}
