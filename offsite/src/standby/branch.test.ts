import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { jailImageSchema, joinedStreamSchema } from '@bulkhead/contracts';
import { FaultyLink } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';
import { parseLsn, segmentStart } from '#archive/wal.rules.ts';
import { Headquarters } from '#receiver/tests/headquarters.ts';
import { layDown } from './tests/lay-down.ts';
import { idsIn, Quarantines, seal } from './tests/quarantines.ts';

const SOCKET = '.s.PGSQL.5432';
/** So slow that a connection opens, and the first segment takes minutes. */
const BYTES_PER_SECOND = 20_000;

const quarantines = await Quarantines.open();
after(() => quarantines.end());

test('[A23] headquarters that is lost right after a restore, before its first segment has come again, is restored to the same', async () => {
  const { headquarters, receiver, root } = await quarantines.makeEstate('branch');
  const client = await headquarters.connect();
  await client.query("insert into note select id, repeat('kept', 500) from generate_series(1, 500) id");
  const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_flush_lsn()::text as lsn');
  await client.query("insert into note values (1000, 'taken back')");
  await client.end();
  await seal(receiver);
  await headquarters.kill();
  const target = { TARGET_LSN: rows[0]?.lsn ?? '', NEW_TIMELINE: '2' };
  const first = await quarantines.restore(root, receiver, 'first', target);
  assert.equal(first.health.state, 'ready', first.health.message);
  const image = await callWire(first.jail.peer, { method: 'POST', path: '/image', timeoutMs: 60_000 }, jailImageSchema);
  const restored = new Headquarters(root, 'hq2');
  await layDown(first.jail.peer, restored.dataDirectory);
  await first.jail.kill();
  quarantines.running.push(restored);
  await restored.start();

  const socketDirectory = join(root, 'slow');
  await mkdir(socketDirectory, { mode: 0o755 });
  const link = await FaultyLink.open({
    listen: { path: join(socketDirectory, SOCKET) },
    to: { path: join(restored.socketDirectory, SOCKET) },
  });
  quarantines.running.push({ kill: () => link.close() });
  link.set({ bytesPerSecond: BYTES_PER_SECOND });
  const body = { systemId: image.systemId, timeline: 2, socketDirectory, epoch: 2 };
  const joined = await callWire(receiver.peer, { method: 'POST', path: '/compartments/site/join', body }, joinedStreamSchema);
  assert.equal(joined.fromLsn, `0/${segmentStart(parseLsn(target.TARGET_LSN)).toString(16).toUpperCase()}`);
  const { lsn } = await seal(receiver, 3);
  await restored.kill();
  const second = await quarantines.restore(root, receiver, 'second');
  assert.equal(second.health.state, 'ready', second.health.message);
  assert.deepEqual([second.health.timeline, second.health.unreplayedBytes], [3, 0]);
  assert.equal(second.health.archiveLsn, lsn);
  const ids = await idsIn(second.jail);
  assert.deepEqual([ids.size, ids.has(500), ids.has(1000)], [500, true, false]);
  await second.jail.kill();
  await receiver.kill();
});
