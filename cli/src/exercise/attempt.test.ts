import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { createLog } from '@bulkhead/kernel';
import { createWireApp, serveWire } from '@bulkhead/wire';
import type { Attempt } from './attempt.ts';

const SECRET = 'what headquarters holds';
const NOBODY = 65_534;
let directory: string;
let close: () => Promise<void>;
const peer = () => join(directory, 'peer.sock');

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bha-'));
  await chmod(directory, 0o711);
  const app = createWireApp({ secrets: { headquarters: SECRET }, log: createLog('peer', 'silent') });
  app.delete('/orders', (c) => c.json({ ok: true }));
  ({ close } = await serveWire({ app, socket: peer(), mode: 0o666 }));
  await writeFile(join(directory, 'kept'), 'kept off-site', { mode: 0o600 });
});
after(async () => {
  await close();
  await rm(directory, { recursive: true, force: true });
});

async function attempt(task: {
  readonly uid?: number;
  readonly files?: readonly string[];
  readonly closedSockets?: readonly string[];
  readonly secret?: string;
}): Promise<Map<string, boolean>> {
  const { uid = null, files = [], closedSockets = [], secret = SECRET } = task;
  const child = spawn(process.execPath, [join(import.meta.dirname, 'attempt.ts')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const known = { socket: peer(), secret };
  child.stdin.end(
    JSON.stringify({ uid, files, closedSockets, vault: null, recovery: known, publisher: { ...known, compartment: 'website' } }),
  );
  const made: Attempt[] = JSON.parse(await text(child.stdout));
  return new Map(made.map(({ what, refused }) => [what, refused]));
}

test('an attempt that fails for another reason than a refusal is not told as refused', async () => {
  const nothing = join(directory, 'nothing');
  const made = await attempt({ files: [nothing], closedSockets: [nothing] });
  for (const what of ['write into', 'truncate', 'rename', 'change the mode of', 'delete', 'speak to'])
    assert.equal(made.get(`${what} ${nothing}`), false, what);
  const unknown = await attempt({ secret: 'another secret' });
  assert.deepEqual([...new Set(unknown.values())], [false], 'a caller that is not known shows nothing');
});

test('a call is told as refused when there is no such call, and as not refused when it works', async () => {
  const made = await attempt({});
  assert.equal(made.get('POST /orders at recovery'), true);
  assert.equal(made.get('DELETE /orders at recovery'), false);
});

test('as root the attempts are made as the user named: what only another may touch is refused', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('not shown: only root can become another user');
  const kept = join(directory, 'kept');
  await chmod(peer(), 0o600);
  const made = await attempt({ uid: NOBODY, files: [kept], closedSockets: [peer()] });
  await chmod(peer(), 0o666);
  for (const what of ['write into', 'truncate', 'rename', 'change the mode of', 'delete'])
    assert.equal(made.get(`${what} ${kept}`), true, what);
  assert.equal(made.get(`speak to ${peer()}`), true);
});
