import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, afterEach, before, test } from 'node:test';
import { waitUntil } from '@bulkhead/testkit';
import { signSession } from '#session/cookie.rules.ts';
import { type Answer, ScratchEstate } from './scratch/estate.ts';

let estate: ScratchEstate;
before(async () => {
  estate = await ScratchEstate.start();
});
after(() => estate.stop());
afterEach(() => {
  estate.identity.nextSession = null;
});

const html = { accept: 'text/html' };

function cookieIn(answer: Answer, name: string): string {
  const found = (answer.headers['set-cookie'] ?? []).find((cookie) => cookie.startsWith(`${name}=`));
  assert.ok(found, `a cookie ${name} is set`);
  return found;
}

function valueOf(setCookie: string): string {
  return setCookie.split(';')[0] ?? '';
}

function pathIn(answer: Answer): string {
  const { pathname, search } = new URL(answer.headers.location ?? '', 'http://id.localhost');
  return `${pathname}${search}`;
}

/** Walks from a staff page to sign-in and back, as a browser does; gives what each step answered. */
async function walk(path: string) {
  const session = estate.signIn();
  estate.identity.sessions.delete(session.id);
  estate.identity.nextSession = session;
  const sentAway = await estate.ask(path, { host: 'news', headers: html });
  const nonce = valueOf(cookieIn(sentAway, 'bulkhead-nonce'));
  const signIn = new URL(sentAway.headers.location ?? '');
  const signedIn = await estate.ask(`/sign-in${signIn.search}`, { host: 'id', method: 'POST', body: 'code=1' });
  const idCookie = valueOf(cookieIn(signedIn, 'bulkhead'));
  const handedOver = await estate.ask(pathIn(signedIn), { host: 'id', headers: { ...html, cookie: idCookie } });
  return { session, sentAway, signIn, nonce, signedIn, idCookie, handedOver };
}

test('[G16] somebody without a session is sent to sign in, handed back with a code, and lands on the page asked for', async () => {
  const { sentAway, signIn, nonce, signedIn, handedOver } = await walk('/drafts?page=2');
  assert.equal(sentAway.status, 303);
  assert.equal(`${signIn.origin}${signIn.pathname}`, `${estate.url('id')}/sign-in`);
  assert.deepEqual([signIn.searchParams.get('to'), signIn.searchParams.get('path')], ['news', '/drafts?page=2']);
  assert.ok(!signIn.search.includes(nonce.split('=')[1] ?? 'none'), 'the nonce itself does not travel');
  assert.match(cookieIn(signedIn, 'bulkhead'), /; Path=\/; HttpOnly; SameSite=Lax$/);
  assert.ok(!JSON.stringify(signedIn.headers).includes('identity-own'), 'identity sets no cookie of its own');
  assert.equal(handedOver.status, 303);
  const accept = new URL(handedOver.headers.location ?? '');
  assert.equal(`${accept.origin}${accept.pathname}`, `${estate.url('news')}/.gateway/accept`);
  const accepted = await estate.ask(pathIn(handedOver), { host: 'news', headers: { ...html, cookie: nonce } });
  assert.deepEqual([accepted.status, accepted.headers.location], [303, '/drafts?page=2']);
  const page = await estate.ask('/drafts?page=2', {
    host: 'news',
    headers: { ...html, cookie: valueOf(cookieIn(accepted, 'bulkhead')) },
  });
  assert.deepEqual([page.status, page.text], [200, 'GET /drafts?page=2']);
  assert.equal(estate.website.last.token.displayName, 'Editor (sample)');
});

test('[G16] a code opens one origin, once, in the browser that was sent away', async () => {
  const first = await walk('/drafts');
  const elsewhere = await estate.ask(pathIn(first.handedOver), { host: 'docs', headers: { cookie: first.nonce } });
  assert.equal(elsewhere.status, 400);
  const afterwards = await estate.ask(pathIn(first.handedOver), { host: 'news', headers: { cookie: first.nonce } });
  assert.equal(afterwards.status, 400, 'a code tried at another origin is used up');
  const second = await walk('/drafts');
  assert.equal((await estate.ask(pathIn(second.handedOver), { host: 'news' })).status, 400, 'a browser without the nonce');
  const third = await walk('/drafts');
  assert.equal(
    (await estate.ask(pathIn(third.handedOver), { host: 'news', headers: { cookie: second.nonce } })).status,
    400,
    "another browser's nonce",
  );
  const fourth = await walk('/drafts');
  const accept = () => estate.ask(pathIn(fourth.handedOver), { host: 'news', headers: { cookie: fourth.nonce } });
  assert.deepEqual([(await accept()).status, (await accept()).status], [303, 400]);
});

test('[G16] a hand-over leads to paths of ours only', async () => {
  const session = estate.signIn();
  const cookie = estate.cookie(session, 'id');
  const nonce = 'a'.repeat(64);
  for (const query of [
    `to=news&path=//evil.example/&nonce=${nonce}`,
    `to=news&path=https://evil.example/&nonce=${nonce}`,
    `to=news&path=/%5Cevil.example/&nonce=${nonce}`,
    `to=news&path=/%250a&nonce=${nonce}`,
    `to=evil&path=/&nonce=${nonce}`,
    `to=news.evil.example&path=/&nonce=${nonce}`,
    'to=news&path=/&nonce=short',
    `to=news&nonce=${nonce}`,
    '',
  ]) {
    const answer = await estate.ask(`/.gateway/continue?${query}`, { host: 'id', headers: { cookie } });
    assert.deepEqual([answer.status, answer.headers.location], [400, undefined], query);
  }
  assert.equal((await estate.ask(`/.gateway/continue?to=news&path=/&nonce=${nonce}`, { host: 'news', session })).status, 404);
  const home = await estate.ask(`/.gateway/continue?to=id&path=/sign-in&nonce=${nonce}`, { host: 'id', headers: { cookie } });
  assert.deepEqual([home.status, home.headers.location], [303, '/sign-in']);
});

test('[G5] a session is worth something only in a cookie made here, for this origin, unchanged', async () => {
  const session = estate.signIn();
  const made = estate.cookie(session, 'news').slice('bulkhead='.length);
  const foreignKey = signSession(randomBytes(32), session.id, 'news.localhost');
  const other = estate.signIn();
  const [id = '', mac = ''] = made.split('.');
  const worthless = [
    `bulkhead=${session.id}`,
    `bulkhead=${session.id}.`,
    `bulkhead=${foreignKey}`,
    `bulkhead=${other.id}.${mac}`,
    `bulkhead=${id}.${mac.slice(0, -1)}${mac.endsWith('A') ? 'B' : 'A'}`,
    `bulkhead=${id}.${mac}A`,
    `bulkhead=${id.slice(0, -1)}.${mac}`,
    estate.cookie(session, 'docs'),
    estate.cookie(session, 'id'),
    `bulkhead=${made}; bulkhead=${estate.cookie(other, 'news').slice('bulkhead='.length)}`,
    `bulkhead=; bulkhead=${made}`,
    `Bulkhead=${made}`,
    `xbulkhead=${made}`,
    `__Host-bulkhead=${made}`,
    `bulkhead=${'a'.repeat(9000)}`,
  ];
  for (const cookie of worthless)
    assert.equal((await estate.ask('/drafts', { host: 'news', headers: { ...html, cookie } })).status, 303, cookie);
  assert.equal((await estate.ask('/drafts', { host: 'news', headers: { cookie: `a=b; bulkhead=${made}; c=d` } })).status, 200);
});

test('[G5] a session begins only where identity says so: no other compartment can set or end one', async () => {
  const session = estate.signIn();
  estate.website.answering = (_seen, response) => {
    response
      .writeHead(200, {
        'bulkhead-session-started': session.id,
        'bulkhead-session-ended': session.id,
        'set-cookie': 'bulkhead=planted',
      })
      .end('ok');
  };
  const answer = await estate.ask('/drafts', { host: 'news', session });
  estate.website.answering = (seen, response) => void response.end(`${seen.method} ${seen.url}`);
  assert.equal(answer.status, 200);
  for (const name of ['set-cookie', 'bulkhead-session-started', 'bulkhead-session-ended'])
    assert.equal(answer.headers[name], undefined, name);
});

test('signing out takes the cookie away', async () => {
  const session = estate.signIn();
  const answer = await estate.ask(`/sign-out?session=${session.id}`, { host: 'id', method: 'POST', session });
  assert.equal(answer.status, 303);
  assert.match(cookieIn(answer, 'bulkhead'), /^bulkhead=; Path=\/; HttpOnly; SameSite=Lax; Max-Age=0$/);
});

test('the page that signs people in may hand its form on to the origins of the estate, and to no other', async () => {
  const policy = String((await estate.ask('/sign-in', { host: 'id' })).headers['content-security-policy']);
  assert.match(policy, new RegExp(`form-action 'self'( http://[a-z]+\\.localhost:${estate.port})+$`));
  assert.ok(policy.includes(estate.url('news')));
});

test('[G6] a kept session is not asked for again, and ends as soon as it is revoked', async () => {
  const session = estate.signIn();
  // The first answer to the long poll makes what is kept usable.
  estate.identity.end('nobody-at-all-1234');
  await waitUntil(
    async () => {
      const before = estate.identity.asked;
      for (let at = 0; at < 5; at += 1) await estate.ask('/drafts', { host: 'news', session });
      return estate.identity.asked === before;
    },
    { what: 'sessions are kept' },
  );
  estate.identity.end(session.id);
  const endedAtMs = performance.now();
  const ended = await waitUntil(
    async () =>
      (await estate.ask('/drafts', { host: 'news', session, headers: html })).status === 303 && performance.now() - endedAtMs,
    { what: 'the session has ended' },
  );
  // Well before anything that is kept would have been asked for again; milliseconds on a quiet machine.
  assert.ok(ended < 9000, `it took ${ended} ms`);
});

test('[G6] a session ends at its time, whatever identity forgets to say', async () => {
  const session = estate.signIn({ endsAt: new Date(Date.now() + 700).toISOString() });
  assert.equal((await estate.ask('/drafts', { host: 'news', session })).status, 200);
  await waitUntil(async () => (await estate.ask('/drafts', { host: 'news', session, headers: html })).status === 303, {
    what: 'its time is over',
  });
});

test('[G6] when identity is gone nobody is signed in, public pages are still served, and it comes back', async () => {
  const session = estate.signIn();
  assert.equal((await estate.ask('/drafts', { host: 'news', session })).status, 200);
  await estate.identity.stop();
  const refused = await estate.ask('/drafts', { host: 'news', session });
  assert.equal(refused.status, 503);
  assert.ok(refused.headers['retry-after']);
  const anybody = await estate.ask('/films/a', { host: 'news', session });
  assert.equal(anybody.status, 200, 'a page for anybody is for anybody');
  assert.equal(estate.website.last.token.accountId, null);
  const again = estate.identity.sessions;
  const { ScratchIdentity } = await import('./scratch/identity.ts');
  const fresh = new ScratchIdentity(estate.socket('identity'), 'the secret of a compartment');
  for (const [id, known] of again) fresh.sessions.set(id, known);
  await fresh.start();
  await waitUntil(async () => (await estate.ask('/drafts', { host: 'news', session })).status === 200, {
    what: 'sessions are found again',
  });
  assert.ok(fresh.asked > 0, 'what was kept before the break is asked for again');
  fresh.end(session.id);
  await waitUntil(async () => (await estate.ask('/drafts', { host: 'news', session, headers: html })).status === 303, {
    what: 'changes are followed again',
  });
  await fresh.stop();
  await estate.identity.start();
});

test('[G6] roles are held against each route', async () => {
  const nobody = estate.signIn({ roles: {} });
  const elsewhere = estate.signIn({ roles: { papers: ['editor'], website: ['reviewer'] } });
  assert.equal((await estate.ask('/', { host: 'news', session: nobody })).status, 200);
  for (const session of [nobody, elsewhere]) {
    assert.equal((await estate.ask('/drafts', { host: 'news', session })).status, 403);
    assert.equal((await estate.ask('/drafts', { host: 'news', method: 'POST', session, body: 'a' })).status, 403);
  }
});

test('[G6] while identity is sealed nobody is signed in', async () => {
  const session = estate.signIn();
  assert.equal((await estate.ask('/drafts', { host: 'news', session })).status, 200);
  estate.offsite.order('identity', 'sealed');
  await estate.untilState('identity', 'sealed');
  assert.equal((await estate.ask('/drafts', { host: 'news', session })).status, 503);
  estate.offsite.order('identity', 'open');
  await estate.untilState('identity', 'open');
  assert.equal((await estate.ask('/drafts', { host: 'news', session })).status, 200);
});

test('[G7] what may change something must come from a page of the same origin', async () => {
  const session = estate.signIn();
  const cookie = estate.cookie(session, 'news');
  const host = `news.localhost:${estate.port}`;
  const refused: Record<string, string>[] = [
    {},
    { origin: 'null' },
    { origin: 'http://evil.example' },
    { origin: estate.url('www') },
    { origin: `https://${host}` },
    { origin: `http://news.localhost:${estate.port}.evil.example` },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'cross-site', origin: estate.url('news') },
    { 'sec-fetch-site': 'same-origin', origin: 'http://evil.example' },
    { referer: `${estate.url('news')}/drafts` },
  ];
  const before = estate.website.seen.length;
  for (const headers of refused) {
    const raw = await post({ host, cookie, accept: 'application/json', ...headers });
    assert.deepEqual([raw.status, JSON.parse(raw.text).code], [403, 'request.cross_site'], JSON.stringify(headers));
  }
  assert.equal(estate.website.seen.length, before);
  assert.equal((await post({ host, cookie, origin: estate.url('news') })).status, 200);
  assert.equal((await post({ host, cookie, 'sec-fetch-site': 'same-origin' })).status, 200);
});

async function post(headers: Record<string, string>): Promise<Answer> {
  const { ask } = await import('./scratch/estate.ts');
  return ask({ port: estate.port, path: '/drafts', method: 'POST', headers, body: 'title=x' });
}

test('what somebody sends without a session is not lost silently: it is refused, not redirected', async () => {
  const page = await estate.ask('/drafts', { host: 'news', method: 'POST', body: 'a=1', headers: html });
  assert.deepEqual([page.status, page.headers.location], [401, undefined]);
  const json = await estate.ask('/drafts', { host: 'news', headers: { accept: 'application/json' } });
  assert.deepEqual([json.status, JSON.parse(json.text).code], [401, 'request.unauthenticated']);
});

test('[G24] a dangerous act needs a proof of who sits there of the last ten minutes, and the page before it asks in good time', async () => {
  const provedAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  const startedAt = provedAgo(120);
  const ask = async (method: 'GET' | 'POST', proved: string | undefined, headers = html) => {
    const session = estate.signIn({ startedAt, ...(proved ? { authenticatedAt: proved } : {}) });
    const cookie = { ...headers, cookie: estate.cookie(session, 'news') };
    const body = method === 'POST' ? { body: 'a=1' } : {};
    return estate.ask('/risk?draft=7', { host: 'news', method, headers: cookie, ...body });
  };
  assert.equal((await ask('GET', provedAgo(1))).status, 200);
  assert.equal((await ask('POST', provedAgo(9))).status, 200);
  for (const proved of [provedAgo(6), undefined]) {
    const sentAway = await ask('GET', proved);
    assert.equal(sentAway.status, 303);
    const { origin, pathname, searchParams } = new URL(sentAway.headers.location ?? '');
    assert.equal(`${origin}${pathname}`, `${estate.url('id')}/sign-in/again`);
    assert.deepEqual([searchParams.get('to'), searchParams.get('path')], ['news', '/risk?draft=7']);
    assert.ok(cookieIn(sentAway, 'bulkhead-nonce'));
  }
  for (const proved of [provedAgo(11), undefined]) {
    const refused = await ask('POST', proved);
    assert.equal(refused.status, 401);
    assert.match(refused.text, /a sign-in of the last ten minutes/);
    assert.equal(refused.headers['set-cookie'], undefined, 'the session goes on');
  }
  assert.equal((await ask('GET', provedAgo(6), { accept: 'application/json' })).status, 401);
  const other = estate.signIn({ startedAt });
  assert.equal(
    (await estate.ask('/drafts', { host: 'news', headers: { ...html, cookie: estate.cookie(other, 'news') } })).status,
    200,
  );
});
