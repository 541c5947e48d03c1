import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { sleepMs } from '@bulkhead/kernel';
import { endStrays } from '#leftover/strays.ts';
import { isRoot } from '#owner/owner.ts';
import { createUidAllocator } from '#owner/uid-allocator.ts';

test('[SU1] what broke out of a process under an allotted uid, and stands in no list, is ended by the next start', async (t) => {
  if (!isRoot()) return t.skip('not shown: as an ordinary user all processes share a uid');
  const directory = await mkdtemp(join(tmpdir(), 'bhs-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const base = 1_900_000_000 + (process.pid % 10_000) * 10;
  const uids = createUidAllocator({ file: join(directory, 'uids.json'), base, count: 5 });
  const owner = await uids.ownerOf('website');
  assert.ok(owner);
  // Its parent ends at once, as that of a process that wants to stay does.
  const starter = spawn('sh', ['-c', 'sleep 600 >/dev/null & echo $!'], { ...owner, stdio: ['ignore', 'pipe', 'ignore'] });
  const pid = Number(await text(starter.stdout));
  const isAlive = () =>
    readFile(`/proc/${pid}/stat`, 'utf8')
      .then((stat) => !/\) Z /.test(stat))
      .catch(() => false);
  assert.equal(await isAlive(), true);
  await endStrays(uids);
  for (let waitedMs = 0; waitedMs < 10_000 && (await isAlive()); waitedMs += 20) await sleepMs(20);
  assert.equal(await isAlive(), false);
});
