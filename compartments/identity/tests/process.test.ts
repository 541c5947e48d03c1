import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { generateSigningKey, type Trust } from '@bulkhead/contracts';
import { compiledModules, temporaryDirectory, waitUntil } from '@bulkhead/testkit';
import { createScratchGateway } from '@bulkhead/web';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { manifest } from '#compartment.ts';
import { estateOf, SECRET, useIdentityCluster } from './booted-identity.ts';

const ROOT = new URL('../../..', import.meta.url).pathname;
const MAIN = new URL('../src/main.ts', import.meta.url).pathname;
const compiled = await compiledModules();
const cluster = await useIdentityCluster();
const directory = await temporaryDirectory();
const now = () => new Date();
const running = new Set<ChildProcess>();
after(() => {
  for (const child of running) child.kill('SIGKILL');
});

const socket = join(directory, 'identity.sock');
const gateway = createScratchGateway({ manifest, socket: () => socket, now });
const other = (name: string) => generateSigningKey(name).verifying;
const trust: Trust = {
  ...gateway.trust,
  orderKeys: [other('order-1')],
  editionKeys: [other('edition-1')],
  ledgerKeys: [other('ledger-1')],
  operatorKeys: [other('operator:one'), other('operator:two')],
};
await writeFile(join(directory, 'estate.json'), JSON.stringify(estateOf(true)));
await writeFile(join(directory, 'trust.json'), JSON.stringify(trust));

async function start(more: Record<string, string> = {}): Promise<{ readonly child: ChildProcess; readonly out: () => string }> {
  const environment = {
    SOCKET: socket,
    MODE: 'open',
    ESTATE_FILE: join(directory, 'estate.json'),
    TRUST_FILE: join(directory, 'trust.json'),
    INTERNAL_SECRET: SECRET,
    DATABASE_SOCKET_DIRECTORY: cluster.socketDirectory,
    DATABASE_NAME: 'identity',
    DATABASE_ROLE: 'identity_app',
    DATABASE_PASSWORD: cluster.passwords.app,
    JOB_TOKEN: await gateway.mintJob('job:identity.start'),
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

const isHealthy = async () => {
  const peer = { socket, secret: SECRET };
  return callWire(peer, { method: 'GET', path: '/.bulkhead/health' }, z.object({ ok: z.literal(true) }));
};

test('the process starts from its environment, tells its health, and stops when its supervisor is gone or asks it to', async () => {
  for (const stop of ['stdin', 'SIGTERM'] as const) {
    const { child, out } = await start();
    await waitUntil(isHealthy, { what: 'identity is healthy' });
    const ended = once(child, 'exit');
    if (stop === 'stdin') child.stdin?.end();
    else child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null], out());
    assert.ok(!out().includes(SECRET));
  }
});

test('killed with -9 it leaves nothing that hinders the next start', async () => {
  const { child } = await start();
  await waitUntil(isHealthy, { what: 'identity is healthy' });
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  const again = await start({ MODE: 'read-only' });
  await waitUntil(isHealthy, { what: 'identity is healthy again' });
  const over = once(again.child, 'exit');
  again.child.stdin?.end();
  assert.deepEqual(await over, [0, null]);
});

test('a wrong environment is told with every name at once, and the process exits with 1', async () => {
  const { child, out } = await start({ MODE: 'sideways', SOCKET: 'here', INTERNAL_SECRET: 'short' });
  const [code] = await once(child, 'exit');
  assert.equal(code, 1);
  for (const name of ['MODE', 'SOCKET', 'INTERNAL_SECRET']) assert.ok(out().includes(name), name);
});

test('a database that cannot be reached ends the start with 1', async () => {
  const { child, out } = await start({ DATABASE_PASSWORD: 'another password' });
  const [code] = await once(child, 'exit');
  assert.equal(code, 1, out());
  assert.ok(!out().includes('another password'));
});
