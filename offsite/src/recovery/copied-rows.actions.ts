import type { Readable } from 'node:stream';
import { type RepairStep, rowImageSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import type { JailPeer } from '#peer/jail.actions.ts';
import { isAtOrAfter } from './recovery.rules.ts';

const LINE_LIMIT = 134_217_728;
const ROWS_AT_MOST = 10_000_000;
const BYTES_AT_MOST = 10_737_418_240;

/** Rows of a copy that stands just before a position. */
export type Copied = { readonly beforeLsn: string; readonly read: () => AsyncIterable<string> };

const originSchema = z.object({ origin: z.object({ commitLsn: z.string() }) });
const rowLineSchema = z.union([
  z.object({ lsn: z.string() }),
  z.object({ table: z.string(), row: rowImageSchema }),
  z.object({ end: z.literal(true), rows: z.number().int() }),
]);

/**
 * The steps of a plan, and between them the rows of truncated tables: after the steps that take back what came later, and
 * before those that take back what came earlier. Steps of an undo run backwards.
 */
export async function* mergeSteps(
  steps: AsyncIterable<string>,
  copied: readonly Copied[],
): AsyncGenerator<{ readonly line: string; readonly isCopied: boolean }> {
  const waiting = [...copied].sort((left, right) => (isAtOrAfter(left.beforeLsn, right.beforeLsn) ? -1 : 1));
  for await (const line of steps) {
    const commitLsn = waiting.length === 0 ? null : commitOf(line);
    while (commitLsn !== null && waiting[0] && !isAtOrAfter(commitLsn, waiting[0].beforeLsn)) {
      for await (const row of waiting.shift()?.read() ?? []) yield { line: row, isCopied: true };
    }
    yield { line, isCopied: false };
  }
  for (const copy of waiting) for await (const row of copy.read()) yield { line: row, isCopied: true };
}

function commitOf(line: string): string {
  const parsed = originSchema.safeParse(parseJson(line));
  if (parsed.success) return parsed.data.origin.commitLsn;
  throw new EstateError('wire.invalid_reply', 'reading the steps of a plan: a line is no step', { cause: parsed.error });
}

/** Rows of tables in a jail, each as the step that inserts it. */
export async function* readRows(
  jail: JailPeer,
  tables: readonly string[],
  origin: { readonly timeline: number; readonly commitLsn: string },
): AsyncGenerator<string> {
  const asked = { tables: [...tables], asText: true, maxRows: ROWS_AT_MOST, maxBytes: BYTES_AT_MOST };
  const { body } = await jail.openRows(asked);
  let isWhole = false;
  for await (const line of readLines(body)) {
    const parsed = rowLineSchema.safeParse(parseJson(line));
    if (!parsed.success)
      throw new EstateError('restore.failed', 'reading rows of a copy: they broke off', { cause: parsed.error });
    if ('end' in parsed.data) isWhole = true;
    if (!('row' in parsed.data)) continue;
    const { table, row } = parsed.data;
    const step: RepairStep = { kind: 'insert', table, row, origin: { ...origin, xid: '0' } };
    yield JSON.stringify(step);
  }
  if (!isWhole) throw new EstateError('wire.unreachable', 'reading rows of a copy: they broke off');
}

/** The lines of a reply, without their breaks. */
export async function* readLines(body: Readable): AsyncGenerator<string> {
  let rest = '';
  body.setEncoding('utf8');
  try {
    for await (const chunk of body as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LINE_LIMIT)
        throw new EstateError('wire.invalid_reply', `reading lines: one is over ${LINE_LIMIT} characters`);
      for (const line of lines) if (line !== '') yield line;
    }
  } catch (cause) {
    throw cause instanceof EstateError ? cause : new EstateError('wire.unreachable', 'reading lines: they broke off', { cause });
  }
  if (rest !== '') yield rest;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
