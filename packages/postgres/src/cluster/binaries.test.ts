import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '@bulkhead/testkit';
import { locateBinaries, readableRoot } from './binaries.ts';
import { findEmbedded } from './embedded.ts';

async function copyEmbedded(directory: string): Promise<string> {
  const root = join(directory, 'checkout/native');
  await cp(await findEmbedded(), root, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.a') });
  return root;
}

test('[P1] the embedded PostgreSQL is found, and is of the supported major version', async () => {
  const binaries = await locateBinaries({ mustBeReadableByOthers: false });
  assert.match(binaries.version, /^18\./);
  assert.ok((await stat(binaries.initdb)).isFile());
});

test('[P1] a named installation is used as it stands', async () => {
  const installation = await findEmbedded();
  const binaries = await locateBinaries({ installation, mustBeReadableByOthers: false });
  assert.equal(binaries.postgres, join(installation, 'bin/postgres'));
});

test('[P1] binaries in a checkout that other users cannot read are copied once to where they can', async () => {
  const directory = await temporaryDirectory();
  const root = await copyEmbedded(directory);
  await rm(join(root, 'lib/libicuuc.so.60'), { force: true });
  await chmod(join(directory, 'checkout'), 0o700);
  const options = { mustBeReadableByOthers: true, copyInto: join(directory, 'copies') };

  const [copy, sameCopy] = await Promise.all([readableRoot(root, options), readableRoot(root, options)]);
  assert.equal(copy, sameCopy);
  assert.equal(await readableRoot(root, options), copy);
  assert.equal((await readdir(join(directory, 'copies'))).length, 1);
  const asAnother = process.getuid?.() === 0 ? { uid: 54_321, gid: 54_321 } : {};
  assert.match(
    execFileSync(join(copy, 'bin/postgres'), ['--version'], { ...asAnother, encoding: 'utf8', cwd: '/' }),
    /PostgreSQL\) 18/,
  );
});

test('[P1] links that npm could not carry are restored', async () => {
  const root = await copyEmbedded(await temporaryDirectory());
  await rm(join(root, 'lib/libicuuc.so.60'), { force: true });
  assert.equal(await readableRoot(root, { mustBeReadableByOthers: false }), root);
  assert.ok((await stat(join(root, 'lib/libicuuc.so.60'))).isFile());
});

test('[P1] an unreadable checkout without a place for a copy is told with what to do', async () => {
  const directory = await temporaryDirectory();
  const root = join(directory, 'checkout/native');
  await mkdir(join(root, 'bin'), { recursive: true });
  await chmod(join(directory, 'checkout'), 0o700);
  await assert.rejects(readableRoot(root, { mustBeReadableByOthers: true }), {
    code: 'config.invalid',
    message: /cannot read .*checkout; give a directory/,
  });
  await assert.rejects(locateBinaries({ installation: join(directory, 'checkout'), mustBeReadableByOthers: true }), {
    code: 'config.invalid',
    message: /chmod o\+rx/,
  });
});

test('[P1] a place for the copy that other users cannot reach either is refused', async () => {
  const directory = await temporaryDirectory();
  const root = await copyEmbedded(directory);
  await chmod(directory, 0o700);
  await assert.rejects(readableRoot(root, { mustBeReadableByOthers: true, copyInto: join(directory, 'copies') }), {
    code: 'config.invalid',
    message: /choose a data directory/,
  });
});

test('[P1] another major version, a missing program and a missing directory are refused with what to do', async () => {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'bin'));
  const options = { installation: directory, mustBeReadableByOthers: false };
  await assert.rejects(locateBinaries(options), { code: 'config.invalid', message: /postgres is not an executable file/ });
  await writeFile(join(directory, 'bin/postgres'), '#!/bin/sh\necho "postgres (PostgreSQL) 15.9 (Debian)"\n', { mode: 0o755 });
  await symlink('/bin/true', join(directory, 'bin/initdb'));
  await assert.rejects(locateBinaries(options), { code: 'config.invalid', message: /is version 15\.9, 18 is needed/ });
  await assert.rejects(locateBinaries({ ...options, installation: join(directory, 'none') }), { code: 'config.invalid' });
});
