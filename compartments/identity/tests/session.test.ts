import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiTokenSchema } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import type { Asked } from '@bulkhead/web';
import type { SampleAccount } from '#sample-accounts.ts';
import { bootIdentity, sample, startedBy, useIdentityCluster } from './booted-identity.ts';

const cluster = await useIdentityCluster();
const identity = await bootIdentity(cluster);
const editor = sample('editor');
let address = 0;
const from = (): Pick<Asked, 'address'> => {
  address += 1;
  return { address: `198.51.100.${address}` };
};
const sequenceNow = async () => {
  // Something must have changed once: nobody waits at sequence 0 otherwise.
  const asker = await identity.enter(editor, from());
  await identity.ask({ path: '/sign-out', form: '', asker });
  return (await identity.changesAfter(0)).sequence;
};

test('a session is told to the gateway with its end, and an unknown, malformed or ended one is not there', async () => {
  const asker = await identity.enter(editor, from());
  const session = await identity.find(asker.sessionId);
  const now = identity.clock.now().getTime();
  assert.equal(Date.parse(session?.endsAt ?? '') - now, 30 * 60_000);
  assert.equal(await identity.find('x'.repeat(43)), null);
  assert.equal(await identity.find('short'), null);
  assert.equal(await identity.find(`${asker.sessionId.slice(0, -1)}%00`).catch(() => null), null);
});

test('internal paths answer only to whoever has the secret', async () => {
  const { sessionId } = await identity.enter(editor, from());
  for (const path of [
    `/.identity/sessions/${sessionId}`,
    '/.identity/sessions/changes?after=0',
    '/.bulkhead/sample-accounts',
    '/.bulkhead/health',
  ]) {
    assert.equal((await identity.ask({ path, token: null })).status, 401, path);
    assert.equal((await identity.ask({ path })).status, 401, path);
    assert.equal((await identity.askInside(path)).status, 200, path);
  }
  assert.equal((await identity.askInside('/.identity/sessions/changes?after=-1')).status, 400);
  assert.equal((await identity.askInside('/.identity/sessions/changes?after=1e3')).status, 400);
});

test('[I5] whoever waits for changes hears of an ended session when its end is committed', async () => {
  const asker = await identity.enter(editor, from());
  const after = await sequenceNow();
  const waiting = identity.changesAfter(after);
  const answer = await identity.ask({ path: '/sign-out', form: '', asker });
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.location, '/sign-in?done=signed-out');
  assert.equal(answer.headers['bulkhead-session-ended'], asker.sessionId);
  const changes = await waiting;
  assert.ok(changes.sequence > after);
  assert.deepEqual(changes.sessions, [asker.sessionId]);
  assert.equal(await identity.find(asker.sessionId), null);
});

test('[I5] many who wait all hear, and whoever asks later hears at once', async () => {
  const asker = await identity.enter(editor, from());
  const after = await sequenceNow();
  const waiting = Array.from({ length: 20 }, () => identity.changesAfter(after));
  await identity.ask({ path: '/sign-out', form: '', asker });
  for (const changes of await Promise.all(waiting)) assert.deepEqual(changes.sessions, [asker.sessionId]);
  assert.deepEqual((await identity.changesAfter(after)).sessions, [asker.sessionId]);
});

test('[I5] a gateway that remembers more than this process ever told is told to forget all', async () => {
  assert.deepEqual(await identity.changesAfter(999_999), { sequence: 0, sessions: [] });
});

test('[I8] a session that is not used for thirty minutes ends; one that is used lives twelve hours and no longer', async () => {
  const idle = await identity.enter(editor, from());
  const used = await identity.enter(editor, from());
  const seen = async (ids: readonly string[]) => {
    const body = Buffer.from(JSON.stringify({ ids }));
    const path = '/.identity/sessions/seen';
    const asked: Asked = { path, method: 'POST', body, claims: { route: 'job:sessions.seen', bodySha256: sha256Hex(body) } };
    const { status, headers } = await identity.askInside(path, { ...asked, token: await identity.gateway.mint(asked) });
    assert.equal(status, 200);
    assert.match(headers['bulkhead-commits'] as string, /^\d+$/);
  };
  for (let minutes = 0; minutes < 12 * 60 - 25; minutes += 25) {
    identity.clock.advanceMs(25 * 60_000);
    await seen([used.sessionId]);
    assert.ok(await identity.find(used.sessionId));
  }
  assert.equal(await identity.find(idle.sessionId), null);
  // What idled out does not come back.
  await seen([idle.sessionId, used.sessionId]);
  assert.equal(await identity.find(idle.sessionId), null);
  const endsAt = Date.parse((await identity.find(used.sessionId))?.endsAt ?? '');
  assert.ok(endsAt - identity.clock.now().getTime() < 30 * 60_000);
  identity.clock.advanceMs(25 * 60_000);
  assert.equal(await identity.find(used.sessionId), null);
});

test('noting use needs a token of the gateway for exactly that body and job', async () => {
  const { sessionId } = await identity.enter(editor, from());
  const body = Buffer.from(JSON.stringify({ ids: [sessionId] }));
  const path = '/.identity/sessions/seen';
  const asked: Asked = { path, method: 'POST', body };
  const status = async (more: Partial<Asked>) => (await identity.askInside(path, { ...asked, ...more })).status;
  assert.equal(await status({ token: null }), 401);
  const job = { route: 'job:sessions.seen' };
  const token = await identity.gateway.mint({ ...asked, claims: job });
  assert.equal(await status({ token, body: Buffer.from(JSON.stringify({ ids: ['z'.repeat(43)] })) }), 403);
  assert.equal(await status({ token: await identity.gateway.mint({ ...asked, claims: { route: 'session.end' } }) }), 403);
  assert.equal(
    await status({ token: await identity.gateway.mint({ ...asked, claims: { ...job, compartment: 'website' } }) }),
    403,
  );
  // Presented with another body it is used up all the same.
  assert.equal(await status({ token }), 409);
  const fresh = await identity.gateway.mint({ ...asked, claims: job });
  assert.equal(await status({ token: fresh }), 200);
  assert.equal(await status({ token: fresh }), 409);
});

test('[I12] sessions that an order blocks end here, and those of its accounts from before a moment; asked again nothing more ends', async () => {
  const [stolen, old] = [await identity.enter(editor, from()), await identity.enter(sample('reviewer'), from())];
  identity.clock.advanceMs(60_000);
  const account = (await identity.find(old.sessionId))?.accountId ?? '';
  const before = identity.clock.now().toISOString();
  identity.clock.advanceMs(1000);
  const fresh = await identity.enter(sample('reviewer'), from());
  const body = Buffer.from(JSON.stringify({ sessions: [stolen.sessionId], accounts: [{ account, before }] }));
  const path = '/.identity/sessions/end';
  const asked: Asked = { path, method: 'POST', body, claims: { route: 'job:sessions.end', bodySha256: sha256Hex(body) } };
  const after = await sequenceNow();
  assert.equal((await identity.askInside(path, { ...asked, token: null })).status, 401);
  assert.equal((await identity.askInside(path, { ...asked, token: await identity.gateway.mint(asked) })).status, 200);
  assert.deepEqual([await identity.find(stolen.sessionId), await identity.find(old.sessionId)], [null, null]);
  assert.ok(await identity.find(fresh.sessionId));
  assert.deepEqual(new Set((await identity.changesAfter(after)).sessions), new Set([stolen.sessionId, old.sessionId]));
  assert.equal((await identity.askInside(path, { ...asked, token: await identity.gateway.mint(asked) })).status, 200);
  assert.ok(await identity.find(fresh.sessionId));
});

test('the account page shows where one is signed in, coarsely, and ends one, the others, or this', async () => {
  const agents = [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0',
    'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    '<script>alert(1)</script>',
  ];
  const author = sample('author');
  const [first, second, third] = [
    await identity.enter(author, { ...from(), headers: { 'user-agent': agents[0] ?? '' } }),
    await identity.enter(author, { ...from(), headers: { 'user-agent': agents[1] ?? '' } }),
    await identity.enter(author, { ...from(), headers: { 'user-agent': agents[2] ?? '' } }),
  ];
  const page = (await identity.ask({ path: '/', asker: second })).text;
  for (const shown of ['Edge · Windows', 'Firefox · Linux', 'Unknown device', 'Second editor (sample)', 'Editor', 'this session'])
    assert.ok(page.includes(shown), shown);
  assert.ok(!page.includes('<script'));
  const ended = await identity.ask({ path: `/sessions/${first.sessionId}/end`, form: '', asker: second });
  assert.deepEqual([ended.status, ended.headers.location], [303, '/?done=session-ended']);
  assert.equal(await identity.find(first.sessionId), null);
  assert.ok(await identity.find(third.sessionId));
  const others = await identity.ask({ path: '/sessions/end-others', form: '', asker: second });
  assert.deepEqual([others.status, others.headers['bulkhead-session-ended']], [303, undefined]);
  assert.equal(await identity.find(third.sessionId), null);
  assert.ok(await identity.find(second.sessionId));
  assert.match((await identity.ask({ path: '/?done=others-ended', asker: second })).text, /All other sessions have ended/);
  const self = await identity.ask({ path: `/sessions/${second.sessionId}/end`, form: '', asker: second });
  assert.equal(self.headers['bulkhead-session-ended'], second.sessionId);
});

test('nobody ends a session of somebody else from their own account page', async () => {
  const mine = await identity.enter(editor, from());
  const theirs = await identity.enter(sample('reviewer'), from());
  await identity.ask({ path: `/sessions/${theirs.sessionId}/end`, form: '', asker: mine });
  await identity.ask({ path: '/sessions/end-others', form: '', asker: mine });
  assert.ok(await identity.find(theirs.sessionId));
});

test('pages speak the language of the account, unless the address asks for another', async () => {
  const asker = await identity.enter(editor, from());
  const headers = { 'accept-language': 'fr' };
  assert.match((await identity.ask({ path: '/', asker, headers })).text, /<html lang="en"/);
  const asked = await identity.ask({ path: '/?lang=ru', asker, headers });
  assert.match(asked.text, /<html lang="ru"/);
  assert.match(asked.text, /action="\/sign-out\?lang=ru"/);
  assert.match(asked.text, /Sample estate|Демонстрационн|Bulkhead/);
});

const NEW = 'lantern under the quiet pier';
const change = async (asker: Awaited<ReturnType<typeof identity.enter>>, form: Partial<Record<string, string>>) => {
  identity.clock.advanceMs(30_000);
  const honest = { current: editor.password, code: identity.codeOf(editor), wanted: NEW, again: NEW };
  return identity.ask({ path: '/password', form: { ...honest, ...form }, asker, address: '203.0.113.50' });
};

test('a password that is short, common, monotonous or about the person is refused, with the reason at the field', async () => {
  const asker = await identity.enter(editor, from());
  for (const [wanted, reason] of [
    ['short', 'at least 12'],
    ['p@ssw0rdP@ssw0rd!', 'Too many people'],
    ['123456789012345', 'Too many people|repeats'],
    ['aaaaaaaaaaaaaaaa', 'repeats'],
    ['abcdefghijklmnop', 'repeats|Too many'],
    ['editor-sample-1', 'your own name'],
    ['x'.repeat(300), 'repeats|at most 256'],
    [Array.from({ length: 260 }, (_, at) => String.fromCodePoint(97 + ((at * 7) % 26))).join(''), 'at most 256'],
  ] as const) {
    const { status, text } = await change(asker, { wanted, again: wanted });
    assert.equal(status, 422, wanted);
    assert.match(text, new RegExp(reason), wanted);
    assert.ok(!text.includes(`value="${wanted}"`));
  }
  assert.match((await change(asker, { again: 'another' })).text, /not the same/);
});

test('a password is changed only with the current one and a fresh code; all other sessions end, and only the new one signs in', async () => {
  const other = await identity.enter(editor, from());
  const asker = await identity.enter(editor, from());
  assert.equal((await change(asker, { current: 'not the password' })).status, 403);
  assert.equal((await change(asker, { code: '000000' })).status, 403);
  assert.ok(await identity.find(other.sessionId));
  const changed = await change(asker, {});
  assert.deepEqual([changed.status, changed.headers.location], [303, '/?done=password-changed']);
  assert.ok(await identity.find(asker.sessionId));
  assert.equal(await identity.find(other.sessionId), null);
  assert.equal((await identity.signIn(editor, from())).status, 403);
  assert.ok(startedBy(await identity.signIn({ ...editor, password: NEW }, from())));
  // The same keys pressed on another keyboard: composed or not, it is one password.
  const back = await change(asker, {
    current: NEW,
    wanted: 'déjà vu sur le quai',
    again: 'déjà vu sur le quai'.normalize('NFD'),
  });
  assert.equal(back.status, 303);
  assert.ok(startedBy(await identity.signIn({ ...editor, password: 'déjà vu sur le quai'.normalize('NFKD') }, from())));
});

test('[I9] in read-only mode sessions resolve and stay alive, nothing is written, and sign-in says that nobody can', async () => {
  const asker = await identity.enter(sample('reviewer'), from());
  const still = await bootIdentity(cluster, { mode: 'read-only', on: identity });
  assert.ok(await still.find(asker.sessionId));
  const shown = await still.ask({ path: '/sign-in' });
  assert.equal(shown.status, 200);
  assert.match(shown.text, /Nobody can sign in at the moment/);
  assert.ok(!shown.text.includes('name="password"'));
  const sent = await still.signIn(sample('reviewer'), from());
  assert.equal(sent.status, 503);
  assert.equal(startedBy(sent), undefined);
  const before = await lastXid();
  const body = Buffer.from(JSON.stringify({ ids: [asker.sessionId] }));
  const asked: Asked = { path: '/.identity/sessions/seen', method: 'POST', body, claims: { route: 'job:sessions.seen' } };
  for (let minutes = 0; minutes < 60; minutes += 20) {
    identity.clock.advanceMs(20 * 60_000);
    assert.equal((await still.askInside(asked.path, { ...asked, token: await still.gateway.mint(asked) })).status, 200);
    assert.ok(await still.find(asker.sessionId));
  }
  assert.equal((await still.ask({ path: '/', asker })).status, 200);
  assert.equal(await lastXid(), before);
});

async function lastXid(): Promise<string> {
  const rows = await identity.database.read.selectFrom('session').select('last_seen_at').orderBy('id').execute();
  return JSON.stringify(rows);
}

test('health answers, and an estate that is no sample has no sample accounts and tells of none', async () => {
  const health = await identity.askInside('/.bulkhead/health');
  assert.deepEqual([health.status, JSON.parse(health.text)], [200, { ok: true, compartment: 'identity', mode: 'open' }]);
  const told: unknown = JSON.parse((await identity.askInside('/.bulkhead/sample-accounts')).text);
  assert.ok(Array.isArray(told));
  assert.deepEqual(
    told.map((account) => [account.email, account.displayName, account.roles]),
    [
      ['administrator@sample.invalid', 'Administrator (sample)', { identity: ['administrator'] }],
      ['editor@sample.invalid', 'Editor (sample)', { website: ['editor'] }],
      ['reviewer@sample.invalid', 'Reviewer (sample)', { website: ['reviewer'] }],
      ['author@sample.invalid', 'Second editor (sample)', { website: ['editor'] }],
      ['delegation@sample.invalid', 'Administrator of a delegation (sample)', { identity: ['delegation-administrator'] }],
      ['delegate@sample.invalid', 'Delegate (sample)', {}],
      ['secretariat@sample.invalid', 'Registry of the Secretariat (sample)', { gisis: ['secretariat'] }],
      ['supplier@sample.invalid', 'Supplier of ship data (sample)', { gisis: ['data-supplier'] }],
      [
        'registrar@sample.invalid',
        'Registrar of Kenya (sample)',
        {
          gisis: [
            'piracy-officer',
            'contact-point-officer',
            'maritime-security-officer',
            'reception-facility-officer',
            'ship-officer',
          ],
        },
      ],
      [
        'surveyor@sample.invalid',
        'Surveyor of a society (sample)',
        { gisis: ['fuel-consumption-officer', 'annex-vi-officer', 'survey-officer'] },
      ],
      ['harbour@sample.invalid', 'Port officer of Kenya (sample)', { gisis: ['maritime-security-officer'] }],
      ['inspector@sample.invalid', 'Second port officer of Kenya (sample)', { gisis: ['maritime-security-officer'] }],
      ['kilifi@sample.invalid', 'Port officer of Kilifi (sample)', { gisis: ['maritime-security-officer'] }],
      ['lamu@sample.invalid', 'Port officer of Lamu (sample)', { gisis: ['maritime-security-officer'] }],
      ['malindi@sample.invalid', 'Port officer of Malindi (sample)', { gisis: ['maritime-security-officer'] }],
      ['vanga@sample.invalid', 'Port officer of Vanga (sample)', { gisis: ['maritime-security-officer'] }],
    ],
  );
  const real = await bootIdentity(cluster, { isSample: false });
  assert.equal((await real.askInside('/.bulkhead/sample-accounts')).status, 404);
  assert.equal((await real.signIn(editor, from())).status, 403);
});

test('starting again adds no accounts and keeps sessions', async () => {
  const asker = await identity.enter(sample('reviewer'), from());
  const count = async () => {
    const accounts = await identity.database.read.selectFrom('account').select('id').execute();
    const delegations = await identity.database.read.selectFrom('delegation').select('id').execute();
    return { accounts: accounts.length, delegations: delegations.length };
  };
  const before = await count();
  const again = await bootIdentity(cluster, { on: identity });
  assert.ok(await again.find(asker.sessionId));
  assert.deepEqual(await count(), before);
});

/** Makes an API token as its holder does, and tells how the gateway finds it. */
async function makeToken(account: SampleAccount, scopes: string) {
  const holder = await identity.enter(account, from());
  const until = new Date(identity.clock.now().getTime() + 30 * 86_400_000).toISOString().slice(0, 10);
  const form = { name: 'For a report', scopes, access: 'write', until };
  const page = await identity.ask({ path: '/api-tokens', form, asker: holder });
  const secret = /<code dir="ltr">(bh_[\w-]{43})<\/code>/.exec(page.text)?.[1];
  assert.ok(secret, `making a token was answered with ${page.status}`);
  const find = async () => {
    const answer = await identity.askInside(`/.identity/api-tokens/${sha256Hex(secret)}`);
    return answer.status === 200 ? apiTokenSchema.parse(JSON.parse(answer.text)) : null;
  };
  return { holder, find };
}

test('[I12] API tokens that an order blocks end here, and those of its accounts from before a moment', async () => {
  const [named, old] = [
    await makeToken(sample('author'), 'website/editor'),
    await makeToken(sample('reviewer'), 'website/reviewer'),
  ];
  const id = (await named.find())?.session.id;
  identity.clock.advanceMs(60_000);
  const accounts = [{ account: old.holder.accountId, before: identity.clock.now().toISOString() }];
  identity.clock.advanceMs(1000);
  const fresh = await makeToken(sample('reviewer'), 'website/reviewer');
  const body = Buffer.from(JSON.stringify({ sessions: [id], accounts }));
  const path = '/.identity/sessions/end';
  const asked: Asked = { path, method: 'POST', body, claims: { route: 'job:sessions.end', bodySha256: sha256Hex(body) } };
  assert.equal((await identity.askInside(path, { ...asked, token: await identity.gateway.mint(asked) })).status, 200);
  assert.deepEqual([await named.find(), await old.find()], [null, null]);
  assert.ok(await fresh.find());
});

test('[G21] an API token carries what its holder holds at the moment, tells when it was used last, and is worth nothing after its day or its holder’s', async () => {
  const { holder, find } = await makeToken(sample('author'), 'website/editor');
  const administrator = await identity.enter(sample('administrator'), from());
  assert.deepEqual((await find())?.session.roles, { website: ['editor'] });
  const sessionId = (await find())?.session.id ?? '';
  const told = JSON.parse((await identity.ask({ path: '/api/whoami', asker: { ...holder, sessionId } })).text);
  assert.deepEqual([told.token.roles, told.token.access], [{ website: ['editor'] }, 'write']);
  const usedAt = identity.clock.now();
  identity.clock.advanceMs(3000);
  const path = '/.bulkhead/jobs/software.keep';
  const job = await identity.gateway.mintJob('job:software.keep', { method: 'POST', path });
  assert.equal((await identity.askInside(path, { method: 'POST', token: job })).status, 200);
  const row = identity.database.read.selectFrom('api_token').select('last_used_at').where('account_id', '=', holder.accountId);
  assert.deepEqual((await row.orderBy('created_at', 'desc').executeTakeFirst())?.last_used_at, usedAt);
  const send = (what: string, form: Record<string, string> | string) =>
    identity.ask({ path: `/accounts/${holder.accountId}/${what}`, form, asker: administrator, ...from() });
  const editing = { role: 'website/editor', reason: 'For a test.' };
  assert.equal((await send('grants/end', editing)).status, 303);
  assert.deepEqual((await find())?.session.roles, {}, 'nothing is left that it could open');
  assert.equal((await send('grants', { ...editing, endsOn: '2026-12-31' })).status, 303);
  assert.deepEqual((await find())?.session.roles, { website: ['editor'] });
  const other = await makeToken(sample('reviewer'), 'website/reviewer');
  assert.equal((await send('disable', '')).status, 303);
  assert.equal(await find(), null, 'its holder is out of use');
  assert.ok(await other.find());
  identity.clock.advanceMs(31 * 86_400_000);
  assert.equal(await other.find(), null, 'its last day is over');
});
