import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type RepairStep, repairHeadSchema, repairStepSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { RepairHead } from './repair.actions.ts';

const LINE_BYTES = 67_108_864;
/** With the statements that tell a journal: some thousand bytes a table. */
const HEAD_BYTES = 4_194_304;
const TOTAL_BYTES = 10_737_418_240;
const NEWLINE = 0x0a;

/**
 * Reads a repair as it comes: its head, then its steps into a file, compared with the digest that the head names.
 * @throws EstateError `input.invalid`, `input.too_large`, `repair.wrong_digest`
 */
export async function spoolRepair(body: AsyncIterable<Uint8Array>, path: string): Promise<RepairHead> {
  const file = await open(path, 'w', 0o600);
  const hash = createHash('sha256');
  let head: RepairHead | undefined;
  let first: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > TOTAL_BYTES) throw new EstateError('input.too_large', `reading a repair: over ${TOTAL_BYTES} bytes`);
      let rest: Buffer = Buffer.from(chunk);
      if (head === undefined) {
        first.push(rest);
        const whole = Buffer.concat(first);
        const end = whole.indexOf(NEWLINE);
        if (end < 0 && whole.length > HEAD_BYTES)
          throw new EstateError('input.too_large', 'reading a repair: its head is too long');
        if (end < 0) continue;
        head = parseHead(whole.subarray(0, end));
        first = [];
        rest = whole.subarray(end + 1);
      }
      hash.update(rest);
      await file.writeFile(rest);
    }
  } finally {
    await file.close();
  }
  if (head === undefined)
    throw new EstateError('input.invalid', 'reading a repair: it must begin with a head on a line of its own');
  if (hash.digest('hex') !== head.digest)
    throw new EstateError(
      'repair.wrong_digest',
      `reading the steps of plan ${head.plan}: they are not those that its digest names`,
    );
  return head;
}

/** The steps of a file, one after the other. @throws EstateError `input.invalid` */
export async function* readSteps(path: string): AsyncGenerator<RepairStep> {
  let number = 0;
  let rest: Buffer[] = [];
  let length = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1_048_576 })) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      rest.push(bytes.subarray(start, end));
      number += 1;
      yield parseStep(Buffer.concat(rest), number);
      [rest, length, start] = [[], 0, end + 1];
    }
    rest.push(bytes.subarray(start));
    length += bytes.length - start;
    if (length > LINE_BYTES) throw new EstateError('input.too_large', `reading steps: line ${number + 1} is too long`);
  }
  if (length > 0) throw new EstateError('input.invalid', `reading steps: line ${number + 1} has no end`);
}

function parseHead(bytes: Buffer): RepairHead {
  const parsed = repairHeadSchema.safeParse(parseJson(bytes.toString('utf8'), 1));
  if (parsed.success) return parsed.data;
  throw new EstateError('input.invalid', 'reading a repair: its head must name plan, digest, token, tombstones and lines', {
    cause: parsed.error,
  });
}

function parseStep(bytes: Buffer, number: number): RepairStep {
  const parsed = repairStepSchema.safeParse(parseJson(bytes.toString('utf8'), number));
  if (parsed.success) return parsed.data;
  throw new EstateError('input.invalid', `reading steps: line ${number} is no step of a repair`, { cause: parsed.error });
}

function parseJson(text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EstateError('input.invalid', `reading a repair: line ${line} is not JSON`, { cause });
  }
}
