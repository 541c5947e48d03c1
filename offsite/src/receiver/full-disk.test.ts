import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { basesSchema, walListSchema } from '@bulkhead/contracts';
import { waitUntil } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';
import { ArchiveClient } from '#standby/archive-client.actions.ts';
import { Headquarters, makePlace, ReceiverProcess } from './tests/headquarters.ts';

const place = await makePlace();
const small = join(place.root, 'small');
after(() => place.remove());

test("[FA3] headquarters' full disk ends its database and loses nothing that returned; with room again both go on", async (t) => {
  await mkdir(small);
  try {
    if (process.getuid?.() !== 0) throw new Error('only root can mount');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=180m,mode=0755', 'tmpfs', small], { stdio: 'ignore' });
  } catch {
    return t.skip('needs the right to mount a small file system');
  }
  const headquarters = new Headquarters(small, 'hq');
  const receiver = new ReceiverProcess(place.root, headquarters.socketDirectory);
  try {
    await headquarters.create();
    await receiver.start();
    await receiver.until((status) => status.state === 'streaming', 'it streams');
    await headquarters.protect();
    const acknowledged: number[] = [];
    const ballast = join(small, 'ballast');
    execFileSync('sh', ['-c', `dd if=/dev/zero of=${ballast} bs=1M 2>/dev/null; truncate -s -30M ${ballast}`]);
    // Ends by itself: the first write that finds no room breaks the connection, or the server.
    await headquarters.writeNotes(acknowledged, { from: 1, until: () => acknowledged.length > 40_000, bytes: 8000 });
    const whileFull = acknowledged.length;
    assert.ok(whileFull > 0 && whileFull < 40_000, String(whileFull));
    await headquarters.stop('immediate');
    await unlink(ballast);
    await headquarters.start({ synchronous_standby_names: 'offsite' });
    await receiver.until((status) => status.state === 'streaming', 'it streams again');
    await headquarters.writeNotes(acknowledged, { from: 100_001, until: () => acknowledged.length >= whileFull + 20 });
    assert.equal(acknowledged.length, whileFull + 20);
    await requireInArchive(receiver, acknowledged);
  } finally {
    await receiver.kill();
    await headquarters.stop();
    await waitUntil(() => execFileSync('umount', [small]) !== undefined, { what: 'the small file system is let go' });
  }
});

async function requireInArchive(receiver: ReceiverProcess, acknowledged: readonly number[]): Promise<void> {
  const { bases } = await callWire(receiver.peer, { method: 'GET', path: '/compartments/site/bases' }, basesSchema);
  const path = `/compartments/site/wal?from=${bases[0]?.startLsn}`;
  const list = await callWire(receiver.peer, { method: 'GET', path }, walListSchema);
  const archive = new ArchiveClient(receiver.reader, 'site');
  const segments = await Promise.all(list.files.map(({ name }) => archive.readSegment(name)));
  const found = new Set(
    [
      ...Buffer.concat(segments)
        .toString('latin1')
        .matchAll(/note (\d+)\./g),
    ].map(([, id]) => Number(id)),
  );
  assert.deepEqual(
    acknowledged.filter((id) => !found.has(id)),
    [],
  );
}
