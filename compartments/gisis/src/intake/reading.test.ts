import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '@bulkhead/testkit';
import { writeWorkbook } from '../../tests/workbook.ts';
import { UnreadableFile } from './file-fault.rules.ts';
import { isDateFormat, readSerial, writeNumber } from './serial-date.rules.ts';
import { openRows, readTable } from './table.actions.ts';
import type { Table } from './table.rules.ts';

const directory = await temporaryDirectory();
const never = () => false;
let made = 0;
const place = (ending: string) => join(directory, `${(made += 1)}.${ending}`);

async function read(content: string | Uint8Array): Promise<Table & { readonly all: readonly (readonly string[])[] }> {
  const path = place('csv');
  await writeFile(path, content);
  return readAt(path);
}

async function readAt(path: string): Promise<Table & { readonly all: readonly (readonly string[])[] }> {
  const table = await readTable(path, place('rows'), never);
  const all: string[][] = [];
  for await (const batch of openRows(table, { after: 0, size: 2 }))
    all.push(...batch.map(({ row, cells }) => [String(row), ...cells]));
  return { ...table, all };
}

const faultOf = (reading: Promise<unknown>) =>
  reading.then(
    () => 'read',
    (error: unknown) => (error instanceof UnreadableFile ? error.fault.word : String(error)),
  );

test('[GI11] CSV is read with or without a mark, in UTF-8, UTF-16 and Windows-1252, with commas, semicolons or tabs, quoted or not', async () => {
  const text = 'name,place\nÆrø,"a ""b"", c\nd"\n\nЁж,x\n';
  const rows = [
    ['2', 'Ærø', 'a "b", c\nd'],
    ['4', 'Ёж', 'x'],
  ];
  for (const content of [text, `\ufeff${text}`]) {
    assert.deepEqual((await read(content)).all, rows);
    assert.deepEqual((await read(Buffer.from(content, 'utf16le'))).all, rows);
    assert.deepEqual((await read(Buffer.from(content, 'utf16le').swap16())).all, rows);
  }
  const old = await read(Buffer.from('name;place\r\nM\u00fcller;Caf\u00e9, Bar\r\n', 'latin1'));
  assert.deepEqual(old.all, [['2', 'Müller', 'Café, Bar']]);
  assert.deepEqual(old.told, { kind: 'csv', encoding: 'windows-1252', delimiter: ';', sample: 'Müller' });
  assert.deepEqual((await read('a\tb\tc,d\n1\t2\n')).heading, ['a', 'b', 'c,d']);
  assert.deepEqual((await read('sep=;\r\na;b\r\n1;2\r\n')).all, [['3', '1', '2']]);
});

test('[GI12] what is no table, breaks off or is beyond a limit is refused with a sentence, and nothing of it is kept in memory', async () => {
  assert.equal(await faultOf(read('')), 'fileEmpty');
  assert.equal(await faultOf(read('a,b\n\n,\n')), 'fileEmpty');
  assert.equal(await faultOf(read('a,b\n"1,2\n')), 'fileQuotes');
  assert.equal(await faultOf(read('a,b\nx"y",2\n"p"q,1\n')), 'fileQuotes');
  assert.equal(await faultOf(read(`a,b\n"${'x'.repeat(1_100_000)}`)), 'fileRowTooLong');
  assert.equal(await faultOf(read(Array.from({ length: 300 }, (_, at) => `c${at}`).join(','))), 'fileColumns');
  assert.equal(await faultOf(read(new Uint8Array(100))), 'fileBinary');
  assert.equal(await faultOf(read(Buffer.from('d0cf11e0a1b11ae10000', 'hex'))), 'fileOldWorkbook');
  assert.equal(await faultOf(read(Buffer.concat([Buffer.from('\ufeffa,b\n1,', 'utf16le'), Buffer.from([0])]))), 'fileGarbled');
  const path = place('csv');
  await writeFile(path, 'a,b\n'.repeat(300_000));
  assert.equal(await faultOf(readTable(path, place('rows'), () => true)), 'fileTooSlow');
});

const cell = (at: string, type: string, inside: string) => `<c r="${at}"${type}>${inside}</c>`;
const ROWS = `<row r="1">${cell('A1', ' t="s"', '<v>0</v>')}${cell('B1', ' t="inlineStr"', '<is><t>day</t></is>')}${cell('D1', ' t="str"', '<v>sum</v>')}</row>
<row r="3">${cell('A3', ' t="s"', '<v>1</v>')}${cell('B3', ' s="1"', '<v>45000</v>')}${cell('C3', ' s="2"', '<v>45000.5</v>')}${cell('D3', '', '<f>HYPERLINK("http://evil.example")</f><v>0.1</v>')}</row>
<row r="4">${cell('A4', '', '<v>9074729</v>')}${cell('B4', ' t="b"', '<v>1</v>')}</row>`;

test('[GI13] of a workbook the first visible sheet is read: texts, numbers, days from serial numbers, and of formulas the last value alone', async () => {
  const path = place('xlsx');
  await writeWorkbook(path, ROWS);
  const { heading, all, told } = await readAt(path);
  assert.deepEqual(heading, ['name', 'day', '', 'sum']);
  assert.deepEqual(all, [
    ['3', 'Rich text', '2023-03-15', '2023-03-15 12:00:00', '0.1'],
    ['4', '9074729', 'yes'],
  ]);
  assert.deepEqual(told, { kind: 'xlsx', sheet: 'List', sheets: 2 });
});

test('days of workbooks: the leap day of 1900 that never was, the count from 1904, times alone, and what shows no day', () => {
  assert.deepEqual(
    [1, 59, 61, 45000].map((serial) => readSerial(serial, false)),
    ['1900-01-01', '1900-02-28', '1900-03-01', '2023-03-15'],
  );
  assert.equal(readSerial(0, true), '1904-01-01');
  assert.equal(readSerial(0.75, false), '18:00:00');
  assert.equal(readSerial(-1, false), null);
  assert.deepEqual(
    [
      isDateFormat(14, undefined),
      isDateFormat(0, undefined),
      isDateFormat(164, '[$-409]d-mmm-yy;@'),
      isDateFormat(165, '0.00 "days"'),
    ],
    [true, false, true, false],
  );
  assert.equal(isDateFormat(166, '[Red]General'), false);
  assert.deepEqual(['0.30000000000000004', '1E2', '9074729.0', 'x'].map(writeNumber), ['0.3', '100', '9074729', 'x']);
});

test('[GI14] a workbook that unpacks to far more than it should, has too many parts, a document type or an entity, or is cut off is not read', async () => {
  const refused = async (rows: string, others: Readonly<Record<string, string | Buffer>> = {}) => {
    const path = place('xlsx');
    await writeWorkbook(path, rows, others);
    return faultOf(readAt(path));
  };
  assert.equal(await refused('', { 'xl/sharedStrings.xml': Buffer.alloc(8_000_000, 0x20) }), 'fileBomb');
  assert.equal(
    await refused('', Object.fromEntries(Array.from({ length: 2100 }, (_, at) => [`xl/media/${at}.png`, 'x']))),
    'fileBomb',
  );
  const entity = '<!DOCTYPE sst [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst><si><t>&a;</t></si></sst>';
  assert.equal(await refused(ROWS, { 'xl/sharedStrings.xml': entity }), 'fileNoWorkbook');
  assert.equal(await refused('<row r="1"><c r="A1" t="inlineStr"><is><t>&unknown;</t></is></c></row>'), 'fileNoWorkbook');
  assert.equal(await refused(ROWS, { 'xl/_rels/workbook.xml.rels': '<Relationships/>' }), 'fileNoWorkbook');
  assert.equal(await refused('<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>'), 'fileNoWorkbook');
  assert.equal(await refused('<row r="1"><c r="ZZZ1"><v>1</v></c></row>'), 'fileColumns');
  assert.equal(await refused('<row r="1"><c r="A1"><v>1</v></row>'), 'fileNoWorkbook');
  const cut = place('xlsx');
  await writeFile(cut, Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(200)]));
  assert.equal(await faultOf(readAt(cut)), 'fileNoWorkbook');
});
