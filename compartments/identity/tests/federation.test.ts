import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { FakeClock } from '@bulkhead/kernel';
import { Provider } from 'oidc-provider';
import { z } from 'zod';
import { federationPart } from '#federation/federation.manifest.ts';
import { readPerson } from '#federation/federation.rules.ts';
import { bootIdentity, sample, startedBy, useIdentityCluster } from './booted-identity.ts';
import { declaredWrites, noteWrites } from './noted-writes.ts';

const cluster = await useIdentityCluster();
const clock = new FakeClock(new Date(Date.now() - 600_000));
const noted = await noteWrites(cluster);
const identity = noted.watch(await bootIdentity(cluster, { clock, database: noted.database }));
const administrator = await identity.enter(sample('administrator'));
const ORIGIN = 'http://id.localhost:8400';
const SECRET = 'what the foreign provider gave us, and more';
type Told = {
  readonly email: string;
  /** Entra ID never says. */
  readonly email_verified?: boolean;
  readonly name: string;
  readonly groups: readonly string[];
};

/** A foreign organisation: a real OpenID provider that signs in whomever the test says, without a page. */
async function startForeign(id: string, people: Map<string, Told>) {
  const server = createServer((request, response) => void listener(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const issuer = `http://127.0.0.1:${port}`;
  let present = '';
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'bulkhead',
        client_secret: SECRET,
        redirect_uris: [`${ORIGIN}/federation/${id}/callback`],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    cookies: { keys: ['k'] },
    features: { devInteractions: { enabled: false } },
    claims: { openid: ['sub'], profile: ['name', 'groups'], email: ['email', 'email_verified'] },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: async () => ({ sub, ...people.get(sub) }) }),
    loadExistingGrant: async (ctx) => {
      const grant = new provider.Grant({ accountId: present, clientId: 'bulkhead' });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      assert.ok(ctx.oidc.client);
      return grant;
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  });
  const callback = provider.callback();
  const listener = async (request: Parameters<typeof callback>[0], response: Parameters<typeof callback>[1]) => {
    if (!request.url?.startsWith('/interaction/')) return callback(request, response);
    const result = { login: { accountId: present } };
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  };
  /** Walks through its pages as a browser does, to the address that leads back. */
  const walk = async (start: string, sub: string): Promise<string> => {
    present = sub;
    const cookies = new Map<string, string>();
    for (let at = start; ; ) {
      if (at.startsWith(ORIGIN)) return at.slice(ORIGIN.length);
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(at, { redirect: 'manual', headers: { cookie } });
      for (const one of answer.headers.getSetCookie()) {
        const [pair = ''] = one.split(';');
        cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
      }
      const next = answer.headers.get('location');
      assert.ok(next, `${at} was answered with ${answer.status}: ${await answer.text()}`);
      at = new URL(next, at).href;
    }
  };
  return { issuer, walk };
}

const people = new Map<string, Told>([
  ['amina', { email: 'amina@foreign.example', email_verified: true, name: 'Amina Diallo', groups: ['press', 'admins'] }],
  ['unverified', { email: 'editor@sample.invalid', email_verified: false, name: 'Not the editor', groups: [] }],
  ['elsewhere', { email: 'somebody@elsewhere.example', email_verified: true, name: 'Somebody', groups: [] }],
  ['boss', { email: sample('administrator').email, email_verified: true, name: 'Not the boss', groups: [] }],
  ['entra', { email: sample('reviewer').email, name: 'Reviewer', groups: [] }],
  ['author', { email: sample('author').email, email_verified: true, name: 'Author', groups: [] }],
]);
const foreign = await startForeign('foreign', people);
const other = await startForeign('other', people);

const { delegation_id: delegationId } = await identity.database.read
  .selectFrom('account')
  .select('delegation_id')
  .where('email', '=', sample('author').email)
  .executeTakeFirstOrThrow();

const formOf = (id: string, issuer: string) => ({
  id,
  name: `Ministry ${id}`,
  delegationId,
  issuer,
  clientId: 'bulkhead',
  secret: SECRET,
  emailDomains: 'foreign.example sample.invalid',
  roleClaim: 'groups',
  addsAccounts: 'yes',
  roleMap: 'press = website/editor',
});
async function addProvider(id: string, issuer: string) {
  const form = formOf(id, issuer);
  const answer = await identity.ask({ path: '/providers', form, asker: administrator });
  assert.equal(answer.status, 303, answer.text);
}
await addProvider('foreign', foreign.issuer);
await addProvider('other', other.issuer);

const newBrowser = () => ({ 'bulkhead-browser': randomBytes(32).toString('hex') });
async function setOut(id: string, browser: Record<string, string>, query = ''): Promise<string> {
  const answer = await identity.ask({ path: `/federation/${id}/begin${query}`, headers: browser });
  assert.equal(answer.status, 303, answer.text);
  return answer.headers.location ?? '';
}
const stateIn = (text: string) => /name="state" value="([\w-]{43})"/.exec(text)?.[1] ?? '';

async function signIn(sub: string, query = '') {
  const browser = newBrowser();
  const back = await foreign.walk(await setOut('foreign', browser, query), sub);
  const page = await identity.ask({ path: back, headers: browser });
  if (page.status !== 200) return page;
  return identity.ask({ path: '/federation/enter', form: { state: stateIn(page.text) }, headers: browser });
}

test('[F9] a person of an organisation signs in through its provider, gets an account of its delegation with the mapped roles, and comes back as the same', async () => {
  const errand = `?to=editors&path=%2F&nonce=${'a'.repeat(64)}`;
  const answer = await signIn('amina', errand);
  assert.deepEqual([answer.status, answer.headers.location?.split('?')[0]], [303, '/.gateway/continue'], answer.text);
  const session = await identity.find(startedBy(answer) ?? '');
  assert.deepEqual([session?.displayName, session?.delegation], ['Amina Diallo', delegationId]);
  assert.deepEqual(session?.roles, { website: ['editor'] }, 'only what is mapped; never a role over accounts');
  people.set('amina', { email: 'changed@elsewhere.example', email_verified: false, name: 'Amina', groups: [] });
  const again = await identity.find(startedBy(await signIn('amina')) ?? '');
  assert.equal(again?.accountId, session?.accountId, 'known by issuer and subject, whatever the address is now');
  assert.deepEqual(again?.roles, {}, 'what the provider does not say any more is over');
});

test('[F11] a provider opens no account that it may not: unverified, of another domain, of whoever administers', async () => {
  for (const sub of ['unverified', 'elsewhere', 'boss']) {
    const answer = await signIn(sub);
    assert.deepEqual([answer.status, startedBy(answer)], [403, undefined], sub);
  }
  const author = await identity.find(startedBy(await signIn('author')) ?? '');
  assert.equal(author?.displayName, sample('author').displayName, 'a plain account of its delegation is linked');
});

test('[F10] an answer counts once, in the browser that set out, and only from the provider to which it was sent', async () => {
  const [mine, thief] = [newBrowser(), newBrowser()];
  const back = await foreign.walk(await setOut('foreign', mine), 'author');
  assert.equal((await identity.ask({ path: back, headers: thief })).status, 403, 'another browser gets nothing');
  const page = await identity.ask({ path: back, headers: mine });
  assert.equal(page.status, 200);
  assert.equal((await identity.ask({ path: back, headers: mine })).status, 403, 'it is good once');
  const state = stateIn(page.text);
  assert.equal((await identity.ask({ path: '/federation/enter', form: { state }, headers: thief })).status, 403);
  const entered = await identity.ask({ path: '/federation/enter', form: { state }, headers: mine });
  assert.equal(entered.status, 303);
  assert.equal((await identity.ask({ path: '/federation/enter', form: { state }, headers: mine })).status, 403);
  // Mix-up: what one provider answered is carried to where the other's answers are read, and the other way round.
  const mixed = (await foreign.walk(await setOut('foreign', mine), 'author')).replace('/foreign/', '/other/');
  assert.equal((await identity.ask({ path: mixed, headers: mine })).status, 403);
  const honest = await foreign.walk(await setOut('foreign', mine), 'author');
  const lying = honest.replace(/iss=[^&]+/, `iss=${encodeURIComponent(other.issuer)}`);
  assert.notEqual(lying, honest);
  assert.equal((await identity.ask({ path: lying, headers: mine })).status, 403);
});

test('[F10] what is typed behind the address of a provider leads nowhere else, and without a browser nobody sets out', async () => {
  const open = await signIn('author', '?to=evil.example.org&path=%2F%2Fevil.example.org&nonce=x');
  assert.deepEqual([open.status, open.headers.location], [303, '/']);
  assert.equal((await identity.ask({ path: '/federation/foreign/begin' })).status, 400);
  assert.equal((await identity.ask({ path: '/federation/nobody/begin', headers: newBrowser() })).status, 404);
});

test('a provider that is away is told as that; one that moved elsewhere gets no secret meant for another', async () => {
  await addProvider('gone', 'http://127.0.0.1:9');
  const away = await identity.ask({ path: '/federation/gone/begin', headers: newBrowser() });
  assert.equal(away.status, 503);
  const form = {
    name: 'Moved',
    delegationId,
    issuer: foreign.issuer,
    clientId: 'bulkhead',
    emailDomains: 'foreign.example',
    roleClaim: 'groups',
  };
  const moved = await identity.ask({ path: '/providers/gone', form, asker: administrator });
  assert.equal(moved.status, 303, moved.text);
  assert.equal((await identity.ask({ path: '/federation/gone/begin', headers: newBrowser() })).status, 503);
  const rows = await identity.database.read.selectFrom('identity_provider').select('sealed_secret').execute();
  assert.ok(!JSON.stringify(rows).includes(SECRET), 'no secret stands in the database');
  for (const bad of [
    { issuer: 'ftp://x' },
    { roleMap: 'all = identity/administrator' },
    { delegationId: 'nowhere' },
    { emailDomains: '*' },
  ])
    assert.equal((await identity.ask({ path: '/providers/gone', form: { ...form, ...bad }, asker: administrator })).status, 422);
});

test('[F15] a provider that never says whether it verified an address counts only where an administrator vouches for it, and one that says no is believed', async () => {
  await identity.database.transact(await identity.gateway.mintJob('job:identity.start'), (trx) =>
    trx.updateTable('account').set({ delegation_id: delegationId }).where('email', '=', sample('reviewer').email).execute(),
  );
  assert.equal((await signIn('entra')).status, 403);
  const page = await identity.ask({ path: '/providers/foreign?lang=en', asker: administrator });
  assert.match(page.text, /vouch that the organisation alone gives out addresses/);
  const form = { ...formOf('foreign', foreign.issuer), secret: '' };
  const { id: _, ...change } = form;
  const unsure = await identity.ask({
    path: '/providers/foreign',
    form: { ...change, emailDomains: '', vouchesForAddresses: 'yes' },
    asker: administrator,
  });
  assert.equal(unsure.status, 422, 'nobody vouches for addresses of all the world');
  const vouched = { ...change, vouchesForAddresses: 'yes' };
  assert.equal((await identity.ask({ path: '/providers/foreign', form: vouched, asker: administrator })).status, 303);
  const shown = await identity.ask({ path: '/providers/foreign', asker: administrator });
  assert.match(shown.text, /name="vouchesForAddresses" value="yes"[^>]* checked/);
  const entered = await identity.find(startedBy(await signIn('entra')) ?? '');
  assert.equal(entered?.displayName, sample('reviewer').displayName);
  for (const sub of ['unverified', 'elsewhere', 'boss']) assert.equal((await signIn(sub)).status, 403, sub);
  assert.equal((await identity.ask({ path: '/providers/foreign', form: change, asker: administrator })).status, 303);
});

test('[F11] of a provider’s claims only what it vouches for counts', () => {
  const provider = {
    emailDomains: ['a.example'],
    roleClaim: 'groups',
    roleMap: { x: 'website/editor' },
    vouchesForAddresses: false,
  };
  const read = (claims: Record<string, unknown>) => readPerson({ sub: 's', ...claims }, provider);
  assert.equal(read({ email: 'p@a.example', email_verified: 'true' })?.email, null);
  assert.equal(read({ email: 'p@a.example@b.example', email_verified: true })?.email, null);
  assert.equal(read({ email: 'P@A.example', email_verified: true })?.email, 'p@a.example');
  assert.deepEqual(read({ groups: ['x', 'x', 'constructor', '__proto__', 7] })?.roles, ['website/editor']);
  assert.equal(readPerson({ sub: '' }, provider), null);
  const vouched = { ...provider, vouchesForAddresses: true };
  assert.equal(readPerson({ sub: 's', email: 'p@a.example' }, vouched)?.email, 'p@a.example');
  assert.equal(readPerson({ sub: 's', email: 'p@a.example', email_verified: false }, vouched)?.email, null);
  assert.equal(readPerson({ sub: 's', email: 'p@b.example' }, vouched)?.email, null);
});

test('each route writes the tables that the manifest declares for it, and no others; the checks of the manifest hold', async () => {
  for (const what of ['disable', 'enable'])
    await identity.ask({ path: `/providers/gone/${what}`, form: '', asker: administrator });
  const { 'federation.enter': entered, ...rest } = await noted.written(federationPart);
  const { 'federation.enter': declared = [], ...declaredRest } = declaredWrites(federationPart);
  assert.deepEqual(rest, declaredRest);
  assert.deepEqual(
    entered?.filter((table) => !declared.includes(table)),
    [],
  );
  for (const { name, sql } of federationPart.checks ?? []) assert.deepEqual(await noted.admin.query(sql), [], name);
});
