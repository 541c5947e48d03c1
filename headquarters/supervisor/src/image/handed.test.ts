import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { link, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasCode } from '@bulkhead/kernel';
import { temporaryDirectory } from '@bulkhead/testkit';
import { takeHanded } from './handed.actions.ts';

const CONTROL = Buffer.from('a control file');
const image = {
  id: 'm000000000001-website',
  bytes: CONTROL.length,
  sha256: createHash('sha256').update(CONTROL).digest('hex'),
  systemId: '1',
  timeline: 2,
  blobCount: 0,
  handed: true,
};
const isRefused = (error: unknown) => hasCode(error, 'restore.failed');

async function layOut() {
  const root = await temporaryDirectory();
  const handed = join(root, 'handed');
  const pg = join(handed, image.id, 'pg');
  await mkdir(join(pg, 'global'), { recursive: true });
  await writeFile(join(pg, 'global/pg_control'), CONTROL);
  await writeFile(join(pg, 'postgresql.auto.conf'), "archive_command = 'evil'");
  await writeFile(join(pg, 'standby.signal'), '');
  return { root, handed, pg, fresh: join(root, 'pg.new') };
}

test('[FO5] a promoted cluster is taken as it lies, without the files that tell a server how to start, and again after a kill', async () => {
  const { handed, fresh } = await layOut();
  await takeHanded(handed, image, fresh);
  assert.deepEqual((await readdir(fresh)).toSorted(), ['global']);
  await takeHanded(handed, image, fresh);
});

test('[FO5] links, other names of a file, and another cluster than was ordered are refused', async () => {
  const withLink = await layOut();
  await symlink('/etc/passwd', join(withLink.pg, 'passwd'));
  await assert.rejects(takeHanded(withLink.handed, image, withLink.fresh), isRefused);
  const withName = await layOut();
  await writeFile(join(withName.root, 'of-somebody-else'), 'x');
  await link(join(withName.root, 'of-somebody-else'), join(withName.pg, 'mine'));
  await assert.rejects(takeHanded(withName.handed, image, withName.fresh), isRefused);
  const other = await layOut();
  await writeFile(join(other.pg, 'global/pg_control'), 'of another cluster');
  await assert.rejects(takeHanded(other.handed, image, other.fresh), isRefused);
});

test('[FO5] headquarters itself takes no promoted cluster', async () => {
  const { fresh } = await layOut();
  await assert.rejects(takeHanded(undefined, image, fresh), isRefused);
});
