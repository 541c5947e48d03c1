import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { fromBuffer } from 'yauzl';
import { findModule } from '#modules/modules.ts';
import type { RecordId, Registered } from '#record/record.rules.ts';
import { PUBLIC } from '#sight/viewer.rules.ts';
import { exportColumns, type Piece } from './export.rules.ts';
import { packWorkbook } from './pack-workbook.ts';
import { XLSX } from './xlsx.rules.ts';

const AT = new Date('2026-03-02T09:00:00.000Z');
const ship = findModule('ship');
assert.ok(ship);
const context = { module: ship, viewer: PUBLIC, origin: 'https://registry.example.int', columns: exportColumns(ship, PUBLIC) };
const record = (values: Registered['values']): Registered => ({
  id: '1' as RecordId,
  reference: '9074729',
  state: 'current',
  revision: 3,
  createdAt: AT,
  changedAt: AT,
  source: null,
  isSample: true,
  formerNames: null,
  values,
});

async function unpack(file: Buffer): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const zip = await new Promise<import('yauzl').ZipFile>((resolve, reject) => {
    fromBuffer(file, { lazyEntries: true }, (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  await new Promise<void>((resolve, reject) => {
    zip.once('end', resolve);
    zip.once('error', reject);
    zip.on('entry', (entry: import('yauzl').Entry) => {
      zip.openReadStream(entry, (error, stream) => {
        if (error) return reject(error);
        buffer(stream).then((content) => {
          texts.set(entry.fileName, content.toString('utf8'));
          zip.readEntry();
        }, reject);
      });
    });
    zip.readEntry();
  });
  return texts;
}

async function* pieces(...given: readonly Piece[]): AsyncGenerator<Piece> {
  yield* given;
}

test('[GP17] in a workbook numbers and days are such, text is text and never a formula, and what XML cannot hold is left out', async () => {
  const row = XLSX.write(
    context,
    record({
      name: '=HYPERLINK("http://evil.example")&<b>\u0000_x0041_',
      gross_tonnage: 28450,
      built_on: '2001-07-14',
      flag: 'KEN',
    }),
  );
  assert.ok(row);
  assert.ok(!row.includes('<f'), 'no formula');
  assert.ok(row.includes('=HYPERLINK(&quot;http://evil.example&quot;)&amp;&lt;b&gt;_x005F_x0041_'));
  assert.ok(row.includes('<c><v>28450</v></c>') && row.includes('<c t="b"><v>1</v></c>'));
  assert.ok(row.includes('<c s="3"><v>46083.375</v></c>'), 'a time is the number of its day, in UTC');
  const cells = row.match(/<c[ >/]/g)?.length;
  assert.equal(cells, XLSX.begin(context).match(/<c /g)?.length, 'every row has the cells of its head');
});

test('[GP17] a workbook is packed sheet by sheet as it is written, and has as many sheets as it needs', async () => {
  const begin = XLSX.begin(context);
  const row = XLSX.write(context, record({ name: 'Sample Amity' })) ?? '';
  const end = XLSX.end;
  const packed = packWorkbook(
    pieces({ part: 0, text: begin + row }, { part: 0, text: row + end }, { part: 1, text: begin + row }, { part: 1, text: end }),
    AT,
  );
  const files = await unpack(await buffer(packed));
  assert.deepEqual(
    [...files.keys()].toSorted((left, right) => left.localeCompare(right)),
    [
      '_rels/.rels',
      '[Content_Types].xml',
      'xl/_rels/workbook.xml.rels',
      'xl/styles.xml',
      'xl/workbook.xml',
      'xl/worksheets/sheet1.xml',
      'xl/worksheets/sheet2.xml',
    ],
  );
  assert.equal(files.get('xl/worksheets/sheet1.xml')?.match(/<row>/g)?.length, 3);
  assert.equal(files.get('xl/worksheets/sheet2.xml')?.match(/<row>/g)?.length, 2);
  assert.match(files.get('xl/workbook.xml') ?? '', /name="Records 2" sheetId="2"/);
});

test('[GP17] what goes wrong on the way breaks the file off instead of ending it as if it were whole', async () => {
  async function* broken(): AsyncGenerator<Piece> {
    yield { part: 0, text: XLSX.begin(context) };
    throw new Error('the database went away');
  }
  await assert.rejects(buffer(packWorkbook(broken(), AT)), /went away/);
});
