import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { UnreadableFile } from './file-fault.rules.ts';
import { ROW_CHARACTERS } from './limits.rules.ts';
import { chooseDelimiter, type Encoding } from './sniff.rules.ts';
import type { CsvTold, RawRow } from './table.rules.ts';

const CHUNK_BYTES = 262_144;
const HEADING_CHARACTERS = 65_536;

/** Whether a file is UTF-8 throughout; where it is not, it can only be an older code of one byte a letter. */
export async function findEncoding(path: string, sniffed: Encoding): Promise<Encoding> {
  if (sniffed !== 'utf-8') return sniffed;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>)
      decoder.decode(chunk, { stream: true });
    decoder.decode();
    return 'utf-8';
  } catch (error) {
    if (error instanceof TypeError) return 'windows-1252';
    throw error;
  }
}

/** The rows of a CSV file (RFC 4180), one after another in constant memory. What was found out of it is put into `told`. */
export async function* readCsv(path: string, told: CsvTold): AsyncGenerator<RawRow> {
  const texts = decodeFile(path, told.encoding);
  const head = await readHeading(texts);
  const { skipped, text } = skipSeparatorLine(head);
  told.delimiter = chooseDelimiter(text);
  const parser = parse({ delimiter: told.delimiter, relax_column_count: true, max_record_size: ROW_CHARACTERS });
  const source = Readable.from(withHeading(text, texts));
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let row = skipped;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      row += 1;
      yield { row, cells };
    }
  } catch (error) {
    throw toUnreadable(error, row + 1);
  } finally {
    source.destroy();
    parser.destroy();
  }
}

async function* decodeFile(path: string, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>)
    yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

async function readHeading(texts: AsyncGenerator<string>): Promise<string> {
  let text = '';
  while (text.length < HEADING_CHARACTERS && !text.includes('\n')) {
    const next = await texts.next();
    if (next.done) return text;
    text += next.value;
  }
  return text;
}

/** `sep=;` on the first line is a spreadsheet's own hint. */
function skipSeparatorLine(text: string): { readonly skipped: 0 | 1; readonly text: string } {
  const hint = /^sep=.\r?\n/i.exec(text)?.[0];
  return hint === undefined ? { skipped: 0, text } : { skipped: 1, text: text.slice(hint.length) };
}

async function* withHeading(text: string, texts: AsyncGenerator<string>): AsyncGenerator<string> {
  if (text !== '') yield text;
  for await (const next of texts) if (next !== '') yield next;
}

function toUnreadable(error: unknown, row: number): unknown {
  if (error instanceof TypeError) return new UnreadableFile('fileGarbled');
  if (!(error instanceof CsvError)) return error;
  if (error.code === 'CSV_MAX_RECORD_SIZE') return new UnreadableFile('fileRowTooLong', { row });
  return new UnreadableFile('fileQuotes', { row });
}
