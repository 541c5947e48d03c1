import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { basesSchema, streamSealSchema, unsealedStreamSchema, type WalList, walListSchema } from '@bulkhead/contracts';
import { hasCode, sleepMs } from '@bulkhead/kernel';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { parseLsn, SEGMENT_BYTES } from '#archive/wal.rules.ts';
import { Headquarters, makePlace, ReceiverProcess } from './tests/headquarters.ts';

const place = await makePlace();
const headquarters = new Headquarters(place.root);
const receiver = new ReceiverProcess(place.root, headquarters.socketDirectory);

before(async () => {
  await headquarters.create();
  await receiver.start();
  await receiver.until((status) => status.state === 'streaming', 'it streams');
  await headquarters.protect();
});
after(async () => {
  await receiver.kill();
  await headquarters.stop();
  await place.remove();
});

const at = (path: string) => `/compartments/site${path}`;
const post = <Schema extends z.ZodType>(path: string, body: object, schema: Schema, peer = receiver.peer) =>
  callWire(peer, { method: 'POST', path: at(path), body }, schema);
const seal = (epoch: number) => post('/seal', { epoch }, streamSealSchema);

async function untilBase(): Promise<string> {
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 50) {
    const { bases } = await callWire(receiver.peer, { method: 'GET', path: at('/bases') }, basesSchema);
    if (bases[0]) return bases[0].startLsn;
    await sleepMs(50);
  }
  throw new Error(`no base was taken\n${receiver.output}`);
}

async function fetchWal(list: WalList): Promise<Buffer> {
  const pieces = [];
  for (const { name } of list.files) {
    const reply = await openWire(receiver.peer, { method: 'GET', path: at(`/wal/${name}`) });
    for await (const chunk of reply.body) pieces.push(Buffer.from(chunk));
  }
  return Buffer.concat(pieces);
}

test('[R1] when a commit returns, its WAL is durable off-site', async () => {
  const client = await headquarters.connect();
  for (let id = 1; id <= 20; id += 1) {
    await client.query('insert into note (id, text) values ($1, $2)', [id, 'one of twenty']);
    const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_flush_lsn()::text as lsn');
    const { flushedLsn } = await receiver.status();
    assert.ok(parseLsn(flushedLsn ?? '0/0') >= parseLsn(rows[0]?.lsn ?? ''), `${flushedLsn} is before ${rows[0]?.lsn}`);
  }
  await client.end();
});

test('[A2] the first base backup is taken by itself', async () => {
  const startLsn = await untilBase();
  const list = await callWire(receiver.peer, { method: 'GET', path: at(`/wal?from=${startLsn}`) }, walListSchema);
  assert.ok(parseLsn(list.endLsn) > parseLsn(startLsn));
});

test('[R2] the receiver killed with -9 again and again leaves WAL without gap or double', async () => {
  const startLsn = await untilBase();
  const acknowledged: number[] = [];
  let isDone = false;
  const writing = headquarters.writeNotes(acknowledged, { from: 1000, until: () => isDone, bytes: 20_000 });
  for (let round = 0; round < 3; round += 1) {
    await sleepMs(150 + round * 170);
    await receiver.kill();
    await receiver.start();
    await receiver.until((status) => status.state === 'streaming', 'it streams again');
  }
  const before = acknowledged.length;
  while (acknowledged.length < before + 20) await sleepMs(20);
  isDone = true;
  await writing;
  const list = await callWire(receiver.peer, { method: 'GET', path: at(`/wal?from=${startLsn}`) }, walListSchema);
  const wal = await fetchWal(list);
  const firstAt = parseLsn(startLsn) - (parseLsn(startLsn) % BigInt(SEGMENT_BYTES));
  assert.ok(BigInt(wal.length) >= parseLsn(list.endLsn) - firstAt, 'the files hold all bytes from the base to the end');
  const notes = wal.toString('latin1').matchAll(/note (\d{4,})\./g);
  const ids = new Set([...notes].map((match) => Number(match[1])));
  assert.deepEqual(
    acknowledged.filter((id) => !ids.has(id)),
    [],
  );
});

test('[R4] the seal ends acknowledgements at once, and WAL after it is neither held nor served', async () => {
  const acknowledged: number[] = [];
  const writing = headquarters.writeNotes(acknowledged, { from: 100_000, until: () => false });
  while (acknowledged.length < 20) await sleepMs(10);
  const sealed = await seal(5);
  const acknowledgedBySeal = acknowledged.length;
  await sleepMs(300);
  // One answer may have been on its way to the client when the seal fell.
  assert.ok(acknowledged.length <= acknowledgedBySeal + 1);
  const status = await receiver.status();
  assert.deepEqual([status.state, status.flushedLsn, status.receivedLsn], ['sealed', sealed.lsn, sealed.lsn]);
  assert.deepEqual(await seal(5), sealed);

  await assert.rejects(post('/base', {}, z.unknown()), (error) => hasCode(error, 'receiver.sealed'));
  await headquarters.reconfigure({ synchronous_standby_names: '' });
  await headquarters.stop('immediate');
  await writing;
  await headquarters.start({ synchronous_standby_names: 'offsite' });
});

test('[R5] a sealed stream is still sealed after kill -9, and older orders do not open it', async () => {
  const { lsn } = await seal(5);
  await receiver.kill();
  await receiver.start();
  await sleepMs(300);
  const status = await receiver.status();
  assert.deepEqual([status.state, status.flushedLsn, status.seal?.lsn], ['sealed', lsn, lsn]);
  await assert.rejects(seal(4), (error) => hasCode(error, 'order.stale'));
  for (const epoch of [4, 5]) {
    await assert.rejects(post('/unseal', { epoch }, z.unknown()), (error) => hasCode(error, 'order.stale'));
  }
});

test('[R8] unsealing goes on with the same timeline and says that what lies past the seal is accepted', async () => {
  const { lsn } = await seal(5);
  const unsealed = await post('/unseal', { epoch: 6 }, unsealedStreamSchema);
  assert.equal(unsealed.lsn, lsn);
  assert.equal(unsealed.acceptedBeyondSeal, true);
  await receiver.until((status) => status.state === 'streaming', 'it streams again');
  const acknowledged: number[] = [];
  await headquarters.writeNotes(acknowledged, { from: 200_000, until: () => acknowledged.length === 3 });
  assert.equal(acknowledged.length, 3);
  await assert.rejects(post('/unseal', { epoch: 7 }, z.unknown()), (error) => hasCode(error, 'compartment.wrong_state'));
});

test('[R9] who may read one compartment gives no orders and reads no other', async () => {
  const orders = [
    '/seal',
    '/unseal',
    '/join',
    '/base',
    '/timeline',
    '/prune',
    '/proven',
    '/retention',
    '/verify',
    '/keys/rotate',
    '/keys/proof',
  ];
  for (const path of orders) {
    await assert.rejects(post(path, { epoch: 9 }, z.unknown(), receiver.reader), (error) => hasCode(error, 'request.forbidden'));
  }
  await callWire(receiver.reader, { method: 'GET', path: at('/bases') }, basesSchema);
  const elsewhere = { method: 'GET', path: '/compartments/other/bases' } as const;
  await assert.rejects(callWire(receiver.reader, elsewhere, z.unknown()), (error) => hasCode(error, 'request.forbidden'));
  await assert.rejects(callWire(receiver.peer, elsewhere, z.unknown()), (error) => hasCode(error, 'compartment.unknown'));
  const strangers: WirePeer[] = [{ socket: receiver.peer.socket }, { socket: receiver.peer.socket, secret: 'x'.repeat(24) }];
  for (const stranger of strangers) {
    await assert.rejects(callWire(stranger, { method: 'GET', path: '/compartments' }, z.unknown()), (error) =>
      hasCode(error, 'request.unauthenticated'),
    );
  }
});

test('[A3] nothing deletes or overwrites what the archive holds', async () => {
  const startLsn = await untilBase();
  const list = await callWire(receiver.peer, { method: 'GET', path: at(`/wal?from=${startLsn}`) }, walListSchema);
  for (const method of ['DELETE', 'PUT', 'POST'] as const) {
    for (const path of ['', '/wal', `/wal/${list.files[0]?.name}`, '/bases', '/bases/x']) {
      await assert.rejects(callWire(receiver.peer, { method, path: at(path) }, z.unknown()), (error) =>
        hasCode(error, 'request.not_found'),
      );
    }
  }
});

test('what is asked in a wrong form is refused with what is wrong', async () => {
  const wrong: [method: 'GET' | 'POST', path: string, body?: unknown][] = [
    ['POST', '/seal', {}],
    ['POST', '/seal', { epoch: -1 }],
    ['POST', '/seal', { epoch: '5' }],
    ['POST', '/seal', 'text'],
    ['POST', '/join', { epoch: 9, systemId: '1; drop', timeline: 2 }],
    ['POST', '/join', { epoch: 9, systemId: '1', timeline: 2, socketDirectory: 'relative' }],
    ['GET', '/wal?from=x'],
    ['GET', '/wal'],
    ['GET', '/wal?from=0/1000000&timeline=0'],
    ['GET', '/wal/..%2F..%2Fstate.json'],
    ['GET', '/wal/index.ndjson'],
    ['GET', '/bases/..%2F..'],
  ];
  for (const [method, path, body] of wrong) {
    await assert.rejects(
      callWire(receiver.peer, { method, path: at(path), body }, z.unknown()),
      (error) => hasCode(error, 'input.invalid'),
      `${method} ${path}`,
    );
  }
  const long = { epoch: 9, systemId: '1'.repeat(100_000), timeline: 2 };
  await assert.rejects(post('/join', long, z.unknown()), (error) => hasCode(error, 'input.too_large'));
});
