import { createHash } from 'node:crypto';
import { jailPositionSchema, lsnSchema, type RowsRequest } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { parseLine, splitLines } from './lines.actions.ts';

const ROWS_MS = 120_000;
/** The jail lets the question wait up to 20 s. */
const POSITION_MS = 30_000;
const LIMITS = { lineBytes: 16_777_216, totalBytes: 1_073_741_824, lines: 2_000_002 };
const headSchema = z.object({
  lsn: lsnSchema,
  mark: z.string().max(60).optional(),
  isWhole: z.boolean().optional(),
  keys: z.record(z.string(), z.array(z.string().max(63)).max(32)).optional(),
});
const endSchema = z.object({
  end: z.literal(true),
  rows: z.number().int().min(0),
  counts: z.record(z.string(), z.number().int().min(0)).optional(),
});
const rowSchema = z.object({ table: z.string(), row: z.record(z.string(), z.unknown()) });

/** A row as it came: `{table,row}`; `gone` when it is as given no more. */
export type RowChange = { readonly line: Buffer; readonly isGone: boolean };

/** What became of a compartment's rows since the last look: hostile until what is made of it was checked. */
export type RowsChange = {
  readonly lsn: string;
  /** All rows, to begin anew with; or what is another since the last look. */
  readonly isWhole: boolean;
  readonly changes: readonly RowChange[];
};

/** Tells rows that were refused from others. */
export function fingerprintOf({ changes }: RowsChange): string {
  const hash = createHash('sha256');
  for (const { line } of changes) hash.update(line).update('\n');
  return hash.digest('hex');
}

/** The WAL position up to which a jail has replayed; null if it does not know. */
export async function readPosition(jail: WirePeer): Promise<string | null> {
  const { replayLsn } = await callWire(jail, { method: 'GET', path: '/position' }, jailPositionSchema);
  return replayLsn;
}

/** Tells the last commit that a jail has replayed from any other; null if it does not know. */
export async function readLastCommit(jail: WirePeer): Promise<string | null> {
  const { lastCommitAt, replayLsn } = await callWire(jail, { method: 'GET', path: '/position' }, jailPositionSchema);
  // A cluster that has replayed none since its start, or runs by itself, knows its position alone.
  return lastCommitAt ?? replayLsn;
}

/** Waits until a jail has replayed more than `after`, up to 20 s or until the signal. */
export async function waitForPosition(jail: WirePeer, after: string, signal: AbortSignal): Promise<string | null> {
  const call = { method: 'GET', path: `/position?after=${after}`, timeoutMs: POSITION_MS, signal } as const;
  return (await callWire(jail, call, jailPositionSchema)).replayLsn;
}

type Answer = {
  readonly head: z.infer<typeof headSchema>;
  readonly counts: Readonly<Record<string, number>> | undefined;
  readonly rows: readonly { readonly table: string; readonly key: string; readonly line: Buffer }[];
};

/** The rows of a compartment's tables, kept between looks so that only what changed is read and rendered. */
export class RowSource {
  readonly #jail: WirePeer;
  readonly #tables: readonly string[];
  readonly #rows = new Map<string, Map<string, Buffer>>();
  #mark: string | undefined;

  constructor(jail: WirePeer, tables: readonly string[]) {
    this.#jail = jail;
    this.#tables = tables;
  }

  /** Reads everything at the next look. */
  forget(): void {
    this.#mark = undefined;
    this.#rows.clear();
  }

  /**
   * Reads what changed. An answer that is not whole is none; one that does not add up is asked for anew, whole.
   * @throws EstateError `wire.*`, `input.too_large`, `input.invalid`
   */
  async read(): Promise<RowsChange> {
    const since = this.#mark;
    // A change that is not passed on must not be counted as seen.
    this.#mark = undefined;
    let answer = await ask(this.#jail, this.#tables, since);
    if (answer.head.isWhole === false && !this.#addsUp(answer)) answer = await ask(this.#jail, this.#tables, undefined);
    return answer.head.isWhole === false ? this.#takeChange(answer) : this.#takeAll(answer);
  }

  #addsUp({ rows, counts }: Answer): boolean {
    const added = new Map<string, Set<string>>();
    for (const { table, key } of rows)
      if (!this.#rows.get(table)?.has(key)) added.set(table, (added.get(table) ?? new Set()).add(key));
    return this.#tables.every((table) => counts?.[table] === (this.#rows.get(table)?.size ?? 0) + (added.get(table)?.size ?? 0));
  }

  #takeAll({ head, rows }: Answer): RowsChange {
    this.#rows.clear();
    for (const { table, key, line } of rows) this.#tableOf(table).set(key, line);
    this.#mark = head.mark;
    return { lsn: head.lsn, isWhole: true, changes: rows.map(({ line }) => ({ line, isGone: false })) };
  }

  #takeChange({ head, rows }: Answer): RowsChange {
    const changes: RowChange[] = [];
    for (const { table, key, line } of rows) {
      const before = this.#tableOf(table).get(key);
      if (before?.equals(line)) continue;
      if (before) changes.push({ line: before, isGone: true });
      changes.push({ line, isGone: false });
      this.#tableOf(table).set(key, line);
    }
    this.#mark = head.mark;
    return { lsn: head.lsn, isWhole: false, changes };
  }

  #tableOf(table: string): Map<string, Buffer> {
    const found = this.#rows.get(table) ?? new Map<string, Buffer>();
    this.#rows.set(table, found);
    return found;
  }
}

async function ask(jail: WirePeer, tables: readonly string[], since: string | undefined): Promise<Answer> {
  const limits = { maxRows: LIMITS.lines - 2, maxBytes: LIMITS.totalBytes };
  const asked: RowsRequest = { tables: [...tables], ...limits, marked: true, ...(since ? { since } : {}) };
  const { body } = await openWire(jail, { method: 'POST', path: '/rows', body: asked, timeoutMs: ROWS_MS });
  const rows: Answer['rows'][number][] = [];
  let head: Answer['head'] | undefined;
  let end: z.infer<typeof endSchema> | undefined;
  for await (const line of splitLines(body, LIMITS)) {
    if (end) throw new EstateError('input.invalid', 'reading rows: something follows their end');
    const given = parseLine(line);
    if (head === undefined) head = parse(headSchema, given);
    else if (isEnd(given)) {
      end = parse(endSchema, given);
      if (end.rows !== rows.length) throw new EstateError('input.invalid', 'reading rows: some are missing');
    } else rows.push(readRow(given, line, { tables, keys: head.keys }));
  }
  if (!end || head === undefined) throw new EstateError('input.invalid', 'reading rows: the answer ended early');
  return { head, counts: end.counts, rows };
}

function readRow(
  given: unknown,
  line: Buffer,
  { tables, keys }: { readonly tables: readonly string[]; readonly keys: Answer['head']['keys'] },
): Answer['rows'][number] {
  const { table, row } = parse(rowSchema, given);
  if (!tables.includes(table)) throw new EstateError('input.invalid', 'reading rows: one is of a table that was not asked for');
  const names = keys?.[table] ?? [];
  // A row without a key is its own: two that are equal are told apart by no reader.
  const key = names.length > 0 ? JSON.stringify(names.map((name) => row[name])) : createHash('sha256').update(line).digest('hex');
  return { table, key, line: Buffer.from(line) };
}

function isEnd(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'end' in given;
}

function parse<Schema extends z.ZodType>(schema: Schema, given: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new EstateError('input.invalid', 'reading rows: a line has another form', { cause: parsed.error });
}
