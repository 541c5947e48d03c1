import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, test } from 'node:test';
import { FakeClock, hasCode } from '@bulkhead/kernel';
import { signIn } from './sign-in.ts';
import { TOTP_STEP_MS, totpCode } from './totp.ts';
import { Visitor } from './visitor.ts';

const account = { email: 'a@sample.example', password: 'right', totpSecret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' };
const FORM = '<form method="post" action="/sign-in"><input name="email"><input name="password"><input name="code"></form>';

/** A door that lets in with the password and a code of now or the next step, each code once and none before one that was used. */
let clock: FakeClock;
let newestUsed: number;
let tries: { atMs: number; status: number }[];
let throttled: number;
const server = createServer((incoming, outgoing) => void answerAt(incoming, outgoing));

async function answerAt(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const answer = (status: number, page: string, headers = {}) => void outgoing.writeHead(status, headers).end(page);
  const isIn = incoming.headers.cookie === 'in=yes';
  if (incoming.url === '/closed') return answer(503, 'closed');
  if (incoming.url === '/blocked') return answer(403, 'this address is refused');
  if (incoming.method === 'GET') return answer(200, isIn ? 'welcome' : FORM);
  const form = new URLSearchParams(await text(incoming));
  const tell = (status: number, page: string, headers = {}) => {
    tries.push({ atMs: clock.now().getTime(), status });
    answer(status, page, headers);
  };
  if (throttled > 0) {
    throttled -= 1;
    return tell(429, FORM, { 'retry-after': '4' });
  }
  const step = Math.floor(clock.now().getTime() / TOTP_STEP_MS);
  const named = [step, step + 1].find((one) => totpCode(account.totpSecret, new Date(one * TOTP_STEP_MS)) === form.get('code'));
  if (form.get('password') !== account.password || named === undefined || named <= newestUsed) return tell(403, FORM);
  newestUsed = named;
  tell(303, '', { location: '/', 'set-cookie': 'in=yes; Path=/' });
}

before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
after(() => server.close());
beforeEach(() => {
  clock = new FakeClock(new Date('2026-01-01T00:00:07Z'));
  [newestUsed, tries, throttled] = [0, [], 0];
});

async function enter(path = '/', given: Partial<typeof account> = {}) {
  const visitor = new Visitor({ address: '127.0.0.1' });
  const wait = async (ms: number) => clock.advanceMs(ms);
  try {
    const url = `http://a.localhost:${(server.address() as AddressInfo).port}${path}`;
    return await signIn(visitor, url, { ...account, ...given }, clock.now, wait);
  } finally {
    visitor.leave();
  }
}

test('a person who signs in for the third and fourth time within half a minute waits for the next code, and is let in', async () => {
  const begunMs = clock.now().getTime();
  for (let at = 0; at < 4; at += 1) assert.equal((await enter()).text, 'welcome');
  const tookMs = clock.now().getTime() - begunMs;
  assert.ok(tookMs >= 2 * TOTP_STEP_MS - 7000 && tookMs < 3 * TOTP_STEP_MS, `${tookMs} ms`);
  assert.ok(tries.length <= 11, `${tries.length} tries`);
});

test('an account that is not let in is given up after a bounded time, with two tries a step at the most', async () => {
  const begunMs = clock.now().getTime();
  await assert.rejects(enter('/', { password: 'wrong' }), (error: unknown) => {
    assert.ok(hasCode(error, 'request.unauthenticated'));
    return /as a@sample\.example: status 403/.test(String(error));
  });
  const tookMs = clock.now().getTime() - begunMs;
  assert.ok(tookMs > 2 * TOTP_STEP_MS && tookMs <= 100_000, `${tookMs} ms`);
  assert.equal(tries.length, 8);
});

test('whoever is told to wait waits as long as told', async () => {
  throttled = 3;
  const begunMs = clock.now().getTime();
  assert.equal((await enter()).text, 'welcome');
  assert.ok(tries.slice(1).every(({ atMs }, at) => atMs - (tries[at]?.atMs ?? 0) >= 4000));
  assert.ok(clock.now().getTime() - begunMs < 100_000);
});

test('a page without a form to sign in with is given back as it is: nobody waits for a code there', async () => {
  const begunMs = clock.now().getTime();
  assert.equal((await enter('/closed')).status, 503);
  assert.equal((await enter('/blocked')).status, 403);
  assert.equal(clock.now().getTime(), begunMs);
});
