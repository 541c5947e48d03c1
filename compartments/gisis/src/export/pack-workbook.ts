import { PassThrough, Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { Piece } from './export.rules.ts';
import { describeWorkbook } from './xlsx.rules.ts';

/** Puts sheets into a workbook's file as they are written: each part is a sheet, and no more of one is held than is being packed. */
export function packWorkbook(pieces: AsyncIterable<Piece>, changedAt: Date): Readable {
  const zip = new ZipFile();
  const file = new PassThrough();
  // What goes wrong breaks the file off, as with every other format; whoever went away ends the packing.
  const breakOff = (error: unknown) => void file.destroy(error instanceof Error ? error : new Error('packing a workbook'));
  zip.on('error', breakOff);
  pipeline(zip.outputStream, file).catch(breakOff);
  fillWorkbook(zip, pieces, changedAt).catch(breakOff);
  return file;
}

async function fillWorkbook(zip: ZipFile, pieces: AsyncIterable<Piece>, changedAt: Date): Promise<void> {
  const options = { mtime: changedAt };
  const reading = pieces[Symbol.asyncIterator]();
  let next = await reading.next();
  async function* readPart(part: number): AsyncGenerator<string | Buffer> {
    while (next.done !== true && next.value.part === part) {
      yield next.value.text;
      next = await reading.next();
    }
  }
  let sheets = 0;
  while (next.done !== true) {
    const sheet = Readable.from(readPart(next.value.part), { objectMode: false });
    sheets += 1;
    zip.addReadStream(sheet, `xl/worksheets/sheet${sheets}.xml`, options);
    await finished(sheet);
  }
  for (const [path, xml] of describeWorkbook(sheets)) zip.addBuffer(Buffer.from(xml), path, options);
  zip.end();
}
