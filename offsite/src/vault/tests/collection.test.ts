import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '@bulkhead/kernel';
import { add, collect, contentOf, digestOf, isHere, MINIMUM_AGE, openWorld, tryCollections } from './collection-model.ts';

test('[V17] whatever is written, moved, undone, proved, pruned and collected, nothing goes that a kept row version names', async () => {
  const removed = await tryCollections([1, 2, 3]);
  assert.ok(removed > 5, `${removed} blobs were taken away: it tried what it is to try`);
});

test('[V17] a blob goes only in a second round, behind a proven point, past its age, and in a round that looked for it', async () => {
  const elapsed = { ms: 0 };
  const world = await openWorld(elapsed);
  const vault = await world.open();
  await add(vault, 1);
  await add(vault, 2);
  const { usedBytes } = vault.usageOf('website');
  const nothing = { compartment: 'website', marked: 0, removed: 0, removedBytes: 0, locked: 0 };
  assert.deepEqual(await collect(vault, new Set([1]), 10, 10), nothing, 'its lease is young');
  elapsed.ms = (MINIMUM_AGE + 1) * 1000;
  assert.deepEqual(await collect(vault, new Set([1]), 10, 0), { ...nothing, marked: 1 });
  assert.deepEqual(await collect(vault, new Set([1]), 12, 0), nothing, 'nothing is proved');
  assert.deepEqual(await collect(vault, new Set([1]), 12, 9), nothing, 'what is proved lies before the mark');
  assert.deepEqual(await collect(vault, new Set([1, 2]), 12, 11), nothing, 'it is named again, which takes the mark off');
  elapsed.ms *= 3;
  assert.deepEqual(await collect(vault, new Set([1]), 13, 11), { ...nothing, marked: 1 });
  await vault.holdings.renewLease({ compartment: 'website', sha256: digestOf(2) });
  assert.deepEqual(await collect(vault, new Set([1]), 14, 14), nothing, 'somebody asked for it');
  elapsed.ms *= 3;
  assert.deepEqual(await collect(vault, new Set([1]), 15, 15), { ...nothing, marked: 1 });
  const none = { lsn: '0/10', provenLsn: '0/10', named: [] };
  await assert.rejects(vault.collection.finish('website', none), (error) => hasCode(error, 'compartment.wrong_state'));
  const taken = await collect(vault, new Set([1]), 16, 16);
  assert.deepEqual(taken, { ...nothing, removed: 1, removedBytes: contentOf(2).length });
  assert.deepEqual([await isHere(vault, 1), await isHere(vault, 2)], [true, false]);
  assert.equal(vault.usageOf('website').usedBytes, usedBytes / 2, 'its quota is free again');
  assert.equal(await add(vault, 2), 'added');
  await vault.close();
  await world.remove();
});
