import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { findEncoding, readCsv } from './csv.actions.ts';
import { UnreadableFile } from './file-fault.rules.ts';
import { MOST_COLUMNS, MOST_ROWS, READING_MS, ROW_CHARACTERS } from './limits.rules.ts';
import { SNIFFED_BYTES, sniff } from './sniff.rules.ts';
import type { CsvTold, RawRow, Table, WorkbookTold } from './table.rules.ts';
import { readWorkbook } from './workbook.actions.ts';

const PIECE_CHARACTERS = 262_144;

/**
 * Reads a CSV file or a workbook once, into a plain list of rows beside it: what follows looks at nothing else of what was sent.
 * @throws UnreadableFile
 */
export async function readTable(
  path: string,
  into: string,
  isOverdue: (startedMs: number, limitMs: number) => boolean,
): Promise<Table> {
  const startedMs = performance.now();
  const found = sniff(await readHead(path));
  if (found.kind === 'old-workbook') throw new UnreadableFile('fileOldWorkbook');
  if (found.kind === 'binary') throw new UnreadableFile('fileBinary');
  const csv: CsvTold = { encoding: 'utf-8', delimiter: ',' };
  const book: WorkbookTold = { sheet: '', sheets: 0 };
  if (found.kind === 'csv') csv.encoding = await findEncoding(path, found.encoding);
  const source = found.kind === 'csv' ? readCsv(path, csv) : readWorkbook(path, book);
  const written = await writeRows(source, into, () => {
    if (isOverdue(startedMs, READING_MS)) throw new UnreadableFile('fileTooSlow', { minutes: READING_MS / 60_000 });
  });
  const { heading, rows, sample } = written;
  return { path: into, heading, rows, told: found.kind === 'csv' ? { kind: 'csv', ...csv, sample } : { kind: 'xlsx', ...book } };
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(SNIFFED_BYTES), 0, SNIFFED_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function writeRows(source: AsyncGenerator<RawRow>, into: string, checkTime: () => void) {
  const file = await open(into, 'w', 0o600);
  let heading: readonly string[] | null = null;
  let rows = 0;
  let sample = '';
  let piece = '';
  try {
    for await (const { row, cells } of source) {
      if (cells.every((cell) => cell.trim() === '')) continue;
      checkRow(row, cells);
      if (heading === null) {
        heading = cells.map((cell) => cell.trim());
        continue;
      }
      rows += 1;
      if (rows > MOST_ROWS) throw new UnreadableFile('fileRows', { most: MOST_ROWS });
      if (sample === '') sample = cells.find((cell) => /[^\0-\x7f]/.test(cell))?.slice(0, 80) ?? '';
      piece += `${JSON.stringify([row, ...cells])}\n`;
      if (piece.length < PIECE_CHARACTERS) continue;
      checkTime();
      await file.write(piece);
      piece = '';
    }
    await file.write(piece);
  } finally {
    await file.close();
  }
  if (heading === null || rows === 0) throw new UnreadableFile('fileEmpty');
  return { heading, rows, sample };
}

function checkRow(row: number, cells: readonly string[]): void {
  if (cells.length > MOST_COLUMNS) throw new UnreadableFile('fileColumns', { most: MOST_COLUMNS });
  let characters = 0;
  for (const cell of cells) characters += cell.length;
  if (characters > ROW_CHARACTERS) throw new UnreadableFile('fileRowTooLong', { row });
}

/** The rows of a table that was read, in batches, after those that are done. */
export async function* openRows(
  { path }: Pick<Table, 'path'>,
  given: { readonly after: number; readonly size: number },
): AsyncGenerator<RawRow[]> {
  let rest = '';
  let passed = 0;
  let batch: RawRow[] = [];
  for await (const text of createReadStream(path, {
    encoding: 'utf8',
    highWaterMark: PIECE_CHARACTERS,
  }) as AsyncIterable<string>) {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      passed += 1;
      if (passed <= given.after) continue;
      batch.push(parseRow(line));
      if (batch.length < given.size) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Written by ourselves a moment ago. */
function parseRow(line: string): RawRow {
  const [row, ...cells] = JSON.parse(line) as [number, ...string[]];
  return { row, cells };
}
