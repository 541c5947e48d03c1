import assert from 'node:assert/strict';
import { chown, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runBulkhead } from '@bulkhead/testkit';

const NOBODY = 65_534;

test('a runtime directory that somebody else made first is refused, and nothing in it is deleted; a sample open to others is warned of', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'bhc-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const isRoot = process.getuid?.() === 0;
  // An ordinary user meets a directory of root's, root one of somebody else's.
  const runtime = isRoot ? join(directory, 'run') : '/';
  if (isRoot) {
    await mkdir(join(runtime, 'hq/precious'), { recursive: true });
    await chown(runtime, NOBODY, NOBODY);
  }
  const { code, err } = await runBulkhead(['start'], {
    BULKHEAD_DATA: join(directory, 'data'),
    BULKHEAD_RUNTIME: runtime,
    BULKHEAD_PORT: '18410',
    BULKHEAD_LISTEN_ADDRESS: '0.0.0.0',
  });
  assert.equal(code, 2, err);
  assert.match(err, /belongs to another user/);
  assert.match(err, /Warning: this sample estate listens beyond this machine/);
  if (isRoot) assert.deepEqual(await readdir(join(runtime, 'hq')), ['precious']);
});
