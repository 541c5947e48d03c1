import type { Readable } from 'node:stream';
import { SaxesParser } from 'saxes';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { UnreadableFile } from './file-fault.rules.ts';
import {
  CELL_CHARACTERS,
  MOST_COLUMNS,
  MOST_ENTRIES,
  MOST_RATIO,
  RATIO_FROM_BYTES,
  SHARED_CHARACTERS,
  UNPACKED_BYTES,
} from './limits.rules.ts';
import { isDateFormat, readSerial, writeNumber } from './serial-date.rules.ts';
import type { RawRow, WorkbookTold } from './table.rules.ts';

type Tag = { readonly name: string; readonly attributes: Readonly<Record<string, string>> };
type Listener = { open?(tag: Tag): void; close?(name: string): void; text?(text: string): void };

/**
 * The rows of the first visible sheet of a workbook (ECMA-376): values as they were last computed, no formula. What it is packed in
 * is bounded in entries, ratio and bytes; a document type, and with it every entity, is refused.
 */
export async function* readWorkbook(path: string, told: WorkbookTold): AsyncGenerator<RawRow> {
  const zip = await openPromise(path, { autoClose: false, lazyEntries: true }).catch(() => {
    throw new UnreadableFile('fileNoWorkbook');
  });
  try {
    const parts = await listParts(zip);
    const book = await readBook(zip, parts);
    told.sheet = book.sheet;
    told.sheets = book.sheets;
    const shared = await readShared(zip, parts.get('xl/sharedStrings.xml'));
    const dates = await readDateStyles(zip, parts.get('xl/styles.xml'));
    const sheet = parts.get(book.path);
    if (!sheet) throw new UnreadableFile('fileNoWorkbook');
    yield* readSheet(zip, sheet, { shared, dates, is1904: book.is1904 });
  } catch (error) {
    throw error instanceof UnreadableFile ? error : new UnreadableFile('fileNoWorkbook');
  } finally {
    zip.close();
  }
}

async function listParts(zip: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  if (zip.entryCount > MOST_ENTRIES) throw new UnreadableFile('fileBomb');
  const parts = new Map<string, Entry>();
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    const { fileName, uncompressedSize, compressedSize } = entry;
    const isRead = /^xl\/(?:workbook|sharedStrings|styles|_rels\/workbook)[.a-z]*$|^xl\/worksheets\//.test(fileName);
    if (parts.has(fileName) || entry.isEncrypted()) throw new UnreadableFile('fileNoWorkbook');
    if (!isRead) continue;
    bytes += uncompressedSize;
    const isPacked = uncompressedSize > RATIO_FROM_BYTES && uncompressedSize > compressedSize * MOST_RATIO;
    if (isPacked || bytes > UNPACKED_BYTES) throw new UnreadableFile('fileBomb');
    parts.set(fileName, entry);
  }
  return parts;
}

/** Reads a part and tells of its tags; what comes of each piece is given out piece by piece. */
async function* walk(zip: ZipFile, entry: Entry, listener: Listener): AsyncGenerator<void> {
  const parser = new SaxesParser();
  let fault: UnreadableFile | null = null;
  parser.on('doctype', () => {
    fault = new UnreadableFile('fileNoWorkbook');
  });
  parser.on('error', () => {
    fault = new UnreadableFile('fileNoWorkbook');
  });
  parser.on('opentag', (tag) => listener.open?.({ name: bare(tag.name), attributes: tag.attributes }));
  parser.on('closetag', (tag) => listener.close?.(bare(tag.name)));
  parser.on('text', (text) => listener.text?.(text));
  parser.on('cdata', (text) => listener.text?.(text));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  // yauzl refuses what unpacks to more bytes than the directory announces.
  const stream: Readable = await zip.openReadStreamPromise(entry);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    parser.write(decoder.decode(chunk, { stream: true }));
    if (fault !== null) throw fault;
    yield;
  }
  parser.write(decoder.decode()).close();
  if (fault !== null) throw fault;
  yield;
}

async function read(zip: ZipFile, entry: Entry | undefined, listener: Listener): Promise<void> {
  if (entry === undefined) return;
  for await (const _ of walk(zip, entry, listener)) continue;
}

function bare(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

type Book = { readonly path: string; readonly sheet: string; readonly sheets: number; readonly is1904: boolean };

async function readBook(zip: ZipFile, parts: ReadonlyMap<string, Entry>): Promise<Book> {
  const sheets: { readonly name: string; readonly id: string; readonly isHidden: boolean }[] = [];
  let is1904 = false;
  await read(zip, parts.get('xl/workbook.xml'), {
    open: ({ name, attributes }) => {
      if (name === 'workbookPr') is1904 = /^(?:1|true)$/.test(attributes['date1904'] ?? '');
      if (name !== 'sheet') return;
      const id = Object.entries(attributes).find(([key]) => bare(key) === 'id')?.[1] ?? '';
      sheets.push({ name: attributes['name'] ?? '', id, isHidden: (attributes['state'] ?? 'visible') !== 'visible' });
    },
  });
  const targets = new Map<string, string>();
  await read(zip, parts.get('xl/_rels/workbook.xml.rels'), {
    open: ({ name, attributes }) => {
      if (name === 'Relationship' && attributes['TargetMode'] !== 'External')
        targets.set(attributes['Id'] ?? '', attributes['Target'] ?? '');
    },
  });
  const first = sheets.find(({ isHidden }) => !isHidden);
  const target = targets.get(first?.id ?? '');
  if (!first || target === undefined) throw new UnreadableFile('fileNoWorkbook');
  return {
    path: target.startsWith('/') ? target.slice(1) : `xl/${target}`,
    sheet: first.name.slice(0, 60),
    sheets: sheets.length,
    is1904,
  };
}

/** Texts that several cells share; of those with phonetic marks only the text itself. */
async function readShared(zip: ZipFile, entry: Entry | undefined): Promise<readonly string[]> {
  const shared: string[] = [];
  let item = '';
  let characters = 0;
  let isText = false;
  let isPhonetic = false;
  await read(zip, entry, {
    open: ({ name }) => {
      if (name === 'si') item = '';
      if (name === 'rPh') isPhonetic = true;
      isText = name === 't' && !isPhonetic;
    },
    text: (text) => {
      if (!isText) return;
      item += text;
      characters += text.length;
      if (characters > SHARED_CHARACTERS || item.length > CELL_CHARACTERS * 4) throw new UnreadableFile('fileBomb');
    },
    close: (name) => {
      if (name === 'rPh') isPhonetic = false;
      if (name === 't') isText = false;
      if (name === 'si') shared.push(item);
    },
  });
  return shared;
}

/** Which styles of cells show a date. */
async function readDateStyles(zip: ZipFile, entry: Entry | undefined): Promise<readonly boolean[]> {
  const formats = new Map<number, string>();
  const styles: number[] = [];
  let isInCells = false;
  await read(zip, entry, {
    open: ({ name, attributes }) => {
      if (name === 'numFmt') formats.set(Number(attributes['numFmtId']), attributes['formatCode'] ?? '');
      if (name === 'cellXfs') isInCells = true;
      if (name === 'xf' && isInCells) styles.push(Number(attributes['numFmtId'] ?? 0));
    },
    close: (name) => {
      if (name === 'cellXfs') isInCells = false;
    },
  });
  return styles.map((id) => isDateFormat(id, formats.get(id)));
}

type Meaning = { readonly shared: readonly string[]; readonly dates: readonly boolean[]; readonly is1904: boolean };

async function* readSheet(zip: ZipFile, entry: Entry, meaning: Meaning): AsyncGenerator<RawRow> {
  const ready: RawRow[] = [];
  const sheet = new SheetReader(meaning, (row) => ready.push(row));
  for await (const _ of walk(zip, entry, sheet)) yield* ready.splice(0);
}

class SheetReader implements Listener {
  readonly #meaning: Meaning;
  readonly #give: (row: RawRow) => void;
  #row = 0;
  #cells: string[] = [];
  #column = 0;
  #cell: { readonly type: string; readonly style: number } | null = null;
  #text = '';
  #isText = false;

  constructor(meaning: Meaning, give: (row: RawRow) => void) {
    this.#meaning = meaning;
    this.#give = give;
  }

  open({ name, attributes }: Tag): void {
    if (name === 'row') {
      const told = Number(attributes['r'] ?? this.#row + 1);
      if (!Number.isInteger(told) || told <= this.#row) throw new UnreadableFile('fileNoWorkbook');
      this.#row = told;
      this.#cells = [];
      this.#column = 0;
    } else if (name === 'c') {
      this.#column = attributes['r'] === undefined ? this.#column + 1 : columnOf(attributes['r']);
      this.#cell = { type: attributes['t'] ?? 'n', style: Number(attributes['s'] ?? 0) };
      this.#text = '';
    }
    this.#isText = this.#cell !== null && (name === 'v' || name === 't');
  }

  text(text: string): void {
    if (!this.#isText) return;
    this.#text += text;
    if (this.#text.length > CELL_CHARACTERS * 4) throw new UnreadableFile('fileRowTooLong', { row: this.#row });
  }

  close(name: string): void {
    if (name === 'v' || name === 't') this.#isText = false;
    if (name === 'c' && this.#cell) {
      const value = this.#valueOf(this.#cell);
      if (value !== '' && this.#column > MOST_COLUMNS) throw new UnreadableFile('fileColumns', { most: MOST_COLUMNS });
      if (value !== '') {
        while (this.#cells.length < this.#column) this.#cells.push('');
        this.#cells[this.#column - 1] = value;
      }
      this.#cell = null;
    }
    if (name === 'row' && this.#cells.length > 0) this.#give({ row: this.#row, cells: this.#cells });
  }

  #valueOf({ type, style }: { readonly type: string; readonly style: number }): string {
    const text = this.#text;
    if (type === 's') return this.#meaning.shared[Number(text)] ?? '';
    if (type === 'b') return text === '' ? '' : text === '1' ? 'yes' : 'no';
    if (type !== 'n' || text === '') return text;
    const date = this.#meaning.dates[style] === true ? readSerial(Number(text), this.#meaning.is1904) : null;
    return date ?? writeNumber(text);
  }
}

/** `AB12` is column 28. */
function columnOf(reference: string): number {
  const letters = /^([A-Z]{1,3})\d{1,7}$/.exec(reference)?.[1];
  if (letters === undefined) throw new UnreadableFile('fileNoWorkbook');
  return Array.from(letters).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
}
