import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Asked, Asker } from '@bulkhead/web';
import { bootIdentity, sample, startedBy, useIdentityCluster } from './booted-identity.ts';
import { type Lie, passkeyOptionsOf, SoftwareAuthenticator } from './software-authenticator.ts';

const identity = await bootIdentity(await useIdentityCluster());
const ORIGIN = 'http://id.localhost:8400';
const browser = (name: string) => ({ headers: { 'bulkhead-browser': name } });

/** Adds a passkey to whoever asks. */
async function add(asker: Asker, authenticator: SoftwareAuthenticator, lie: Lie = {}, name = 'Telephone') {
  const page = await identity.ask({ path: '/security/passkeys/new', asker });
  const response = authenticator.make(passkeyOptionsOf(page.text), lie);
  return identity.ask({ path: '/security/passkeys', form: { name, response }, asker });
}

/** Signs in with a passkey in a browser of its own. */
async function signIn(authenticator: SoftwareAuthenticator, lie: Lie = {}, more: Partial<Asked> = browser('one')) {
  const page = await identity.ask({ path: '/sign-in', ...more });
  const response = authenticator.sign(passkeyOptionsOf(page.text), lie);
  return identity.ask({ path: '/sign-in/passkey', form: { response }, ...more });
}

const rowsOf = (accountId: string) =>
  identity.database.read.selectFrom('passkey').selectAll().where('account_id', '=', accountId).execute();
const eventsOf = async (accountId: string) =>
  (
    await identity.database.read
      .selectFrom('account_event')
      .select('kind')
      .where('account_id', '=', accountId)
      .orderBy('happened_at')
      .orderBy('id')
      .execute()
  ).map(({ kind }) => kind);

test('[I41] a passkey is asked for as discoverable and with its holder verified, for the host of identity alone', async () => {
  const asker = await identity.enter(sample('editor'));
  const page = await identity.ask({ path: '/security/passkeys/new', asker });
  const options = JSON.parse(passkeyOptionsOf(page.text));
  assert.equal(options.rp.id, 'id.localhost');
  assert.equal(options.attestation, 'none');
  assert.deepEqual(
    [options.authenticatorSelection.residentKey, options.authenticatorSelection.userVerification],
    ['required', 'required'],
  );
  assert.match(String(page.headers['content-security-policy']), /script-src 'self'/);
  const script = /src="(\/assets\/[0-9a-f]{32}\.js)"/.exec(page.text)?.[1] ?? '';
  assert.equal((await identity.ask({ path: script })).headers['content-type'], 'text/javascript; charset=utf-8');
  const shown = await identity.ask({ path: '/sign-in' });
  const asked = JSON.parse(passkeyOptionsOf(shown.text));
  assert.deepEqual([asked.rpId, asked.userVerification, asked.allowCredentials], ['id.localhost', 'required', undefined]);
});

test('[I41] a passkey signs its holder in, without a name or a password, and is noted as used', async () => {
  const asker = await identity.enter(sample('editor'));
  const authenticator = new SoftwareAuthenticator(ORIGIN);
  const added = await add(asker, authenticator);
  assert.equal(added.status, 303);
  assert.equal(added.headers.location, '/security?done=passkey-added');
  const answer = await signIn(authenticator);
  assert.equal(answer.status, 303);
  const session = await identity.find(startedBy(answer) ?? '');
  assert.equal(session?.accountId, asker.accountId);
  const [row] = await rowsOf(asker.accountId);
  assert.equal(row?.counter, '1');
  assert.deepEqual(row?.last_used_at, identity.clock.now());
  assert.ok((await eventsOf(asker.accountId)).includes('passkey added'));
  const again = await signIn(authenticator, {}, { ...browser('two'), headers: { 'bulkhead-browser': 'two', 'user-agent': 'x' } });
  assert.equal(again.status, 303);
});

const MADE_WRONG: readonly (readonly [string, Lie])[] = [
  ['another origin', { origin: 'http://id.localhost.evil.example' }],
  ['another port', { origin: 'http://id.localhost:8401' }],
  ['another relying party', { rpId: 'evil.example' }],
  ['the whole domain as relying party', { rpId: 'localhost' }],
  ['a challenge that was not given', { challenge: 'A'.repeat(72) }],
  ['no challenge', { challenge: '' }],
  ['no verification of the user', { flags: 1 }],
  ['no presence of the user', { flags: 4 }],
  ['the answer to another question', { type: 'webauthn.get' }],
];
for (const [what, lie] of MADE_WRONG)
  test(`[I41] no passkey is added with ${what}`, async () => {
    const asker = await identity.enter(sample('reviewer'));
    const answer = await add(asker, new SoftwareAuthenticator(ORIGIN), lie);
    assert.equal(answer.status, 403);
    assert.equal(answer.headers['bulkhead-commits'], undefined);
    assert.deepEqual(await rowsOf(asker.accountId), []);
  });

test('[I41] none of these signs in either, and each is answered alike', async () => {
  const asker = await identity.enter(sample('author'));
  const authenticator = new SoftwareAuthenticator(ORIGIN);
  await add(asker, authenticator);
  const texts = new Set<string>();
  const lies = [...MADE_WRONG.map(([, lie]) => (lie.type ? { type: 'webauthn.create' } : lie)), { userHandle: 'c29tZWJvZHk' }];
  for (const [at, lie] of lies.entries()) {
    const answer = await signIn(authenticator, lie, { ...browser('liar'), address: `203.0.113.${at}` });
    assert.equal(answer.status, 403, JSON.stringify(lie));
    assert.equal(startedBy(answer), undefined);
    texts.add(answer.text.replaceAll(/data-options="[^"]*"/g, ''));
  }
  const unknown = await signIn(new SoftwareAuthenticator(ORIGIN), {}, browser('stranger'));
  texts.add(unknown.text.replaceAll(/data-options="[^"]*"/g, ''));
  assert.equal(texts.size, 1, 'an unknown passkey is answered as a known one');
  for (const response of ['', 'x', '{}', '[]', JSON.stringify({ id: 'a', rawId: 'a', type: 'public-key', response: {} })]) {
    const answer = await identity.ask({ path: '/sign-in/passkey', form: { response }, ...browser('garbage') });
    assert.ok(answer.status === 403 || answer.status === 422, response);
  }
  assert.equal((await signIn(authenticator)).status, 303, 'the passkey itself is as good as before');
});

test('[I40] what was signed once signs nobody in again, and not in another browser', async () => {
  const asker = await identity.enter(sample('author'));
  const authenticator = new SoftwareAuthenticator(ORIGIN);
  await add(asker, authenticator, {}, 'Second');
  const page = await identity.ask({ path: '/sign-in', ...browser('one') });
  const response = authenticator.sign(passkeyOptionsOf(page.text));
  const send = (name: string) => identity.ask({ path: '/sign-in/passkey', form: { response }, ...browser(name) });
  assert.equal((await send('two')).status, 403);
  assert.equal((await send('one')).status, 303);
  assert.equal((await send('one')).status, 403);
  const late = await identity.ask({ path: '/sign-in', ...browser('one') });
  const signed = authenticator.sign(passkeyOptionsOf(late.text));
  identity.clock.advanceMs(600_000);
  assert.equal((await identity.ask({ path: '/sign-in/passkey', form: { response: signed }, ...browser('one') })).status, 403);
});

test('[I42] a counter that goes back stops the passkey, ends all sessions of the account, and is told to its holder', async () => {
  const account = sample('reviewer');
  const authenticator = new SoftwareAuthenticator(ORIGIN);
  const other = await identity.enter(account);
  await add(other, authenticator, { counter: 0 }, 'Copied');
  authenticator.counter = 40;
  const first = await signIn(authenticator);
  assert.equal(first.status, 303);
  authenticator.counter = 7;
  const copy = await signIn(authenticator, {}, { ...browser('thief'), address: '198.51.100.66' });
  assert.equal(copy.status, 403);
  assert.match(String(copy.headers['bulkhead-commits']), /^\d+,\d+$/);
  assert.equal(await identity.find(other.sessionId), null);
  assert.equal(await identity.find(startedBy(first) ?? ''), null);
  authenticator.counter = 90;
  assert.equal((await signIn(authenticator)).status, 403, 'it opens nothing any more');
  const asker = await identity.enter(account);
  const page = await identity.ask({ path: '/security', asker });
  assert.match(page.text, /The passkey “Copied” was refused: it may have been copied\./);
  assert.match(page.text, /stopped/);
  const letters = await identity.database.read
    .selectFrom('letter')
    .select('kind')
    .where('account_id', '=', asker.accountId)
    .execute();
  assert.ok(letters.some(({ kind }) => kind === 'passkey copied'));
});

test('authenticators that do not count are taken for what they are', async () => {
  const asker = await identity.enter(sample('administrator'));
  const authenticator = new SoftwareAuthenticator(ORIGIN);
  await add(asker, authenticator);
  for (let at = 0; at < 3; at += 1) assert.equal((await signIn(authenticator, { counter: 0 })).status, 303);
});

test('passkeys are named, renamed and removed by their holder; ten at the most; nobody else sees them', async () => {
  const asker = await identity.enter(sample('administrator'));
  const held = (await rowsOf(asker.accountId)).length;
  for (let at = held; at < 10; at += 1)
    assert.equal((await add(asker, new SoftwareAuthenticator(ORIGIN), {}, `Key ${at}`)).status, 303);
  const eleventh = await add(asker, new SoftwareAuthenticator(ORIGIN));
  assert.match(eleventh.text, /You have ten passkeys/);
  const { id } = (await rowsOf(asker.accountId)).find(({ name }) => name === 'Key 5') ?? { id: '' };
  const path = `/security/passkeys/${id}`;
  const stranger = await identity.enter(sample('editor'));
  assert.equal((await identity.ask({ path, asker: stranger })).status, 404);
  assert.equal((await identity.ask({ path: `${path}/remove`, form: '', asker: stranger })).status, 404);
  assert.equal((await identity.ask({ path: `${path}/rename`, form: { name: '<b>Safe</b>\u202e' }, asker })).status, 303);
  assert.match((await identity.ask({ path: '/security', asker })).text, /&lt;b&gt;Safe&lt;\/b&gt;/);
  assert.equal((await identity.ask({ path: `${path}/remove`, form: '', asker })).status, 303);
  assert.equal((await rowsOf(asker.accountId)).length, 9);
});

test('[I41] an invited person makes a passkey and is signed in; without a password it is the last way in and stays', async () => {
  const administrator = await identity.enter(sample('administrator'));
  const email = 'passkey.only@sample.invalid';
  const created = await inviteAnew(administrator, email);
  const shown = await identity.ask({ path: '/set-up', form: { secret: created.secret } });
  const authenticator = new SoftwareAuthenticator(ORIGIN);
  const wrong = { secret: created.secret, response: authenticator.make(passkeyOptionsOf(shown.text), { flags: 1 }) };
  const refused = await identity.ask({ path: '/set-up/passkey', form: wrong, ...browser('new') });
  assert.equal(refused.status, 403);
  const form = { secret: created.secret, response: authenticator.make(passkeyOptionsOf(refused.text)) };
  const done = await identity.ask({ path: '/set-up/passkey', form, ...browser('new') });
  assert.equal(done.status, 303);
  const session = await identity.find(startedBy(done) ?? '');
  assert.ok(session);
  assert.equal((await identity.ask({ path: '/set-up', form: { secret: created.secret } })).status, 403, 'the invitation is used');
  const asker = { accountId: session.accountId, sessionId: session.id, displayName: session.displayName, roles: [] };
  const removed = await identity.ask({ path: `/security/passkeys/${authenticator.id}/remove`, form: '', asker });
  assert.equal(removed.status, 409);
  assert.match(removed.text, /nothing would open your account/);
  assert.equal((await signIn(authenticator)).status, 303);
  const guess = { email, password: 'any password at all', code: '123456' };
  assert.equal((await identity.ask({ path: '/sign-in', form: guess, address: '203.0.113.200' })).status, 403);
});

/** Takes a sample account out of its password: it is invited anew, and so comes with a secret. */
async function inviteAnew(asker: Asker, email: string): Promise<{ readonly secret: string }> {
  const path = '/accounts';
  const page = await identity.ask({ path: `${path}/new`, asker });
  const fields = { displayName: 'Passkey Only', email, language: 'en' };
  const more = /name="reason"/.test(page.text) ? { reason: 'For a test.', endsAt: '2027-01-01' } : {};
  const known = Object.fromEntries(Object.entries(more).filter(([name]) => page.text.includes(`name="${name}"`)));
  const delegation = page.text.includes('name="delegation"') ? { delegation: 'secretariat' } : {};
  const answer = await identity.ask({ path, form: { ...fields, ...known, ...delegation }, asker });
  const secret = /<code dir="ltr">([\w-]{32})</.exec(answer.text)?.[1];
  assert.ok(secret, `inviting was answered with ${answer.status}: ${answer.text.slice(0, 3000)}`);
  return { secret };
}
