import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { generateSigningKey } from '@bulkhead/contracts';
import { compiledModules, temporaryDirectory, waitUntil } from '@bulkhead/testkit';
import { createScratchGateway } from '@bulkhead/web';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { manifest } from '#compartment.ts';
import { editor, estate, startVault, useWebsiteCluster, WHOLE } from './booted-website.ts';

const ROOT = new URL('../../..', import.meta.url).pathname;
const MAIN = new URL('../src/main.ts', import.meta.url).pathname;
const compiled = await compiledModules();
const SECRET = 'what processes of a test estate present to each other';
const cluster = await useWebsiteCluster();
const vault = await startVault();
const directory = await temporaryDirectory();
const socket = join(directory, 'website.sock');
const gateway = createScratchGateway({ manifest, socket: () => socket, now: () => new Date() });
const keys = [generateSigningKey('operator:one').verifying, generateSigningKey('operator:two').verifying];
await mkdir(join(directory, 'blobs'));
await writeFile(join(directory, 'estate.json'), JSON.stringify(estate));
await writeFile(
  join(directory, 'trust.json'),
  JSON.stringify({ ...gateway.trust, orderKeys: keys, editionKeys: keys, ledgerKeys: keys, operatorKeys: keys }),
);
const running = new Set<ChildProcess>();
after(() => {
  for (const child of running) child.kill('SIGKILL');
});

function start(more: Record<string, string> = {}): { readonly child: ChildProcess; readonly out: () => string } {
  const environment = {
    SOCKET: socket,
    MODE: 'open',
    ESTATE_FILE: join(directory, 'estate.json'),
    TRUST_FILE: join(directory, 'trust.json'),
    INTERNAL_SECRET: SECRET,
    DATABASE_SOCKET_DIRECTORY: cluster.socketDirectory,
    DATABASE_NAME: 'website',
    DATABASE_ROLE: 'website_app',
    DATABASE_PASSWORD: cluster.passwords.app,
    BLOB_DIRECTORY: join(directory, 'blobs'),
    VAULT_SOCKET: vault.socket,
    VAULT_SECRET: vault.secret,
    DARKROOM_SOCKET: '/nowhere/darkroom.sock',
    DARKROOM_SECRET: 'a secret of this test, long enough to be one',
    BULKHEAD_SUPERVISED: '1',
    ...more,
  };
  const granted = [`--allow-fs-read=${ROOT}`, `--allow-fs-read=${directory}`, `--allow-fs-write=${directory}`];
  const flags = ['--permission', ...granted, ...compiled.flags, '--disallow-code-generation-from-strings'];
  const child = spawn(process.execPath, [...flags, MAIN], {
    env: { ...environment, ...compiled.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  return { child, out: () => text };
}

const untilHealthy = () =>
  waitUntil(
    () => callWire({ socket, secret: SECRET }, { method: 'GET', path: '/.bulkhead/health' }, z.object({ ok: z.literal(true) })),
    { what: 'the website is healthy' },
  );

test('the process works with the least permissions, stops when its supervisor is gone or asks it to, and tells no secret', async () => {
  for (const stop of ['stdin', 'SIGTERM'] as const) {
    const { child, out } = start();
    await untilHealthy();
    // Tokens are good to the second: one of the second in which the process began may be taken for an older one.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const form = { ...WHOLE, slug: `light-${stop.toLowerCase()}` };
    const answer = await gateway.ask({ origin: 'newsroom', path: '/articles', asker: editor, form });
    assert.equal(answer.status, 303, answer.text);
    const ended = once(child, 'exit');
    if (stop === 'stdin') child.stdin?.end();
    else child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null], out());
    assert.ok(!out().includes(SECRET));
  }
});

test('after a kill with -9 it starts again on the same socket and directory', async () => {
  const first = start();
  await untilHealthy();
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const second = start();
  await untilHealthy();
  second.child.kill('SIGTERM');
  await once(second.child, 'exit');
});

test('a wrong setting is told by its name with an example, and nothing starts', async () => {
  const { child, out } = start({ MODE: 'ajar', SOCKET: 'website.sock' });
  const [code] = await once(child, 'exit');
  assert.equal(code, 1);
  assert.match(out(), /MODE: .*for example MODE=open/);
  assert.match(out(), /SOCKET: .*for example SOCKET=\/run/);
});
