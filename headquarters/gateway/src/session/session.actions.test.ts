import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { temporaryDirectory } from '@bulkhead/testkit';
import { listenOnSocket } from '@bulkhead/wire';
import { Sessions } from './session.actions.ts';

const id = 'a'.repeat(32);
let isAlive = true;
let asked = 0;
let meanwhile: () => void = () => undefined;
let changes = { sequence: 1, sessions: ['x'.repeat(20)] };
const server = createServer((request, response) => {
  if (request.url?.includes('changes')) return void response.end(JSON.stringify(changes));
  asked += 1;
  const answer = isAlive
    ? { id, accountId: 'a', displayName: 'A', delegation: null, roles: {}, language: 'en', startedAt: at(0), endsAt: at(3600) }
    : { code: 'request.not_found' };
  const status = isAlive ? 200 : 404;
  meanwhile();
  response.writeHead(status).end(JSON.stringify(answer));
});
const socket = join(await temporaryDirectory(), 'id.sock');
await listenOnSocket(server, socket);
after(() => {
  server.close();
  server.closeAllConnections();
});

function at(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
}

function sessionsAt(clock: { nowMs: number }): Sessions {
  return new Sessions({
    identity: () => ({ socket, secret: 'x' }),
    isIdentityOpen: () => true,
    now: () => new Date(Date.UTC(2026, 0, 1)),
    monotonicMs: () => clock.nowMs,
  });
}

test('[G6] what is kept is used only while changes arrive in time', async () => {
  const clock = { nowMs: 0 };
  const sessions = sessionsAt(clock);
  const ask = async () => {
    const before = asked;
    await sessions.find(id);
    return asked - before;
  };
  assert.deepEqual([await ask(), await ask()], [1, 1], 'before the first changes each request asks');
  await sessions.followChanges(new AbortController().signal);
  assert.deepEqual([await ask(), await ask()], [0, 0]);
  clock.nowMs = 11_001;
  assert.deepEqual([await ask(), await ask()], [1, 1], 'the next changes are a second late');
  await sessions.followChanges(new AbortController().signal);
  assert.equal(await ask(), 0);
  sessions.distrust();
  assert.deepEqual([await ask(), await ask()], [1, 1], 'the poll broke');
});

test('[G6] an answer from before a change is not kept', async () => {
  const clock = { nowMs: 0 };
  const sessions = sessionsAt(clock);
  await sessions.followChanges(new AbortController().signal);
  meanwhile = () => sessions.forget(id);
  await sessions.find(id);
  meanwhile = () => undefined;
  isAlive = false;
  assert.equal(await sessions.find(id), null);
  isAlive = true;
});

test('[G6] a sequence that went back empties what is kept', async () => {
  const sessions = sessionsAt({ nowMs: 0 });
  changes = { sequence: 9, sessions: [] };
  await sessions.followChanges(new AbortController().signal);
  await sessions.find(id);
  changes = { sequence: 2, sessions: [] };
  await sessions.followChanges(new AbortController().signal);
  const before = asked;
  await sessions.find(id);
  assert.equal(asked, before + 1);
});
