import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Asked, Asker } from '@bulkhead/web';
import { bootIdentity, sample, useIdentityCluster } from './booted-identity.ts';

const identity = await bootIdentity(await useIdentityCluster());
const { database } = identity;
let last = 0;
const from = (): Pick<Asked, 'address'> => {
  last += 1;
  return { address: `203.0.113.${last}` };
};
const secretariat = await identity.enter(sample('administrator'), from());
const kenya = await identity.enter(sample('delegation'), from());

type Form = Record<string, string> | string;
const see = (path: string, asker: Asker = secretariat) => identity.ask({ path, asker });
const send = (path: string, form: Form, asker: Asker = secretariat): Promise<Answer> => identity.ask({ path, form, asker });
const idOf = async (email: string) =>
  (await database.read.selectFrom('account').select('id').where('email', '=', email).executeTakeFirstOrThrow()).id;
const place = (id: string) => database.read.selectFrom('account').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const held = (id: string) => database.read.selectFrom('role_grant').selectAll().where('account_id', '=', id).execute();
const history = async (id: string) => {
  const rows = await database.read.selectFrom('grant_event').selectAll().where('account_id', '=', id).orderBy('id').execute();
  return rows.map(({ what, role }) => `${what} ${role}`);
};
const delegation = (id: string) =>
  database.read.selectFrom('delegation').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status).toSorted((left, right) => left - right);
const TERMS = { endsOn: '2026-12-31', reason: 'Works on it.' };
const delegate = await idOf('delegate@sample.invalid');
const reviewer = await idOf('reviewer@sample.invalid');

/** Says what Kenya's delegation holds. */
async function kenyaHolds(...roles: readonly string[]): Promise<Answer> {
  const form = new URLSearchParams({ version: String((await delegation('state-ken')).version), reason: 'Agreed.' });
  for (const role of ['identity/delegation-administrator', ...roles]) form.append('holds', role);
  return send('/delegations/state-ken/holds', form.toString());
}

test('every Member State and associate member is there with a name in each official language', async () => {
  const rows = await database.read.selectFrom('delegation').select(['kind', 'names']).where('is_sample', '=', false).execute();
  const count = (kind: string) => rows.filter((row) => row.kind === kind).length;
  assert.deepEqual([count('member-state'), count('associate-member')], [176, 3]);
  for (const { names } of rows)
    assert.deepEqual(Object.keys(Object(names)).toSorted(), ['ar', 'en', 'es', 'fr', 'ru', 'zh'], JSON.stringify(names));
});

test('delegations are found by name in any language, by kind and page by page; the order is that of the language', async () => {
  assert.match((await see('/delegations?q=cote+d')).text, /Côte d’Ivoire/);
  assert.match(
    (await see(`/delegations?q=${encodeURIComponent('Панама')}&lang=fr`)).text,
    /href="\/delegations\/state-pan\?lang=fr"/,
  );
  assert.ok(!(await see('/delegations?kind=ngo')).text.includes('state-fra'));
  const { text } = await see('/delegations?lang=ar');
  assert.match(text, /dir="rtl"/);
  assert.match(text, /page=2/);
  assert.match((await see('/delegations?q=zzzz')).text, /None fits/);
});

test('[I13] a delegation’s administrator sees, invites and changes its people, and nobody else’s', async () => {
  const list = await see('/accounts', kenya);
  assert.match(list.text, /Wanjiru Kamau/);
  for (const other of ['reviewer@sample.invalid', 'Camille Lefort']) assert.ok(!list.text.includes(other), other);
  assert.ok(!(await see('/accounts?delegation=state-fra', kenya)).text.includes('Camille'));
  const hidden: readonly (readonly [string, Form])[] = [
    [`/accounts/${reviewer}/disable`, ''],
    [`/accounts/${reviewer}/reinvite`, ''],
    [`/accounts/${reviewer}/end-sessions`, ''],
    [`/accounts/${reviewer}/grants`, { role: 'website/editor', ...TERMS }],
    [`/accounts/${reviewer}/grants/end`, { role: 'website/reviewer', reason: 'No.' }],
    [`/accounts/${reviewer}/change`, { displayName: 'Mallory', language: 'en' }],
    [`/accounts/${reviewer}/delete`, { reason: 'No.' }],
  ];
  assert.equal((await see(`/accounts/${reviewer}`, kenya)).status, 404);
  for (const [path, form] of hidden) assert.equal((await send(path, form, kenya)).status, 404, path);
  const form = { displayName: 'Achieng Odhiambo', email: 'achieng@sample.invalid', language: 'en', delegation: 'state-fra' };
  assert.equal((await send('/accounts', form, kenya)).status, 201);
  const id = await idOf('achieng@sample.invalid');
  assert.equal((await place(id)).delegation_id, 'state-ken');
  const moved = { displayName: 'Achieng O.', language: 'fr', delegation: 'secretariat' };
  assert.equal((await send(`/accounts/${id}/change`, moved, kenya)).status, 409);
  assert.equal((await send(`/accounts/${id}/change`, { displayName: 'Achieng O.', language: 'fr' }, kenya)).status, 303);
  const { display_name, delegation_id } = await place(id);
  assert.deepEqual([display_name, delegation_id], ['Achieng O.', 'state-ken']);
  for (const path of ['/delegations', '/grants/waiting', '/break-glass/pairs'])
    assert.equal((await see(path, kenya)).status, 403, path);
});

test('[I14] a role is given only within what the delegation holds, with an end and a reason, each fault told at its field', async () => {
  const path = `/accounts/${delegate}/grants`;
  assert.match((await send(path, { role: 'website/editor', ...TERMS }, kenya)).text, /does not hold this role/);
  assert.equal((await kenyaHolds('website/editor')).status, 303);
  for (const [form, told] of [
    [{ role: 'website/editor', endsOn: '2026-02-30', reason: 'x' }, /Write a day such as/],
    [{ role: 'website/editor', endsOn: '2026-03-01', reason: 'x' }, /This day is over/],
    [{ role: 'website/editor', endsOn: '2031-01-01', reason: 'x' }, /more than three years/],
    [{ role: 'website/editor', endsOn: '2026-12-31', reason: ' ' }, /Write why/],
    [{ role: 'website/editor', endsOn: '2026-12-31', reason: 'a\u202eb' }, /hidden marks/],
    [{ role: '', ...TERMS }, /Choose a role/],
  ] as const) {
    const refused = await send(path, form, kenya);
    assert.equal(refused.status, 422, JSON.stringify(form));
    assert.match(refused.text, told);
  }
  assert.deepEqual(await held(delegate), []);
  const given = await send(path, { role: 'website/editor', ...TERMS }, kenya);
  assert.deepEqual([given.status, given.headers.location], [303, `/accounts/${delegate}?done=role-granted`]);
  const [grant] = await held(delegate);
  assert.deepEqual(
    [grant?.ends_at.toISOString(), grant?.reason, grant?.granted_by],
    ['2026-12-31T23:59:59.999Z', TERMS.reason, kenya.accountId],
  );
});

test('[I19] of two who give one role at once one does, and the other is told', async () => {
  await kenyaHolds('website/editor', 'website/reviewer');
  const give = (asker: Asker) => send(`/accounts/${delegate}/grants`, { role: 'website/reviewer', ...TERMS }, asker);
  const answers = await Promise.all([give(kenya), give(secretariat), give(kenya)]);
  assert.deepEqual(statuses(answers), [303, 409, 409]);
  assert.match(answers.find(({ status }) => status === 409)?.text ?? '', /has this role already/);
  assert.equal((await held(delegate)).filter(({ role }) => role === 'reviewer').length, 1);
});

test('[I15] what the Secretariat must approve counts for nothing until it does, and one decision counts', async () => {
  const asked = await send(`/accounts/${delegate}/grants`, { role: 'identity/delegation-administrator', ...TERMS }, kenya);
  assert.equal(asked.headers.location, `/accounts/${delegate}?done=role-asked`);
  const member = await identity.enter(sample('delegate'), from());
  assert.equal((await identity.find(member.sessionId))?.roles['identity'], undefined);
  assert.equal((await see('/accounts', member)).status, 403);
  assert.match((await see('/grants/waiting')).text, /Administrator of a delegation/);
  const decide = (decision: string, asker = secretariat) =>
    send(
      '/grants/decide',
      { account: delegate, role: 'identity/delegation-administrator', decision, reason: 'Confirmed by note.' },
      asker,
    );
  assert.equal((await decide('approve', kenya)).status, 403);
  const answers = await Promise.all([decide('approve'), decide('refuse')]);
  assert.deepEqual(statuses(answers), [303, 409]);
  assert.match(answers.find(({ status }) => status === 409)?.text ?? '', /Somebody else has decided/);
  const events = await history(delegate);
  assert.equal(events.filter((event) => /^(approved|refused) delegation-administrator$/.test(event)).length, 1);
  if (events.includes('refused delegation-administrator')) {
    await send(`/accounts/${delegate}/grants`, { role: 'identity/delegation-administrator', ...TERMS }, kenya);
    assert.equal((await decide('approve')).status, 303);
  }
});

test('[I21] a role over accounts begins with a fresh sign-in, and its sessions are shorter', async () => {
  const member = await identity.enter(sample('delegate'), from());
  const session = await identity.find(member.sessionId);
  assert.deepEqual(session?.roles['identity'], ['delegation-administrator']);
  assert.equal(session?.delegation, 'state-ken');
  assert.equal((await see('/accounts', member)).status, 200);
  const rows = await database.read
    .selectFrom('session')
    .selectAll()
    .where('account_id', '=', delegate)
    .orderBy('started_at')
    .execute();
  assert.deepEqual(
    rows.map(({ ended_by }) => ended_by),
    ['administrator', null],
  );
  const [before, after] = rows.map((row) => [
    row.idle_seconds / 60,
    (row.ends_at.getTime() - row.started_at.getTime()) / 3_600_000,
  ]);
  assert.deepEqual(
    [before, after],
    [
      [30, 12],
      [15, 8],
    ],
  );
  assert.match((await see('/', member)).text, /ends after 15 minutes without use, and 8 hours/);
  identity.clock.advanceMs(15 * 60_000);
  assert.equal(await identity.find(member.sessionId), null);
});

test('[I20] a delegation’s administrator does not take over somebody who holds what only the Secretariat gives', async () => {
  for (const path of ['reinvite', 'disable']) {
    const refused = await send(`/accounts/${delegate}/${path}`, '', kenya);
    assert.equal(refused.status, 409, path);
    assert.match(refused.text, /only the Secretariat gives/);
  }
  assert.equal(
    (await send(`/accounts/${delegate}/delete`, { reason: 'Left.' }, kenya)).headers.location,
    `/accounts/${delegate}?done=beyond-reach`,
  );
  assert.equal((await place(delegate)).status, 'active');
});

test('[I17] what a delegation holds no more ends for its people at once; who gives it at that moment waits, and is refused', async () => {
  const person = await idOf('achieng@sample.invalid');
  const [taken, given] = await Promise.all([
    kenyaHolds('website/editor'),
    send(`/accounts/${person}/grants`, { role: 'website/reviewer', ...TERMS }, kenya),
  ]);
  assert.equal(taken.status, 303);
  assert.ok([303, 409].includes(given.status), given.text);
  for (const account of [person, delegate])
    assert.ok(!(await held(account)).some(({ role }) => role === 'reviewer'), 'nobody holds it afterwards');
  assert.ok((await history(delegate)).includes('ended reviewer'));
});

test('who changes a delegation that somebody else has changed meanwhile is told, and sees how it stands', async () => {
  const version = String((await delegation('state-pan')).version);
  const rename = (name: string) => send('/delegations/state-pan/names', { version, name_en: name });
  const answers = await Promise.all([rename('Panama (one)'), rename('Panama (other)')]);
  assert.deepEqual(statuses(answers), [303, 409]);
  assert.match(answers.find(({ status }) => status === 409)?.text ?? '', /Somebody has changed this delegation/);
});

test('a delegation is added with a code of its own; what was typed stays when it cannot be', async () => {
  const form = { kind: 'ngo', code: 'fra', name_en: 'Friends of Lighthouses', name_fr: 'Amis des phares' };
  const taken = await send('/delegations', form);
  assert.equal(taken.status, 422);
  assert.match(taken.text, /Another delegation has this code/);
  assert.match(taken.text, /value="Amis des phares"/);
  assert.match((await send('/delegations', { ...form, code: 'é!' })).text, /capital letters, digits and hyphens/);
  assert.match((await send('/delegations', { ...form, code: 'FOL', name_en: '\u2067Phares' })).text, /hidden marks/);
  const made = await send('/delegations', { ...form, code: 'fol' });
  assert.equal(made.status, 303);
  assert.match((await see(String(made.headers.location))).text, /Friends of Lighthouses/);
});

test('[I16] a role stops counting at its end by itself, also in the session that lives, and that is noted', async () => {
  const path = `/accounts/${reviewer}/grants`;
  const today = identity.clock.now().toISOString().slice(0, 10);
  assert.equal((await send(path, { role: 'website/editor', endsOn: today, reason: 'For today.' })).status, 303);
  const midnight = new Date(`${today}T23:59:59.999Z`).getTime();
  identity.clock.advanceMs(midnight - identity.clock.now().getTime() - 10 * 60_000);
  const asker = await identity.enter(sample('reviewer'), from());
  const session = await identity.find(asker.sessionId);
  assert.deepEqual(session?.roles['website']?.toSorted(), ['editor', 'reviewer']);
  assert.equal(session?.freshUntil, `${today}T23:59:59.999Z`);
  identity.clock.advanceMs(15 * 60_000);
  assert.deepEqual((await identity.find(asker.sessionId))?.roles['website'], ['reviewer']);
  const tidied = await identity.runJob('identity.tidy');
  assert.equal(tidied.status, 200, tidied.text);
  assert.ok((await history(reviewer)).includes('lapsed editor'));
  assert.match((await see(`/accounts/${reviewer}`)).text, /ended by itself/);
});

test('[I18] the history of roles is added to and never changed', async () => {
  const token = await identity.gateway.mintJob('job:identity.start');
  await assert.rejects(
    database.transact(token, (trx) => trx.updateTable('grant_event').set({ reason: 'Nothing happened.' }).execute()),
  );
  const second = await identity.gateway.mintJob('job:identity.start');
  await assert.rejects(database.transact(second, (trx) => trx.deleteFrom('grant_event').execute()));
});

test('[I30] every role is reviewed once a year: what is overdue is shown, nobody confirms their own, and one answer counts', async () => {
  assert.match((await see('/reviews', kenya)).text, /Nothing must be reviewed/);
  const endsOn = '2028-12-31';
  assert.equal((await send(`/accounts/${reviewer}/grants`, { role: 'website/editor', endsOn, reason: 'For long.' })).status, 303);
  identity.clock.advanceMs(320 * 86_400_000);
  const list = await see('/reviews');
  assert.match(list.text, /Review by/);
  assert.ok(!list.text.includes('>overdue<'));
  assert.ok(!(await see('/reviews', kenya)).text.includes('Reviewer (sample)'));
  const rows = await held(reviewer);
  const grant = rows.find(({ role }) => role === 'reviewer');
  assert.ok(grant);
  const answer = (decision: string, asker = secretariat, account = reviewer, role = 'website/reviewer') =>
    send(
      '/reviews',
      { account, role, decision, endsOn: '2028-03-01', reason: 'Still reviews.', seen: grant.review_by.toISOString() },
      asker,
    );
  const answers = await Promise.all([answer('confirm'), answer('confirm')]);
  assert.deepEqual(statuses(answers), [303, 409]);
  assert.equal((await held(reviewer)).find(({ role }) => role === 'reviewer')?.ends_at.toISOString(), '2028-03-01T23:59:59.999Z');
  const self = (await held(secretariat.accountId))[0];
  assert.ok(self);
  // Who administers alone confirms their own: nobody else can.
  const alone = {
    account: secretariat.accountId,
    role: 'identity/administrator',
    decision: 'confirm',
    endsOn,
    reason: 'Goes on.',
  };
  assert.equal((await send('/reviews', { ...alone, seen: self.review_by.toISOString() })).status, 303);
  const own = (await held(kenya.accountId))[0];
  assert.ok(own);
  const confirmed = await send(
    '/reviews',
    {
      account: kenya.accountId,
      role: 'identity/delegation-administrator',
      decision: 'confirm',
      endsOn: '2028-03-01',
      reason: 'I need it.',
      seen: own.review_by.toISOString(),
    },
    kenya,
  );
  assert.equal(confirmed.status, 409);
  assert.match(confirmed.text, /Nobody confirms their own/);
  const seen = own.review_by.toISOString();
  const byOther = {
    account: kenya.accountId,
    role: 'identity/delegation-administrator',
    decision: 'confirm',
    endsOn,
    reason: 'Yes.',
    seen,
  };
  assert.equal((await send('/reviews', byOther)).status, 303);
  identity.clock.advanceMs(50 * 86_400_000);
  const late = await see('/reviews');
  assert.match(late.text, /1 overdue/);
  assert.match(late.text, />overdue</);
  const editing = (await held(reviewer)).find(({ role }) => role === 'editor');
  assert.ok(editing);
  const end = {
    account: reviewer,
    role: 'website/editor',
    decision: 'end',
    endsOn: '',
    reason: 'Not needed.',
    seen: editing.review_by.toISOString(),
  };
  assert.equal((await send('/reviews', end)).status, 303);
  assert.ok((await history(reviewer)).includes('ended editor'));
});

test('[I28] when a delegation ends its people are signed out and stay out, until it is taken up again', async () => {
  const person = await identity.enter(sample('delegate'), from());
  const end = async (what: string) =>
    send(`/delegations/state-ken/${what}`, { version: String((await delegation('state-ken')).version) });
  assert.equal((await end('end')).status, 303);
  assert.equal(await identity.find(person.sessionId), null);
  assert.equal((await identity.signIn(sample('delegate'), from())).status, 403);
  const invited = await send('/accounts', {
    displayName: 'Late',
    email: 'late@sample.invalid',
    language: 'en',
    delegation: 'state-ken',
  });
  assert.equal(invited.status, 422);
  assert.match(invited.text, /This delegation has ended/);
  assert.equal((await end('reopen')).status, 303);
  assert.ok(await identity.enter(sample('delegate'), from()));
  const secretariats = { version: String((await delegation('secretariat')).version) };
  assert.match((await send('/delegations/secretariat/end', secretariats)).text, /runs the estate/);
});

test('[I29] a name turns no direction, hides nothing and is seen; accents, emoji and other scripts are names', async () => {
  const invite = (displayName: string, number: number) =>
    send('/accounts', { displayName, email: `name-${number}@sample.invalid`, language: 'en' });
  for (const [number, name] of [
    '\u202eevil',
    'a\u2066b',
    'a\ue000',
    '\u200b\u200b',
    '  ',
    'x'.repeat(201),
    `a${'\u0301'.repeat(12)}`,
  ].entries()) {
    const refused = await invite(name, number);
    assert.equal(refused.status, 422, JSON.stringify(name));
    assert.match(refused.text, /field-fault/);
  }
  for (const [number, name] of ['سلمى حداد', '陈海明', 'Ñandú 🚢', 'Zoe\u0308 Dvořák', 'שרה', 'O’Brien'].entries())
    assert.equal((await invite(name, 100 + number)).status, 201, name);
  const huge = await invite('x'.repeat(5_000_000), 200).catch(() => ({ status: 413 }));
  assert.equal(huge.status, 413);
});

test('ten thousand accounts in two hundred delegations are searched page by page', async () => {
  const token = await identity.gateway.mintJob('job:identity.start');
  const at = identity.clock.now();
  await database.transact(token, async (trx) => {
    for (let from = 0; from < 10_000; from += 2500)
      await trx
        .insertInto('account')
        .values(
          Array.from({ length: 2500 }, (_, number) => ({
            id: `10000000-0000-4000-8000-${String(from + number).padStart(12, '0')}`,
            email: `many-${from + number}@sample.invalid`,
            display_name: `Person ${String(from + number).padStart(5, '0')}`,
            language: 'en',
            status: 'invited',
            delegation_id: 'state-nor',
            created_at: at,
            changed_at: at,
          })),
        )
        .execute();
  });
  const first = await see('/accounts?delegation=state-nor');
  assert.match(first.text, /10,001 found/);
  assert.match(first.text, /page=2/);
  const found = await see('/accounts?q=person+09%25');
  assert.match(found.text, /Nobody fits/);
  const one = await see('/accounts?q=many-9999');
  assert.match(one.text, /Person 09999/);
  assert.match((await see('/accounts?delegation=state-nor&page=201')).text, /Person 09999|Solberg|page=200/);
  for (const query of ['q=%00', 'page=0', 'page=x', 'status=none', `q=${'a'.repeat(3000)}`, 'delegation=%27%20or%201']) {
    const answer = await see(`/accounts?${query}`);
    assert.ok([200, 400].includes(answer.status), `${query}: ${answer.status}`);
  }
});
