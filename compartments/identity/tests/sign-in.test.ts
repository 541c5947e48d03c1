import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Asked } from '@bulkhead/web';
import { bootIdentity, sample, startedBy, useIdentityCluster } from './booted-identity.ts';

const identity = await bootIdentity(await useIdentityCluster());
const editor = sample('editor');
const NONCE = 'a1'.repeat(32);
const query = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
let address = 0;
/** Each test asks from an address of its own, so that none slows another. */
const from = (): Pick<Asked, 'address'> => {
  address += 1;
  return { address: `198.51.100.${address}` };
};

test('the sign-in page is a form that needs no script, in each of the six languages', async () => {
  for (const [language, sign] of [
    ['en', 'Sign in'],
    ['fr', 'Se connecter'],
    ['es', 'Iniciar sesión'],
    ['ru', 'Войти'],
    ['zh', '登录'],
    ['ar', 'تسجيل الدخول'],
  ] as const) {
    const { status, text } = await identity.ask({ path: `/sign-in?lang=${language}` });
    assert.equal(status, 200);
    assert.match(text, new RegExp(`<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`));
    assert.match(text, new RegExp(`<form method="post" action="/sign-in\\?lang=${language}" novalidate>`));
    assert.ok(text.includes(sign));
    // One script, ours, for those who have a passkey; the form for passkeys is hidden without it.
    assert.deepEqual(text.match(/<script[^>]*>/g), [/<script src="\/assets\/[0-9a-f]{32}\.js" defer>/.exec(text)?.[0]]);
    assert.match(text, /<form method="post" action="\/sign-in\/passkey[^>]* hidden>/);
    for (const name of ['email', 'password', 'code']) assert.match(text, new RegExp(`<input id="${name}" name="${name}"`));
  }
});

test('password and code together sign a person in; their session resolves with name, language and roles', async () => {
  const answer = await identity.signIn(editor, from());
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.location, '/');
  assert.match(answer.headers['bulkhead-commits'] as string, /^\d+$/);
  const session = await identity.find(startedBy(answer) ?? '');
  assert.deepEqual(
    { name: session?.displayName, language: session?.language, roles: session?.roles },
    { name: 'Editor (sample)', language: 'en', roles: { website: ['editor'] } },
  );
});

test('[I2] wrong password, wrong code, unknown account and disabled account are answered alike, and the form keeps the address', async () => {
  identity.clock.advanceMs(30_000);
  const { email, password } = editor;
  const code = identity.codeOf(editor);
  const texts = new Set<string>();
  for (const form of [
    { email, password: 'not the password', code },
    { email, password, code: code === '000000' ? '000001' : '000000' },
    { email, password: 'not the password', code: '12' },
    { email: 'nobody@sample.invalid', password, code },
    { email: "x' or '1'='1", password, code },
  ]) {
    const answer = await identity.ask({ path: '/sign-in', form, ...from() });
    assert.equal(answer.status, 403);
    assert.equal(startedBy(answer), undefined);
    assert.equal(answer.headers['bulkhead-commits'], undefined);
    assert.ok(answer.text.includes(form.email.replaceAll("'", '&#39;')));
    assert.ok(!answer.text.includes(password));
    texts.add(answer.text.replaceAll(/(?:value|data-options)="[^"]*"/g, ''));
  }
  assert.equal(texts.size, 1);
});

test('[I2] an unknown account costs the same work as a known one', async () => {
  const timed = async (email: string) => {
    const began = process.cpuUsage();
    await identity.ask({ path: '/sign-in', form: { email, password: 'not the password', code: '123456' }, ...from() });
    const { user } = process.cpuUsage(began);
    return user;
  };
  await timed('warm@sample.invalid');
  const known = await timed(editor.email);
  const unknown = await timed('nobody@sample.invalid');
  // argon2 takes tens of milliseconds of CPU; without it an answer takes one or two.
  assert.ok(unknown > known / 4, `${unknown} µs for an unknown account, ${known} µs for a known one`);
});

test('[I1] a code works once', async () => {
  identity.clock.advanceMs(30_000);
  const form = { email: editor.email, password: editor.password, code: identity.codeOf(editor) };
  assert.equal((await identity.ask({ path: '/sign-in', form, ...from() })).status, 303);
  assert.equal((await identity.ask({ path: '/sign-in', form, ...from() })).status, 403);
  identity.clock.advanceMs(29_000);
  assert.equal((await identity.ask({ path: '/sign-in', form, ...from() })).status, 403);
});

test('[I1] of many who use one code at once exactly one is signed in', async () => {
  identity.clock.advanceMs(60_000);
  const form = { email: editor.email, password: editor.password, code: identity.codeOf(editor) };
  const answers = await Promise.all(Array.from({ length: 8 }, () => identity.ask({ path: '/sign-in', form, ...from() })));
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((left, right) => left - right),
    [303, 403, 403, 403, 403, 403, 403, 403],
  );
});

test('[I1] after a code its earlier neighbour is worth nothing; the code of one step before or after is accepted', async () => {
  identity.clock.advanceMs(90_000);
  const before = identity.codeOf(editor);
  identity.clock.advanceMs(30_000);
  const now = identity.codeOf(editor);
  const sign = async (code: string) =>
    (await identity.ask({ path: '/sign-in', form: { email: editor.email, password: editor.password, code }, ...from() })).status;
  assert.equal(await sign(now), 303);
  assert.equal(await sign(before), 403);
  identity.clock.advanceMs(60_000);
  const late = identity.codeOf(editor);
  identity.clock.advanceMs(30_000);
  assert.equal(await sign(late), 303);
  identity.clock.advanceMs(60_000);
  const early = identity.codeOf(editor);
  identity.clock.advanceMs(-30_000);
  assert.equal(await sign(`${early.slice(0, 3)} ${early.slice(3)}`), 303);
  identity.clock.advanceMs(30_000);
  const old = identity.codeOf(editor);
  identity.clock.advanceMs(61_000);
  assert.equal(await sign(old), 403);
});

test('[I3] every sign-in begins a session of its own, ends the one that the browser had, and takes no id from outside', async () => {
  const first = await identity.enter(editor, from());
  const planted = 'p'.repeat(43);
  const again = await identity.signIn(editor, { ...from(), asker: first, headers: { cookie: `bulkhead=${planted}` } });
  const second = startedBy(again) ?? '';
  assert.match(second, /^[A-Za-z0-9_-]{43}$/);
  assert.notEqual(second, first.sessionId);
  assert.equal(await identity.find(first.sessionId), null);
  assert.equal(await identity.find(planted), null);
  const form = { email: editor.email, password: editor.password, code: '1', sessionId: planted };
  assert.equal((await identity.ask({ path: '/sign-in', form, ...from() })).status, 400);
});

test('a person who came from another origin is handed back to the gateway with where they were going', async () => {
  const errand = { to: 'editors', path: '/articles/7?draft=1', nonce: NONCE };
  const shown = await identity.ask({ path: `/sign-in?${query(errand)}` });
  assert.equal(shown.status, 200);
  for (const [name, value] of Object.entries(errand))
    assert.ok(shown.text.includes(`<input type="hidden" name="${name}" value="${value}">`), name);
  identity.clock.advanceMs(30_000);
  const form = { ...errand, email: editor.email, password: editor.password, code: identity.codeOf(editor) };
  const { status, headers } = await identity.ask({ path: '/sign-in', form, ...from() });
  assert.equal(status, 303);
  assert.equal(headers.location, `/.gateway/continue?to=editors&path=%2Farticles%2F7%3Fdraft%3D1&nonce=${NONCE}`);
});

test('a person who is signed in already goes on with one press', async () => {
  const asker = await identity.enter(editor, from());
  const errand = { to: 'editors', path: '/', nonce: NONCE };
  const shown = await identity.ask({ path: `/sign-in?${query(errand)}`, asker });
  assert.match(shown.text, /You are signed in as Editor \(sample\)\./);
  const { status, headers } = await identity.ask({ path: '/sign-in/continue', form: errand, asker });
  assert.deepEqual(
    [status, headers.location, headers['bulkhead-session-started']],
    [303, `/.gateway/continue?to=editors&path=%2F&nonce=${NONCE}`, asker.sessionId],
  );
});

const ELSEWHERE: readonly (readonly [string, string, string])[] = [
  ['another site', 'evil.example', '/'],
  ['a host that the estate has not', 'mail', '/'],
  ['a host with a port', 'editors:80', '/'],
  ['a path that browsers read as a host', 'editors', '//evil.example'],
  ['a path with a backslash', 'editors', '/\\evil.example'],
  ['a whole address', 'editors', 'https://evil.example/'],
  ['no path', 'editors', ''],
  ['a relative path', 'editors', 'evil'],
  ['a line end', 'editors', '/a\r\nlocation: https://evil.example'],
  ['a tab', 'editors', '/\t/evil.example'],
  ['dot segments', 'editors', '/a/../../b'],
  ['an encoded slash', 'editors', '/%2f/evil.example'],
  ['a path of the gateway itself', 'editors', '/.gateway/accept?code=x'],
  ['a fragment', 'editors', '/#x'],
  ['a letter outside ASCII', 'editors', '/ä'],
  ['a very long path', 'editors', `/${'a'.repeat(2100)}`],
];
for (const [what, to, path] of ELSEWHERE) {
  test(`[I4] sign-in leads nobody to ${what}`, async () => {
    const errand = { to, path, nonce: NONCE };
    const shown = await identity.ask({ path: `/sign-in?${query(errand)}` });
    assert.equal(shown.status, 400);
    identity.clock.advanceMs(30_000);
    const form = { ...errand, email: editor.email, password: editor.password, code: identity.codeOf(editor) };
    const sent = await identity.ask({ path: '/sign-in', form, ...from() });
    assert.equal(sent.status, 400);
    assert.equal(startedBy(sent), undefined);
    assert.equal(sent.headers.location, undefined);
  });
}

test('[I4] an errand without a proper nonce is refused', async () => {
  for (const nonce of ['', 'x', 'A1'.repeat(32), `${NONCE}00`]) {
    assert.equal((await identity.ask({ path: `/sign-in?${query({ to: 'editors', path: '/', nonce })}` })).status, 400);
  }
});

for (const [what, form, status] of [
  ['a field twice', 'email=a%40b.org&email=c%40d.org&password=x&code=1', 400],
  ['invalid UTF-8', 'email=%ff&password=x&code=1', 400],
  ['no fields', '', 422],
  ['a line end in the address', 'email=a%40b.org%0d%0aBcc%3a&password=x&code=1', 422],
  ['a zero character in the password', 'email=a%40b.org&password=%00&code=1', 422],
  ['20 kB', `email=a%40b.org&code=1&password=${'x'.repeat(20_000)}`, 413],
] as const) {
  test(`a sign-in with ${what} is refused with ${status}`, async () => {
    const answer = await identity.ask({ path: '/sign-in', form, ...from() });
    assert.equal(answer.status, status);
    assert.equal(startedBy(answer), undefined);
  });
}

test('[I6] spraying one password over many accounts from one address is slowed, and so is another network of the same subscriber', async () => {
  const spray = async (at: number, address: string) =>
    (
      await identity.ask({
        path: '/sign-in',
        form: { email: `person${at}@sample.invalid`, password: 'a guess of somebody', code: '123456' },
        address,
      })
    ).status;
  const statuses: number[] = [];
  for (let at = 0; at < 24; at += 1) statuses.push(await spray(at, `2001:db8:0:7::${at.toString(16)}`));
  assert.deepEqual(
    statuses.slice(0, 20),
    Array.from({ length: 20 }, () => 403),
  );
  assert.deepEqual(statuses.slice(20), [429, 429, 429, 429]);
  assert.equal(await spray(99, '2001:db8:0:8::1'), 403);
});

test('[I6] guessing at one account from one address is slowed more and more, and told for how long', async () => {
  const { address } = from();
  const reviewer = sample('reviewer');
  const guess = () =>
    identity.ask({
      path: '/sign-in',
      form: { email: reviewer.email, password: 'a guess of somebody', code: '123456' },
      address: address ?? '',
    });
  const waits: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    let answer = await guess();
    while (answer.status === 403) answer = await guess();
    assert.equal(answer.status, 429);
    assert.match(answer.text, /Wait \d+ seconds/);
    waits.push(String(answer.headers['retry-after']));
    identity.clock.advanceMs(Number(answer.headers['retry-after']) * 1000);
  }
  assert.deepEqual(waits, ['2', '4', '8', '16', '32']);
});

test('[I6] attempts that come all at once do not slip by', async () => {
  const { address } = from();
  const form = { email: 'author@sample.invalid', password: 'a guess of somebody', code: '123456' };
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => identity.ask({ path: '/sign-in', form, address: address ?? '' })),
  );
  assert.equal(answers.filter(({ status }) => status === 403).length, 5);
  assert.equal(answers.filter(({ status }) => status === 429).length, 7);
});

test('[I7] while others guess at an account from many places, its owner signs in from where they did before', async () => {
  const author = sample('author');
  const home = '203.0.113.9';
  identity.clock.advanceMs(3_600_000);
  assert.equal((await identity.signIn(author, { address: home })).status, 303);
  const statuses: number[] = [];
  for (let at = 0; at < 23; at += 1) {
    const form = { email: author.email, password: 'a guess of somebody', code: '123456' };
    statuses.push((await identity.ask({ path: '/sign-in', form, address: `192.0.2.${at}` })).status);
  }
  assert.equal(statuses.at(-1), 429);
  assert.equal((await identity.signIn(author, { address: home })).status, 303);
});

test('[I7] while others spray from an address, somebody who signed in from it before waits seconds at the most', async () => {
  const reviewer = sample('reviewer');
  const office = '203.0.113.77';
  identity.clock.advanceMs(3_600_000);
  assert.equal((await identity.signIn(reviewer, { address: office })).status, 303);
  for (let at = 0; at < 40; at += 1) {
    const form = { email: `guess${at}@sample.invalid`, password: 'a guess of somebody', code: '123456' };
    const { headers } = await identity.ask({ path: '/sign-in', form, address: office });
    identity.clock.advanceMs(Number(headers['retry-after'] ?? 0) * 1000);
  }
  identity.clock.advanceMs(5000);
  assert.equal((await identity.signIn(reviewer, { address: office })).status, 303);
});
