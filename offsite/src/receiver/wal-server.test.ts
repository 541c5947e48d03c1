import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { streamSealSchema } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import { formatLsn, type Lsn, parseLsn, segmentStart } from '#archive/wal.rules.ts';
import { encodeStatus, parseNotice, parseWalMessage } from './message.rules.ts';
import { ReplicationConnection, sqlStateOf } from './replication.store.ts';
import { Headquarters, makePlace, READER_SECRET, ReceiverProcess } from './tests/headquarters.ts';

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

const enter = (password = READER_SECRET) =>
  ReplicationConnection.open({
    socketDirectory: receiver.walSocketDirectory,
    user: 'standby',
    password,
    applicationName: 'test',
  });
const flushed = async () => parseLsn((await receiver.status()).flushedLsn ?? '0/0');

/** Streams until nothing has come for a while; gives where the bytes ended and the end that was told. */
async function readFrom(fromLsn: Lsn, timeline = 1): Promise<{ readonly reachedLsn: Lsn; readonly toldLsn: Lsn }> {
  const connection = await enter();
  let [reachedLsn, toldLsn] = [fromLsn, 0n];
  let quietSince = performance.now();
  await connection.startPhysical({
    fromLsn,
    timeline,
    onFrame: ({ type, body }) => {
      assert.equal(type, 'd');
      const message = parseWalMessage(body);
      toldLsn = message.endLsn;
      if (message.kind === 'keepalive') return;
      quietSince = performance.now();
      assert.equal(message.startLsn, reachedLsn);
      reachedLsn += BigInt(message.bytes.length);
    },
    onEnd: () => undefined,
  });
  while (performance.now() - quietSince < 500) await sleepMs(20);
  connection.destroy();
  return { reachedLsn, toldLsn };
}

test('[R7] a standby is served up to what is durable, and not a byte more', async () => {
  const identity = await (await enter()).identify();
  assert.equal(identity.systemId, (await receiver.status()).systemId);
  const acknowledged: number[] = [];
  await headquarters.writeNotes(acknowledged, { from: 1, until: () => acknowledged.length === 50 });
  const { lsn } = await callWire(
    receiver.peer,
    { method: 'POST', path: '/compartments/site/seal', body: { epoch: 1 } },
    streamSealSchema,
  );
  const { reachedLsn, toldLsn } = await readFrom(segmentStart(identity.flushedLsn));
  assert.equal(formatLsn(reachedLsn), lsn);
  assert.equal(formatLsn(toldLsn), lsn);
});

test('[R7] asked for WAL past the end, or of another timeline, the server says what it has', async () => {
  const end = await flushed();
  const refusals = [
    { fromLsn: end + 1n, timeline: 1, message: /ahead of what is durable/ },
    { fromLsn: end + 0x10000000n, timeline: 1, message: /ahead of what is durable/ },
    { fromLsn: end, timeline: 7, message: /timeline 7 is not in this server's history/ },
  ];
  for (const { fromLsn, timeline, message } of refusals) {
    const connection = await enter();
    const starting = connection.startPhysical({ fromLsn, timeline, onFrame: () => undefined, onEnd: () => undefined });
    await assert.rejects(starting, (error: Error) => message.test(String(error.cause)) && sqlStateOf(error) === 'XX000');
    connection.destroy();
  }
  const missing = await enter();
  await missing.startPhysical({
    fromLsn: 0x100n,
    timeline: 1,
    onFrame: ({ type, body }) => {
      if (type === 'E') assert.match(parseNotice(body).message, /nothing|no segment/);
    },
    onEnd: () => undefined,
  });
  missing.destroy();
});

test('[R7] who does not know the secret, or asks for anything but replication, is sent away', async () => {
  await assert.rejects(enter('wrong'), { code: 'receiver.stream_broken' });
  const connection = await enter();
  for (const command of [
    'select 1',
    "BASE_BACKUP (LABEL 'x')",
    'DROP_REPLICATION_SLOT offsite',
    'SHOW shared_preload_libraries',
  ]) {
    await assert.rejects(connection.query(command), (error: Error) =>
      /physical replication and nothing else/.test(String(error.cause)),
    );
  }
  await assert.rejects(connection.readHistory(9), { code: 'receiver.stream_broken' });
  assert.equal(await connection.showSetting('wal_segment_size'), '16MB');
  connection.destroy();
});

test('[R7] garbage ends its own connection and no other', async () => {
  const steady = await enter();
  const garbage = [
    Buffer.alloc(8, 255),
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.alloc(9_000, 0),
    Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0]),
  ];
  for (const bytes of garbage) {
    const socket = connect({ path: join(receiver.walSocketDirectory, '.s.PGSQL.5432') });
    socket.on('error', () => undefined);
    socket.end(bytes);
    socket.resume();
    await once(socket, 'close');
  }
  const streaming = await enter();
  const ended = new Promise((resolve) => {
    void streaming.startPhysical({ fromLsn: 0x2000000n, timeline: 1, onFrame: () => undefined, onEnd: resolve });
  });
  await sleepMs(100);
  streaming.write(Buffer.from('d\0\0\0\x08what'));
  await ended;
  assert.equal((await steady.identify()).timeline, 1);
  steady.destroy();
  assert.equal((await receiver.status()).state, 'sealed');
});

test('a standby that asks for a sign of life gets one', async () => {
  const connection = await enter();
  const end = await flushed();
  const answered = new Promise<Lsn>((resolve) => {
    const onFrame = ({ body }: { readonly body: Buffer }) => {
      const message = parseWalMessage(body);
      if (message.kind === 'keepalive') resolve(message.endLsn);
    };
    void connection.startPhysical({ fromLsn: end, timeline: 1, onFrame, onEnd: () => undefined });
  });
  await sleepMs(100);
  connection.write(encodeStatus(end, end, new Date(), true));
  assert.equal(await answered, end);
  connection.destroy();
});
