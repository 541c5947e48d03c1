import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SimulatedPrimary } from './model/simulated-primary.ts';
import { SimulatedSite } from './model/simulated-site.ts';
import { WrittenWal } from './model/written-wal.ts';

const START_LSN = 0x1000000n;

test('[R8] a headquarters that writes into its next segment while it is joined for the first time is followed', async () => {
  const root = await mkdtemp(join(tmpdir(), 'bh-'));
  const wal = new WrittenWal(1, START_LSN);
  wal.append(Buffer.alloc(500, 7));
  const beforeSlot = () => wal.switchSegment();
  const primary = await SimulatedPrimary.start({
    directory: root,
    systemId: '7000000000000000042',
    wal,
    history: '',
    beforeSlot,
  });
  const site = new SimulatedSite({ root, sockets: root, primaryDirectory: root, now: () => new Date() });
  try {
    await site.start();
    primary.commit(Buffer.alloc(500, 8));
    assert.ok(await primary.untilAcknowledged(primary.wal.endLsn, 30_000), 'its commits return');
    const begun = primary.asked.findIndex((command) => command.startsWith('START_REPLICATION'));
    const opened = primary.asked.slice(0, begun).filter((command) => command === 'SHOW wal_segment_size');
    assert.equal(opened.length, 1, 'the first connection is the one that streams');
  } finally {
    await site.stop();
    await primary.stop();
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  }
});
