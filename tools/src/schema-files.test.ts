import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '@bulkhead/testkit';
import { compareSchemas, describeSchemas, findMigrated, writeSchemas } from './schema-files.ts';

test('[P19] schema files are written once, found up to date, and found stale after another migration', async () => {
  const root = await temporaryDirectory();
  for (const place of ['compartments/library', 'compartments/reading-room', 'offsite']) {
    await mkdir(join(root, place, 'migrations'), { recursive: true });
    await writeFile(join(root, place, 'migrations/0001-create-book.sql'), 'create table book (id int primary key);');
  }
  await mkdir(join(root, 'compartments/empty'), { recursive: true });

  const directories = await findMigrated(root, []);
  assert.deepEqual(
    directories.map((directory) => directory.slice(root.length + 1)),
    ['compartments/library', 'compartments/reading-room', 'offsite'],
  );
  const files = await describeSchemas(directories);
  assert.equal((await compareSchemas(files)).length, 6);
  assert.equal((await writeSchemas(files)).length, 6);
  assert.deepEqual(await compareSchemas(files), []);

  await writeFile(join(root, 'compartments/library/migrations/0002-add-title.sql'), 'alter table book add column title text;');
  const [library] = await findMigrated(root, ['library']);
  assert.ok(library !== undefined);
  assert.deepEqual(await compareSchemas(await describeSchemas([library])), [
    join(library, 'schema.sql'),
    join(library, 'src/schema.ts'),
  ]);
  await assert.rejects(findMigrated(root, ['atlantis']), { code: 'compartment.unknown' });
});
