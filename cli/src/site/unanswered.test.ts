import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import type { SiteStatus } from '@bulkhead/contracts';
import { createLog, EstateError } from '@bulkhead/kernel';
import { identifyProcess } from '@bulkhead/supervision';
import { callWire, createWireApp, serveWire } from '@bulkhead/wire';
import { z } from 'zod';
import { filesOf } from '#estate/paths.ts';
import { noteRun } from '#estate/run.ts';
import { explainUnanswered } from './unanswered.ts';

const root = await mkdtemp(join(tmpdir(), 'bhs-'));
const paths = { checkout: root, data: join(root, 'data'), runtime: join(root, 'run') };
const { offsite } = filesOf(paths);
await mkdir(paths.data, { recursive: true });
await mkdir(dirname(offsite.control), { recursive: true });
after(() => rm(root, { recursive: true, force: true }));

const secrets = { control: 'c'.repeat(64), desk: 'd'.repeat(64) };
const status: SiteStatus = {
  site: 'offsite',
  ready: false,
  processes: [],
  compartments: [],
  boundary: 'api',
  isolation: 'simulated',
};
const askDesk = async () =>
  callWire({ socket: offsite.desk, secret: secrets.desk }, { method: 'GET', path: '/state' }, z.unknown());

/** What a person is told when the desk's socket is not there. */
async function told(): Promise<EstateError> {
  const error = await askDesk().catch((cause: unknown) => explainUnanswered(cause, paths));
  assert.ok(error instanceof EstateError);
  return error;
}

test('a desk that does not answer is told in words: off-site does not run, is starting, or one of its processes is away', async () => {
  const away = await told();
  assert.deepEqual([away.code, /does not run; "bulkhead start --site offsite"/.test(away.message)], ['estate.not_running', true]);

  const self = identifyProcess(process.pid) ?? assert.fail();
  await noteRun(paths, 'offsite', { keeper: self, supervisor: self, startedAt: new Date().toISOString(), secrets });
  const early = await told();
  assert.deepEqual([early.code, /it is starting; wait until/.test(early.message)], ['estate.starting', true]);

  let isReady = false;
  const app = createWireApp({ secrets: { cli: secrets.control }, log: createLog('test', 'silent') });
  app.get('/status', (c) => c.json({ ...status, ready: isReady }));
  const served = await serveWire({ app, socket: offsite.control });
  assert.match((await told()).message, /it is starting: its compartments are not ready; wait until/);
  isReady = true;
  assert.match((await told()).message, /the process asked for does not answer just now; "bulkhead status"/);
  await served.close();
});

test('what is wrong otherwise is told as it is', async () => {
  const other = new EstateError('wire.refused', 'calling');
  assert.equal(await explainUnanswered(other, paths), other);
  const elsewhere = await callWire({ socket: join(root, 'nothing') }, { method: 'GET', path: '/' }, z.unknown()).catch(
    (error: unknown) => error,
  );
  assert.equal(await explainUnanswered(elsewhere, paths), elsewhere);
});
