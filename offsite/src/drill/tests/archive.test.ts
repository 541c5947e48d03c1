import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { archiveCopiedSchema, type ControlKind } from '@bulkhead/contracts';
import { hasCode } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { Headquarters, makePlace, ReceiverProcess } from '#receiver/tests/headquarters.ts';
import { ArchiveClient } from '#standby/archive-client.actions.ts';
import { readArchive } from '../reading.actions.ts';

const place = await makePlace();
const running: { readonly kill: () => Promise<void> }[] = [];
after(async () => {
  for (const process of running.toReversed()) await process.kill();
  await place.remove();
});

test('[DR4] of a real archive a whole copy is read well, one with damage of any kind is not, and the stream goes on meanwhile', async (t) => {
  const headquarters = new Headquarters(place.root, 'hq');
  await headquarters.create();
  running.push(headquarters);
  const receiver = new ReceiverProcess(place.root, headquarters.socketDirectory);
  await receiver.start();
  running.push(receiver);
  await receiver.until((status) => status.state === 'streaming', 'it streams');
  await headquarters.protect();
  for (const text of ['first', 'second']) {
    await headquarters.run('site', [`insert into note (id, text) values (${text.length}, '${text}')`, 'select pg_switch_wal()']);
  }
  const segments = async () => {
    const { timeline } = await receiver.status();
    const client = new ArchiveClient(receiver.reader, 'site');
    const [base] = await client.listBases();
    if (!base || timeline === null) return 0;
    return (await client.listWal(base.startLsn, timeline)).files.filter(({ isComplete }) => isComplete).length;
  };
  for (let looks = 0; (await segments()) < 2 && looks < 600; looks += 1) await new Promise((resolve) => setTimeout(resolve, 50));

  const read = async (damage: ControlKind | null, seed: number) => {
    const id = `copy-${damage ?? 'whole'}`;
    const call = { method: 'POST', path: '/compartments/site/copies', body: { id, damage, seed }, timeoutMs: 60_000 } as const;
    const { directory, damaged } = await callWire(receiver.peer, call, archiveCopiedSchema);
    if (damage !== null && damaged === null) return 'absent';
    const reader = new ReceiverProcess(join(place.root, id), '/nowhere', directory);
    await reader.start({ READ_ONLY: '1' });
    try {
      const path = damage === null || damaged === null ? null : { kind: damage, path: damaged.path };
      return await readArchive(new ArchiveClient(reader.reader, 'site'), path);
    } finally {
      await reader.kill('SIGTERM');
      await callWire(receiver.peer, { method: 'DELETE', path: `/copies/${id}` }, z.object({ ok: z.boolean() }));
    }
  };
  assert.match(await read(null, 0), /^base .+ and 1 segments$/);
  for (const [kind, seed] of [
    ['segment', 12_345],
    ['segment', 1],
    ['base', 99_999],
    ['index', 0],
    ['key', 0],
  ] as const) {
    await assert.rejects(read(kind, seed), (error) => hasCode(error, 'archive.damaged'), `${kind} ${seed}`);
  }
  const before = (await receiver.status()).flushedLsn;
  await headquarters.run('site', ['set synchronous_commit = on', "insert into note (id, text) values (99, 'goes on')"]);
  assert.notEqual((await receiver.status()).flushedLsn, before);
  t.diagnostic('the archive itself is as it was');
  assert.match(await readArchive(new ArchiveClient(receiver.reader, 'site'), null), /^base/);
});
