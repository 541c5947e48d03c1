import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { apiTokenSchema } from '@bulkhead/contracts';
import { FakeClock } from '@bulkhead/kernel';
import { waitUntil } from '@bulkhead/testkit';
import type { Answer, Asker } from '@bulkhead/web';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import * as client from 'openid-client';
import { z } from 'zod';
import { apiTokenPart } from '#api-token/api-token.manifest.ts';
import { clientPart } from '#client/client.manifest.ts';
import { readClient } from '#client/client.rules.ts';
import { providerPart } from '#provider/provider.manifest.ts';
import { type BootedIdentity, bootIdentity, sample, useIdentityCluster } from './booted-identity.ts';
import { declaredWrites, noteWrites } from './noted-writes.ts';

const ISSUER = 'http://id.localhost:8400';
const cluster = await useIdentityCluster();
// The provider's library reads the real clock: the clock of the test lags behind it by what sign-ins will move it on.
const clock = new FakeClock(new Date(Date.now() - 600_000));
const noted = await noteWrites(cluster);
const identity = noted.watch(await bootIdentity(cluster, { clock, database: noted.database }));
const administrator = await identity.enter(sample('administrator'));
const editor = await identity.enter(sample('editor'));

/** Asks as software does: no session, its own credentials. */
async function fetchHere(url: string, init: RequestInit = {}) {
  const { pathname, search } = new URL(url);
  const body = init.body === undefined || init.body === null ? undefined : Buffer.from(await new Response(init.body).text());
  const answer = await identity.ask({
    method: init.method ?? 'GET',
    path: `${pathname}${search}`,
    headers: Object.fromEntries(new Headers(init.headers).entries()),
    ...(body ? { body } : {}),
  });
  const headers = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]);
  return new Response(answer.text, { status: answer.status, headers });
}
const transport = {
  [client.customFetch]: (url: string, init: object) => fetchHere(url, init),
  execute: [client.allowInsecureRequests],
};

type Registered = { readonly id: string; readonly secret: string };
async function register(more: Readonly<Record<string, string>> = {}, on: BootedIdentity = identity): Promise<Registered> {
  const id = more['id'] ?? `client-${randomBytes(4).toString('hex')}`;
  const form = new URLSearchParams({
    id,
    name: 'Library (sample)',
    authentication: 'client_secret_basic',
    redirectUris: 'https://library.example.org/callback',
    idTokenAlg: 'EdDSA',
    ...more,
  });
  for (const scope of ['profile', 'email', 'roles']) form.append('scopes', scope);
  const answer = await on.ask({ path: '/clients', form: form.toString(), asker: administrator });
  assert.equal(answer.status, 200, answer.text);
  return { id, secret: /<code dir="ltr">([\w-]{43})<\/code>/.exec(answer.text)?.[1] ?? '' };
}

const CALLBACK = 'https://library.example.org/callback';
const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');

function authorizePath(clientId: string, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid profile email roles',
    code_challenge: challengeOf('v'.repeat(43)),
    code_challenge_method: 'S256',
    state: 'state-1',
    ...more,
  });
  return `/oidc/auth?${query.toString()}`;
}
const authorize = (path: string, asker?: Asker, headers: Record<string, string> = {}) =>
  identity.ask({ path, headers, ...(asker ? { asker } : {}) });
const codeIn = (answer: Answer) => new URL(answer.headers.location ?? '').searchParams.get('code') ?? '';
const tokenSchema = z.looseObject({ access_token: z.string(), refresh_token: z.string(), id_token: z.string() });
async function redeem(registered: Registered, form: Readonly<Record<string, string>>) {
  const credentials = Buffer.from(`${registered.id}:${registered.secret}`).toString('base64');
  const answer = await identity.ask({ path: '/oidc/token', form, headers: { authorization: `Basic ${credentials}` } });
  return { status: answer.status, body: z.looseObject({ error: z.string().optional() }).parse(JSON.parse(answer.text)), answer };
}
const byCode = (code: string, more: Readonly<Record<string, string>> = {}) => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: CALLBACK,
  code_verifier: 'v'.repeat(43),
  ...more,
});

const library = await register();

test('openid-client signs a person in unchanged: discovery, PKCE, ID token, claims, and tokens renewed', async () => {
  const config = await client.discovery(new URL(ISSUER), library.id, {}, client.ClientSecretBasic(library.secret), transport);
  const metadata = config.serverMetadata();
  assert.deepEqual(
    [metadata.response_types_supported, metadata.code_challenge_methods_supported, metadata['response_modes_supported']],
    [['code'], ['S256'], ['query']],
  );
  assert.deepEqual(metadata.grant_types_supported, ['authorization_code', 'refresh_token']);
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid profile email roles',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  const answer = await authorize(`${url.pathname}${url.search}`, editor);
  assert.equal(answer.status, 303, answer.text);
  const tokens = await client.authorizationCodeGrant(config, new URL(answer.headers.location ?? ''), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  assert.equal(claims?.sub, editor.accountId);
  assert.equal(decodeProtectedHeader(tokens.id_token ?? '').alg, 'EdDSA');
  assert.match(z.string().parse(claims?.['sid']), /^[\w-]{43}$/);
  const info = await client.fetchUserInfo(config, tokens.access_token, editor.accountId);
  assert.deepEqual([info.name, info.email], [editor.displayName, sample('editor').email]);
  assert.ok(Array.isArray(info['roles']) && info['roles'].includes('website/editor'), JSON.stringify(info));
  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
  assert.notEqual(renewed.refresh_token, tokens.refresh_token);
});

test('[F5] an access token lasts five minutes, is signed with Ed25519, and names the session by an id of this client alone', async () => {
  const other = await register();
  const { body: mine } = await redeem(library, byCode(codeIn(await authorize(authorizePath(library.id), editor))));
  const { body: theirs } = await redeem(other, byCode(codeIn(await authorize(authorizePath(other.id), editor))));
  const [left, right] = [decodeJwt(tokenSchema.parse(mine).access_token), decodeJwt(tokenSchema.parse(theirs).access_token)];
  assert.equal((left.exp ?? 0) - (left.iat ?? 0), 300);
  const { alg, typ } = decodeProtectedHeader(tokenSchema.parse(mine).access_token);
  assert.deepEqual([alg, typ, left.aud, left.iss], ['EdDSA', 'at+jwt', ISSUER, ISSUER]);
  assert.equal(left.sub, right.sub);
  assert.notEqual(left['sid'], right['sid']);
  assert.ok(![left['sid'], right['sid']].includes(editor.sessionId));
});

const BAD_REQUESTS: readonly (readonly [what: string, more: Record<string, string>, told: 'person' | 'client'])[] = [
  ['an address that is not registered', { redirect_uri: 'https://evil.example.org/callback' }, 'person'],
  ['a registered address with more behind it', { redirect_uri: `${CALLBACK}/../../evil` }, 'person'],
  ['a registered address with a query', { redirect_uri: `${CALLBACK}?next=https://evil.example.org` }, 'person'],
  ['a client that nobody registered', { client_id: 'nobody' }, 'person'],
  ['the implicit flow', { response_type: 'id_token', nonce: 'n' }, 'client'],
  ['no PKCE', { code_challenge: '', code_challenge_method: '' }, 'client'],
  ['PKCE in the clear', { code_challenge: 'v'.repeat(43), code_challenge_method: 'plain' }, 'client'],
  ['an answer by a posted form', { response_mode: 'form_post' }, 'person'],
  ['tokens for somebody else’s audience', { resource: 'https://payroll.example.org' }, 'client'],
];
for (const [what, more, told] of BAD_REQUESTS) {
  test(`[F4] an authorization request is refused, and nobody is sent to an address not registered: ${what}`, async () => {
    const path = authorizePath(library.id, more).replace('code_challenge=&code_challenge_method=&', '');
    const answer = await authorize(path, editor);
    const { location } = answer.headers;
    if (told === 'person') assert.deepEqual([answer.status, location], [400, undefined], answer.text);
    else
      assert.ok(
        location && /^[?#]error=/.test(location.slice(CALLBACK.length)) && !location.includes('code='),
        `${answer.status} ${location}`,
      );
  });
}

test('[F3] a code is good once, however many redeem it at once; the second use takes back what the first was given', async () => {
  const code = codeIn(await authorize(authorizePath(library.id), editor));
  const answers = await Promise.all([1, 2, 3].map(() => redeem(library, byCode(code))));
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((left, right) => left - right),
    [200, 400, 400],
  );
  const given = tokenSchema.parse(answers.find(({ status }) => status === 200)?.body);
  const renewal = await redeem(library, { grant_type: 'refresh_token', refresh_token: given.refresh_token });
  assert.deepEqual([renewal.status, renewal.body.error], [400, 'invalid_grant']);
});

test('[F3] a code is worth nothing with another verifier, address or client', async () => {
  const thief = await register();
  const fresh = async () => codeIn(await authorize(authorizePath(library.id), editor));
  const wrong = [
    await redeem(library, byCode(await fresh(), { code_verifier: 'w'.repeat(43) })),
    await redeem(library, byCode(await fresh(), { redirect_uri: 'https://library.example.org/other' })),
    await redeem(thief, byCode(await fresh())),
    await redeem({ ...library, secret: thief.secret }, byCode(await fresh())),
  ];
  assert.deepEqual(
    wrong.map(({ status, body }) => [status, body.error]),
    [
      [400, 'invalid_grant'],
      [400, 'invalid_grant'],
      [400, 'invalid_grant'],
      [401, 'invalid_client'],
    ],
  );
});

test('[F3] a refresh token is good once; used again, by whomever, it ends the whole grant', async () => {
  const { body } = await redeem(library, byCode(codeIn(await authorize(authorizePath(library.id), editor))));
  const first = tokenSchema.parse(body).refresh_token;
  const renew = (token: string) => redeem(library, { grant_type: 'refresh_token', refresh_token: token });
  const second = tokenSchema.parse((await renew(first)).body).refresh_token;
  assert.equal((await renew(first)).status, 400);
  assert.equal((await renew(second)).status, 400);
  const rows = await identity.database.read.selectFrom('oidc_refresh_token').select(['id_sha256', 'payload']).execute();
  assert.ok(!JSON.stringify(rows).includes(second), 'no token stands in the database');
});

test('[F8] with the session ends all that came of it: tokens renew no more and claims are not told', async () => {
  const other = await identity.enter(sample('author'));
  const { body } = await redeem(library, byCode(codeIn(await authorize(authorizePath(library.id), other))));
  const tokens = tokenSchema.parse(body);
  const info = () => fetchHere(`${ISSUER}/oidc/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
  assert.equal((await info()).status, 200);
  await identity.ask({ path: '/sign-out', form: '', asker: other });
  assert.equal((await info()).status, 401);
  assert.equal((await redeem(library, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token })).status, 400);
  const again = await authorize(authorizePath(library.id), other);
  assert.match(again.headers.location ?? '', /^\/sign-in\?to=id&path=/);
});

test('[F6] a client hears of an ended session within a second; with a cursor that is not known it is told all that matters', async () => {
  const other = await identity.enter(sample('reviewer'));
  const { body } = await redeem(library, byCode(codeIn(await authorize(authorizePath(library.id), other))));
  const { sid } = decodeJwt(tokenSchema.parse(body).id_token);
  const answerSchema = z.object({
    cursor: z.string(),
    isComplete: z.boolean(),
    ended: z.array(z.looseObject({ sid: z.string() })),
  });
  const listen = async (after: string, from = library) => {
    const authorization = `Basic ${Buffer.from(`${from.id}:${from.secret}`).toString('base64')}`;
    const answer = await fetchHere(`${ISSUER}/oidc/ended-sessions?after=${after}`, { headers: { authorization } });
    return { status: answer.status, told: answer.ok ? answerSchema.parse(await answer.json()) : null };
  };
  const begun = await listen('');
  assert.equal(begun.told?.isComplete, true);
  assert.ok(!begun.told?.ended.some((one) => one.sid === sid));
  const waiting = listen(begun.told?.cursor ?? '');
  const endedAtMs = performance.now();
  await identity.ask({ path: '/sign-out', form: '', asker: other });
  const { told } = await waiting;
  assert.ok(performance.now() - endedAtMs < 1000, 'within a second');
  assert.deepEqual(
    told?.ended.map((one) => one.sid),
    [sid],
  );
  for (const lost of ['', 'another-process.7']) {
    const all = (await listen(lost)).told;
    assert.ok(all?.isComplete && all.ended.some((one) => one.sid === sid), 'after a reconnect nothing is missed');
  }
  const stranger = await register();
  assert.ok(!(await listen('', stranger)).told?.ended.some((one) => one.sid === sid), 'and other clients hear nothing of it');
  assert.equal((await listen('', { ...library, secret: 'wrong' })).status, 401);
});

test('[F1] who asks is what the gateway says: the provider’s own cookie, sent along by a browser, counts for nothing', async () => {
  const forged = { cookie: `session=${editor.sessionId}; _session=${editor.sessionId}` };
  const answer = await authorize(authorizePath(library.id, { prompt: 'none' }), undefined, forged);
  assert.match(answer.headers.location ?? '', /[?&]error=login_required&/);
  assert.equal(answer.headers['set-cookie'], undefined);
});

test('[F2] whoever is not signed in goes to sign in and comes back to the same request; asked for silently, the client is told', async () => {
  const answer = await authorize(authorizePath(library.id, { prompt: 'login' }), editor);
  const errand = new URL(answer.headers.location ?? '', ISSUER).searchParams;
  assert.deepEqual([answer.status, errand.get('to')], [303, 'id']);
  const path = errand.get('path') ?? '';
  assert.ok(path.startsWith('/oidc/auth?') && !path.includes('prompt') && path.includes('max_age=60'));
  const silent = await authorize(authorizePath(library.id, { prompt: 'none' }));
  assert.match(silent.headers.location ?? '', /[?&]error=login_required&/);
  const hop = await authorize(authorizePath(library.id), editor, { 'sec-fetch-site': 'same-origin' });
  assert.equal(hop.status, 200);
  assert.match(String(hop.headers['refresh']), /^0;url=https:\/\/library\.example\.org\/callback\?code=/);
});

test('a person is asked once before a client learns of them, and can take it back', async () => {
  const asking = await register({ asksConsent: 'yes' });
  const first = await authorize(authorizePath(asking.id), editor);
  assert.match(first.headers.location ?? '', /^\/oidc\/consent\?client_id=/);
  const page = await authorize(first.headers.location ?? '', editor);
  assert.match(page.text, /Library \(sample\)/);
  const query = (first.headers.location ?? '').split('?')[1] ?? '';
  const refused = await identity.ask({ path: '/oidc/consent', form: { query, answer: 'refuse' }, asker: editor });
  assert.match(String(refused.headers['refresh']), /^0;url=https:\/\/library\.example\.org\/callback\?error=access_denied/);
  const elsewhere = query.replace('library.example.org', 'evil.example.org');
  const open = await identity.ask({ path: '/oidc/consent', form: { query: elsewhere, answer: 'refuse' }, asker: editor });
  assert.equal(open.status, 400);
  const allowed = await identity.ask({ path: '/oidc/consent', form: { query, answer: 'allow' }, asker: editor });
  assert.match(allowed.headers.location ?? '', /^\/oidc\/auth\?/);
  const code = codeIn(await authorize(authorizePath(asking.id), editor));
  assert.equal((await redeem(asking, byCode(code))).status, 200);
  assert.match((await identity.ask({ path: '/connections', asker: editor })).text, /Library \(sample\)/);
  await identity.ask({ path: `/connections/${asking.id}/end`, form: '', asker: editor });
  assert.match((await authorize(authorizePath(asking.id), editor)).headers.location ?? '', /^\/oidc\/consent/);
});

test('a client with a key of its own proves itself with an assertion that is good once', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1' }] });
  const keyed = await register({ authentication: 'private_key_jwt', jwks });
  const assertionFor = (seconds: number) =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA', kid: 'k1' })
      .setIssuer(keyed.id)
      .setSubject(keyed.id)
      .setAudience(ISSUER)
      .setJti(randomBytes(8).toString('hex'))
      .setIssuedAt()
      .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
      .sign(privateKey);
  const redeemWith = async (assertion: string) => {
    const code = codeIn(await authorize(authorizePath(keyed.id), editor));
    const proof = {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    };
    return (await identity.ask({ path: '/oidc/token', form: byCode(code, proof) })).status;
  };
  const good = await assertionFor(60);
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  const revoke = async (token: string) => {
    const form = { token, client_assertion_type: type, client_assertion: await assertionFor(60) };
    return (await identity.ask({ path: '/oidc/revoke', form })).status;
  };
  const code = codeIn(await authorize(authorizePath(keyed.id), editor));
  const proof = { client_assertion_type: type, client_assertion: await assertionFor(60) };
  const given = tokenSchema.parse(JSON.parse((await identity.ask({ path: '/oidc/token', form: byCode(code, proof) })).text));
  assert.equal(await revoke(given.refresh_token), 200);
  assert.deepEqual([await redeemWith(good), await redeemWith(good), await redeemWith(await assertionFor(3600))], [200, 401, 401]);
});

test('software without a secret asks from its own pages, and from no others', async () => {
  const open = await register({ authentication: 'none', redirectUris: `${CALLBACK}\nhttp://127.0.0.1:7777/back` });
  const ask = async (origin: string) => {
    const code = codeIn(await authorize(authorizePath(open.id), editor));
    return identity.ask({ path: '/oidc/token', form: byCode(code, { client_id: open.id }), headers: { origin } });
  };
  const own = await ask('https://library.example.org');
  assert.deepEqual([own.status, own.headers['access-control-allow-origin']], [200, 'https://library.example.org'], own.text);
  const foreign = await ask('https://evil.example.org');
  assert.deepEqual([foreign.status, foreign.headers['access-control-allow-origin']], [400, undefined]);
});

test('[F6] a client’s address is told of an ended session within a second, and again until it answers', async () => {
  const told: { readonly status: number; readonly token: string }[] = [];
  const listener = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const status = told.length === 0 ? 503 : 200;
      told.push({ status, token: new URLSearchParams(Buffer.concat(chunks).toString()).get('logout_token') ?? '' });
      response.writeHead(status).end();
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  after(() => listener.close());
  const { port } = z.object({ port: z.number() }).parse(listener.address());
  const listening = await register({ backchannelLogoutUri: `http://127.0.0.1:${port}/ended` });
  const asker = await identity.enter(sample('author'));
  const { body } = await redeem(listening, byCode(codeIn(await authorize(authorizePath(listening.id), asker))));
  const endedAtMs = performance.now();
  await identity.ask({ path: '/sign-out', form: '', asker });
  await waitUntil(async () => told.length > 0, { what: 'the client is told' });
  assert.ok(performance.now() - endedAtMs < 1000);
  await waitUntil(async () => told.length > 1, { what: 'it is told again' });
  const keys = createLocalJWKSet(JSON.parse(await (await fetchHere(`${ISSUER}/oidc/jwks`)).text()));
  const options = { issuer: ISSUER, audience: listening.id, typ: 'logout+jwt', currentDate: clock.now() };
  const { payload } = await jwtVerify(told[1]?.token ?? '', keys, options);
  assert.equal(payload['sid'], decodeJwt(tokenSchema.parse(body).id_token)['sid']);
  assert.ok(payload['events'] && !('nonce' in payload));
});

test('an API token is shown once, carries roles that its holder holds for a year at the most, and ends at its holder’s wish', async () => {
  const day = (days: number) => new Date(clock.now().getTime() + days * 86_400_000).toISOString().slice(0, 10);
  const holder = await identity.enter(sample('editor'));
  const make = (more: Readonly<Record<string, string>>) =>
    identity.ask({
      path: '/api-tokens',
      form: { name: 'Report', scopes: 'website/editor', access: 'read', until: day(30), ...more },
      asker: holder,
    });
  const refused = await Promise.all([
    make({ until: day(400) }),
    make({ until: day(-1) }),
    make({ scopes: 'identity/administrator' }),
    make({ scopes: 'website/reviewer' }),
  ]);
  assert.deepEqual(
    refused.map(({ status }) => status),
    [422, 422, 422, 422],
  );
  const secret = /<code dir="ltr">(bh_[\w-]{43})<\/code>/.exec((await make({})).text)?.[1] ?? '';
  assert.notEqual(secret, '');
  assert.ok(!(await identity.ask({ path: '/api-tokens', asker: holder })).text.includes(secret));
  const hash = createHash('sha256').update(secret).digest('hex');
  const find = async () => {
    const answer = await identity.askInside(`/.identity/api-tokens/${hash}`);
    return answer.status === 200 ? apiTokenSchema.parse(JSON.parse(answer.text)) : null;
  };
  const found = await find();
  assert.deepEqual([found?.isReadOnly, found?.session.roles], [true, { website: ['editor'] }]);
  const row = await identity.database.read.selectFrom('api_token').select('id').executeTakeFirstOrThrow();
  await identity.ask({ path: `/api-tokens/${row.id}/end`, form: '', asker: administrator });
  assert.ok(await find(), 'nobody ends the token of somebody else');
  await identity.ask({ path: `/api-tokens/${row.id}/end`, form: '', asker: holder });
  assert.equal(await find(), null);
});

test('[F14] what an administrator types is held against the rules: addresses that lead elsewhere or inside, private keys', () => {
  const typed = {
    id: 'library',
    name: 'Library',
    authentication: 'none',
    jwks: '',
    redirectUris: CALLBACK,
    logoutRedirectUris: '',
    backchannelLogoutUri: '',
    scopes: [],
    resources: '',
    idTokenAlg: 'RS256',
    asksConsent: true,
  };
  const faultOf = (more: Partial<typeof typed>) => {
    const read = readClient({ ...typed, ...more }, { mayBeInner: false, issuer: ISSUER });
    return 'faults' in read ? Object.entries(read.faults).flat().join(' ') : 'none';
  };
  const inner = [
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest',
    'https://[fd00::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://id.localhost/',
    'https://0x7f000001/',
  ];
  for (const uri of inner) assert.equal(faultOf({ backchannelLogoutUri: uri }), 'backchannelLogoutUri inner address', uri);
  assert.equal(faultOf({ backchannelLogoutUri: 'http://library.example.org/' }), 'backchannelLogoutUri not https');
  assert.equal(faultOf({ redirectUris: 'http://library.example.org/' }), 'redirectUris not https');
  assert.equal(faultOf({ redirectUris: 'javascript:alert(1)' }), 'redirectUris not https');
  assert.equal(faultOf({ redirectUris: `${CALLBACK}#x` }), 'redirectUris has a fragment');
  assert.equal(faultOf({ redirectUris: 'https://a@library.example.org/' }), 'redirectUris names a user');
  assert.equal(faultOf({ redirectUris: 'http://127.0.0.1:7777/' }), 'none');
  const jwks = JSON.stringify({ keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'x', d: 'd' }] });
  assert.equal(faultOf({ authentication: 'private_key_jwt', jwks }), 'jwks private keys');
});

test('each route writes the tables that the manifest declares for it, and no others; the checks of the manifest hold', async () => {
  const changed = await register();
  const path = `/clients/${changed.id}`;
  const form = { name: 'Library', authentication: 'none', redirectUris: CALLBACK, idTokenAlg: 'RS256' };
  const asker = await identity.enter(sample('editor'));
  assert.equal((await identity.ask({ path: `${path}/secret`, form: '', asker: administrator })).status, 200);
  const again = await identity.ask({ path: `${path}/secret`, form: '', asker: administrator });
  const secret = /<code dir="ltr">([\w-]{43})<\/code>/.exec(again.text)?.[1] ?? '';
  const redeemed = () =>
    authorize(authorizePath(changed.id), asker).then((answer) => redeem({ ...changed, secret }, byCode(codeIn(answer))));
  assert.equal((await redeemed()).status, 200);
  await identity.ask({ path: `${path}/disable`, form: '', asker: administrator });
  assert.equal((await authorize(authorizePath(changed.id), asker)).status, 400, 'out of use, nobody enters it');
  await identity.ask({ path: `${path}/enable`, form: '', asker: administrator });
  assert.equal((await redeemed()).status, 200);
  await identity.ask({ path, form, asker: administrator });
  await identity.ask({ path: '/signing-keys/replace', form: '', asker: administrator });
  const leaving = await identity.ask({ path: '/oidc/logout', form: { answer: 'yes', client_id: changed.id }, asker });
  assert.equal(leaving.headers['bulkhead-session-ended'], asker.sessionId);
  for (const part of [providerPart, clientPart, apiTokenPart]) assert.deepEqual(await noted.written(part), declaredWrites(part));
  for (const part of [providerPart, apiTokenPart])
    for (const { name, sql } of part.checks ?? []) assert.deepEqual(await noted.admin.query(sql), [], name);
});

test('[F7] keys change without a moment in which an honest token fails: announced, used, shown until all is over, destroyed', async () => {
  const jwksSchema = z.object({ keys: z.array(z.looseObject({ kid: z.string(), kty: z.string(), alg: z.string() })) });
  const jwks = async () => jwksSchema.parse(await (await fetchHere(`${ISSUER}/oidc/jwks`)).json());
  const round = async () => {
    const path = '/.bulkhead/jobs/software.keep';
    const token = await identity.gateway.mintJob('job:software.keep', { method: 'POST', path });
    return identity.askInside(path, { method: 'POST', token });
  };
  const sign = async () => {
    const asker = await identity.enter(sample('editor'));
    const { body } = await redeem(library, byCode(codeIn(await authorize(authorizePath(library.id), asker))));
    return tokenSchema.parse(body).id_token;
  };
  const before = await jwks();
  assert.ok(
    before.keys.every((key) => !('d' in key)),
    'no private part is shown',
  );
  const old = await sign();
  clock.advanceMs(29.5 * 86_400_000);
  assert.equal((await round()).status, 200);
  const announced = await jwks();
  assert.equal(announced.keys.length, before.keys.length * 2);
  assert.equal(decodeProtectedHeader(await sign()).kid, decodeProtectedHeader(old).kid, 'it is shown before it signs');
  clock.advanceMs(1.1 * 86_400_000);
  const fresh = await sign();
  assert.notEqual(decodeProtectedHeader(fresh).kid, decodeProtectedHeader(old).kid);
  for (const token of [old, fresh]) await jwtVerify(token, createLocalJWKSet(await jwks()), { issuer: ISSUER });
  clock.advanceMs(1.1 * 86_400_000);
  await round();
  assert.ok(!(await jwks()).keys.some((key) => key.kid === decodeProtectedHeader(old).kid));
  const rows = await identity.database.read.selectFrom('oidc_key').select(['sealed', 'retired_at']).execute();
  assert.ok(
    rows.some((row) => row.retired_at !== null && row.sealed === null),
    'its private part is gone',
  );
});
