import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '@bulkhead/kernel';
import type { Answer, Asked, Asker } from '@bulkhead/web';
import { manifest } from '#compartment.ts';
import { bootIdentity, SECRET, sample, startedBy, useIdentityCluster } from './booted-identity.ts';

const cluster = await useIdentityCluster();
const identity = await bootIdentity(cluster);
const { database } = identity;
let last = 0;
const from = (): Pick<Asked, 'address'> => {
  last += 1;
  return { address: `192.0.2.${last}` };
};
const administrator = await identity.enter(sample('administrator'), from());
const editor = await identity.enter(sample('editor'), from());
const reviewer = await identity.enter(sample('reviewer'), from());
const send = (path: string, form: Record<string, string> | string, asker?: Asker) =>
  identity.ask({ path, form, ...from(), ...(asker ? { asker } : {}) });
const codeIn = (text: string) => /<code dir="ltr">((?:[0-9A-Z]{4}-){7}[0-9A-Z]{4})<\/code>/.exec(text)?.[1] ?? '';
const glass = (code: string, more: Record<string, string> = {}) =>
  send('/break-glass', { code, reason: 'Nobody who administers can sign in.', ...more });
const session = async (answer: Answer) => identity.find(startedBy(answer) ?? '');

async function makePair(): Promise<readonly [string, string]> {
  const made = await send(
    '/break-glass/pairs',
    { first: 'editor@sample.invalid', second: 'reviewer@sample.invalid' },
    administrator,
  );
  assert.equal(made.status, 303, made.text);
  const show = async (asker: Asker) => {
    const page = await identity.ask({ path: '/', asker });
    const path = /\/break-glass\/halves\/[0-9a-f-]{36}/.exec(page.text)?.[0] ?? '';
    const shown = await send(path, '', asker);
    assert.equal(shown.status, 201, shown.text);
    assert.ok([403, 404].includes((await send(path, '', asker)).status), 'it is shown once');
    return codeIn(shown.text);
  };
  return [await show(editor), await show(reviewer)];
}

test('[I22] two halves within ten minutes open an administrator’s session for an hour, once; one alone opens nothing', async () => {
  const [first, second] = await makePair();
  assert.notEqual(first, second);
  const one = await glass(first);
  assert.equal(one.status, 200);
  assert.equal(startedBy(one), undefined);
  assert.match(one.text, /Now the other code/);
  assert.equal(startedBy(await glass(first)), undefined, 'the same half twice is one half');
  identity.clock.advanceMs(11 * 60_000);
  assert.equal(startedBy(await glass(second)), undefined, 'the first was too long ago: this one waits now');
  const open = await glass(first.toLowerCase().replaceAll('-', ' '));
  assert.deepEqual([open.status, open.headers.location], [303, '/accounts']);
  const opened = await session(open);
  assert.deepEqual(opened?.roles, { identity: ['administrator'] });
  assert.equal(opened && Date.parse(opened.endsAt) - identity.clock.now().getTime(), 15 * 60_000);
  identity.clock.advanceMs(12 * 60_000);
  assert.equal(
    (await session(open))?.authenticatedAt,
    identity.clock.now().toISOString(),
    'it may do all that needs a fresh proof',
  );
  const asker = { accountId: opened?.accountId ?? '', sessionId: opened?.id ?? '', displayName: '', roles: ['administrator'] };
  assert.equal((await identity.ask({ path: '/accounts', asker })).status, 200);
  const row = await database.read.selectFrom('session').selectAll().where('id', '=', asker.sessionId).executeTakeFirstOrThrow();
  assert.deepEqual([row.method, row.ends_at.getTime() - row.started_at.getTime()], ['break-glass', 3_600_000]);
  for (const code of [first, second]) assert.equal((await glass(code)).status, 403, 'both halves are used up');
  const listed = await identity.ask({ path: '/break-glass/pairs', asker: administrator });
  assert.match(listed.text, />used</);
  assert.ok(!(await identity.ask({ path: '/accounts', asker: administrator })).text.includes('Break-glass</'));
  identity.clock.advanceMs(3_600_000);
  assert.equal(await identity.find(asker.sessionId), null);
});

test('[I22] both halves on one screen open too, of one pair only, and of two who try at once one does', async () => {
  const [first, second] = await makePair();
  const [other] = await makePair();
  assert.equal((await glass(first, { second: other })).status, 403, 'halves of two pairs');
  assert.equal((await glass(first, { second: first })).status, 403, 'one half twice');
  const answers = await Promise.all([glass(first, { second }), glass(second, { second: first }), glass(first, { second })]);
  assert.equal(answers.filter((answer) => startedBy(answer)).length, 1);
});

test('[I23] codes stand nowhere but with their holder, and what is wrong is answered alike and writes nothing', async () => {
  const [first] = await makePair();
  const rows = await database.read.selectFrom('break_glass_half').selectAll().execute();
  assert.ok(!JSON.stringify(rows).includes(first.replaceAll('-', '')) && !JSON.stringify(rows).includes(first));
  const before = JSON.stringify(await database.read.selectFrom('break_glass').selectAll().orderBy('id').execute());
  const wrong = [
    `${first.slice(0, -1)}${first.endsWith('0') ? '1' : '0'}`,
    'x',
    '0000-0000',
    `${first}0`,
    "' or 1=1",
    '🚢'.repeat(32),
  ];
  const told = new Set<string>();
  for (const code of wrong) {
    const answer = await glass(code);
    assert.equal(answer.status, 403, code);
    assert.equal(answer.headers['bulkhead-commits'], undefined);
    told.add(/<p class="panel bad"[^>]*>([^<]*)/.exec(answer.text)?.[1] ?? '');
  }
  assert.equal(told.size, 1);
  assert.equal(JSON.stringify(await database.read.selectFrom('break_glass').selectAll().orderBy('id').execute()), before);
  assert.equal((await glass('x'.repeat(5_000_000)).catch(() => ({ status: 413 }))).status, 413);
  const place = { address: '203.0.113.250' };
  const tries = [];
  for (let number = 0; number < 40; number += 1)
    tries.push((await identity.ask({ path: '/break-glass', form: { code: 'x', reason: 'Guessing.' }, ...place })).status);
  assert.ok(tries.includes(429), 'who guesses is slowed');
  assert.equal((await glass(first)).status, 200, 'and whoever comes from elsewhere is not');
});

test('[I24] using a half is a finding: the manifest has the gateway raise it, whatever this process says', () => {
  assert.equal(manifest.routes.find(({ id }) => id === 'break-glass.use')?.raises, 'account.break_glass');
});

test('a pair has two different holders who are with us; it can be withdrawn, and ends being usable when a holder leaves', async () => {
  for (const [first, second] of [
    ['editor@sample.invalid', 'editor@sample.invalid'],
    ['editor@sample.invalid', 'nobody@sample.invalid'],
    ['editor@sample.invalid', 'person-1@sample.invalid'],
  ] as const) {
    const refused = await send('/break-glass/pairs', { first, second }, administrator);
    assert.equal(refused.status, 422);
    assert.match(refused.text, /two different people/);
    assert.ok(refused.text.includes(`value="${first}"`));
  }
  assert.equal((await identity.ask({ path: '/break-glass/pairs', asker: editor })).status, 403);
  identity.clock.advanceMs(1000);
  const [first, second] = await makePair();
  const page = await identity.ask({ path: '/break-glass/pairs', asker: administrator });
  const path = /\/break-glass\/pairs\/[0-9a-f-]{36}\/withdraw/.exec(page.text)?.[0] ?? '';
  assert.equal((await send(path, '', administrator)).status, 303);
  const [third, fourth] = await makePair();
  const answers = [await glass(first), await glass(second)];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [403, 403],
  );
  assert.equal((await send(`/accounts/${reviewer.accountId}/disable`, '', administrator)).status, 303);
  assert.equal((await glass(fourth)).status, 403);
  assert.equal(startedBy(await glass(third)), undefined);
});

test('[I25] the operator at headquarters invites an administrator only while nobody administers', async () => {
  const real = await bootIdentity(cluster, { isSample: false });
  const path = '/.identity/first-administrator';
  const invite = async (on: typeof real, given: unknown, route = 'job:identity.first-administrator') => {
    const body = Buffer.from(JSON.stringify(given));
    const token = await on.gateway.mintJob(route, { method: 'POST', path, bodySha256: sha256Hex(body) });
    return on.gateway.ask({
      path,
      body,
      token,
      headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' },
    });
  };
  const given = { email: 'First@sample.invalid', displayName: 'First', language: 'fr' };
  assert.equal((await invite(identity, given)).status, 409, 'a sample estate has an administrator');
  assert.equal((await real.gateway.ask({ path, body: Buffer.from('{}'), token: null })).status >= 400, true);
  assert.equal((await invite(real, { ...given, email: 'no' })).status, 400);
  assert.equal((await invite(real, { ...given, displayName: '\u202ex' })).status, 400);
  const invited = await invite(real, given);
  assert.equal(invited.status, 200, invited.text);
  const once: unknown = JSON.parse((await invite(real, given)).text);
  const { secret } = once as { secret: string };
  const shown = await real.ask({ path: '/set-up', form: { secret } });
  const totpSecret = /<code dir="ltr">([A-Z2-7 ]{39})</.exec(shown.text)?.[1]?.replaceAll(' ', '') ?? '';
  const password = 'seven gulls over grey slate';
  const done = await real.ask({
    path: '/set-up/finish',
    form: { secret, password, again: password, code: real.codeOf({ totpSecret }) },
  });
  assert.equal(done.status, 303, done.text);
  const entered = await real.signIn({ ...sample('editor'), email: 'first@sample.invalid', password, totpSecret });
  assert.deepEqual((await real.find(startedBy(entered) ?? ''))?.roles, { identity: ['administrator'] });
  assert.equal((await invite(real, { ...given, email: 'second@sample.invalid' })).status, 409, 'somebody administers now');
});
