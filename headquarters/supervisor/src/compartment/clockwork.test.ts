import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { generateSigningKey, parseManifest, verifyToken } from '@bulkhead/contracts';
import { createLog } from '@bulkhead/kernel';
import { temporaryDirectory, waitUntil } from '@bulkhead/testkit';
import { listenOnSocket } from '@bulkhead/wire';
import { keepClockwork } from './clockwork.jobs.ts';
import { describeMail } from './mail.actions.ts';

const log = createLog('test', 'silent');
const now = () => new Date();

test('a job with a rhythm is asked for under a token of its own while the compartment is open, and not while it is closed', async () => {
  const manifest = parseManifest({
    name: 'post',
    title: { en: 'Post' },
    level: 'native',
    needs: [],
    recoveryOrder: 1,
    origins: [{ host: 'post', kind: 'staff', title: { en: 'Post' } }],
    routes: [{ id: 'home.read', origin: 'post', method: 'GET', path: '/', roles: [], writes: [], maxBodyBytes: 0 }],
    jobs: [
      { id: 'job:letters.send', writes: ['letter'], everySeconds: 1 },
      { id: 'job:post.start', writes: [] },
    ],
    roles: {},
    checks: [],
    seal: { unreachable: 'stop', automatic: [] },
  });
  const socket = join(await temporaryDirectory(), 'post.sock');
  const asked: { readonly path: string; readonly token: string }[] = [];
  const server = createServer((request, response) => {
    asked.push({ path: `${request.method} ${request.url}`, token: String(request.headers['bulkhead-token'] ?? '') });
    // The first answer is a fault: the next beat asks again.
    response.writeHead(asked.length === 1 ? 503 : 200, { 'content-type': 'application/json' }).end('{}');
  });
  await listenOnSocket(server, socket, 0o600);
  after(() => server.close());
  const { signing, verifying } = generateSigningKey('job-1');
  const stop = new AbortController();
  after(() => stop.abort());
  let isServing = false;
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `request-${ids}`;
  };
  const running = keepClockwork({
    manifest,
    isServing: () => isServing,
    peer: () => ({ socket, secret: 'a secret of this test' }),
    jobKey: signing,
    newId,
    now,
    log,
    signal: stop.signal,
  });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.equal(asked.length, 0);
  isServing = true;
  await waitUntil(() => asked.length >= 2, { what: 'the job is asked for twice' });
  stop.abort();
  await running;
  assert.deepEqual(new Set(asked.map(({ path }) => path)), new Set(['POST /.bulkhead/jobs/letters.send']));
  const claims = await verifyToken(asked[1]?.token, { keys: [verifying], compartment: 'post', now });
  assert.deepEqual([claims.route, claims.method, claims.path], ['job:letters.send', 'POST', '/.bulkhead/jobs/letters.send']);
  assert.notEqual(asked[0]?.token, asked[1]?.token);
});

test("the relay's password and certificates come from files; what cannot be read is told and keeps nobody from starting", async () => {
  const directory = await temporaryDirectory();
  const passwordFile = join(directory, 'password');
  await writeFile(passwordFile, 'open sesame\n');
  const mail = {
    host: 'relay.example.org',
    port: 587,
    security: 'starttls',
    from: 'no-reply@example.org',
    user: 'estate',
  } as const;
  assert.deepEqual(await describeMail(undefined, log), {});
  const described = await describeMail({ ...mail, passwordFile }, log);
  assert.deepEqual(JSON.parse(described['MAIL_JSON'] ?? ''), { ...mail, password: 'open sesame' });
  const faulty = await describeMail({ ...mail, passwordFile, caFile: join(directory, 'missing.pem') }, log);
  assert.deepEqual(faulty, { MAIL_FAULT: 'the password or the certificates of the mail relay: ENOENT' });
});
