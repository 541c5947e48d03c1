import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { type Header, pack } from 'tar-stream';
import { unpackBase } from './unpack.actions.ts';

const root = await mkdtemp(join(tmpdir(), 'bhu-'));
after(() => rm(root, { recursive: true, force: true }));

type TarEntry = Partial<Omit<Header, 'name'>> & { readonly name: string; readonly content?: string };
const SOUND: readonly TarEntry[] = [
  { name: 'PG_VERSION', content: '18\n' },
  { name: './global/', type: 'directory' },
  { name: './global/pg_control', content: 'control' },
  { name: 'base/5/16384_fsm', content: 'fsm' },
  { name: 'base/5/16384.1', content: 'second segment' },
  { name: 'pg_wal/', type: 'directory' },
  { name: 'postgresql.auto.conf', content: "archive_command = 'touch /tmp/owned'" },
];

async function makeTar(entries: readonly TarEntry[]): Promise<Buffer> {
  const tar = pack();
  for (const { content, ...header } of entries) tar.entry(header, content ?? '');
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

let places = 0;
async function unpack(
  tar: Buffer,
  options: { sha256?: string; limitBytes?: number } = {},
): Promise<{ into: string; leftOut: string[] }> {
  const into = join(root, `place-${(places += 1)}`, 'pg');
  await mkdir(into, { recursive: true });
  const sha256 = options.sha256 ?? createHash('sha256').update(tar).digest('hex');
  const leftOut = await unpackBase({ tar: Readable.from([tar]), into, sha256, limitBytes: options.limitBytes ?? 1_000_000 });
  return { into, leftOut };
}

test("[A6] a cluster's own files are taken, its configuration is not, and strangers are named", async () => {
  const strangers = [
    { name: 'evil.so', content: 'ELF' },
    { name: 'base/5/evil.so', content: 'ELF' },
    { name: 'pg_stat/owned', content: '' },
  ];
  const { into, leftOut } = await unpack(await makeTar([...SOUND, ...strangers]));
  assert.deepEqual(leftOut, ['evil.so', 'base/5/evil.so']);
  assert.deepEqual((await readdir(into, { recursive: true })).toSorted(), [
    'PG_VERSION',
    'base',
    'base/5',
    'base/5/16384.1',
    'base/5/16384_fsm',
    'global',
    'global/pg_control',
    'pg_wal',
  ]);
  assert.equal(await readFile(join(into, 'base/5/16384.1'), 'utf8'), 'second segment');
  assert.equal((await stat(join(into, 'global'))).mode & 0o777, 0o700);
});

const HOSTILE: readonly [what: string, entry: TarEntry][] = [
  ['a path that climbs out', { name: '../outside', content: 'x' }],
  ['a path that climbs out from within', { name: 'base/5/../../../outside', content: 'x' }],
  ['an absolute path', { name: '/tmp/outside', content: 'x' }],
  ['a symbolic link', { name: 'base/5/16385', type: 'symlink', linkname: '/etc' }],
  ['a hard link', { name: 'base/5/16385', type: 'link', linkname: 'PG_VERSION' }],
  ['a tablespace', { name: 'pg_tblspc/16400', type: 'symlink', linkname: '/home' }],
  ['a device', { name: 'base/5/16385', type: 'character-device' }],
  ['a named pipe', { name: 'base/5/16385', type: 'fifo' }],
];
for (const [what, entry] of HOSTILE) {
  test(`[A6] a base backup with ${what} is refused`, async () => {
    await assert.rejects(unpack(await makeTar([...SOUND, entry])), { code: 'archive.damaged' });
    assert.equal(await stat(join(root, 'outside')).catch(() => undefined), undefined);
  });
}

test('[A6] a base backup that stands twice for one file is refused', async () => {
  await assert.rejects(unpack(await makeTar([...SOUND, { name: 'PG_VERSION', content: '18\n' }])), { code: 'archive.damaged' });
});

test('[A2] a base backup whose bytes are not those that were taken is refused', async () => {
  const tar = await makeTar(SOUND);
  const sha256 = createHash('sha256').update(tar).digest('hex');
  const flipped = Buffer.from(tar);
  flipped.writeUInt8(flipped.readUInt8(2600) ^ 1, 2600);
  await assert.rejects(unpack(flipped, { sha256 }), { code: 'archive.damaged' });
  await assert.rejects(unpack(tar.subarray(0, 3000), { sha256 }), { code: 'archive.damaged' });
  await assert.rejects(unpack(Buffer.concat([tar.subarray(0, 2048), Buffer.alloc(1024)]), { sha256 }), {
    code: 'archive.damaged',
  });
  await assert.rejects(unpack(Buffer.alloc(0), { sha256 }), { code: 'archive.damaged' });
});

test('a base backup that would unpack to more than the limit is refused', async () => {
  const large = { name: 'base/5/16390', content: 'x'.repeat(200_000) };
  await assert.rejects(unpack(await makeTar([...SOUND, large]), { limitBytes: 100_000 }), { code: 'input.too_large' });
});

test('a base backup of another PostgreSQL is refused', async () => {
  await assert.rejects(unpack(await makeTar([{ name: 'PG_VERSION', content: '17\n' }])), { code: 'archive.damaged' });
});
