import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { after, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { inspect } from 'node:util';
import { FakeClock } from '@bulkhead/kernel';
import type { Asked } from '@bulkhead/web';
import { Attribute, Change, Control } from 'ldapts';
import { z } from 'zod';
import { LdapServers } from '#ldap/consult.actions.ts';
import { ldapPart } from '#ldap/ldap.manifest.ts';
import { readServer } from '#ldap/ldap.rules.ts';
import { isDnTemplate, isFilterTemplate } from '#ldap/name.rules.ts';
import { bootIdentity, sample, startedBy, useIdentityCluster } from './booted-identity.ts';
import { declaredWrites, noteWrites } from './noted-writes.ts';
import {
  BASE,
  type Certificate,
  makeAuthority,
  READER,
  type ScratchDirectory,
  SLAPD,
  startDirectory,
} from './scratch-directory.ts';

const skip = SLAPD === undefined ? 'slapd is not installed' : false;
const cluster = await useIdentityCluster();
const clock = new FakeClock(new Date(Date.now() - 600_000));
const noted = await noteWrites(cluster);
const identity = noted.watch(await bootIdentity(cluster, { clock, database: noted.database }));
const administrator = await identity.enter(sample('administrator'));
const { delegation_id: delegationId } = await identity.database.read
  .selectFrom('account')
  .select('delegation_id')
  .where('email', '=', sample('author').email)
  .executeTakeFirstOrThrow();

const PASSWORD = 'correct horse battery staple';
const EDITORS = `cn=Press Office\\, editors,ou=groups,${BASE}`;
let directory: ScratchDirectory;
let served: Certificate;
let authority: Awaited<ReturnType<typeof makeAuthority>>;

async function addPerson(uid: string, more: Record<string, string> = {}): Promise<string> {
  const dn = more['dn'] ?? `uid=${uid},ou=people,${BASE}`;
  const { dn: _, ...attributes } = more;
  const person = { uid, cn: `Person ${uid}`, sn: uid, mail: `${uid}@foreign.example`, userPassword: PASSWORD, ...attributes };
  await directory.root.add(dn, { objectClass: 'inetOrgPerson', ...person });
  return dn;
}
async function change(dn: string, operation: 'add' | 'replace' | 'delete', type: string, ...values: string[]): Promise<void> {
  await directory.root.modify(dn, new Change({ operation, modification: new Attribute({ type, values }) }));
}

const formFor = (id: string, url: string, more: Record<string, string> = {}) => ({
  id,
  name: `Ministry ${id}`,
  delegationId,
  url,
  certificates: authority.cert,
  way: 'search',
  bindDn: READER.dn,
  secret: READER.password,
  base: `ou=people,${BASE}`,
  dnTemplate: '',
  groupBase: '',
  filter: '(&(uid={name})(!(employeeType=left)))',
  subjectAttribute: 'entryUUID',
  nameAttribute: 'cn',
  mailAttribute: 'mail',
  groupAttribute: 'memberOf',
  emailDomains: 'foreign.example sample.invalid',
  roleMap: `${EDITORS} = website/editor`,
  addsAccounts: 'yes',
  ...more,
});
async function setUp(id: string, url: string, more: Record<string, string> = {}): Promise<void> {
  const answer = await identity.ask({ path: '/directories', form: formFor(id, url, more), asker: administrator });
  assert.equal(answer.status, 303, answer.text);
}
const newBrowser = () => ({ 'bulkhead-browser': randomBytes(32).toString('hex') });
let addresses = 0;
/** Each from an address of its own, so that only what is meant to be throttled is. */
function signIn(name: string, password: string = PASSWORD, more: Partial<Asked> & { readonly at?: string } = {}) {
  const { at = 'foreign', ...asked } = more;
  const address = `198.51.100.${++addresses}`;
  return identity.ask({
    path: `/directories/${at}/sign-in`,
    form: { name, password },
    headers: newBrowser(),
    address,
    ...asked,
  });
}

/** A server that says of itself what it is told to, answers with what it is told to, and notes what it hears. */
async function startTrap(certificate: Certificate, answers: readonly Buffer[] = []) {
  const heard: string[] = [];
  const server = createTlsServer({ key: certificate.key, cert: certificate.cert }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      heard.push(data.toString('latin1'));
      for (const answer of answers) socket.write(answer);
      if (answers.length === 0) socket.end();
    });
  });
  server.on('tlsClientError', () => undefined);
  return { port: await listen(server), heard };
}
async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  return z.object({ port: z.number() }).parse(server.address()).port;
}
const NAMED = { compartmentTitle: { en: 'Website' }, title: { en: 'Editor' } };
const TERMS = {
  mayBeInner: true,
  innerServers: new Set<string>(),
  offered: [{ compartment: 'website', role: 'editor', ...NAMED, needsApproval: false }],
  delegations: [delegationId],
};

if (SLAPD !== undefined) {
  authority = await makeAuthority();
  served = await authority.issue();
  directory = await startDirectory(SLAPD, served);
  await addPerson('amina');
  await addPerson('elsewhere', { mail: 'somebody@elsewhere.example' });
  await addPerson('boss', { mail: sample('administrator').email });
  await addPerson('author', { mail: sample('author').email });
  await addPerson('odd', { uid: 'o*d)(uid=amina', dn: `cn=odd\\, one,ou=people,${BASE}`, cn: 'odd, one' });
  await addPerson('élodie', { mail: 'elodie@foreign.example' });
  await directory.root.add(EDITORS, {
    objectClass: 'groupOfNames',
    cn: 'Press Office, editors',
    member: `uid=amina,ou=people,${BASE}`,
  });
  await setUp('foreign', `ldaps://127.0.0.1:${directory.tlsPort}`);
}

test('[F20] a person signs in with the password of their organisation’s directory, by LDAPS or StartTLS, gets an account with the mapped roles, and stays the same when renamed', {
  skip,
}, async () => {
  const answer = await signIn('amina', PASSWORD, { path: `/directories/foreign/sign-in` });
  assert.deepEqual([answer.status, answer.headers.location], [303, '/'], answer.text);
  const session = await identity.find(startedBy(answer) ?? '');
  assert.deepEqual([session?.displayName, session?.delegation], ['Person amina', delegationId]);
  assert.deepEqual(session?.roles, { website: ['editor'] }, 'the group is known however its name is written');
  await change(`uid=amina,ou=people,${BASE}`, 'replace', 'mail', 'changed@elsewhere.example');
  await directory.root.del(EDITORS);
  await directory.root.modifyDN(`uid=amina,ou=people,${BASE}`, `uid=amina2,ou=people,${BASE}`);
  await setUp('upgraded', `ldap://localhost:${directory.plainPort}`, { certificates: served.cert });
  const again = await identity.find(startedBy(await signIn('amina2')) ?? '');
  assert.equal(again?.accountId, session?.accountId, 'known by the attribute that never changes');
  assert.deepEqual(again?.roles, {}, 'who is in the group no more has its role no more');
  const errand = { to: 'editors', path: '/', nonce: 'a'.repeat(64) };
  const form = { name: 'author', password: PASSWORD, ...errand };
  const upgraded = await signIn('', '', { at: 'upgraded', form });
  assert.deepEqual([upgraded.status, upgraded.headers.location?.split('?')[0]], [303, '/.gateway/continue'], upgraded.text);
});

test('[F22] wrong password, unknown name, leaver and whoever the filter leaves out get one answer, in comparable time', {
  skip,
}, async () => {
  await addPerson('leaver', { mail: 'leaver@foreign.example' });
  assert.equal((await signIn('leaver')).status, 303);
  await change(`uid=leaver,ou=people,${BASE}`, 'add', 'employeeType', 'left');
  await addPerson('gone', { mail: 'gone@foreign.example' });
  assert.equal((await signIn('gone')).status, 303);
  await directory.root.del(`uid=gone,ou=people,${BASE}`);
  const told = new Set<string>();
  const times: number[] = [];
  for (const [name, password] of [
    ['author', 'a wrong password'],
    ['nobody-at-all', PASSWORD],
    ['leaver', PASSWORD],
    ['gone', PASSWORD],
  ] as const) {
    const beganAtMs = performance.now();
    const answer = await signIn(name, password);
    times.push(performance.now() - beganAtMs);
    assert.deepEqual([answer.status, startedBy(answer)], [403, undefined], name);
    told.add(answer.text.replaceAll(name, '—'));
    assert.ok(!answer.text.includes(password), 'what was typed as a password is not shown again');
  }
  assert.equal(told.size, 1, 'nobody can tell them apart by what is answered');
  assert.ok(Math.min(...times) >= 495, `by the clock neither: ${times.map(Math.round).join()}`);
});

test('[F27] whoever left the directory is signed out in the next round of asking; one that is away ends nothing', {
  skip,
}, async () => {
  const amina = startedBy(await signIn('amina2')) ?? '';
  await addPerson('brief', { mail: 'brief@foreign.example' });
  const [gone, left] = [startedBy(await signIn('brief')) ?? '', startedBy(await signIn('élodie')) ?? ''];
  await directory.root.del(`uid=brief,ou=people,${BASE}`);
  await change(`uid=élodie,ou=people,${BASE}`, 'add', 'employeeType', 'left');
  await identity.database.transact(await identity.gateway.mintJob('job:identity.start'), (trx) =>
    trx.updateTable('ldap_server').set({ url: 'ldaps://127.0.0.1:9' }).where('id', '=', 'foreign').execute(),
  );
  assert.equal((await identity.runJob('directories.ask')).status, 200);
  for (const session of [amina, gone, left]) assert.ok(await identity.find(session), 'nobody is signed out by silence');
  await identity.database.transact(await identity.gateway.mintJob('job:identity.start'), (trx) =>
    trx
      .updateTable('ldap_server')
      .set({ url: `ldaps://127.0.0.1:${directory.tlsPort}` })
      .where('id', '=', 'foreign')
      .execute(),
  );
  assert.equal((await identity.runJob('directories.ask')).status, 200);
  assert.deepEqual([await identity.find(gone), await identity.find(left)], [null, null]);
  assert.ok(await identity.find(amina), 'whoever is still there stays signed in');
  await change(`uid=élodie,ou=people,${BASE}`, 'delete', 'employeeType', 'left');
});

test('[F21] what is typed as a name is only ever a name, in a filter and in a DN', { skip }, async () => {
  const refuseAll = (names: readonly string[], at: string) =>
    Promise.all(names.map(async (name) => assert.equal((await signIn(name, PASSWORD, { at })).status, 403, name)));
  await refuseAll(['*', 'a*', 'amina2)(uid=*', '*)(objectClass=*', 'x)(|(uid=author', '\\2a', '(author)'], 'foreign');
  assert.equal((await signIn('author\u0000')).status, 422);
  assert.equal((await signIn('o*d)(uid=amina')).status, 303, 'and such a name can be somebody’s');
  assert.equal((await signIn('élodie')).status, 303, 'in any script');
  const template = { way: 'template', dnTemplate: `uid={name},ou=people,${BASE}`, filter: '(!(employeeType=left))' };
  await setUp('templated', `ldaps://127.0.0.1:${directory.tlsPort}`, { ...template, secret: '', bindDn: '', base: '' });
  const at = 'templated';
  assert.equal((await signIn('author', PASSWORD, { at })).status, 303);
  assert.equal((await signIn('élodie', PASSWORD, { at })).status, 303);
  assert.equal((await signIn('leaver', PASSWORD, { at })).status, 403, 'the filter counts there too');
  await refuseAll(['author,ou=people', 'author+cn=x', `author,ou=people,${BASE}\\`, `x,cn=reader,${BASE}`], at);
});

test('[F20] an empty password opens nothing, though the server would take it', { skip }, async () => {
  for (const at of ['foreign', 'templated']) {
    const answer = await signIn('author', '', { at });
    assert.deepEqual([answer.status, startedBy(answer)], [422, undefined]);
  }
});

test('[F23] a directory opens no account that it may not: of another domain, of whoever administers, or somebody else’s there', {
  skip,
}, async () => {
  for (const name of ['elsewhere', 'boss']) {
    const answer = await signIn(name);
    assert.deepEqual([answer.status, startedBy(answer)], [403, undefined], name);
    assert.match(answer.text, /no account here/);
  }
  await addPerson('heir', { mail: 'gone@foreign.example' });
  assert.equal((await signIn('heir')).status, 403, 'an address that was a leaver’s opens nothing of theirs');
  const { display_name: name } = await identity.database.read
    .selectFrom('account')
    .select('display_name')
    .where('email', '=', sample('author').email)
    .executeTakeFirstOrThrow();
  assert.equal(name, sample('author').displayName, 'a plain account of its delegation is linked, and stays as it was');
});

test('[F23] groups are looked for by their members where entries do not name them, and give what the delegation holds only', {
  skip,
}, async () => {
  await directory.root.add(EDITORS, {
    objectClass: 'groupOfNames',
    cn: 'Press Office, editors',
    member: `cn=odd\\, one,ou=people,${BASE}`,
  });
  const more = { groupAttribute: 'description', groupBase: `ou=groups,${BASE}` };
  await setUp('grouped', `ldaps://127.0.0.1:${directory.tlsPort}`, more);
  const session = await identity.find(startedBy(await signIn('o*d)(uid=amina', PASSWORD, { at: 'grouped' })) ?? '');
  assert.deepEqual(session?.roles, { website: ['editor'] });
});

test('[F20] a server that is away, untrusted, run out or of another name is told as that, and no password is sent to it', {
  skip,
}, async () => {
  const traps = {
    stranger: await startTrap(await (await makeAuthority()).issue()),
    expired: await startTrap(await authority.issue({ days: -1 })),
    misnamed: await startTrap(await authority.issue({ names: 'DNS:ldap.example.org' })),
    gone: { port: 9, heard: [] },
  };
  for (const [id, { port, heard }] of Object.entries(traps)) {
    await setUp(id, `ldaps://127.0.0.1:${port}`);
    const answer = await signIn('author', PASSWORD, { at: id });
    assert.equal(answer.status, 503, id);
    const tried = await identity.ask({ path: `/directories/${id}/try?lang=en`, form: '', asker: administrator });
    assert.match(tried.text, id === 'gone' ? /does not answer/ : /certificate that does not lead/, id);
    assert.deepEqual(heard, [], 'nothing was said to it');
  }
});

test('[F20] referrals are not followed, and neither a server’s nonsense nor its flood is more than a failure', {
  skip,
}, async () => {
  const { port, heard } = await startTrap(await authority.issue());
  await directory.root.add(
    `ou=moved,ou=people,${BASE}`,
    { objectClass: ['referral', 'extensibleObject'], ou: 'moved', ref: `ldaps://127.0.0.1:${port}/ou=people,${BASE}` },
    new Control('2.16.840.1.113730.3.4.2', { critical: true }),
  );
  assert.equal((await signIn('author')).status, 303, 'a reference among the answers changes nothing');
  await setUp('moved', `ldaps://127.0.0.1:${directory.tlsPort}`, { base: `ou=moved,ou=people,${BASE}` });
  assert.equal((await signIn('author', PASSWORD, { at: 'moved' })).status, 503);
  assert.deepEqual(heard, [], 'nobody went where the reference leads');
  const tried = await identity.ask({ path: '/directories/moved/try?lang=en', form: '', asker: administrator });
  assert.match(tried.text, /does not have the place/);

  const success = '300c02010261070a010004000400';
  const hostile = {
    // A length that no message has; a negative one; a message in another; an entry whose parts do not fit; a flood.
    nonsense: [Buffer.from('3084ffffffff0201', 'hex')],
    broken: [Buffer.from('300c0201026107300a01000400', 'hex'), Buffer.from(success, 'hex')],
    misfit: [Buffer.from('30120201026407040130300204847f', 'hex'), Buffer.alloc(64, 4)],
    flood: Array.from({ length: 200 }, () => Buffer.alloc(65_536, Buffer.from('3005020109640000', 'hex'))),
  };
  for (const [id, answers] of Object.entries(hostile)) {
    const trap = await startTrap(await authority.issue(), answers);
    await setUp(id, `ldaps://127.0.0.1:${trap.port}`);
    assert.equal((await signIn('author', PASSWORD, { at: id })).status, 503, id);
    assert.ok(!trap.heard.join('').includes(PASSWORD), id);
  }
});

test('[F20] without TLS nothing is said: not to a server that refuses it, not where an answer was slipped in before it', {
  skip,
}, async () => {
  const agreed = '300c02010178070a010004000400';
  const refused = '300c02010178070a013404000400';
  const answers = { refuses: refused, slipped: `${agreed}300c02010261070a010004`, silent: '' };
  for (const [id, answer] of Object.entries(answers)) {
    const heardPlain: string[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        heardPlain.push(data.toString('latin1'));
        if (answer === '') socket.end();
        else socket.write(Buffer.from(answer, 'hex'));
      });
    });
    await setUp(id, `ldap://127.0.0.1:${await listen(server)}`);
    assert.equal((await signIn('author', PASSWORD, { at: id })).status, 503, id);
    assert.deepEqual(heardPlain.length, 1, 'asked for TLS once');
    assert.ok(!heardPlain.join('').includes('reader'));
    const tried = await identity.ask({ path: `/directories/${id}/try?lang=en`, form: '', asker: administrator });
    assert.match(tried.text, /does not do TLS there/);
  }
});

test('[F24] guesses at a name are slowed by name and network, and do not keep its holder out where they signed in before', {
  skip,
}, async () => {
  const home = { headers: newBrowser(), address: '192.0.2.77' };
  assert.equal((await signIn('author', PASSWORD, home)).status, 303);
  let last = 0;
  for (let at = 0; at < 7 && last !== 429; at += 1)
    last = (await signIn(at % 2 ? 'AUTHOR' : ' author ', 'a guess', { address: '203.0.113.5' })).status;
  assert.equal(last, 429, 'capitals and blanks make no other name');
  assert.equal((await signIn('author', PASSWORD, home)).status, 303);
  assert.equal((await signIn('author', PASSWORD, { address: '203.0.113.5' })).status, 429);
});

test('[F24] the password of our account there lies sealed, goes to no other place, and no password stands in a row or in what is logged', {
  skip,
}, async () => {
  const rows = await noted.admin.query<{ row: string }>('select to_jsonb(s)::text as row from ldap_server s');
  assert.ok(rows.length > 5 && !rows.some(({ row }) => row.includes(READER.password)));
  const { id: _, ...form } = formFor('foreign', `ldaps://127.0.0.1:${directory.tlsPort}`, { secret: '' });
  const change = (more: Record<string, string>) =>
    identity.ask({ path: '/directories/foreign?lang=en', form: { ...form, ...more }, asker: administrator });
  assert.equal((await change({})).status, 303, 'left empty, it stays');
  for (const more of [{ url: 'ldaps://localhost:1' }, { bindDn: `cn=other,${BASE}` }, { certificates: '' }]) {
    const answer = await change(more);
    assert.equal(answer.status, 422);
    assert.match(answer.text, /id="secret-fault">Enter the password of our account there/);
  }
  assert.equal((await signIn('author')).status, 303);
  const servers = new LdapServers({ sealingKey: randomBytes(32), mayBeInner: true, innerServers: new Set(), randomBytes });
  const base = readServer({ ...formFor('gone', 'ldaps://127.0.0.1:9'), addsAccounts: true }, TERMS);
  assert.ok('wish' in base);
  const sealed = { sealedSecret: servers.sealSecret('gone', READER.password), changedAt: clock.now(), disabledAt: null };
  const away = await servers.consult({ ...base.wish, ...sealed }, { name: 'author', password: PASSWORD });
  assert.equal(away.kind, 'fault');
  for (const secret of [PASSWORD, READER.password]) assert.ok(!inspect(away, { depth: 20, showHidden: true }).includes(secret));
});

test('[F25] only addresses of the world outside are asked, but where the estate file names the server; what is typed wrong is told at its field', {
  skip,
}, async () => {
  const terms = { ...TERMS, mayBeInner: false };
  const read = (url: string, more: Partial<typeof terms> = {}) => {
    const outcome = readServer({ ...formFor('x1', url), addsAccounts: true }, { ...terms, ...more });
    return 'faults' in outcome ? outcome.faults : [];
  };
  for (const url of ['ldaps://127.0.0.1', 'ldap://10.0.0.1', 'ldaps://[::1]:636', 'ldaps://localhost', 'ldaps://2130706433'])
    assert.deepEqual(read(url), ['url'], url);
  for (const url of ['ldapi:///', 'ldaps://a/b', 'ldaps://a:0', 'ldaps://u@a', 'ldap://a?x', 'https://a', 'ldaps://a:99999'])
    assert.deepEqual(read(url, { mayBeInner: true }), ['url'], url);
  assert.deepEqual(read('ldaps://ldap.example.org'), []);
  const innerServers = new Set(['10.0.0.1:636', 'localhost:636']);
  assert.deepEqual([...read('ldaps://10.0.0.1', { innerServers }), ...read('ldaps://localhost', { innerServers })], []);
  const servers = new LdapServers({ sealingKey: randomBytes(32), mayBeInner: false, innerServers: new Set(), randomBytes });
  const wish = readServer({ ...formFor('x1', 'ldaps://localhost'), addsAccounts: true }, { ...terms, innerServers });
  assert.ok('wish' in wish);
  const sealed = { sealedSecret: servers.sealSecret('x1', 'x'), changedAt: clock.now(), disabledAt: null };
  assert.deepEqual(await servers.probe({ ...wish.wish, ...sealed }), { kind: 'fault', fault: 'address' });

  const bad: Record<string, string> = {
    id: 'No',
    delegationId: 'nowhere',
    certificates: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
    bindDn: 'reader',
    base: 'ou=people,,dc=x',
    filter: '(uid=x)',
    subjectAttribute: 'entry UUID',
    groupBase: 'x)',
    emailDomains: '*',
    roleMap: 'all = identity/administrator',
  };
  const answer = await identity.ask({
    path: '/directories?lang=fr',
    form: formFor('bad', 'ldaps://x y', bad),
    asker: administrator,
  });
  assert.equal(answer.status, 422);
  for (const field of ['url', ...Object.keys(bad)]) {
    assert.match(answer.text, new RegExp(`id="${field}-fault"`), field);
    assert.match(answer.text, new RegExp(`href="#${field}"`), field);
  }
  for (const filter of ['({name}=x)', '(uid={name}', '(uid:{name}:=x)', '(&(uid={name})(x=)(', 'uid={name}', ''])
    assert.ok(!isFilterTemplate(filter, true), filter);
  for (const dn of ['uid=a{name},dc=x', '{name}', 'uid={name},{name}=x', 'dc=x']) assert.ok(!isDnTemplate(dn), dn);
});

test('each route of directories writes the tables that the manifest declares for it, and no others; the checks hold; one out of use lets nobody in', {
  skip,
}, async () => {
  const press = (what: string) => identity.ask({ path: `/directories/foreign/${what}`, form: '', asker: administrator });
  assert.equal((await press('disable')).status, 303);
  assert.equal((await signIn('author')).status, 404);
  assert.equal((await press('enable')).status, 303);
  const list = await identity.ask({ path: '/federation?lang=ar' });
  assert.match(list.text, /href="\/directories\/foreign\/sign-in\?lang=ar"/);
  assert.match((await identity.ask({ path: '/directories/foreign/sign-in?lang=ar' })).text, /dir="rtl"/);
  assert.match((await identity.ask({ path: '/providers?lang=ru', asker: administrator })).text, /Каталоги \(LDAP\)/);
  const delegate = await identity.enter(sample('editor'));
  assert.equal((await identity.ask({ path: '/directories/foreign', asker: delegate })).status, 403);
  const { 'directory.enter': entered, ...rest } = await noted.written(ldapPart);
  const { 'directory.enter': declared = [], ...declaredRest } = declaredWrites(ldapPart);
  assert.deepEqual(rest, declaredRest);
  assert.deepEqual(
    entered?.filter((table) => !declared.includes(table)),
    [],
  );
  for (const { name, sql } of ldapPart.checks ?? []) assert.deepEqual(await noted.admin.query(sql), [], name);
});
