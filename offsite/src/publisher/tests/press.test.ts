import assert from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { ledgerEntrySchema, openSigned, PURPOSES } from '@bulkhead/contracts';
import { hasCode, sha256Hex, sleepMs } from '@bulkhead/kernel';
import {
  approvedBy,
  type Bench,
  clock,
  edition,
  ledgerKey,
  openBareVault,
  openEdition,
  setUp,
  toPage,
} from './booted-publisher.ts';

async function recorded({ ledger }: Bench): Promise<readonly Record<string, unknown>[]> {
  const entries = await ledger.list(0, 1000);
  return entries
    .map(
      (signed) => openSigned(signed, { purpose: PURPOSES.ledger, keys: [ledgerKey.verifying], schema: ledgerEntrySchema }).value,
    )
    .filter((entry) => entry.kind === 'edition.published')
    .map((entry) => entry.body);
}

const killed = () => Promise.reject(new Error('killed here'));

test('rows that were approved become a signed edition, which names every file by its digest', async () => {
  const bench = await setUp();
  bench.jail.tell(toPage('/en/', 'hello', { evidence: [await approvedBy('ann', 'bob')] }), toPage('/en/about', 'us'));
  await bench.press.open();
  await bench.press.refresh();
  const latest = bench.press.latest;
  assert.ok(latest);
  const manifest = openEdition(latest.signed);
  assert.equal(manifest.number, 1);
  assert.deepEqual(
    manifest.files.map((file) => file.path),
    ['/en/', '/en/about'],
  );
  for (const file of manifest.files) assert.equal(sha256Hex(await bench.deps.shelf.readFile(file.sha256)), file.sha256);
  const [entry] = await recorded(bench);
  assert.deepEqual([entry?.['number'], entry?.['manifestSha256']], [1, sha256Hex(latest.signed.message)]);
});

test('an edition with one bit flipped, in the manifest or in a file, is not what was signed', async () => {
  const bench = await setUp();
  bench.jail.tell(toPage('/en/', 'hello'));
  await bench.press.open();
  await bench.press.refresh();
  const { signed, manifest } = bench.press.latest ?? assert.fail();
  for (let at = 0; at < signed.message.length; at += 17) {
    const message =
      signed.message.slice(0, at) + String.fromCharCode(signed.message.charCodeAt(at) ^ 1) + signed.message.slice(at + 1);
    assert.throws(
      () => openEdition({ ...signed, message }),
      (error) => hasCode(error, 'signature.invalid'),
    );
  }
  const [file] = manifest.files;
  assert.ok(file);
  const path = join(bench.directory, 'shelf/files', file.sha256.slice(0, 2), file.sha256);
  const bytes = await bench.deps.shelf.readFile(file.sha256);
  await bench.deps.shelf.putInPlace();
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  await writeFile(path, bytes);
  const { stream } = await bench.press.openFile(file.sha256);
  await assert.rejects(stream.toArray(), (error) => hasCode(error, 'blob.hash_mismatch'));
  const again = bench.again();
  await again.open();
  await again.refresh();
  assert.equal(again.latest?.manifest.number, 1, 'the same pages make no new edition');
  await again.close();
  assert.equal(sha256Hex(await bench.deps.shelf.readFile(file.sha256)), file.sha256, 'and the damaged file is mended');
});

test('rows that show the same make no new edition, and are read only when the position moved', async () => {
  const { press, jail } = await setUp();
  jail.tell(toPage('/en/', 'hello'));
  await press.open();
  await press.refresh();
  await press.refresh();
  assert.equal(jail.asked, 1);
  jail.lsn += 1;
  await press.refresh();
  assert.equal(jail.asked, 2);
  assert.equal(press.latest?.manifest.number, 1);
});

test('[E5] one page that is not approved: no edition, a finding, and the last good edition stays', async () => {
  const { press, jail, findings } = await setUp();
  jail.tell(toPage('/en/', 'hello', { evidence: [await approvedBy('ann', 'bob')] }));
  await press.open();
  await press.refresh();
  jail.tell(
    toPage('/en/', 'hello', { evidence: [await approvedBy('ann', 'bob')] }),
    toPage('/en/x', 'hacked', { evidence: [await approvedBy('ann', 'ann')] }),
  );
  await press.refresh();
  assert.equal(press.latest?.manifest.number, 1);
  assert.deepEqual(
    findings.map((finding) => [finding.rule, finding.compartment]),
    [['edition.unapproved', 'website']],
  );
  await press.refresh();
  assert.equal(jail.asked, 2, 'the same rows are not tried again');
  jail.tell(toPage('/en/', 'hello, approved', { evidence: [await approvedBy('ann', 'bob')] }));
  await press.refresh();
  assert.equal(press.latest?.manifest.number, 2);
});

test('[E7] [E8] killed after a number was taken, or after the ledger knew of it: the edition is recorded once and offered', async () => {
  const before = await setUp();
  before.jail.tell(toPage('/en/', 'one'));
  const neverRecords = before.again({ record: killed });
  await neverRecords.open();
  await assert.rejects(neverRecords.refresh());
  assert.equal(neverRecords.latest, undefined, 'what the ledger does not know is not offered');
  await before.press.open();
  assert.equal(before.press.latest?.manifest.number, 1);
  assert.equal((await recorded(before)).length, 1);

  const after = await setUp();
  after.jail.tell(toPage('/en/', 'one'));
  const dies = after.again({ record: async (entry) => after.deps.record(entry).then(killed) });
  await dies.open();
  await assert.rejects(dies.refresh());
  assert.equal(dies.latest, undefined);
  after.jail.tell(toPage('/en/', 'two'));
  await after.press.open();
  await after.press.refresh();
  assert.equal(after.press.latest?.manifest.number, 2);
  assert.deepEqual(
    (await recorded(after)).map((entry) => entry['number']),
    [1, 2],
  );
});

test('[E11] after a recovery what its approved difference named may leave the public, once, and nothing else, however soon', async () => {
  const bench = await setUp();
  const { press, jail, findings } = bench;
  const page = async (article: number) => {
    const shown = { ...(await approvedBy('ann', 'bob')), what: `article ${article}`, subject: `article ${article}` };
    return toPage(`/en/${article}`, `page ${article}`, { evidence: [shown] });
  };
  const [one, two, three] = await Promise.all([page(1), page(2), page(3)]);
  jail.tell(one, two, three);
  await press.open();
  await press.refresh();
  await press.pause();
  jail.tell(one);
  await press.resume({ mayVanish: ['article 3'] });
  await press.refresh();
  assert.equal(press.latest?.manifest.number, 1, 'article 2 was approved by nobody to go');
  assert.match(findings.at(-1)?.summary ?? '', /1 of what it shows would vanish.*article 2$/);
  jail.tell(one, two);
  const restarted = bench.again();
  await restarted.open();
  await restarted.refresh();
  assert.deepEqual(restarted.latest?.manifest.subjects, ['article 1', 'article 2'], 'what was approved outlives the process');
  jail.tell(one, two, three);
  await restarted.refresh();
  jail.tell(one, two);
  await restarted.refresh();
  assert.equal(restarted.latest?.manifest.subjects?.length, 3, 'what came back and goes again needs a withdrawal');
  assert.equal(findings.length, 2);
});

test('[E9] numbers only grow: over restarts, and when the disk is lost', async () => {
  const bench = await setUp();
  bench.jail.tell(toPage('/en/', 'one'));
  await bench.press.open();
  await bench.press.refresh();
  bench.jail.tell(toPage('/en/', 'two'));
  const second = bench.again();
  await second.open();
  assert.equal(second.latest?.manifest.number, 1);
  await second.refresh();
  assert.equal(second.latest?.manifest.number, 2);
  await second.close();
  await rm(join(bench.directory, 'shelf'), { recursive: true });
  const third = bench.again();
  await third.open();
  await third.refresh();
  assert.equal(third.latest?.manifest.number, 3);
});

test('an edition is signed anew when half of its time is over, also while publishing is paused', async () => {
  const { press, jail } = await setUp({ lifetimeMs: 60_000 });
  jail.tell(toPage('/en/', 'hello'));
  await press.open();
  await press.refresh();
  await press.renew();
  assert.equal(press.latest?.manifest.number, 1);
  await press.pause();
  clock.advanceMs(31_000);
  await press.renew();
  const renewed = press.latest?.manifest;
  assert.equal(renewed?.number, 2);
  assert.equal(renewed?.expiresAt, new Date(clock.now().getTime() + 60_000).toISOString());
});

test('[E15] rolling back shows the older files under a new number and pauses; resuming looks at the rows again', async () => {
  const bench = await setUp();
  const { press, jail } = bench;
  jail.tell(toPage('/en/', 'good'));
  await press.open();
  await press.refresh();
  const good = press.latest?.manifest.files;
  jail.tell(toPage('/en/', 'bad, but signed'));
  await press.refresh();
  const manifest = await press.rollBack(1);
  assert.equal(manifest.number, 3);
  assert.deepEqual(
    (await press.listKept()).map(({ number }) => number),
    [3, 2, 1],
  );
  assert.deepEqual(openEdition(await press.readKept(1)).files, good);
  await assert.rejects(press.readKept(77), (error) => hasCode(error, 'request.not_found'));
  assert.deepEqual(manifest.files, good);
  jail.tell(toPage('/en/', 'bad, but signed'), toPage('/en/other', 'an honest page'));
  await press.refresh();
  assert.equal(press.latest?.manifest.number, 3);
  const restarted = bench.again();
  await restarted.open();
  assert.equal(restarted.isPaused, true, 'a pause outlives the process');
  await restarted.resume();
  await restarted.refresh();
  assert.equal(restarted.latest?.manifest.number, 4);
  await assert.rejects(restarted.rollBack(77), (error) => hasCode(error, 'request.not_found'));
});

test('[V15] erased contents go from the earlier editions, with these; what the public sees is not erased under its eyes', async () => {
  const { press, jail, directory, deps } = await setUp();
  jail.tell(toPage('/en/', 'a passport'));
  await press.open();
  await press.refresh();
  const [passport] = press.latest?.manifest.files ?? [];
  assert.ok(passport);
  await assert.rejects(press.eraseFile(passport.sha256), (error) => hasCode(error, 'compartment.wrong_state'));
  jail.tell(toPage('/en/', 'nothing personal'));
  await press.refresh();
  for (const _ of ['once', 'twice']) await press.eraseFile(passport.sha256);
  assert.deepEqual(
    (await press.listKept()).map(({ number }) => number),
    [2],
  );
  await assert.rejects(press.readFile(passport.sha256), (error) => hasCode(error, 'blob.not_found'));
  await deps.shelf.putInPlace();
  const names = await readdir(join(directory, 'shelf'), { recursive: true });
  assert.ok(!names.some((name) => name.includes(passport.sha256)));
  assert.ok(names.some((name) => name.includes(press.latest?.manifest.files[0]?.sha256 ?? '?')));
});

test('[E6] only the last editions are kept, with exactly their files', async () => {
  const { press, jail, directory, deps } = await setUp({ kept: 3 });
  await press.open();
  for (let number = 1; number <= 6; number += 1) {
    jail.tell(toPage('/en/', `page ${number}`), toPage('/en/same', 'always'));
    await press.refresh();
  }
  await deps.shelf.putInPlace();
  const parts = await readdir(join(directory, 'shelf/files'));
  const files = (await Promise.all(parts.map((part) => readdir(join(directory, 'shelf/files', part))))).flat();
  assert.equal(files.length, 4);
  await assert.rejects(press.rollBack(3), (error) => hasCode(error, 'request.not_found'));
  assert.equal((await press.rollBack(4)).number, 7);
});

test('a press waits for its standby to move, for the time when the same rows show something else, and for who lets it go on', async () => {
  const { press, jail } = await setUp();
  jail.tell(toPage('/en/', 'hello'));
  await press.open();
  await press.refresh();
  const { signal } = new AbortController();
  jail.holdsPositions = true;
  let isOver = false;
  const waiting = press.waitForMore(signal, 10).then(() => {
    isOver = true;
  });
  await sleepMs(50);
  assert.equal(isOver, false, 'the standby has not answered: nothing moved');
  jail.tell(toPage('/en/', 'hello again'));
  await waiting;
  await press.refresh();
  assert.equal(press.latest?.manifest.number, 2);
  const other = press.waitForMore(signal, 10);
  await press.resume();
  await other;
});

test('whoever waits for an edition is told as soon as there is one, and nothing when the time is over', async () => {
  const { press, jail, again } = await setUp();
  await press.open();
  const never = new AbortController().signal;
  assert.equal(await press.waitForNewer(0, 20, never), undefined);
  const waiting = press.waitForNewer(0, 30_000, never);
  jail.tell(toPage('/en/', 'hello'));
  await press.refresh();
  assert.equal((await waiting)?.manifest.number, 1);
  assert.equal((await press.waitForNewer(0, 0, never))?.manifest.number, 1);
  const restarted = again();
  const early = restarted.waitForNewer(0, 30_000, never);
  await restarted.open();
  assert.equal((await early)?.manifest.number, 1, 'also whoever asked before the disk was read');
});

test('rendering from a quarantine answers what would be shown, and publishes nothing', async () => {
  const { press, jail } = await setUp();
  jail.tell(toPage('/en/', 'restored', { evidence: [await approvedBy('ann', 'bob')] }));
  await press.open();
  const { files } = await press.renderFrom(jail);
  assert.deepEqual(
    files.map((file) => file.path),
    ['/en/'],
  );
  assert.equal(press.latest, undefined);
  jail.tell(toPage('/en/', 'restored', { evidence: [await approvedBy('ann', null)] }));
  await assert.rejects(press.renderFrom(jail), (error) => hasCode(error, 'edition.unapproved'));
});

test('a press does not take over editions that another key signed', async () => {
  const bench = await setUp();
  bench.jail.tell(toPage('/en/', 'hello'));
  await bench.press.open();
  await bench.press.refresh();
  const path = join(bench.directory, 'shelf/editions/000000000001.json');
  const forged = { ...bench.press.latest?.signed, signature: 'A'.repeat(86) };
  await writeFile(path, JSON.stringify(forged));
  await assert.rejects(bench.again().open(), (error) => hasCode(error, 'signature.invalid'));
  assert.ok(edition.verifying.keyId);
});

test('[E16] a page that names erased contents holds up no other: the rest is published, it is a finding, and it follows when they are allowed', async () => {
  const bench = await setUp();
  const vault = await openBareVault(bench);
  const { jail, press, findings } = bench;
  const picture = Buffer.from('89504e470d0a1a0a', 'hex');
  const shown = (path: string, blob: string, more = {}) =>
    toPage(path, '', { body: { blob }, headers: { 'content-type': 'image/png' }, language: null, ...more });
  const blob = sha256Hex(picture);
  const name = { compartment: 'website', sha256: blob };
  await vault.addBlob('website', blob, Readable.from([picture]));
  await vault.erase(name, 'erasure-1');
  jail.tell(toPage('/en/', 'front'), shown(`/pictures/${blob}.png`, blob));
  await press.open();
  await press.refresh();
  const pathsOf = () => press.latest?.manifest.files.map(({ path }) => path);
  assert.deepEqual(pathsOf(), ['/en/']);
  assert.deepEqual(
    findings.map(({ rule, evidence }) => [rule, evidence['sha256'], evidence['path']]),
    [['edition.erased_contents', blob, `/pictures/${blob}.png`]],
  );
  // Met amid rounds, it is the same; and told once.
  jail.tell(toPage('/en/', 'front'), toPage('/en/more', 'more'), shown(`/pictures/${blob}.png`, blob));
  await press.refresh();
  assert.deepEqual([pathsOf(), findings.length], [['/en/', '/en/more'], 1]);
  await vault.allow(name);
  await vault.addBlob('website', blob, Readable.from([picture]));
  jail.tell(toPage('/en/', 'front'), toPage('/en/more', 'again'), shown(`/pictures/${blob}.png`, blob));
  await press.refresh();
  assert.deepEqual(pathsOf(), ['/en/', '/en/more', `/pictures/${blob}.png`]);
});

test('[E16] a renderer that goes on naming erased contents makes no edition', async () => {
  const bench = await setUp();
  const vault = await openBareVault(bench);
  const { jail, press, findings } = bench;
  const blob = sha256Hex('erased');
  await vault.erase({ compartment: 'website', sha256: blob }, 'erasure-1');
  const page = toPage('/a.png', '', { body: { blob }, headers: { 'content-type': 'image/png' }, language: null });
  jail.rows = [{ table: 'file', row: { ...page, stubborn: true } }];
  await press.open();
  await assert.rejects(press.refresh(), (error) => hasCode(error, 'edition.invalid'));
  assert.equal(press.latest, undefined);
  assert.deepEqual(
    findings.map(({ rule }) => rule),
    ['edition.erased_contents', 'edition.unapproved'],
  );
});
