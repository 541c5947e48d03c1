import assert from 'node:assert/strict';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasCode } from '@bulkhead/kernel';
import { digestDirectory } from '@bulkhead/supervision';
import { temporaryDirectory } from '@bulkhead/testkit';
import { describeBuild } from './build.ts';

test('a build that a person works in, with its packages installed, has the digest of the copy that headquarters runs', async () => {
  const directory = await temporaryDirectory();
  const [build, copy] = [join(directory, 'website-2'), join(directory, 'copy')];
  await mkdir(join(build, 'src/article'), { recursive: true });
  await writeFile(join(build, 'src/main.ts'), 'export {};');
  await writeFile(join(build, 'src/article/a.ts'), 'export const a = 1;');
  await cp(build, copy, { recursive: true });
  await mkdir(join(build, 'node_modules/hono'), { recursive: true });
  await writeFile(join(build, 'node_modules/hono/index.js'), 'export {};');
  await symlink('../elsewhere', join(build, 'src/link.ts'));
  const told = await describeBuild(build);
  assert.deepEqual(told, { directory: build, sha256: await digestDirectory(copy) });
  await writeFile(join(build, 'src/article/a.ts'), 'export const a = 2;');
  assert.notEqual((await describeBuild(build)).sha256, told.sha256);
});

test('a directory without a compartment in it is refused, and it is said what is missing', async () => {
  const directory = await temporaryDirectory();
  await assert.rejects(describeBuild(directory), (error: unknown) => {
    assert.ok(hasCode(error, 'input.invalid'));
    return /src\/main\.ts does not exist.*--build/.test(String(error));
  });
});
