import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EditionFile } from '@bulkhead/contracts';
import { Dealer } from '../edition.rules.ts';
import { Holdings } from '../holdings.rules.ts';
import { approvedBy, newShelf, openEdition, type ScratchJail, setUp, toPage, toRow } from './booted-publisher.ts';

const KEYS = { file: ['path'], raw: [], run: [] };

/** Lets the standby answer as one that knows marks: with all rows, or with those that were written since. */
function tell(jail: ScratchJail, isWhole: boolean, sent: readonly { readonly path: string }[], count: number): void {
  jail.lsn += 1;
  const lines = [
    { lsn: `0/${jail.lsn.toString(16).toUpperCase()}`, mark: `1.1.${jail.lsn + 100}`, isWhole, keys: KEYS },
    ...sent.map((row) => ({ table: 'file', row })),
    { end: true, rows: sent.length, counts: { file: count, raw: 0, run: 0 } },
  ];
  jail.raw = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

test('[E12] since a mark only changed rows are read, rendered and checked, and the edition is the whole one', async () => {
  const { press, jail } = await setUp();
  const evidence = [await approvedBy('ann', 'bob')];
  const home = toPage('/en/', 'one', { evidence });
  tell(jail, true, [home, toPage('/en/about', 'us'), toPage('/en/old', 'old')], 3);
  await press.open();
  await press.refresh();
  assert.equal(press.latest?.manifest.files.length, 3);
  tell(jail, false, [toPage('/en/', 'two', { evidence }), toPage('/en/new', 'new')], 4);
  await press.refresh();
  const second = press.latest?.manifest;
  assert.deepEqual([second?.number, second?.files.map(({ path }) => path)], [2, ['/en/', '/en/about', '/en/new', '/en/old']]);
  tell(jail, false, [toPage('/en/', 'three, by one alone', { evidence: [await approvedBy('ann', 'ann')] })], 4);
  await press.refresh();
  assert.equal(press.latest?.manifest.number, 2, 'one changed page that is not approved, and there is no edition');
  tell(jail, true, [home], 1);
  await press.refresh();
  assert.deepEqual(
    press.latest?.manifest.files.map(({ path }) => path),
    ['/en/'],
    'after a refusal everything is read anew',
  );
});

test('[E12] [E13] one article more on a large site stages its own files and the lists that name them, and nothing else', async () => {
  const { press, jail, deps } = await setUp();
  const staged: string[] = [];
  const { shelf } = deps;
  const stageFile = shelf.stageFile.bind(shelf);
  shelf.stageFile = async (bytes) => {
    const sha256 = await stageFile(bytes);
    staged.push(sha256);
    return sha256;
  };
  const known = Array.from({ length: 1100 }, (_, at) => toPage(`/en/news/${at}`, String(at)));
  tell(jail, true, known, known.length);
  await press.open();
  await press.refresh();
  staged.splice(0);
  const languages = ['ar', 'zh', 'en', 'fr', 'ru', 'es'];
  const added = languages.map((language) =>
    toPage(`/${language}/news/new`, `new in ${language}`, {
      language: null,
      headers: { 'content-type': 'text/html; charset=utf-8' },
    }),
  );
  tell(jail, false, added, known.length + added.length);
  await press.refresh();
  assert.equal(press.latest?.manifest.files.length, known.length + added.length);
  assert.equal(staged.length, added.length + 1, 'six pages at one address in six languages, and the one list of that address');
});

test('an answer whose counts do not add up is not believed: everything is asked for', async () => {
  const { press, jail } = await setUp();
  jail.tell(toPage('/en/', 'one'));
  await press.open();
  await press.refresh();
  const asked = jail.asked;
  jail.lsn += 1;
  const head = { lsn: '0/9', mark: '1.1.200', isWhole: true, keys: KEYS };
  const whole = [
    head,
    toRow(toPage('/en/', 'one')),
    toRow(toPage('/en/x', 'x')),
    { end: true, rows: 2, counts: { file: 2, raw: 0, run: 0 } },
  ];
  jail.raw = whole.map((line) => `${JSON.stringify(line)}\n`).join('');
  await press.refresh();
  jail.lsn += 1;
  const less = [
    { ...head, isWhole: false },
    { end: true, rows: 0, counts: { file: 1, raw: 0, run: 0 } },
  ];
  jail.raw = less.map((line) => `${JSON.stringify(line)}\n`).join('');
  await press.refresh();
  assert.equal(jail.asked, asked + 3, 'once for the change, once more for all');
});

function toFiles(count: number, version = ''): EditionFile[] {
  return Array.from({ length: count }, (_, at) => ({
    path: `/en/news/article-${at}`,
    status: 200,
    language: 'en',
    headers: {},
    sha256: `${version}${at}`.padStart(64, '0'),
    bytes: 10,
  }));
}

test('[E13] a large manifest names lists of files; one page more is one other list, and the rest are those of before', () => {
  const dealer = new Dealer();
  const files = toFiles(5000);
  const first = dealer.deal(files) ?? assert.fail();
  const [changed, ...rest] = files;
  assert.ok(changed);
  const second = dealer.deal([{ ...changed, bytes: 11 }, ...rest]) ?? assert.fail();
  const known = new Set(first.map(({ part }) => part.sha256));
  assert.equal(second.filter(({ part }) => !known.has(part.sha256)).length, 1);
  assert.equal(
    second.reduce((sum, { part }) => sum + part.files, 0),
    5000,
  );
  assert.equal(new Dealer().deal(toFiles(100)), null, 'a small one names its files itself');
});

test('[E6] a shelf lets go of what the edition that goes alone held, and of nothing that another names', () => {
  const holdings = new Holdings();
  const shared = toFiles(3);
  holdings.add(1, [
    { sha256: 'a'.repeat(64), files: shared },
    { sha256: 'b'.repeat(64), files: toFiles(2, '7') },
  ]);
  holdings.add(2, [
    { sha256: 'a'.repeat(64), files: shared },
    { sha256: 'c'.repeat(64), files: toFiles(1, '7') },
  ]);
  const { digests, listings } = holdings.remove(1);
  assert.deepEqual(listings, ['b'.repeat(64)]);
  assert.deepEqual(digests, ['b'.repeat(64), '71'.padStart(64, '0')]);
});

test('[E13] a large edition is read whole after a restart, from the lists that its manifest names', async () => {
  const { press, jail, again, directory } = await setUp();
  jail.tell(...Array.from({ length: 1010 }, (_, at) => toPage(`/en/${at}`, String(at))));
  await press.open();
  await press.refresh();
  const signed = openEdition(press.latest?.signed ?? assert.fail());
  assert.deepEqual([signed.files.length, (signed.parts?.length ?? 0) > 300], [0, true]);
  const next = again();
  await next.open();
  assert.equal(next.latest?.manifest.files.length, 1010);
  const shelf = newShelf(directory);
  const [part] = signed.parts ?? [];
  assert.equal((await shelf.readFile(part?.sha256 ?? '')).length, part?.bytes);
});
