import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { generateSigningKey, type Order, PURPOSES, type SignedCommand, signMessage } from '@bulkhead/contracts';
import { createLog, hasCode } from '@bulkhead/kernel';
import { OrderBook } from './order.actions.ts';
import { judgeCommand, judgeOrder } from './order.rules.ts';
import { OrderStore } from './order.store.ts';

const key = generateSigningKey('orders-1');
const operator = generateSigningKey('operator:first');
const now = new Date('2026-10-02T08:00:00.000Z');

function order(epoch: number, state: Order['state'], compartment = 'website'): Order {
  return { compartment, epoch, state, reason: 'a test', by: [], issuedAt: now.toISOString() };
}

async function openBook(t: TestContext, file?: string) {
  const directory = await mkdtemp(join(tmpdir(), 'bho-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const path = file ?? join(directory, 'orders.json');
  const changes: string[] = [];
  const book = await OrderBook.load({
    compartments: ['website', 'identity'],
    trust: { orderKeys: [key.verifying], operatorKeys: [operator.verifying] },
    store: new OrderStore(path),
    log: createLog('test', 'silent'),
    now: () => now,
    changed: (name) => changes.push(name),
  });
  return { book, path, changes, directory };
}

const sign = (value: Order) => signMessage(key.signing, PURPOSES.order, value);

test('[O3] only a higher epoch replaces an order; the same message again is no fault', () => {
  const standing = { order: order(3, 'open'), message: 'three' };
  assert.equal(judgeOrder(undefined, standing), 'new');
  assert.equal(judgeOrder(standing, { order: order(4, 'sealed'), message: 'four' }), 'new');
  assert.equal(judgeOrder(standing, standing), 'same');
  for (const given of [
    { order: order(3, 'sealed'), message: 'another three' },
    { order: order(2, 'sealed'), message: 'two' },
  ]) {
    assert.throws(
      () => judgeOrder(standing, given),
      (error) => hasCode(error, 'order.stale'),
    );
  }
});

test('[O16] a site that another one took over from closes everything at once, asks for no lease, and stays so over a restart', async (t) => {
  const { book, path, changes } = await openBook(t);
  await book.obey(sign(order(1, 'open')));
  changes.length = 0;
  const standing = book.standAside();
  assert.deepEqual([changes, book.standingOf('website').isAside], [['website', 'identity'], true], 'before it is on disk');
  await standing;
  assert.deepEqual(book.listEpochs(), []);
  const again = (await openBook(t, path)).book;
  assert.equal(again.standingOf('website').isAside, true);
  await again.obey(sign(order(2, 'sealed')));
  await again.comeBack();
  assert.deepEqual([again.standingOf('website').isAside, again.standingOf('website').order?.state], [false, 'sealed']);
});

test('[O4] a closing order takes effect before it is on disk, an opening one after', async (t) => {
  const { book, changes } = await openBook(t);
  const opening = book.obey(sign(order(1, 'open')));
  assert.deepEqual(changes, []);
  await opening;
  assert.deepEqual(changes, ['website']);
  const closing = book.obey(sign(order(2, 'sealed')));
  assert.deepEqual(changes, ['website', 'website']);
  assert.equal(book.standingOf('website').order?.state, 'sealed');
  await closing;
});

test('[O2] orders outlast a restart, and one that was changed on disk does not stand', async (t) => {
  const { book, path } = await openBook(t);
  await Promise.all([book.obey(sign(order(1, 'open'))), book.obey(sign(order(4, 'sealed', 'identity')))]);
  const again = await openBook(t, path);
  assert.deepEqual(again.book.listEpochs(), [
    { name: 'website', epoch: 1 },
    { name: 'identity', epoch: 4 },
  ]);
  await assert.rejects(again.book.obey(sign(order(3, 'open', 'identity'))), (error) => hasCode(error, 'order.stale'));
  await writeFile(path, (await readFile(path, 'utf8')).replace('sealed', 'open\\"  '));
  const tampered = await openBook(t, path);
  assert.equal(tampered.book.standingOf('identity').order, undefined);
  assert.equal(tampered.book.standingOf('website').order?.state, 'open');
  await writeFile(path, '{"orders":');
  assert.deepEqual((await openBook(t, path)).book.listEpochs(), []);
});

test('an order that could not be written is taken when it comes again', async (t) => {
  const { book, directory } = await openBook(t);
  await rm(directory, { recursive: true });
  await assert.rejects(book.obey(sign(order(1, 'open'))));
  assert.equal(book.standingOf('website').order, undefined);
  await assert.rejects(book.obey(sign(order(2, 'sealed'))));
  assert.equal(book.standingOf('website').order?.state, 'sealed', 'closed at once all the same');
});

test('[O7] an operator may only seal, with a fresh command; off-site lifts it with a higher epoch', async (t) => {
  const { book } = await openBook(t);
  const given = (kind: 'seal' | 'open', issuedAt = now.toISOString()): SignedCommand => ({
    command: { kind, compartment: 'website', reason: 'a test' },
    nonce: `nonce-of-sixteen-${kind}`,
    issuedAt,
  });
  assert.throws(
    () => judgeCommand(given('open'), now),
    (error) => hasCode(error, 'order.not_allowed'),
  );
  assert.throws(
    () => judgeCommand(given('seal', '2026-10-02T07:00:00.000Z'), now),
    (error) => hasCode(error, 'order.stale'),
  );
  await book.obey(sign(order(1, 'open')));
  const signed = signMessage(operator.signing, PURPOSES.command, given('seal'));
  assert.equal((await book.seal(signed)).by, 'operator:first');
  assert.equal(book.standingOf('website').localSeal?.by, 'operator:first');
  assert.deepEqual(book.listEpochs(), [], 'what is sealed here asks for no lease');
  await assert.rejects(book.seal(signed), (error) => hasCode(error, 'order.stale'));
  await book.obey(sign(order(2, 'open')));
  assert.equal(book.standingOf('website').localSeal, undefined);
  const asOrder = signMessage(operator.signing, PURPOSES.order, order(3, 'open'));
  await assert.rejects(book.obey(asOrder), (error) => hasCode(error, 'signature.invalid'));
});
