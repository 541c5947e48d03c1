import { createHash } from 'node:crypto';
import { jailPositionSchema, lsnSchema, type RenderRequest, type RowsRequest } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { parseLine, splitLines } from './lines.actions.ts';

const ROWS_MS = 120_000;
const LIMITS = { lineBytes: 16_777_216, totalBytes: 268_435_456, lines: 2_000_002 };
const headSchema = z.strictObject({ lsn: lsnSchema });
const endSchema = z.strictObject({ end: z.literal(true), rows: z.number().int().min(0) });

/** Rows of a compartment at one position, as a jail told them: hostile until what is made of them was checked. */
export type SourceRows = {
  readonly lsn: string;
  /** `{table,row}` each, as the renderer reads them. */
  readonly lines: readonly Buffer[];
  /** Equal for equal rows. */
  readonly fingerprint: string;
};

/** The WAL position up to which a jail has replayed; null if it does not know. */
export async function readPosition(jail: WirePeer): Promise<string | null> {
  const { replayLsn } = await callWire(jail, { method: 'GET', path: '/position' }, jailPositionSchema);
  return replayLsn;
}

/**
 * Reads the rows of tables from a jail. An answer that is not whole is none.
 * @throws EstateError `wire.*`, `input.too_large`, `input.invalid`
 */
export async function readRows(jail: WirePeer, tables: readonly string[], request: RenderRequest): Promise<SourceRows> {
  const asked: RowsRequest = { tables: [...tables], maxRows: LIMITS.lines - 2, maxBytes: LIMITS.totalBytes };
  const { body } = await openWire(jail, { method: 'POST', path: '/rows', body: asked, timeoutMs: ROWS_MS });
  const { now: _, ...stable } = request;
  const hash = createHash('sha256').update(JSON.stringify(stable));
  const lines: Buffer[] = [];
  let lsn: string | undefined;
  let isWhole = false;
  for await (const line of splitLines(body, LIMITS)) {
    if (isWhole) throw new EstateError('input.invalid', 'reading rows: something follows their end');
    const given = parseLine(line);
    if (lsn === undefined) lsn = parse(headSchema, given).lsn;
    else if (isEnd(given)) {
      if (parse(endSchema, given).rows !== lines.length) throw new EstateError('input.invalid', 'reading rows: some are missing');
      isWhole = true;
    } else {
      checkRow(given, tables);
      hash.update(line).update('\n');
      lines.push(Buffer.from(line));
    }
  }
  if (!isWhole || lsn === undefined) throw new EstateError('input.invalid', 'reading rows: the answer ended early');
  return { lsn, lines, fingerprint: hash.digest('hex') };
}

function isEnd(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'end' in given;
}

function checkRow(given: unknown, tables: readonly string[]): void {
  const { table } = parse(z.object({ table: z.string(), row: z.record(z.string(), z.unknown()) }), given);
  if (!tables.includes(table)) throw new EstateError('input.invalid', 'reading rows: one is of a table that was not asked for');
}

function parse<Schema extends z.ZodType>(schema: Schema, given: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new EstateError('input.invalid', 'reading rows: a line has another form', { cause: parsed.error });
}
