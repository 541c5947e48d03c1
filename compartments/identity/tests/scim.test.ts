import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@bulkhead/kernel';
import type { Answer, Asked } from '@bulkhead/web';
import { z } from 'zod';
import { scimPart } from '#scim/scim.manifest.ts';
import { readFilter, readUser } from '#scim/scim.rules.ts';
import { patchUser, readOperations } from '#scim/scim-patch.rules.ts';
import { bootIdentity, sample, useIdentityCluster } from './booted-identity.ts';
import { declaredWrites, noteWrites } from './noted-writes.ts';

const cluster = await useIdentityCluster();
const clock = new FakeClock(new Date('2026-03-02T09:00:00.000Z'));
const noted = await noteWrites(cluster);
const identity = noted.watch(await bootIdentity(cluster, { clock, database: noted.database }));
const administrator = await identity.enter(sample('administrator'));
const author = sample('author');
const { id: authorId, delegation_id: delegationId } = await identity.database.read
  .selectFrom('account')
  .select(['id', 'delegation_id'])
  .where('email', '=', author.email)
  .executeTakeFirstOrThrow();
const { id: otherId } = await identity.database.read
  .selectFrom('delegation')
  .select('id')
  .where('id', 'not in', [delegationId, 'secretariat'])
  .where('status', '=', 'active')
  .orderBy('id')
  .executeTakeFirstOrThrow();

async function makeToken(delegation: string, name = 'Entra ID', until = '2027-03-01'): Promise<string> {
  const path = `/delegations/${delegation}/scim`;
  const answer = await identity.ask({ path, form: { name, until }, asker: administrator });
  assert.equal(answer.status, 200, answer.text);
  const secret = /<code dir="ltr">(bhscim_[\w-]{43})<\/code>/.exec(answer.text)?.[1];
  assert.ok(secret);
  return secret;
}
const token = await makeToken(delegationId);
const foreignToken = await makeToken(otherId);

const resourceSchema = z.object({
  id: z.string(),
  userName: z.string().optional(),
  displayName: z.string().optional(),
  active: z.boolean().optional(),
  externalId: z.string().optional(),
  emails: z.array(z.object({ value: z.string() })).optional(),
  groups: z.array(z.object({ value: z.string() })).optional(),
  members: z.array(z.object({ value: z.string() })).optional(),
  meta: z.object({ version: z.string(), location: z.string() }),
});
const listSchema = z.object({
  totalResults: z.number(),
  startIndex: z.number(),
  itemsPerPage: z.number(),
  Resources: z.array(resourceSchema),
});
const faultSchema = z.object({ schemas: z.array(z.string()), status: z.string(), scimType: z.string().optional() });
const of = (answer: Answer) => resourceSchema.parse(JSON.parse(answer.text));
const listOf = (answer: Answer) => listSchema.parse(JSON.parse(answer.text));
const faultIn = (answer: Answer) => {
  assert.match(String(answer.headers['content-type']), /^application\/scim\+json/);
  const fault = faultSchema.parse(JSON.parse(answer.text));
  assert.deepEqual(fault.schemas, ['urn:ietf:params:scim:api:messages:2.0:Error']);
  assert.equal(fault.status, String(answer.status));
  return `${fault.status} ${fault.scimType ?? ''}`.trim();
};

function scim(method: string, path: string, body?: unknown, more: Partial<Asked> & { readonly bearer?: string } = {}) {
  const { bearer = token, headers, ...rest } = more;
  return identity.ask({
    method,
    path: `/scim/v2${path}`,
    ...(body === undefined ? {} : { body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }),
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/scim+json', ...headers },
    ...rest,
  });
}
const USER = ['urn:ietf:params:scim:schemas:core:2.0:User'];
const PATCH = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
const person = (name: string, more: Record<string, unknown> = {}) => ({
  schemas: USER,
  userName: `${name}@ministry.example`,
  externalId: `ext-${name}`,
  name: { givenName: name, familyName: 'Diallo' },
  displayName: `${name} Diallo`,
  active: true,
  emails: [{ type: 'work', primary: true, value: `${name}@ministry.example` }],
  ...more,
});
const patch = (...Operations: readonly unknown[]) => ({ schemas: PATCH, Operations });
const filterBy = (filter: string) => `/Users?filter=${encodeURIComponent(filter)}`;

test('[F16] a token is made on the delegation’s page by an administrator, shown once, kept as a hash, and reaches nothing once it is over, ended or of a delegation that ended', async () => {
  const rows = await identity.database.read.selectFrom('scim_token').selectAll().execute();
  assert.ok(!JSON.stringify(rows).includes(token), 'the secret is kept nowhere');
  const page = await identity.ask({ path: `/delegations/${delegationId}/scim`, asker: administrator });
  assert.ok(page.text.includes('http://id.localhost:8400/scim/v2') && !page.text.includes(token));
  for (const form of [
    { name: '', until: '2027-03-01' },
    { name: 'x', until: 'soon' },
    { name: 'x', until: '2026-03-01' },
    { name: 'x', until: '2027-03-30' },
  ])
    assert.equal((await identity.ask({ path: `/delegations/${delegationId}/scim`, form, asker: administrator })).status, 422);
  const plain = await identity.enter(author);
  const asAuthor = await identity.ask({
    path: `/delegations/${delegationId}/scim`,
    asker: { ...plain, roles: ['administrator'] },
  });
  assert.equal(asAuthor.status, 403, 'what a token of the gateway says of roles is looked up again');
  for (const bearer of ['', 'x', `bhscim_${'A'.repeat(43)}`, `bh_${'A'.repeat(43)}`]) {
    const refused = await scim('GET', '/Users', undefined, { bearer });
    assert.equal(faultIn(refused), '401');
    assert.match(String(refused.headers['www-authenticate']), /^Bearer/);
  }
  const short = await makeToken(otherId, 'for today', '2026-03-02');
  assert.equal((await scim('GET', '/Users', undefined, { bearer: short })).status, 200);
  await makeToken(otherId, 'third');
  const fourth = { path: `/delegations/${otherId}/scim`, form: { name: 'fourth', until: '2027-03-01' }, asker: administrator };
  assert.equal((await identity.ask(fourth)).status, 409);
  const ids = await identity.database.read.selectFrom('scim_token').select(['id', 'name']).execute();
  const third = ids.find(({ name }) => name === 'third')?.id ?? '';
  const end = { path: `/delegations/${delegationId}/scim/${third}/end`, form: '', asker: administrator };
  assert.equal((await identity.ask(end)).status, 303);
  assert.equal((await identity.ask(fourth)).status, 409, 'it is ended on the page of its own delegation only');
  await identity.ask({ ...end, path: `/delegations/${otherId}/scim/${third}/end` });
  const kept = await identity.runJob('software.keep');
  assert.equal(kept.status, 200);
  const used = await identity.database.read.selectFrom('scim_token').select(['name', 'last_used_at']).execute();
  assert.ok(used.find(({ name }) => name === 'for today')?.last_used_at, 'its last use is noted');
  const after = await identity.ask({ path: `/delegations/${otherId}/scim?lang=ar`, asker: administrator });
  assert.match(after.text, /dir="rtl"/);
});

test('[F17] a joiner is added, found, changed as Entra ID and Okta do it, suspended within a second, taken back, and leaves; and what is kept stays as evidence', async () => {
  const created = await scim('POST', '/Users', person('Amina'));
  assert.equal(created.status, 201, created.text);
  const amina = of(created);
  assert.equal(created.headers['location'], `http://id.localhost:8400/scim/v2/Users/${amina.id}`);
  assert.equal(created.headers['etag'], amina.meta.version);
  assert.equal(faultIn(await scim('POST', '/Users', person('Amina'))), '409 uniqueness');
  assert.equal(faultIn(await scim('POST', '/Users', person('Amina', { userName: author.email, emails: [] }))), '409 uniqueness');
  const renamed = await scim('POST', '/Users', person('Amina', { emails: [{ value: 'second@ministry.example' }] }));
  assert.equal(faultIn(renamed), '409 uniqueness', 'a userName is one person’s');
  for (const filter of [
    'userName eq "AMINA@ministry.example"',
    'externalId eq "ext-Amina"',
    'emails.value eq "amina@ministry.example" and displayName eq "Amina Diallo"',
    'urn:ietf:params:scim:schemas:core:2.0:User:userName Eq "amina@ministry.example"',
  ])
    assert.deepEqual(
      listOf(await scim('GET', filterBy(filter))).Resources.map(({ id }) => id),
      [amina.id],
      filter,
    );
  assert.equal(listOf(await scim('GET', filterBy('externalId eq "EXT-AMINA"'))).totalResults, 0);

  // Entra ID: operations with capitals, paths with filters, and what we do not keep.
  const entra = patch(
    { op: 'Replace', path: 'displayName', value: 'Amina D.' },
    { op: 'Add', path: 'emails[type eq "work"].value', value: 'Amina.D@ministry.example' },
    { op: 'Add', path: 'title', value: 'Counsellor' },
    { op: 'Add', path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', value: 'Sea' },
    { op: 'Replace', value: { 'name.familyName': 'D.', preferredLanguage: 'fr-FR' } },
  );
  const changed = await scim('PATCH', `/Users/${amina.id}`, entra, { headers: { 'if-match': amina.meta.version } });
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual([of(changed).displayName, of(changed).emails?.[0]?.value], ['Amina D.', 'amina.d@ministry.example']);
  const stale = await scim('PATCH', `/Users/${amina.id}`, entra, { headers: { 'if-match': amina.meta.version } });
  assert.equal(faultIn(stale), '412');
  const same = await scim('GET', `/Users/${amina.id}`, undefined, { headers: { 'if-none-match': of(changed).meta.version } });
  assert.equal(same.status, 304);
  // All of it or nothing.
  const half = patch({ op: 'replace', path: 'displayName', value: 'Half' }, { op: 'replace', path: 'nonsense', value: 1 });
  assert.equal(faultIn(await scim('PATCH', `/Users/${amina.id}`, half)), '400 invalidPath');
  assert.equal(of(await scim('GET', `/Users/${amina.id}`)).displayName, 'Amina D.');

  // Okta: a value object without a path; Entra ID: the word "False".
  const session = await identity.enter(author);
  const off = await scim('PATCH', `/Users/${authorId}`, patch({ op: 'replace', value: { active: false } }));
  assert.deepEqual([off.status, of(off).active], [200, false], off.text);
  assert.equal(await identity.find(session.sessionId), null);
  assert.ok((await identity.changesAfter(0)).sessions.includes(session.sessionId), 'the feed tells the gateway');
  assert.equal((await identity.signIn(author)).status, 403);
  const on = await scim('PATCH', `/Users/${authorId}`, patch({ op: 'Replace', path: 'active', value: 'True' }));
  assert.equal(of(on).active, true);
  assert.equal((await identity.signIn(author)).status, 303, 'as before');
  const put = await scim('PUT', `/Users/${amina.id}`, person('Amina', { active: false }));
  assert.deepEqual([of(put).active, of(put).displayName], [false, 'Amina Diallo']);

  assert.equal((await scim('DELETE', `/Users/${authorId}`)).status, 204);
  assert.equal(faultIn(await scim('GET', `/Users/${authorId}`)), '404');
  assert.equal(faultIn(await scim('DELETE', `/Users/${authorId}`)), '404');
  const row = await identity.database.read
    .selectFrom('account')
    .select(['status', 'password_hash', 'email'])
    .where('id', '=', authorId)
    .executeTakeFirstOrThrow();
  assert.deepEqual(row, { status: 'disabled', password_hash: null, email: author.email });
  const history = await identity.database.read
    .selectFrom('grant_event')
    .select(['what', 'reason'])
    .where('account_id', '=', authorId)
    .where('what', '=', 'ended')
    .execute();
  assert.ok(history.length > 0 && history.every(({ reason }) => reason === 'SCIM'));
  const back = await scim('POST', '/Users', person('author', { userName: author.email, emails: [{ value: author.email }] }));
  assert.deepEqual([back.status, of(back).id, of(back).groups], [201, authorId, []], 'back under the same number, with no role');
  assert.equal((await identity.signIn(author)).status, 403, 'and with no way in from before');
});

test('[F16] a token reaches its own people only, and neither whoever rules over accounts nor what an administrator decided', async () => {
  const mine = of(await scim('POST', '/Users', person('Bruno')));
  const elsewhere = { bearer: foreignToken };
  assert.equal(listOf(await scim('GET', filterBy('userName eq "bruno@ministry.example"'), undefined, elsewhere)).totalResults, 0);
  for (const [method, body] of [
    ['GET', undefined],
    ['PUT', person('Bruno')],
    ['PATCH', patch({ op: 'replace', path: 'active', value: false })],
    ['DELETE', undefined],
  ] as const)
    assert.equal(faultIn(await scim(method, `/Users/${mine.id}`, body, elsewhere)), '404', method);
  assert.equal(faultIn(await scim('POST', '/Users', person('Bruno'), elsewhere)), '409 uniqueness');
  assert.equal(faultIn(await scim('GET', `/Users/${administrator.accountId}`)), '404');
  const secretariat = await makeToken('secretariat', 'Secretariat');
  const fire = await scim('DELETE', `/Users/${administrator.accountId}`, undefined, { bearer: secretariat });
  assert.equal(faultIn(fire), '403', 'only the Secretariat’s people take away what they gave');
  const reply = await identity.ask({ path: `/accounts/${mine.id}/disable`, form: '', asker: administrator });
  assert.equal(reply.status, 303, reply.text);
  const on = await scim('PATCH', `/Users/${mine.id}`, patch({ op: 'replace', path: 'active', value: true }));
  assert.equal(faultIn(on), '403', 'an administrator took it out of use');
});

test('[F18] a group is a role that the delegation holds: members get it for a year, and lose it; roles over accounts are none', async () => {
  const groups = listOf(await scim('GET', '/Groups'));
  assert.ok(groups.Resources.every(({ displayName }) => !displayName?.startsWith('identity/')));
  const [group] = listOf(await scim('GET', `/Groups?filter=${encodeURIComponent('displayName eq "website/editor"')}`)).Resources;
  assert.equal(group?.id, 'website.editor');
  const one = of(await scim('POST', '/Users', person('Chen')));
  const two = of(await scim('POST', '/Users', person('Dana')));
  const add = patch({ op: 'Add', path: 'members', value: [{ value: one.id }, { value: two.id }] });
  const added = await scim('PATCH', '/Groups/website.editor', add);
  assert.equal(added.status, 200, added.text);
  const isMember = (answer: Answer, id: string) => of(answer).members?.some(({ value }) => value === id) ?? false;
  assert.ok(isMember(added, one.id) && isMember(added, two.id));
  const grant = await identity.database.read
    .selectFrom('role_grant')
    .select(['reason', 'granted_by', 'ends_at'])
    .where('account_id', '=', one.id)
    .executeTakeFirstOrThrow();
  assert.equal(grant.reason, 'SCIM');
  assert.match(grant.granted_by, /^scim:[0-9a-f-]{36}$/);
  assert.equal(grant.ends_at.getTime() - clock.now().getTime(), 365 * 86_400_000);
  assert.deepEqual(
    of(await scim('GET', `/Users/${one.id}`)).groups?.map(({ value }) => value),
    ['website.editor'],
  );
  assert.equal((await scim('PATCH', '/Groups/website.editor', add)).status, 200, 'twice is once');
  const gone = patch(
    { op: 'Remove', path: `members[value eq "${one.id}"]` },
    { op: 'remove', path: 'members', value: [{ value: two.id }] },
  );
  const removed = await scim('PATCH', '/Groups/website.editor', gone);
  assert.ok(!isMember(removed, one.id) && !isMember(removed, two.id));
  const put = { displayName: 'website/editor', members: [{ value: two.id }] };
  const version = of(removed).meta.version;
  const placed = await scim('PUT', '/Groups/website.editor', put, { headers: { 'if-match': version } });
  assert.deepEqual(
    of(placed).members?.map(({ value }) => value),
    [two.id],
  );
  assert.equal(faultIn(await scim('PUT', '/Groups/website.editor', put, { headers: { 'if-match': version } })), '412');
  const without = await scim('GET', '/Groups/website.editor?excludedAttributes=members');
  assert.equal(of(without).members, undefined);
  const stranger = patch({ op: 'add', path: 'members', value: [{ value: administrator.accountId }] });
  assert.equal(faultIn(await scim('PATCH', '/Groups/website.editor', stranger)), '400 invalidValue');
  assert.equal(faultIn(await scim('PATCH', '/Groups/identity.administrator', add)), '404');
  assert.equal(faultIn(await scim('GET', '/Groups/website.editor', undefined, { bearer: foreignToken })), '404');
  const rename = patch({ op: 'replace', value: { displayName: 'identity/administrator' } });
  assert.equal(faultIn(await scim('PATCH', '/Groups/website.editor', rename)), '400 mutability');
  assert.equal(faultIn(await scim('POST', '/Groups', { displayName: 'website/editor' })), '409 uniqueness');
  assert.equal(faultIn(await scim('POST', '/Groups', { displayName: 'all' })), '403');
  assert.equal(faultIn(await scim('DELETE', '/Groups/website.editor')), '403');
});

test('[F19] lists come in pages of at most two hundred, and what is not understood is told as SCIM wants it, before anything is written', async () => {
  const first = listOf(await scim('GET', '/Users?startIndex=1&count=2'));
  const second = listOf(await scim('GET', '/Users?startIndex=3&count=2'));
  assert.deepEqual([first.itemsPerPage, first.totalResults, second.startIndex], [2, second.totalResults, 3]);
  assert.ok(second.Resources.every(({ id }) => !first.Resources.some((one) => one.id === id)));
  const none = listOf(await scim('GET', '/Users?count=0'));
  assert.deepEqual([none.itemsPerPage, none.totalResults], [0, first.totalResults]);
  assert.equal((await scim('GET', '/Users?startIndex=-5&count=100000')).status, 200);
  for (const filter of [
    'userName sw "a"',
    'userName eq "a" or userName eq "b"',
    'not (userName eq "a")',
    'active eq true',
    'userName eq "a',
    '',
    `userName eq "${'a'.repeat(2000)}"`,
  ])
    assert.equal(faultIn(await scim('GET', filterBy(filter))), '400 invalidFilter', filter);
  for (const [body, told] of [
    ['{', '400 invalidSyntax'],
    ['[]', '400 invalidSyntax'],
    [`${'{"a":'.repeat(50)}1${'}'.repeat(50)}`, '400 invalidSyntax'],
    [person('x', { userName: '' }), '400 invalidValue'],
    [person('x', { userName: 'no address', emails: [] }), '400 invalidValue'],
    [person('x', { emails: [{ value: 'a@b\r\nBcc: c' }] }), '400 invalidValue'],
    [person('x', { displayName: '\u202eevil' }), '400 invalidValue'],
    [person('x', { displayName: 'a'.repeat(5000) }), '400 invalidValue'],
    [person('x', { active: 'perhaps' }), '400 invalidValue'],
  ] as const)
    assert.equal(faultIn(await scim('POST', '/Users', body)), told, JSON.stringify(body).slice(0, 80));
  const text = await scim('POST', '/Users', person('x'), { headers: { 'content-type': 'text/plain' } });
  assert.equal(faultIn(text), '400 invalidSyntax');
  assert.equal((await scim('POST', '/Users', 'x'.repeat(262_145))).status, 413);
  const many = { op: 'replace', path: 'displayName', value: 'x' };
  for (const [body, told] of [
    [patch({ op: 'remove' }), '400 noTarget'],
    [patch({ op: 'move', path: 'displayName' }), '400 invalidValue'],
    [patch(...Array.from({ length: 101 }, () => many)), '400 invalidValue'],
    [patch(), '400 invalidValue'],
    [patch({ op: 'remove', path: 'userName' }), '400 invalidValue'],
  ] as const)
    assert.equal(faultIn(await scim('PATCH', `/Users/${first.Resources[0]?.id}`, body)), told);
});

test('[F19] of changes at once that rest on one version one counts, and of two joiners of one name one is added', async () => {
  const added = await Promise.all([1, 2, 3].map(() => scim('POST', '/Users', person('Emil'))));
  assert.deepEqual(added.map(({ status }) => String(status)).toSorted(), ['201', '409', '409']);
  const emil = of(added.find(({ status }) => status === 201) ?? assert.fail('nobody was added'));
  const once = { headers: { 'if-match': emil.meta.version } };
  const rename = (name: string) =>
    scim('PATCH', `/Users/${emil.id}`, patch({ op: 'replace', path: 'displayName', value: name }), once);
  const changed = await Promise.all(['One', 'Two', 'Three'].map(rename));
  assert.deepEqual(changed.map(({ status }) => String(status)).toSorted(), ['200', '412', '412']);
  const move = (op: string) =>
    scim('PATCH', '/Groups/website.editor', patch({ op, path: 'members', value: [{ value: emil.id }] }));
  const moved = await Promise.all([move('add'), move('add'), move('remove'), move('add')]);
  assert.deepEqual(
    moved.map(({ status }) => status),
    [200, 200, 200, 200],
  );
});

test('[F19] what the service says of itself is what it does', async () => {
  const config: unknown = JSON.parse((await scim('GET', '/ServiceProviderConfig')).text);
  const shape = z.object({ patch: z.object({ supported: z.literal(true) }), etag: z.object({ supported: z.literal(true) }) });
  assert.ok(shape.safeParse(config).success);
  const types = z.object({ Resources: z.array(z.object({ id: z.string() })) });
  const ids = async (path: string) => types.parse(JSON.parse((await scim('GET', path)).text)).Resources.map(({ id }) => id);
  assert.deepEqual(await ids('/ResourceTypes'), ['User', 'Group']);
  for (const id of await ids('/Schemas')) assert.equal((await scim('GET', `/Schemas/${id}`)).status, 200, id);
  assert.equal((await scim('GET', '/ResourceTypes/User')).status, 200);
  assert.equal(faultIn(await scim('GET', '/Schemas/none')), '404');
});

test('[F19] a PATCH never reaches beyond the attributes that are kept', () => {
  const before = { userName: 'a@b.example', displayName: 'A', active: true, emails: [{ value: 'a@b.example' }] };
  const run = (...Operations: readonly unknown[]) => patchUser(before, readOperations({ Operations }));
  const odd = run({ op: 'add', value: { schemas: ['x'], id: 'other', meta: {}, groups: [{ value: 'x' }], password: 'x' } });
  assert.deepEqual(odd, before);
  assert.throws(() => run({ op: 'add', path: '__proto__.polluted', value: 1 }), { code: 'scim.invalid_path' });
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
  assert.equal(readUser(run({ op: 'replace', path: 'emails[type eq "home"].value', value: 'x@y.example' })).email, 'a@b.example');
  assert.equal(
    readUser(run({ op: 'replace', path: 'emails[primary eq true].value', value: 'x@y.example' })).email,
    'x@y.example',
  );
  assert.deepEqual(readFilter('userName eq "a\\"b"', ['username']), [{ attribute: 'username', value: 'a"b' }]);
});

test('each route of directories writes the tables that the manifest declares for it, and no others; the checks of the manifest hold', async () => {
  const { 'scim.user.remove': left, ...rest } = await noted.written(scimPart);
  const { 'scim.user.remove': declared = [], ...declaredRest } = declaredWrites(scimPart);
  const { 'scim.user.replace': replaced = [], ...written } = rest;
  const { 'scim.user.replace': mayReplace = [], ...exact } = declaredRest;
  assert.deepEqual(written, exact);
  for (const [did, may] of [
    [left ?? [], declared],
    [replaced, mayReplace],
  ] as const)
    assert.deepEqual(
      did.filter((table) => !may.includes(table)),
      [],
    );
  for (const { name, sql } of scimPart.checks ?? []) assert.deepEqual(await noted.admin.query(sql), [], name);
});
