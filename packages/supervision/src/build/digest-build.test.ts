import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { digestDirectory } from '../file/digest-directory.ts';
import { digestBuild } from './digest-build.ts';

let directory: string;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bhb-'));
  await mkdir(join(directory, 'one/src'), { recursive: true });
  await writeFile(join(directory, 'one/src/main.ts'), 'run();');
  await writeFile(join(directory, 'one/package.json'), '{}');
});
after(() => rm(directory, { recursive: true, force: true }));

test('a copy of a build has its digest, whatever packages and links lie beside the code', async () => {
  await cp(join(directory, 'one'), join(directory, 'two'), { recursive: true });
  const digest = await digestBuild(join(directory, 'one'));
  assert.equal(await digestDirectory(join(directory, 'two')), digest, 'headquarters counts all that it copied');
  await mkdir(join(directory, 'two/node_modules/pg'), { recursive: true });
  await writeFile(join(directory, 'two/node_modules/pg/index.js'), '');
  await symlink('/etc', join(directory, 'two/etc'));
  assert.equal(await digestBuild(join(directory, 'two')), digest);
});

test('another content, another name or another file is another build', async () => {
  const digest = await digestBuild(join(directory, 'one'));
  await cp(join(directory, 'one'), join(directory, 'three'), { recursive: true });
  await writeFile(join(directory, 'three/src/main.ts'), 'run(); ');
  assert.notEqual(await digestBuild(join(directory, 'three')), digest);
  await writeFile(join(directory, 'three/src/main.ts'), 'run();');
  await writeFile(join(directory, 'three/src/more.ts'), '');
  assert.notEqual(await digestBuild(join(directory, 'three')), digest);
  await assert.rejects(digestBuild(join(directory, 'nowhere')), { code: 'input.invalid' });
});
