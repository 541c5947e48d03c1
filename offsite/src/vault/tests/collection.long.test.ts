import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tryCollections } from './collection-model.ts';

test('[V17] over a hundred seeded histories no collection takes what a kept row version names', async () => {
  const removed = await tryCollections(Array.from({ length: 100 }, (_, at) => at + 1));
  assert.ok(removed > 200, `${removed} blobs were taken away: it tried what it is to try`);
});
