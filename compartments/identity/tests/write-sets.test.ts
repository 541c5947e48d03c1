import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '@bulkhead/kernel';
import { type Asked, type Asker } from '@bulkhead/web';
import { accountPart } from '#account/account.manifest.ts';
import { breakGlassPart } from '#break-glass/break-glass.manifest.ts';
import { manifest } from '#compartment.ts';
import { delegationPart } from '#delegation/delegation.manifest.ts';
import { grantPart } from '#grant/grant.manifest.ts';
import { privacyPart } from '#privacy/privacy.manifest.ts';
import { TRACES } from '#privacy/privacy.rules.ts';
import { profilePart } from '#profile/profile.manifest.ts';
import { sessionPart } from '#session/session.manifest.ts';
import { bootIdentity, SECRET, sample, startedBy, useIdentityCluster } from './booted-identity.ts';
import { noteWrites } from './noted-writes.ts';

/** The parts of the manifest whose routes this file walks through, each of them. */
const PARTS = [sessionPart, profilePart, accountPart, grantPart, delegationPart, breakGlassPart, privacyPart];

const cluster = await useIdentityCluster();
const { admin, database } = await noteWrites(cluster);
const identity = await bootIdentity(cluster, { database });
const written = new Map<string, Set<string>>();

/** Asks, and notes which tables the transactions that the answer names have written. */
async function ask(route: string, asked: Asked): Promise<string> {
  const answer = await identity.ask({ ...asked, claims: { route } });
  const xids = String(answer.headers['bulkhead-commits'] ?? '')
    .split(',')
    .filter(Boolean);
  assert.equal(
    xids.length,
    1,
    `${route} was answered with ${answer.status} and the transactions "${xids.join()}": ${answer.text}`,
  );
  const rows = await admin.query<{ tab: string }>('select distinct tab from noted where xid = any($1)', [xids]);
  written.set(route, new Set([...(written.get(route) ?? []), ...rows.map(({ tab }) => tab)]));
  return answer.text;
}

const GOOD = 'seven gulls over grey slate';
const idOf = async (email: string) =>
  (await identity.database.read.selectFrom('account').select('id').where('email', '=', email).executeTakeFirst())?.id ?? '';
const enter = async (name: string) => identity.enter(sample(name));
const secretIn = (text: string) => /<code dir="ltr">([\w-]{32})</.exec(text)?.[1] ?? '';
const TERMS = { endsOn: '2026-12-31', reason: 'Works on it.' };

/** Lets an account have something in every table that goes with it. */
async function fillTraces(accountId: string, only?: readonly string[]): Promise<void> {
  const at = '2026-03-01T00:00:00Z';
  await admin.query('set session_replication_role = replica');
  const values: Readonly<Record<string, string>> = {
    api_token: `(id, account_id, name, secret_sha256, scopes, is_read_only, created_at, expires_at) values (gen_random_uuid(), '${accountId}', 'x', '${sha256Hex(accountId)}', '{a/b}', true, '${at}', '2026-04-01')`,
    external_identity: `(provider_id, subject, account_id, linked_at, last_used_at) values ('someone', '${accountId}', '${accountId}', '${at}', '${at}')`,
    ldap_person: `(server_id, subject, account_id, login, linked_at, last_used_at) values ('someone', '${accountId}', '${accountId}', 'x', '${at}', '${at}')`,
    oidc_consent: `(account_id, client_id, scopes, given_at) values ('${accountId}', 'someone', '{openid}', '${at}')`,
    oidc_refresh_token: `(id_sha256, grant_id, client_id, account_id, payload, created_at, expires_at) values ('${sha256Hex(`r${accountId}`)}', 'abcdefghijklmnopqrstuvwx', 'someone', '${accountId}', '{}', '${at}', '2026-04-01')`,
    passkey: `(id, account_id, name, public_key, counter, is_synced, created_at) values ('${sha256Hex(`p${accountId}`).slice(0, 22)}', '${accountId}', 'x', 'pQECAyYgASFYIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 0, false, '${at}')`,
    recovery_code: `(account_id, code_sha256, created_at) values ('${accountId}', '${sha256Hex(`c${accountId}`)}', '${at}')`,
    set_up: `(account_id, secret_sha256, expires_at, created_by, created_at) values ('${accountId}', '${sha256Hex(`s${accountId}`)}', '${at}', '', '${at}')`,
  };
  for (const { table } of TRACES.filter(({ goes, table }) => goes === 'now' && (only?.includes(table) ?? true))) {
    assert.ok(values[table], `this test knows no row of ${table}`);
    await admin.query(`insert into ${table} ${values[table]}`);
  }
  await admin.query('set session_replication_role = origin');
}

test('each route of people, their roles, delegations and data writes the tables that the manifest declares, no others, in one transaction', async () => {
  const administrator: Asker = await enter('administrator');
  const asker = administrator;

  const editor = await enter('editor');
  const other = await enter('editor');
  await ask('session.end', { path: `/sessions/${other.sessionId}/end`, form: '', asker: editor });
  await enter('editor');
  await ask('session.end-others', { path: '/sessions/end-others', form: '', asker: editor });
  await enter('editor');
  identity.clock.advanceMs(30_000);
  const code = identity.codeOf(sample('editor'));
  const wanted = { current: sample('editor').password, code, wanted: GOOD, again: GOOD };
  await ask('password.change', { path: '/password', form: wanted, asker: editor });
  await ask('session.sign-out', { path: '/sign-out', form: '', asker: editor });

  const form = {
    displayName: 'Amina Diallo',
    email: 'amina@sample.invalid',
    language: 'fr',
    roles: 'website/editor',
    reason: 'Edits.',
  };
  const secret = secretIn(await ask('account.create', { path: '/accounts', form, asker }));
  const shown = await ask('set-up.begin', { path: '/set-up', form: { secret } });
  const totpSecret = /<code dir="ltr">([A-Z2-7 ]{39})</.exec(shown)?.[1]?.replaceAll(' ', '') ?? '';
  const done = { secret, password: GOOD, again: GOOD, code: identity.codeOf({ totpSecret }) };
  await ask('set-up.finish', { path: '/set-up/finish', form: done });
  const amina = await idOf('amina@sample.invalid');
  const change = { displayName: 'Amina D.', language: 'fr', delegation: 'state-fra' };
  await ask('account.change', { path: `/accounts/${amina}/change`, form: change, asker });

  const reviewerId = await idOf('reviewer@sample.invalid');
  await ask('grant.give', { path: `/accounts/${reviewerId}/grants`, form: { role: 'website/editor', ...TERMS }, asker });
  await enter('delegate');
  const delegateId = await idOf('delegate@sample.invalid');
  await ask('grant.give', {
    path: `/accounts/${delegateId}/grants`,
    form: { role: 'identity/delegation-administrator', ...TERMS },
    asker,
  });
  const end = { role: 'website/editor', reason: 'Done.' };
  await ask('grant.end', { path: `/accounts/${reviewerId}/grants/end`, form: end, asker });
  const kenya = await enter('delegation');
  const person = await idOf('person-1@sample.invalid');
  const role = 'identity/delegation-administrator';
  await ask('grant.give', { path: `/accounts/${person}/grants`, form: { role, ...TERMS }, asker: kenya });
  await admin.query(`update account set status = 'active' where id = '${person}'`);
  await admin.query(
    `insert into session (id, account_id, started_at, ends_at, last_seen_at, address, device, idle_seconds) values ('${'a'.repeat(43)}', '${person}', '2026-03-02', '2026-03-02 10:00', '2026-03-02', '', '', 1800)`,
  );
  const decision = { account: person, role, decision: 'approve', reason: 'Noted.' };
  await ask('grant.decide', { path: '/grants/decide', form: decision, asker });
  const [grant] = await admin.query<{ seen: Date }>(`select review_by as seen from role_grant where account_id = '${person}'`);
  const review = { account: person, role, decision: 'confirm', ...TERMS, seen: grant?.seen.toISOString() ?? '' };
  await ask('grant.review', { path: '/reviews', form: review, asker });

  await ask('delegation.create', {
    path: '/delegations',
    form: { kind: 'igo', code: 'NEW', name_en: 'New one', holds: 'website/editor' },
    asker,
  });
  const made = (await admin.query<{ id: string }>("select id from delegation where code = 'NEW'"))[0]?.id ?? '';
  await ask('delegation.names', { path: `/delegations/${made}/names`, form: { version: '1', name_en: 'Newer' }, asker });
  const second = {
    displayName: 'New',
    email: 'new@sample.invalid',
    language: 'en',
    delegation: made,
    roles: 'website/editor',
    reason: 'x',
  };
  await ask('account.create', { path: '/accounts', form: second, asker });
  await ask('delegation.holds', { path: `/delegations/${made}/holds`, form: { version: '2', reason: 'No more.' }, asker });
  const versionOf = async () =>
    String((await admin.query<{ version: number }>("select version from delegation where id = 'state-ken'"))[0]?.version);
  await ask('delegation.end', { path: '/delegations/state-ken/end', form: { version: await versionOf() }, asker });
  await ask('delegation.reopen', { path: '/delegations/state-ken/reopen', form: { version: await versionOf() }, asker });

  const holders = { first: 'administrator@sample.invalid', second: 'author@sample.invalid' };
  await ask('break-glass.make', { path: '/break-glass/pairs', form: holders, asker });
  const [pair] = await admin.query<{ id: string }>('select id from break_glass');
  const half = async (by: Asker) =>
    /([0-9A-Z]{4}-){7}[0-9A-Z]{4}/.exec(
      await ask('break-glass.half', { path: `/break-glass/halves/${pair?.id}`, form: '', asker: by }),
    )?.[0] ?? '';
  const codes = { code: await half(administrator), second: await half(await enter('author')), reason: 'A test.' };
  const before = await enter('reviewer');
  await ask('break-glass.use', { path: '/break-glass', form: codes, asker: before });
  await ask('break-glass.make', { path: '/break-glass/pairs', form: holders, asker });
  const [open] = await admin.query<{ id: string }>('select id from break_glass where ended_at is null');
  await ask('break-glass.withdraw', { path: `/break-glass/pairs/${open?.id}/withdraw`, form: '', asker });

  await enter('reviewer');
  await ask('account.end-sessions', { path: `/accounts/${reviewerId}/end-sessions`, form: '', asker });
  await enter('reviewer');
  await ask('account.disable', { path: `/accounts/${reviewerId}/disable`, form: '', asker });
  await enter('author');
  const authorId = await idOf('author@sample.invalid');
  await fillTraces(authorId, ['passkey', 'recovery_code']);
  await ask('account.reinvite', { path: `/accounts/${await idOf('author@sample.invalid')}/reinvite`, form: '', asker });

  const self = await identity.enter({ ...sample('editor'), password: GOOD });
  await fillTraces(self.accountId);
  await ask('privacy.delete', { path: '/privacy/delete', form: { email: 'editor@sample.invalid' }, asker: self });
  const leaver = await identity.enter(sample('delegate'));
  await fillTraces(leaver.accountId);
  await ask('privacy.delete-other', { path: `/accounts/${leaver.accountId}/delete`, form: { reason: 'Left.' }, asker });

  const declared = manifest.routes.filter((route) => route.writes.length > 0);
  assert.deepEqual(
    new Map([...written].map(([route, names]) => [route, [...names].toSorted()])),
    new Map([...written.keys()].map((id) => [id, declared.find((route) => route.id === id)?.writes.toSorted()])),
  );
  const own = new Set(PARTS.flatMap(({ routes = [] }) => routes).map((route) => String(Object(route).id)));
  assert.deepEqual(
    [...written.keys()].toSorted(),
    declared
      .map(({ id }) => id)
      .filter((id) => own.has(id))
      .toSorted(),
  );
});

test('[I26] a deleted account keeps the history of its roles under its number; name and address go after thirty days, not before', async () => {
  const email = 'editor@sample.invalid';
  const id = await idOf(email);
  const account = () => identity.database.read.selectFrom('account').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  assert.deepEqual([(await account()).status, (await account()).password_hash], ['deleted', null]);
  assert.equal((await identity.signIn({ ...sample('editor'), password: GOOD })).status, 403);
  for (const { table, column } of TRACES.filter(({ goes }) => goes === 'now'))
    assert.deepEqual(await admin.query(`select 1 from ${table} where ${column} = '${id}'`), [], table);
  identity.clock.advanceMs(29 * 86_400_000);
  await identity.runJob('identity.tidy');
  assert.equal((await account()).email, email);
  identity.clock.advanceMs(2 * 86_400_000);
  assert.equal((await identity.runJob('identity.tidy')).status, 200);
  const erased = await account();
  assert.deepEqual([erased.email, erased.display_name], [`erased-${id}@reserved.invalid`, '—']);
  assert.deepEqual(await admin.query(`select 1 from session where account_id = '${id}'`), []);
  const events = await admin.query<{ what: string }>(`select what from grant_event where account_id = '${id}' order by id`);
  assert.deepEqual(
    events.map(({ what }) => what),
    ['granted', 'ended'],
  );
  const everything = await admin.query<{ row: string }>(
    `select to_jsonb(e)::text as row from grant_event e union all select to_jsonb(a)::text from account a`,
  );
  assert.ok(!everything.some(({ row }) => row.includes(email) || row.includes('Editor (sample)')));
});

test('[I27] every table that names an account is handed out and goes with it; what proves who somebody is is not handed out', async () => {
  const named = await admin.query<{ tab: string; col: string }>(
    `select c.conrelid::regclass::text as tab, a.attname as col from pg_constraint c
     join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
     where c.contype = 'f' and c.confrelid = 'account'::regclass`,
  );
  const known = TRACES.filter(({ table }) => table !== 'account').map(({ table, column }) => `${table}.${column}`);
  assert.deepEqual(named.map(({ tab, col }) => `${tab}.${col}`).toSorted(), known.toSorted());
  const asker = await enter('administrator');
  await fillTraces(asker.accountId);
  const answer = await identity.ask({ path: '/privacy/export', asker });
  assert.equal(answer.headers['content-disposition'], 'attachment; filename="my-data.json"');
  const data = Object(JSON.parse(answer.text));
  assert.deepEqual(Object.keys(data.tables).toSorted(), TRACES.map(({ table }) => table).toSorted());
  assert.equal(data.tables.account[0].email, 'administrator@sample.invalid');
  assert.ok(data.tables.session.length > 0 && data.tables.grant_event.length > 0);
  const [secrets] = await admin.query<{ password_hash: string; totp_secret: string }>(
    `select password_hash, totp_secret from account where id = '${asker.accountId}'`,
  );
  for (const secret of [secrets?.password_hash, secrets?.totp_secret, asker.sessionId, sha256Hex(asker.accountId)])
    assert.ok(!answer.text.includes(secret ?? '?'));
  await admin.query('delete from set_up');
  const other = await identity.ask({ path: '/privacy/export' });
  assert.equal(other.status, 401);
  assert.match((await identity.ask({ path: '/privacy?lang=ar', asker })).text, /dir="rtl"/);
});

test('the last administrator does not delete themselves, and nobody does so by mistake', async () => {
  const asker = await enter('administrator');
  const wrong = await identity.ask({ path: '/privacy/delete', form: { email: 'someone@else.invalid' }, asker });
  assert.equal(wrong.status, 422);
  assert.match(wrong.text, /not the address of your account/);
  const refused = await identity.ask({ path: '/privacy/delete', form: { email: 'Administrator@sample.invalid' }, asker });
  assert.equal(refused.status, 409);
  assert.match(refused.text, /You are the last administrator/);
});

test('after all of this every check of the manifest holds, and each is a query that finds what breaks it', async () => {
  for (const { name, sql } of manifest.checks) assert.deepEqual(await admin.query(sql), [], name);
  const broken = async (how: string, name: string) => {
    await admin.query('begin');
    await admin.query('set local session_replication_role = replica');
    await admin.query(how);
    const { sql } = manifest.checks.find((check) => check.name === name) ?? { sql: '' };
    const found = await admin.query(sql);
    await admin.query('rollback');
    assert.ok(found.length > 0, name);
  };
  await enter('administrator');
  await broken("update account set status = 'disabled'", 'no session of an account that is not active lives');
  await broken("update session set ends_at = started_at + interval '1 day'", 'no session lasts longer than twelve hours');
  await broken('delete from account', 'every role belongs to an account that exists');
  await broken("delete from role_grant where role = 'administrator'", 'where there are active accounts, one of them administers');
  await broken(
    "insert into set_up select id, repeat('a', 64), null, now(), '', now() from account where status = 'active' limit 1",
    'only invited accounts have an invitation',
  );
  await broken('delete from grant_event', 'every role that is held stands in the history');
  await broken("update delegation set holds = '{}'", 'nobody holds what their delegation does not');
  await broken("update delegation set status = 'ended'", 'nobody is signed in for a delegation that has ended');
  await broken("update delegation set status = 'ended'", 'the delegation that runs the estate is active');
  await broken('delete from break_glass_half where half = 1', 'every pair of break-glass codes is held by two people');
  await broken("update account set status = 'deleted'", 'a deleted account has nothing left to sign in with');
  await broken("update account set status = 'deleted' where status = 'active'", 'a deleted account holds no role');
  assert.ok(startedBy(await identity.signIn(sample('administrator'))) && SECRET);
});
