import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Asked, Asker } from '@bulkhead/web';
import { bootIdentity, sample, startedBy, useIdentityCluster } from './booted-identity.ts';

const identity = await bootIdentity(await useIdentityCluster());
const administrator = await identity.enter(sample('administrator'), { address: '198.51.100.200' });
let address = 0;
const from = (): Pick<Asked, 'address'> => {
  address += 1;
  return { address: `198.51.100.${address}` };
};
const send = (path: string, form: Record<string, string> | string = '', asker: Asker = administrator) =>
  identity.ask({ path, form, asker });

async function accountId(email: string): Promise<string> {
  const row = await identity.database.read.selectFrom('account').select('id').where('email', '=', email).executeTakeFirst();
  return row?.id ?? '';
}
const secretIn = (text: string) => /<code dir="ltr">([A-Za-z0-9_-]{32})<\/code>/.exec(text)?.[1] ?? '';
const keyIn = (text: string) =>
  /<code dir="ltr">((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})<\/code>/.exec(text)?.[1]?.replaceAll(' ', '') ?? '';
const GOOD = 'seven gulls over grey slate';

/** Creates an account and returns its set-up secret. */
async function inviteSomebody(email: string, roles: readonly string[] = []): Promise<string> {
  const form = new URLSearchParams({ displayName: 'Amina Diallo', email, language: 'fr', reason: 'Works on it.' });
  for (const role of roles) form.append('roles', role);
  const answer = await send('/accounts', form.toString());
  assert.equal(answer.status, 201, answer.text);
  return secretIn(answer.text);
}

test('only administrators see the pages of accounts', async () => {
  const editor = await identity.enter(sample('editor'), from());
  const id = await accountId('reviewer@sample.invalid');
  for (const path of ['/accounts', '/accounts/new', `/accounts/${id}`]) {
    assert.equal((await identity.ask({ path })).status, 401, path);
    assert.equal((await identity.ask({ path, asker: editor })).status, 403, path);
    assert.equal((await identity.ask({ path, asker: administrator })).status, 200, path);
  }
  for (const path of [
    '/accounts',
    `/accounts/${id}/disable`,
    `/accounts/${id}/grants`,
    `/accounts/${id}/reinvite`,
    `/accounts/${id}/end-sessions`,
  ]) {
    assert.equal((await send(path, '', editor)).status, 403, path);
  }
  assert.ok(!(await identity.ask({ path: '/', asker: editor })).text.includes('href="/accounts"'));
});

test('the list names every account with roles and state', async () => {
  const { text } = await identity.ask({ path: '/accounts', asker: administrator });
  for (const shown of [
    'Editor (sample)',
    'reviewer@sample.invalid',
    'Administrator of accounts (Accounts and sign-in)',
    'Reviewer (Website)',
  ])
    assert.ok(text.includes(shown), shown);
});

test('[I10] an invited person sets up password and authenticator with a secret that works once, and then signs in', async () => {
  const email = 'Amina.Diallo@sample.invalid';
  const secret = await inviteSomebody(email, ['website/editor', 'website/reviewer']);
  assert.equal(secret.length, 32);
  const row = await identity.database.read.selectFrom('set_up').selectAll().executeTakeFirstOrThrow();
  assert.ok(!JSON.stringify(row).includes(secret));

  assert.match((await send('/set-up', { secret: 'x'.repeat(32) })).text, /not known, was used already or is too old/);
  const early = await identity.signIn({ ...sample('editor'), email, password: GOOD }, from());
  assert.equal(early.status, 403);

  const shown = await identity.ask({ path: '/set-up', form: { secret } });
  assert.equal(shown.status, 200);
  const first = keyIn(shown.text);
  assert.match(shown.text, /otpauth:\/\/totp\/Sample%20Maritime%20Organization:amina\.diallo%40sample\.invalid\?/);
  const totpSecret = keyIn((await identity.ask({ path: '/set-up', form: { secret } })).text);
  assert.notEqual(totpSecret, first);

  const finish = (form: Record<string, string>) =>
    identity.ask({
      path: '/set-up/finish',
      form: { secret, password: GOOD, again: GOOD, code: identity.codeOf({ totpSecret }), ...form },
    });
  for (const [form, told] of [
    [{ password: 'short', again: 'short' }, /at least 12/],
    [{ again: 'another one entirely' }, /not the same/],
    [{ code: identity.codeOf({ totpSecret: first }) }, /not the present code/],
    [{ password: 'amina diallo 1', again: 'amina diallo 1' }, /your own name/],
    [{ password: '', again: '' }, /Fill in this field/],
  ] as const) {
    const refused = await finish(form);
    assert.equal(refused.status, 422);
    assert.match(refused.text, told);
    assert.equal(keyIn(refused.text), totpSecret);
    assert.ok(!refused.text.includes(GOOD));
  }
  const done = await finish({});
  assert.deepEqual([done.status, done.headers.location], [303, '/sign-in?done=set-up']);
  assert.equal((await finish({})).status, 403);
  assert.equal((await identity.ask({ path: '/set-up', form: { secret } })).status, 403);

  const person = { ...sample('editor'), email, password: GOOD, totpSecret };
  const entered = await identity.signIn(person, from());
  const session = await identity.find(startedBy(entered) ?? '');
  assert.deepEqual(
    { roles: session?.roles, language: session?.language, name: session?.displayName },
    { roles: { website: ['editor', 'reviewer'] }, language: 'fr', name: 'Amina Diallo' },
  );
});

test('[I10] an invitation that two finish at once counts for one of them', async () => {
  const secret = await inviteSomebody('twice@sample.invalid');
  const totpSecret = keyIn((await identity.ask({ path: '/set-up', form: { secret } })).text);
  const finish = (password: string) =>
    identity.ask({ path: '/set-up/finish', form: { secret, password, again: password, code: identity.codeOf({ totpSecret }) } });
  const answers = await Promise.all([finish(GOOD), finish(`${GOOD} again`), finish(`${GOOD} twice`)]);
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((left, right) => left - right),
    [303, 403, 403],
  );
});

test('[I10] an invitation ends after three days', async () => {
  const secret = await inviteSomebody('late@sample.invalid');
  identity.clock.advanceMs(72 * 3_600_000 + 1000);
  assert.equal((await identity.ask({ path: '/set-up', form: { secret } })).status, 403);
});

test('an account is not made twice, without a proper address, or with a role that nobody declares; what was typed stays', async () => {
  const form = {
    displayName: 'Jean <b>',
    email: 'EDITOR@sample.invalid',
    language: 'en',
    roles: 'website/editor',
    reason: 'Edits.',
  };
  const taken = await send('/accounts', form);
  assert.equal(taken.status, 422);
  assert.match(taken.text, /Another account has this address/);
  assert.ok(taken.text.includes('value="Jean &lt;b&gt;"'));
  assert.match(taken.text, /value="website\/editor" checked/);
  for (const email of ['nobody', 'a b@c.org', 'a@b..', 'a@-x', `${'a'.repeat(300)}@b.org`, '']) {
    const { status } = await send('/accounts', { ...form, email });
    assert.equal(status, 422, email);
  }
  assert.equal((await send('/accounts', { ...form, email: 'x@sample.invalid', roles: 'website/owner' })).status, 422);
  assert.equal((await send('/accounts', { ...form, email: 'x@sample.invalid', language: 'xx' })).status, 422);
  assert.equal((await send('/accounts', { ...form, status: 'active' })).status, 400);
});

test('[I5] disabling an account ends its sessions in the same transaction, and those who wait hear of it', async () => {
  const reviewer = await identity.enter(sample('reviewer'), from());
  const { sequence } = await identity.changesAfter(0);
  const waiting = sequence === 0 ? null : identity.changesAfter(sequence);
  const id = await accountId('reviewer@sample.invalid');
  const answer = await send(`/accounts/${id}/disable`);
  assert.deepEqual([answer.status, answer.headers.location], [303, `/accounts/${id}?done=disabled`]);
  assert.ok(((await waiting) ?? (await identity.changesAfter(0))).sessions.includes(reviewer.sessionId));
  assert.equal(await identity.find(reviewer.sessionId), null);
  assert.equal((await identity.signIn(sample('reviewer'), from())).status, 403);
  assert.equal((await send(`/accounts/${id}/disable`)).status, 409);
});

test('inviting anew makes the old password and authenticator worthless at once and brings a disabled account back', async () => {
  const author = await identity.enter(sample('author'), from());
  const id = await accountId('author@sample.invalid');
  const invited = await send(`/accounts/${id}/reinvite`);
  assert.equal(invited.status, 201);
  assert.equal(await identity.find(author.sessionId), null);
  assert.equal((await identity.signIn(sample('author'), from())).status, 403);
  const disabled = await accountId('reviewer@sample.invalid');
  const secret = secretIn((await send(`/accounts/${disabled}/reinvite`)).text);
  const totpSecret = keyIn((await identity.ask({ path: '/set-up', form: { secret } })).text);
  const form = { secret, password: GOOD, again: GOOD, code: identity.codeOf({ totpSecret }) };
  assert.equal((await identity.ask({ path: '/set-up/finish', form })).status, 303);
  assert.ok(startedBy(await identity.signIn({ ...sample('reviewer'), password: GOOD, totpSecret }, from())));
});

test('[I5] changed roles are told for the sessions that live, which then have them', async () => {
  const editor = await identity.enter(sample('editor'), from());
  const { sequence } = await identity.changesAfter(0);
  const id = await accountId('editor@sample.invalid');
  const waiting = identity.changesAfter(sequence);
  const reason = 'Reviews while a colleague is away.';
  assert.equal((await send(`/accounts/${id}/grants`, { role: 'website/reviewer', endsOn: '2026-12-31', reason })).status, 303);
  assert.ok((await waiting).sessions.includes(editor.sessionId));
  assert.deepEqual((await identity.find(editor.sessionId))?.roles['website']?.toSorted(), ['editor', 'reviewer']);
  assert.equal((await send(`/accounts/${id}/grants`, { role: 'website/owner', endsOn: '2026-12-31', reason })).status, 422);
  for (const role of ['website/editor', 'website/reviewer'])
    assert.equal((await send(`/accounts/${id}/grants/end`, { role, reason })).status, 303);
  assert.deepEqual((await identity.find(editor.sessionId))?.roles, {});
});

test("an administrator ends somebody's sessions", async () => {
  const editor = await identity.enter(sample('editor'), from());
  const id = await accountId('editor@sample.invalid');
  assert.equal((await send(`/accounts/${id}/end-sessions`)).status, 303);
  assert.equal(await identity.find(editor.sessionId), null);
});

test('[I11] the last administrator can be neither disabled, nor invited anew, nor stripped of the role', async () => {
  const id = administrator.accountId;
  const end = { role: 'identity/administrator', reason: 'Enough.' };
  for (const path of ['disable', 'reinvite', 'grants/end']) {
    const answer = await send(`/accounts/${id}/${path}`, path === 'grants/end' ? end : '');
    assert.equal(answer.status, 409, path);
    assert.match(answer.text, /This is the last administrator/);
  }
  assert.equal(
    (
      await send('/accounts', {
        displayName: 'Second',
        email: 'second@sample.invalid',
        language: 'en',
        roles: 'identity/administrator',
        reason: 'A second one.',
      })
    ).status,
    201,
  );
  // Invited is not active: nobody could administer.
  assert.equal((await send(`/accounts/${id}/disable`)).status, 409);
});

let survivor = administrator;

test('[I11] of two administrators who disable each other at once one remains', async () => {
  const email = 'third@sample.invalid';
  const secret = await inviteSomebody(email, ['identity/administrator']);
  const totpSecret = keyIn((await identity.ask({ path: '/set-up', form: { secret } })).text);
  const form = { secret, password: GOOD, again: GOOD, code: identity.codeOf({ totpSecret }) };
  assert.equal((await identity.ask({ path: '/set-up/finish', form })).status, 303);
  const third = await identity.enter({ ...sample('editor'), email, password: GOOD, totpSecret }, from());
  const answers = await Promise.all([
    send(`/accounts/${third.accountId}/disable`, '', administrator),
    send(`/accounts/${administrator.accountId}/disable`, '', third),
  ]);
  // The one who comes second is told that nobody else would administer, or is out already.
  assert.equal(answers.filter(({ status }) => status === 303).length, 1);
  assert.ok(answers.every(({ status }) => [303, 401, 409].includes(status)));
  if (answers[1]?.status === 303) survivor = third;
});

test('an account that is not there, or an id of another form, is not found', async () => {
  for (const id of ['00000000-0000-4000-8000-000000000000', 'x', 'a'.repeat(36)]) {
    const { status } = await identity.ask({ path: `/accounts/${id}`, asker: survivor });
    assert.ok([404].includes(status), `${id}: ${status}`);
  }
});
