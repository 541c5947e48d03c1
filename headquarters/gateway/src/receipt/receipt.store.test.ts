import assert from 'node:assert/strict';
import { appendFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Receipt } from '@bulkhead/contracts';
import { createLog, hasCode } from '@bulkhead/kernel';
import { temporaryDirectory, waitUntil } from '@bulkhead/testkit';
import { readCommits, splitReceipt } from './receipt.rules.ts';
import { ReceiptJournal } from './receipt.store.ts';

const log = createLog('test', 'silent');
const receipt = (requestId: string): Receipt => ({
  requestId,
  compartment: 'papers',
  route: 'paper.add',
  accountId: null,
  sessionId: null,
  address: '127.0.0.1',
  status: 200,
  xids: ['1'],
  receivedAt: '2026-01-01T00:00:00.000Z',
  answeredAt: '2026-01-01T00:00:00.001Z',
});

async function openJournal(directory: string, limitBytes = 1_000_000) {
  return ReceiptJournal.open({ directory, limitBytes, log });
}

test('[G11] a batch that was offered once is the same batch after a kill, and later receipts go into the next', async () => {
  const directory = await temporaryDirectory();
  const first = await openJournal(directory);
  await first.add([receipt('one')]);
  const offered = await first.findNext();
  await first.add([receipt('two')]);
  const second = await openJournal(directory);
  await second.add([receipt('three')]);
  assert.deepEqual(await second.findNext(), offered);
  assert.deepEqual([offered?.sequence, offered?.receipts.map(({ requestId }) => requestId)], [1, ['one']]);
  await second.acknowledge(1);
  const rest: string[] = [];
  for (let batch = await second.findNext(); batch; batch = await second.findNext()) {
    rest.push(`${batch.sequence} ${batch.receipts.map(({ requestId }) => requestId).join()}`);
    await second.acknowledge(batch.sequence);
  }
  assert.deepEqual(rest, ['2 two', '3 three']);
  assert.deepEqual(await readdir(directory), ['progress.json']);
  const third = await openJournal(directory);
  await third.add([receipt('four')]);
  assert.equal((await third.findNext())?.sequence, 4);
  await Promise.all([first.close(), second.close(), third.close()]);
});

test('[G11] a torn or damaged line takes no other with it, and leaves no hole', async () => {
  const directory = await temporaryDirectory();
  const first = await openJournal(directory);
  await first.add([receipt('one')]);
  await first.close();
  await appendFile(join(directory, '000000000001.jsonl'), 'rubbish\n{"requestId":"to');
  await appendFile(join(directory, '000000000002.jsonl'), 'rubbish only');
  const second = await openJournal(directory);
  await second.add([receipt('two')]);
  const one = await second.findNext();
  assert.deepEqual([one?.sequence, one?.receipts.map(({ requestId }) => requestId)], [1, ['one']]);
  await second.acknowledge(1);
  const two = await second.findNext();
  assert.deepEqual([two?.sequence, two?.receipts.map(({ requestId }) => requestId)], [2, ['two']]);
  await second.close();
});

test('[G11] batches hold at most a thousand receipts, and the journal so many bytes', async () => {
  const directory = await temporaryDirectory();
  const journal = await openJournal(directory, 100_000);
  journal.requireRoom();
  await Promise.all(Array.from({ length: 2100 }, (_, at) => journal.add([receipt(String(at))])));
  assert.throws(
    () => journal.requireRoom(),
    (error) => hasCode(error, 'disk.full'),
  );
  const sizes: number[] = [];
  for (let batch = await journal.findNext(); batch; batch = await journal.findNext()) {
    sizes.push(batch.receipts.length);
    await journal.acknowledge(batch.sequence);
  }
  assert.deepEqual([Math.max(...sizes), sizes.reduce((sum, size) => sum + size)], [1000, 2100]);
  journal.requireRoom();
  await journal.close();
});

test('[G11] when a receipt cannot be kept its reply is not released, no further write begins, and it is tried again later', async () => {
  const directory = join(await temporaryDirectory(), 'receipts');
  const journal = await openJournal(directory);
  await journal.add([receipt('one')]);
  await journal.findNext();
  await rm(directory, { recursive: true });
  await assert.rejects(journal.add([receipt('two')]));
  assert.throws(
    () => journal.requireRoom(),
    (error) => hasCode(error, 'disk.full'),
  );
  await mkdir(directory);
  await waitUntil(
    () => {
      journal.requireRoom();
      return true;
    },
    { what: 'writes begin again' },
  );
  await journal.add([receipt('three')]);
  await journal.close();
});

test('[G11] a batch of receipts with many transactions stays small enough to be taken', async () => {
  const directory = await temporaryDirectory();
  const journal = await openJournal(directory, 10_000_000);
  const xids = Array.from({ length: 100 }, (_, at) => `1${String(at).padStart(19, '0')}`);
  await journal.add(Array.from({ length: 1000 }, (_, at) => ({ ...receipt(String(at)), xids })));
  let count = 0;
  for (let batch = await journal.findNext(); batch; batch = await journal.findNext()) {
    assert.ok(JSON.stringify(JSON.stringify(batch)).length < 2_000_000);
    count += batch.receipts.length;
    await journal.acknowledge(batch.sequence);
  }
  assert.equal(count, 1000);
  await journal.close();
});

test('what a compartment says it committed is read in the agreed form or not at all', () => {
  assert.deepEqual(readCommits('7, 8'), ['7', '8']);
  assert.deepEqual([readCommits(undefined), readCommits('')], [[], []]);
  for (const wrong of ['x', '1,', '-1', '1;2', '9'.repeat(21)]) assert.equal(readCommits(wrong), null, wrong);
  assert.equal(readCommits(['1', '2']), null);
  const parts = splitReceipt({ ...receipt('r'), xids: Array.from({ length: 250 }, (_, at) => String(at)) });
  assert.deepEqual(
    parts.map(({ xids }) => xids.length),
    [100, 100, 50],
  );
});
