import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Asked, Asker } from '@bulkhead/web';
import { manifest } from '#compartment.ts';
import type { Schema } from '#schema.ts';
import { bootIdentity, sample, useIdentityCluster } from './booted-identity.ts';

const cluster = await useIdentityCluster();
const target = await cluster.cloneDatabase();
const admin = await cluster.adminOf(target.name);
const TABLES = ['account', 'role_grant', 'session', 'set_up'];

await admin.query('create table noted (xid text, tab text)');
await admin.query(`create function note() returns trigger language plpgsql security definer as
  $$ begin insert into noted values (pg_current_xact_id()::text, tg_table_name); return null; end $$`);
for (const table of TABLES)
  await admin.query(`create trigger noting after insert or update or delete on ${table} for each row execute function note()`);

const identity = await bootIdentity(cluster, { database: target.open<Schema>() });
const written = new Map<string, Set<string>>();

/** Asks, and notes which tables the transactions that the answer names have written. */
async function ask(route: string, asked: Asked): Promise<string> {
  const answer = await identity.ask({ ...asked, claims: { route } });
  const xids = String(answer.headers['bulkhead-commits'] ?? '')
    .split(',')
    .filter(Boolean);
  assert.equal(xids.length, 1, `${route} was answered with ${answer.status} and the transactions "${xids.join()}"`);
  const rows = await admin.query<{ tab: string }>('select distinct tab from noted where xid = any($1)', [xids]);
  written.set(route, new Set([...(written.get(route) ?? []), ...rows.map(({ tab }) => tab)]));
  return answer.text;
}

const GOOD = 'seven gulls over grey slate';

test('each route writes the tables that the manifest declares for it, no others, in one transaction that it names', async () => {
  const accounts = await identity.database.read.selectFrom('account').select(['id', 'email']).execute();
  const idOf = (name: string) => accounts.find(({ email }) => email.startsWith(name))?.id ?? '';
  const administrator: Asker = await identity.enter(sample('administrator'));
  const asEditor = async () => identity.enter(sample('editor'));

  identity.clock.advanceMs(30_000);
  const { email, password } = sample('editor');
  await ask('sign-in.send', { path: '/sign-in', form: { email, password, code: identity.codeOf(sample('editor')) } });
  const editor = await asEditor();
  const other = await asEditor();
  await ask('session.end', { path: `/sessions/${other.sessionId}/end`, form: '', asker: editor });
  await asEditor();
  await ask('session.end-others', { path: '/sessions/end-others', form: '', asker: editor });
  await asEditor();
  identity.clock.advanceMs(30_000);
  const code = identity.codeOf(sample('editor'));
  await ask('password.change', {
    path: '/password',
    form: { current: password, code, wanted: GOOD, again: GOOD },
    asker: editor,
  });
  await ask('session.sign-out', { path: '/sign-out', form: '', asker: editor });

  const asker = administrator;
  const form = { displayName: 'Amina Diallo', email: 'amina@sample.invalid', language: 'fr', roles: 'website/editor' };
  const secret = /<code dir="ltr">([\w-]{32})</.exec(await ask('account.create', { path: '/accounts', form, asker }))?.[1] ?? '';
  const shown = await ask('set-up.begin', { path: '/set-up', form: { secret } });
  const totpSecret = /<code dir="ltr">([A-Z2-7 ]{39})</.exec(shown)?.[1]?.replaceAll(' ', '') ?? '';
  const done = { secret, password: GOOD, again: GOOD, code: identity.codeOf({ totpSecret }) };
  await ask('set-up.finish', { path: '/set-up/finish', form: done });
  await ask('account.roles', { path: `/accounts/${idOf('editor')}/roles`, form: { roles: 'website/reviewer' }, asker });
  await identity.enter(sample('reviewer'));
  await ask('account.end-sessions', { path: `/accounts/${idOf('reviewer')}/end-sessions`, form: '', asker });
  await identity.enter(sample('reviewer'));
  await ask('account.disable', { path: `/accounts/${idOf('reviewer')}/disable`, form: '', asker });
  await identity.enter(sample('author'));
  await ask('account.reinvite', { path: `/accounts/${idOf('author')}/reinvite`, form: '', asker });

  const declared = manifest.routes.filter((route) => route.writes.length > 0);
  assert.deepEqual(
    new Map([...written].map(([route, tables]) => [route, [...tables].toSorted()])),
    new Map([...written.keys()].map((id) => [id, declared.find((route) => route.id === id)?.writes.toSorted()])),
  );
  assert.deepEqual([...written.keys()].toSorted(), declared.map(({ id }) => id).toSorted());
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
  await identity.enter(sample('administrator'));
  await broken("update account set status = 'disabled'", 'no session of an account that is not active lives');
  await broken("update session set ends_at = started_at + interval '1 day'", 'no session lasts longer than twelve hours');
  await broken('delete from account', 'every role belongs to an account that exists');
  await broken("delete from role_grant where role = 'administrator'", 'where there are active accounts, one of them administers');
  await broken(
    "insert into set_up select id, repeat('a', 64), null, now(), '', now() from account where status = 'active' limit 1",
    'only invited accounts have an invitation',
  );
});
