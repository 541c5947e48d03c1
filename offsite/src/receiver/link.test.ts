import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { basesSchema, walListSchema } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import { FaultyLink, waitUntil } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';
import { type Lsn, parseLsn } from '#archive/wal.rules.ts';
import { ArchiveClient } from '#standby/archive-client.actions.ts';
import { encodeStatus } from './message.rules.ts';
import { ReplicationConnection, type ReplicationPeer } from './replication.store.ts';
import { Headquarters, makePlace, OFFSITE_PASSWORD, READER_SECRET, ReceiverProcess } from './tests/headquarters.ts';

const place = await makePlace();
const headquarters = new Headquarters(place.root);
const acknowledged: number[] = [];
let link: FaultyLink;
let receiver: ReceiverProcess;
let next = 1;

before(async () => {
  await headquarters.create();
  const front = join(place.root, 'link');
  await mkdir(front);
  const socket = '.s.PGSQL.5432';
  link = await FaultyLink.open({
    listen: { path: join(front, socket) },
    to: { path: join(headquarters.socketDirectory, socket) },
  });
  receiver = new ReceiverProcess(place.root, front);
  await receiver.start();
  await receiver.until((status) => status.state === 'streaming', 'it streams');
  await headquarters.protect();
});
after(async () => {
  link?.flow();
  await receiver?.kill();
  await link?.close();
  await headquarters.stop();
  await place.remove();
});

/** Some people writing at once while something happens to the link. */
async function writeDuring(work: () => Promise<void>): Promise<void> {
  let isOver = false;
  const writers = Array.from({ length: 4 }, () =>
    headquarters.writeNotes(acknowledged, { from: (next += 100_000), until: () => isOver, bytes: 3000 }),
  );
  await work();
  isOver = true;
  await Promise.all(writers);
}

const untilMore = async (many: number): Promise<void> => {
  const before = acknowledged.length;
  await waitUntil(() => acknowledged.length >= before + many, { what: `${many} commits more return`, timeoutMs: 60_000 });
};

/** Nothing returns for so long; what was on its way when this begins may. */
async function requireSilence(ms: number): Promise<void> {
  await sleepMs(200);
  const before = acknowledged.length;
  await sleepMs(ms);
  assert.equal(acknowledged.length, before, 'no commit returns');
}

test('[FA3] over a link of 200 ms round trip a commit takes that long, and returns', async () => {
  link.set({ latencyMs: 100 });
  const client = await headquarters.connect();
  const begunMs = performance.now();
  await client.query("insert into note (id, text) values (1, 'far away')");
  assert.ok(performance.now() - begunMs >= 199);
  await client.end();
  await writeDuring(() => untilMore(8));
});

test('[FA3] a slow link delays commits and breaks nothing; a stalled one holds them, whichever way it is stalled', async () => {
  link.set({ latencyMs: 0, bytesPerSecond: 400_000 });
  await writeDuring(() => untilMore(20));
  link.set({ bytesPerSecond: undefined });
  for (const ways of [[], ['up'], ['down']] as const) {
    await writeDuring(async () => {
      await untilMore(5);
      link.stall(...ways);
      await requireSilence(500);
      link.flow();
      await untilMore(5);
    });
  }
});

test('[FA3] a link that is reset in the midst of messages, or cut for a while, is taken up again by itself', async () => {
  for (const bytes of [1, 700, 5000, 40_000, 300_000]) {
    await writeDuring(async () => {
      link.resetAfter(bytes);
      await untilMore(150);
    });
  }
  await writeDuring(async () => {
    link.cut();
    await requireSilence(700);
    link.mend();
    await untilMore(10);
  });
  await receiver.until((status) => status.state === 'streaming', 'it streams');
});

test('[FA4] a standby that acknowledges everything, wherever it is connected, counts for nothing: only the receiver does', async () => {
  const { flushedLsn, timeline } = await receiver.status();
  const from = { lsn: parseLsn(flushedLsn ?? ''), timeline: timeline ?? 1 };
  const offsite = { user: 'offsite', password: OFFSITE_PASSWORD };
  const liars = [
    await lie({ ...offsite, socketDirectory: headquarters.socketDirectory, applicationName: 'standby' }, from),
    await lie({ user: 'x', socketDirectory: receiver.walSocketDirectory, password: READER_SECRET, applicationName: 'x' }, from),
  ];
  link.stall();
  try {
    await writeDuring(async () => {
      await requireSilence(1000);
      link.flow();
      await untilMore(5);
    });
  } finally {
    for (const liar of liars) liar.end();
  }
});

test('[FA3] [A7] when headquarters is killed and wiped after all that, everything that returned is in the archive', async () => {
  await headquarters.kill();
  await headquarters.wipe();
  const { bases } = await callWire(receiver.peer, { method: 'GET', path: '/compartments/site/bases' }, basesSchema);
  const archive = new ArchiveClient(receiver.reader, 'site');
  const path = `/compartments/site/wal?from=${bases[0]?.startLsn}`;
  const list = await callWire(receiver.peer, { method: 'GET', path }, walListSchema);
  const found = new Set<number>();
  let rest = '';
  for (const { name } of list.files) {
    const text = rest + (await archive.readSegment(name)).toString('latin1');
    for (const match of text.matchAll(/note (\d+)\./g)) found.add(Number(match[1]));
    rest = text.slice(-40);
  }
  assert.ok(acknowledged.length > 800, String(acknowledged.length));
  assert.deepEqual(
    acknowledged.filter((id) => !found.has(id)),
    [],
  );
});

/** Streams, and says of everything, what is yet to come included, that it is flushed. */
async function lie(peer: ReplicationPeer, { lsn, timeline }: { readonly lsn: Lsn; readonly timeline: number }) {
  const connection = await ReplicationConnection.open(peer);
  const claim = () => connection.write(encodeStatus(lsn + 1_000_000_000n, lsn + 1_000_000_000n, new Date(), false));
  const ignore = () => undefined;
  await connection.startPhysical({ fromLsn: lsn, timeline, onFrame: claim, onEnd: ignore });
  const timer = setInterval(claim, 20);
  claim();
  return {
    end: () => {
      clearInterval(timer);
      connection.destroy();
    },
  };
}
