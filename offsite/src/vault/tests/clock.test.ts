import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { FakeClock, sha256Hex } from '@bulkhead/kernel';
import { temporaryDirectory } from '@bulkhead/testkit';
import { openDiskTarget } from '../target/disk.actions.ts';
import { openVault } from '../vault.actions.ts';

const YEAR_MS = 365 * 86_400_000;

test('[FA6] a clock that jumps a year, either way, takes nothing from the vault', async () => {
  const clock = new FakeClock(new Date('2026-01-01T00:00:00Z'));
  const directory = join(await temporaryDirectory(), 'vault');
  const deps = {
    directory,
    target: openDiskTarget(directory),
    recipients: [],
    elapsedMs: () => 0,
    quotas: { site: 1_000_000 },
    now: clock.now,
    raise: () => assert.fail('nothing is found'),
  };
  const contents = ['before any jump', 'after the first', 'after the second', 'after the third'];
  for (const [index, content] of contents.entries()) {
    // Opened anew each time, as after a restart of the machine whose clock was wrong.
    const vault = await openVault(deps);
    const body = Readable.from([Buffer.from(content)], { objectMode: false });
    assert.equal(await vault.addBlob('site', sha256Hex(content), body), 'added');
    clock.advanceMs([YEAR_MS, -2 * YEAR_MS, YEAR_MS / 2][index] ?? 0);
    for (const held of contents.slice(0, index + 1)) {
      assert.deepEqual((await vault.listMissing('site', [sha256Hex(held)])).missing, []);
      assert.equal(await text((await vault.holdings.open({ compartment: 'site', sha256: sha256Hex(held) })).stream), held);
    }
    await vault.close();
  }
});
