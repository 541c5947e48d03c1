import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Asker } from '@bulkhead/web';
import { bootIdentity, sample, startedBy, useIdentityCluster } from './booted-identity.ts';
import { passkeyOptionsOf, SoftwareAuthenticator } from './software-authenticator.ts';

const identity = await bootIdentity(await useIdentityCluster());
const GOOD = 'seven gulls over grey slate';
let place = 0;
const from = () => {
  place += 1;
  return { address: `198.51.100.${place}` };
};

async function makeCodes(asker: Asker): Promise<readonly string[]> {
  const page = await identity.ask({ path: '/security/recovery-codes', form: '', asker });
  assert.equal(page.status, 201);
  return [...page.text.matchAll(/<code dir="ltr">([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})</g)].map(([, code = '']) => code);
}
const signIn = (name: string, code: string) => {
  const { email, password } = sample(name);
  return identity.ask({ path: '/sign-in', form: { email, password, code }, ...from() });
};
const kindsOf = async (table: 'letter' | 'account_event', accountId: string) =>
  (await identity.database.read.selectFrom(table).select('kind').where('account_id', '=', accountId).execute()).map(
    ({ kind }) => kind,
  );

test('[I43] ten codes are shown once and kept as hashes; each stands in for the authenticator once, however it is typed', async () => {
  const asker = await identity.enter(sample('editor'));
  const codes = await makeCodes(asker);
  assert.equal(new Set(codes).size, 10);
  const kept = await identity.database.read
    .selectFrom('recovery_code')
    .selectAll()
    .where('account_id', '=', asker.accountId)
    .execute();
  assert.equal(kept.length, 10);
  for (const code of codes) assert.ok(!JSON.stringify(kept).includes(code.replaceAll('-', '')));
  assert.match((await identity.ask({ path: '/security', asker })).text, /Codes left: 10\./);
  const [first = '', second = '', third = ''] = codes;
  assert.equal((await signIn('editor', first)).status, 303);
  assert.equal((await signIn('editor', first)).status, 403);
  assert.equal(
    (await signIn('editor', second.toLowerCase().replaceAll('-', ' ').replaceAll('o', '0').replaceAll('i', '1'))).status,
    303,
  );
  assert.equal((await signIn('author', third)).status, 403, "another account's code is worth nothing");
  assert.match((await identity.ask({ path: '/security', asker })).text, /Codes left: 8\./);
  assert.ok((await kindsOf('letter', asker.accountId)).includes('recovery code used'));
  const wrongPassword = { email: sample('editor').email, password: 'a guess of somebody', code: third };
  assert.equal((await identity.ask({ path: '/sign-in', form: wrongPassword, ...from() })).status, 403);
  assert.equal((await signIn('editor', third)).status, 303, 'a wrong password uses no code up');
});

test('[I43] of many who use one code at once exactly one is signed in; new codes end the old', async () => {
  const asker = await identity.enter(sample('editor'));
  const [code = '', other = ''] = await makeCodes(asker);
  const answers = await Promise.all(Array.from({ length: 5 }, () => signIn('editor', code)));
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((left, right) => left - right),
    [303, 403, 403, 403, 403],
  );
  const [fresh = ''] = await makeCodes(asker);
  assert.equal((await signIn('editor', other)).status, 403);
  assert.equal((await signIn('editor', fresh)).status, 303);
});

test('[I2] a recovery code of nobody is answered as one that is wrong, with the same work', async () => {
  const asker = await identity.enter(sample('editor'));
  const codes = await makeCodes(asker);
  const code = codes[0] ?? '';
  const ask = (email: string, given: string) =>
    identity.ask({ path: '/sign-in', form: { email, password: 'a guess of somebody', code: given }, ...from() });
  const texts = new Set<string>();
  for (const [email, given] of [
    [sample('editor').email, code],
    [sample('editor').email, 'AAAA-BBBB-CCCC-DDDD'],
    ['nobody@sample.invalid', code],
  ] as const) {
    const answer = await ask(email, given);
    assert.equal(answer.status, 403);
    assert.equal(answer.headers['bulkhead-commits'], undefined);
    texts.add(answer.text.replaceAll(/(?:value|data-options)="[^"]*"/g, ''));
  }
  assert.equal(texts.size, 1);
});

test('an authenticator is set up with a picture and its key; the old one is worth nothing then; the ticket is good once', async () => {
  const account = sample('author');
  const asker = await identity.enter(account);
  const elsewhere = await identity.enter(account);
  const page = await identity.ask({ path: '/security/authenticator', asker });
  assert.match(page.text, /<svg class="qr" role="img"[^>]*><rect [^>]*fill="#fff"\/><path d="M[^"]{500,}" fill="#000"\/>/);
  const totpSecret = /<code dir="ltr">([A-Z2-7 ]{39})</.exec(page.text)?.[1]?.replaceAll(' ', '') ?? '';
  const ticket = /name="ticket" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const send = (code: string, as = asker) => identity.ask({ path: '/security/authenticator', form: { ticket, code }, asker: as });
  assert.equal((await send('000000')).status, 422);
  const code = identity.codeOf({ totpSecret });
  assert.equal((await send(code, elsewhere)).status, 422, 'the ticket is of one session');
  const changed = await send(code);
  assert.equal(changed.headers.location, '/security?done=authenticator-changed');
  assert.equal((await send(code)).status, 422);
  assert.equal(await identity.find(elsewhere.sessionId), null);
  assert.ok(await identity.find(asker.sessionId));
  identity.clock.advanceMs(60_000);
  assert.equal((await signIn('author', identity.codeOf(account))).status, 403);
  assert.equal((await signIn('author', identity.codeOf({ totpSecret }))).status, 303);
});

test('[I44] a session is fresh for as long as its person proved it, by password and code or by passkey; the feed hears of it', async () => {
  const account = sample('reviewer');
  const asker = await identity.enter(account);
  const before = await identity.find(asker.sessionId);
  assert.equal(before?.authenticatedAt, before?.startedAt);
  identity.clock.advanceMs(900_000);
  const { sequence } = await identity.changesAfter(0);
  const again = (form: Record<string, string>) => identity.ask({ path: '/sign-in/again', form, asker, ...from() });
  assert.equal((await again({ password: 'a guess of somebody', code: identity.codeOf(account) })).status, 403);
  assert.equal((await identity.find(asker.sessionId))?.authenticatedAt, before?.startedAt);
  const errand = { to: 'editors', path: '/articles/7', nonce: 'a1'.repeat(32) };
  const done = await again({ ...errand, password: account.password, code: identity.codeOf(account) });
  assert.equal(done.status, 303);
  assert.equal(startedBy(done), asker.sessionId);
  assert.equal(done.headers.location, `/.gateway/continue?to=editors&path=%2Farticles%2F7&nonce=${'a1'.repeat(32)}`);
  assert.equal((await identity.find(asker.sessionId))?.authenticatedAt, identity.clock.now().toISOString());
  assert.deepEqual((await identity.changesAfter(sequence)).sessions, [asker.sessionId]);
  identity.clock.advanceMs(600_000);
  const authenticator = new SoftwareAuthenticator('http://id.localhost:8400');
  const offer = await identity.ask({ path: '/security/passkeys/new', asker });
  await identity.ask({ path: '/security/passkeys', form: { response: authenticator.make(passkeyOptionsOf(offer.text)) }, asker });
  const page = await identity.ask({ path: '/sign-in/again', asker });
  const response = authenticator.sign(passkeyOptionsOf(page.text));
  const stranger = await identity.enter(sample('editor'));
  assert.equal((await identity.ask({ path: '/sign-in/again/passkey', form: { response }, asker: stranger })).status, 403);
  assert.equal((await identity.ask({ path: '/sign-in/again/passkey', form: { response }, asker })).status, 303);
  assert.equal((await identity.find(asker.sessionId))?.authenticatedAt, identity.clock.now().toISOString());
  const elsewhere = await identity.ask({ path: '/sign-in/again?to=evil&path=/&nonce=x', asker });
  assert.equal(elsewhere.status, 400);
});

test('whoever has a role is told of each sign-in until they say that they saw it, and by letter of a new browser', async () => {
  const account = sample('administrator');
  const home = { headers: { 'bulkhead-browser': 'home', 'user-agent': 'Firefox/140.0 (X11; Linux)' }, ...from() };
  const first = await identity.enter(account, home);
  const letters = async () => (await kindsOf('letter', first.accountId)).filter((kind) => kind === 'signed in').length;
  const known = await letters();
  const page = (asker: Asker) => identity.ask({ path: '/', asker });
  assert.doesNotMatch((await page(first)).text, /since you last looked/, 'their own sign-in is no news to them');
  const thief = await identity.enter(account, { headers: { 'bulkhead-browser': 'away', 'user-agent': 'curl/8' }, ...from() });
  assert.equal(await letters(), known + 1);
  const news = (await page(first)).text;
  assert.match(news, /This happened in your account since you last looked/);
  assert.match(news, /Somebody signed in to your account\./);
  const second = await identity.enter(account, home);
  assert.equal(await letters(), known + 1, 'a browser that was used before is not written of');
  assert.equal((await identity.ask({ path: '/security/seen', form: '', asker: second })).status, 303);
  assert.doesNotMatch((await page(second)).text, /since you last looked/);
  assert.match((await identity.ask({ path: '/security', asker: second })).text, /Firefox · Linux/);
  assert.ok(thief.sessionId);
});

test('a password that is common, breached, about the person or about the organisation is refused with a sentence that says so', async () => {
  const account = sample('reviewer');
  for (const [wanted, sentence] of [
    ['basketball2024', /Too many people use this password/],
    ['1q2w3e4r5t6y', /Too many people use this password/],
    ['Sample-Maritime-2026', /mostly the name of the organisation/],
    ['sampleinvalid1', /your own name or address/],
    ['short', /at least 12/],
  ] as const) {
    const asker = await identity.enter(account, from());
    identity.clock.advanceMs(30_000);
    const form = { current: account.password, code: identity.codeOf(account), wanted, again: wanted };
    const answer = await identity.ask({ path: '/password', form, asker });
    assert.equal(answer.status, 422, wanted);
    assert.match(answer.text, sentence, wanted);
  }
  const asker = await identity.enter(account, from());
  identity.clock.advanceMs(30_000);
  const form = { current: account.password, code: identity.codeOf(account), wanted: GOOD, again: GOOD };
  assert.equal((await identity.ask({ path: '/password', form, asker })).status, 303);
  assert.ok((await kindsOf('letter', asker.accountId)).includes('password changed'));
});

test('[I45] a restart forgives no attempts that had begun to cost a wait; a known browser waits for nobody else', async () => {
  const address = '203.0.113.250';
  const home = { headers: { 'bulkhead-browser': 'at home' } };
  await identity.enter(sample('editor'), home);
  const guess = (on: typeof identity, more = {}) =>
    on.ask({ path: '/sign-in', form: { email: sample('editor').email, password: 'a guess', code: '1' }, address, ...more });
  while ((await guess(identity)).status !== 429);
  assert.equal((await identity.runJob('attempts.keep')).status, 200);
  const after = await bootIdentity(await useIdentityCluster(), { on: identity });
  assert.equal((await guess(after)).status, 429);
  const known = await after.signIn(sample('editor'), { ...home, address });
  assert.equal(known.status, 303, 'the owner signs in from the very network of the attack');
  after.clock.advanceMs(3_600_000);
  await after.runJob('attempts.keep');
  assert.deepEqual(await after.database.read.selectFrom('attempt').selectAll().execute(), []);
});
