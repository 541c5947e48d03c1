import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { hasCode } from '@bulkhead/kernel';
import { type Header, pack } from 'tar-stream';
import { evidenceName, judgeEntry, listOutdatedEvidence } from './image.rules.ts';
import { unpackImage } from './unpack.actions.ts';

async function packEntries(
  entries: readonly { readonly header: Partial<Header> & Pick<Header, 'name'>; readonly content?: string }[],
): Promise<Buffer> {
  const tar = pack();
  const packed = buffer(tar);
  for (const { header, content } of entries) tar.entry(header, content ?? '');
  tar.finalize();
  return packed;
}

async function unpack(t: TestContext, tar: Buffer, sha256 = createHash('sha256').update(tar).digest('hex')): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'bhi-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const into = join(directory, 'a/pg.new');
  await unpackImage(Readable.from([tar]), { bytes: tar.length, sha256 }, into, new AbortController().signal);
  return into;
}

test('[O8] links, devices and names that lead elsewhere are refused before anything of them touches the disk', () => {
  const evil = [
    { name: '../etc/passwd', type: 'file' },
    { name: 'base/../../x', type: 'file' },
    { name: '/etc/passwd', type: 'file' },
    { name: 'a//b', type: 'file' },
    { name: 'a\\b', type: 'file' },
    { name: 'a\0b', type: 'file' },
    { name: 'pg_tblspc/16384', type: 'symlink' },
    { name: 'x', type: 'link' },
    { name: 'x', type: 'character-device' },
    { name: 'x', type: 'fifo' },
    { name: 'x', type: null },
    { name: 'd/'.repeat(30), type: 'directory' },
    { name: 'n'.repeat(500), type: 'file' },
  ];
  for (const header of evil)
    assert.throws(
      () => judgeEntry(header),
      (error) => hasCode(error, 'restore.failed'),
      header.name,
    );
  assert.deepEqual(judgeEntry({ name: './base/1/2', type: 'file' }), { path: 'base/1/2', kind: 'file' });
  assert.deepEqual(judgeEntry({ name: 'base/', type: 'directory' }), { path: 'base', kind: 'directory' });
  assert.equal(judgeEntry({ name: './', type: 'directory' }), undefined);
  assert.equal(judgeEntry({ name: 'standby.signal', type: 'file' }), undefined, 'how the server starts is decided here');
});

test('[O8] a tar with a traversal or a link leaves nothing behind', async (t) => {
  for (const header of [
    { name: '../escaped', type: 'file' },
    { name: 'base/link', type: 'symlink', linkname: '/etc' },
  ] as const) {
    const tar = await packEntries([{ header: { name: 'PG_VERSION', type: 'file' }, content: '18' }, { header }]);
    const directory = await mkdtemp(join(tmpdir(), 'bhi-'));
    t.after(() => rm(directory, { recursive: true, force: true }));
    const image = { bytes: tar.length, sha256: createHash('sha256').update(tar).digest('hex') };
    await assert.rejects(
      unpackImage(Readable.from([tar]), image, join(directory, 'pg.new'), new AbortController().signal),
      (error) => hasCode(error, 'restore.failed'),
    );
    assert.deepEqual(await readdir(directory), []);
  }
});

test('an image is unpacked whole; one that is longer, shorter, of another digest, or names a file twice is refused', async (t) => {
  const file = { header: { name: 'base/1/2', type: 'file' } as const, content: 'rows' };
  const tar = await packEntries([{ header: { name: 'base/', type: 'directory' } }, file]);
  const into = await unpack(t, tar);
  assert.equal(await readFile(join(into, 'base/1/2'), 'utf8'), 'rows');
  await assert.rejects(unpack(t, tar, '0'.repeat(64)), (error) => hasCode(error, 'restore.failed'));
  await assert.rejects(unpack(t, await packEntries([file, file])), (error) => hasCode(error, 'restore.failed'));
  const directory = await mkdtemp(join(tmpdir(), 'bhi-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  for (const bytes of [tar.length - 1, tar.length + 1]) {
    const image = { bytes, sha256: createHash('sha256').update(tar).digest('hex') };
    await assert.rejects(
      unpackImage(Readable.from([tar]), image, join(directory, 'pg.new'), new AbortController().signal),
      (error) => hasCode(error, 'restore.failed'),
    );
  }
});

test('of the evidence the two newest of each kind are kept', () => {
  const names = [
    'pg',
    'blobs',
    ...[3, 12, 7].map((epoch) => evidenceName('pg', epoch)),
    evidenceName('blobs', 3),
    'pg.before-epoch-x',
  ];
  assert.deepEqual(listOutdatedEvidence(names), ['pg.before-epoch-3']);
});
