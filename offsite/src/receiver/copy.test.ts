import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '@bulkhead/testkit';
import { copyArchive, removeCopies } from './copy.actions.ts';
import { isArtefact } from './copy.rules.ts';

const FILES = {
  'state.json': '{"epoch":1}',
  'room.reserve': 'ones',
  '7000/wal/000000010000000000000001.zst': 'a packed segment',
  '7000/wal/000000010000000000000002': 'a full segment',
  '7000/wal/000000010000000000000003.partial': 'a growing segment',
  '7000/wal/index.ndjson': '{"name":"000000010000000000000001","sha256":"00"}\n',
  '7000/base/one/base.tar': 'a base',
  '7000/base/one/base.json': '{}',
  '7000/base/two.building/base.tar': 'half a base',
  'keys/1.age': 'a wrapped key',
};

test('[DR4] damage is planted in a copy of each kind of artefact, and the archive keeps every byte', async () => {
  const root = await temporaryDirectory();
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(join(root, 'site', path, '..'), { recursive: true });
    await writeFile(join(root, 'site', path), text);
  }
  await writeFile(join(root, 'identity.txt'), 'what opens the keys');
  for (const damage of ['segment', 'base', 'index', 'key'] as const) {
    for (const seed of [0, 1, 4_294_967_295]) {
      const { directory, damaged } = await copyArchive(root, { compartment: 'site', id: 'd1', damage, seed });
      assert.ok(damaged, damage);
      assert.ok(isArtefact(damage, damaged.path) && !damaged.path.includes('building'));
      const changed: string[] = [];
      for (const [path, text] of Object.entries(FILES)) {
        assert.equal(await readFile(join(root, 'site', path), 'utf8'), text, 'the archive is as it was');
        const copied = await readFile(join(directory, 'site', path), 'utf8').catch(() => undefined);
        if (copied !== undefined && copied !== text) changed.push(path);
      }
      assert.deepEqual(changed, [damaged.path]);
    }
  }
  const { directory, damaged } = await copyArchive(root, { compartment: 'site', id: 'd2', damage: null, seed: 0 });
  assert.equal(damaged, null);
  const own = (path: string) => stat(join(directory, 'site', path)).then(({ nlink }) => nlink === 1);
  assert.equal(await own('7000/wal/000000010000000000000003.partial'), true, 'what grows is copied');
  assert.equal(await own('7000/base/one/base.tar'), false, 'what never changes is linked');
  assert.deepEqual((await readdir(join(directory, 'site'))).toSorted(), ['7000', 'keys', 'state.json']);
  assert.deepEqual((await readdir(directory)).toSorted(), ['identity.txt', 'site']);
  await removeCopies(root);
  assert.deepEqual((await readdir(root)).toSorted(), ['identity.txt', 'site']);
  assert.equal((await copyArchive(root, { compartment: 'site', id: 'd3', damage: 'blob', seed: 0 })).damaged, null);
});
