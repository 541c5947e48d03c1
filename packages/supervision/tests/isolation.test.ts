import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chown, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findIsolation, isolate } from '@bulkhead/supervision';

const OWNER = { uid: 64_811, gid: 64_811 };
const place = await mkdtemp(join(tmpdir(), 'bhi-'));
after(() => rm(place, { recursive: true, force: true }));
const isolation = await findIsolation(join(place, 'mounts'), OWNER);

test('[SU6] an isolated process is the process that was started, sees what it is shown, and has no power and no network', {
  skip: isolation ? false : 'needs root and a system that gives namespaces',
}, async () => {
  assert.ok(isolation);
  const [shown, own, hidden] = ['shown', 'own', 'hidden'].map((name) => join(place, name));
  assert.ok(shown && own && hidden);
  for (const directory of [shown, own, hidden]) {
    await mkdir(directory, { mode: 0o777 });
    await writeFile(join(directory, 'file'), directory, { mode: 0o666 });
  }
  await chown(own, OWNER.uid, OWNER.gid);
  await symlink(shown, join(place, 'link'));
  const look = `echo pid $$; id -u; cat ${shown}/file ${join(place, 'link')}/file; echo more > ${own}/more; echo more > ${shown}/file;
    cat ${hidden}/file; ls ${place} /tmp /proc/1; grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status; grep -c : /proc/net/dev; ls /.old`;
  const all = { read: [shown, join(place, 'link')], write: [own] };
  const command = isolate(isolation, OWNER, all, { file: '/bin/sh', arguments: ['-c', `(${look}) 2>&1; true`] });
  const { promise, resolve } = Promise.withResolvers<string>();
  const child = execFile(command.file, [...command.arguments], { env: {} }, (_, out) => resolve(out));
  const told = await promise;
  assert.match(told, new RegExp(`^pid ${child.pid}\n${OWNER.uid}\n${shown}${shown}`), told);
  assert.match(told, /cannot create .*shown\/file: Read-only/);
  assert.match(told, /hidden\/file.*No such file/);
  assert.match(told, /link\nown\nshown\n/);
  assert.match(told, /'\/proc\/1'.*No such file/);
  assert.match(told, /CapEff:\t0+\nCapBnd:\t0+\n.*NoNewPrivs:\t1/s);
  assert.match(told, /\n1\n$/, 'the loopback alone, which is down, and what was before is gone');
  assert.equal(await readFile(join(own, 'more'), 'utf8'), 'more\n');
});

test('[SU6] without an owner of its own nothing is isolated, and that is told', async () => {
  assert.equal(await findIsolation(join(place, 'mounts'), undefined), undefined);
});
