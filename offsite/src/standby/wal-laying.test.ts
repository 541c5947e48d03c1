import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createLog, sha256Hex } from '@bulkhead/kernel';
import { answerStream, createWireApp, serveWire } from '@bulkhead/wire';
import { SEGMENT_BYTES } from '#archive/wal.rules.ts';
import { ArchiveClient } from './archive-client.actions.ts';
import { WalLaying } from './wal-laying.actions.ts';

const root = await mkdtemp(join(tmpdir(), "bh'l-"));
const peer = { socket: join(root, 'archive.sock'), secret: 'secret of an archive in a test' };
const [FIRST, SECOND, DAMAGED] = ['000000010000000000000001', '000000010000000000000002', '000000010000000000000003'];
const CONTENT = Buffer.from('the beginning of a segment');
let open: () => void = () => undefined;
const opened = new Promise<void>((resolve) => (open = resolve));
let served: Awaited<ReturnType<typeof serveWire>>;

before(async () => {
  const app = createWireApp({ secrets: { reader: peer.secret }, log: createLog('archive', 'silent') });
  app.get('/compartments/site/wal/:name', async (c) => {
    if (c.req.param('name') === SECOND) await opened;
    const sha256 = c.req.param('name') === DAMAGED ? sha256Hex('something else') : sha256Hex(CONTENT);
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(CONTENT.length), 'x-sha256': sha256 };
    return answerStream(c, headers, [CONTENT]);
  });
  served = await serveWire({ app, socket: peer.socket });
});
after(async () => {
  await served.close();
  await rm(root, { recursive: true, force: true });
});

async function begin(name: string, segments: readonly string[]): Promise<{ laying: WalLaying; into: string }> {
  const into = join(root, name, 'pg_wal');
  await mkdir(into, { recursive: true });
  const files = segments.map((segment) => ({ name: segment, bytes: CONTENT.length, isComplete: true }));
  const marks = join(root, name, '50% due');
  return { laying: await WalLaying.begin(new ArchiveClient(peer, 'site'), files, marks, into), into };
}

/** What PostgreSQL makes of the command for a file, and how that ends. */
async function ask({ command }: WalLaying, name: string): Promise<number> {
  const words = command.replaceAll('%f', name).replaceAll('%%', '%');
  const [code] = (await once(spawn('/bin/sh', ['-c', words], { stdio: 'inherit' }), 'exit')) as [number];
  return code;
}

test('[A7] a replay that asks for a segment waits until it stands whole, and is told at once of what does not come', async () => {
  const { laying, into } = await begin('waits', [FIRST, SECOND]);
  assert.equal(await ask(laying, DAMAGED), 1);
  assert.equal(await ask(laying, '00000002.history'), 1);
  let isWaiting = true;
  const waiting = ask(laying, SECOND).finally(() => (isWaiting = false));
  const laid = laying.run();
  assert.equal(await ask(laying, FIRST), 1);
  assert.equal((await readFile(join(into, FIRST))).length, SEGMENT_BYTES);
  assert.deepEqual([isWaiting, (await readdir(into)).includes(SECOND)], [true, false]);
  open();
  assert.equal(await waiting, 1);
  await laid;
  const bytes = await readFile(join(into, SECOND));
  assert.ok(bytes.subarray(0, CONTENT.length).equals(CONTENT) && bytes.length === SEGMENT_BYTES);
  assert.deepEqual(
    (await readdir(into)).toSorted((left, right) => (left < right ? -1 : 1)),
    [FIRST, SECOND],
  );
});

test('[A4] a segment that is damaged ends the replay that waits for it, and never stands under its name', async () => {
  const { laying, into } = await begin('damaged', [DAMAGED]);
  const waiting = ask(laying, DAMAGED);
  await assert.rejects(laying.run(), { code: 'archive.damaged' });
  assert.equal(await waiting, 126);
  assert.equal((await readdir(into)).includes(DAMAGED), false);
});

test('a replay that ended before leaves nobody waiting', async () => {
  const { laying } = await begin('ended', [SECOND, FIRST]);
  const waiting = ask(laying, SECOND);
  await laying.stop();
  assert.equal(await waiting, 126);
  await laying.run();
});
