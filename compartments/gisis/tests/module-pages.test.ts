import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { z } from 'zod';
import { manifest } from '#compartment.ts';
import { dutiesOf } from '#duty/duty.rules.ts';
import { type Asked, pendingQuery } from '#duty/duty.store.ts';
import { yearlyOf } from '#duty/yearly.rules.ts';
import { listPage } from '#list/list.views.ts';
import { readQuery } from '#list/query.rules.ts';
import { findModule, MODULES } from '#modules/modules.ts';
import { OVERVIEWS } from '#modules/overviews.ts';
import type { RecordId, Registered } from '#record/record.rules.ts';
import { PUBLIC, type Viewer, viewerOf } from '#sight/viewer.rules.ts';
import type { Site, Visit } from '#site/site.rules.ts';
import { bootRegistry, SECRET, SECRETARIAT, type TestPerson, useRegistryCluster } from './booted-registry.ts';
import { insertOfEach } from './record-of-each.ts';

const cluster = await useRegistryCluster();
const { ask, file, database, gateway } = await bootRegistry(cluster);
const admin = await cluster.adminOf(database);
const person = (delegation: string, ...roles: readonly string[]): TestPerson => ({
  name: `Somebody of ${delegation}`,
  delegation,
  roles,
});
const KENYA = person('state-ken', ...MODULES.map(({ name }) => `${name}-officer`));
const NORWAY = person('state-nor', 'inadequacy-officer');
const pageOf = async (path: string, as?: TestPerson) => {
  const { status, text } = await ask({ path, ...(as ? { as } : {}) });
  assert.equal(status, 200, `${path}: ${text.slice(0, 300)}`);
  return text;
};
const runJob = async () => {
  const headers = { authorization: `Bearer ${SECRET}` };
  const token = await gateway.mintJob('job:duties.tell', { method: 'POST', path: '/.bulkhead/jobs/duties.tell' });
  const answer = await ask({ path: '/.bulkhead/jobs/duties.tell', method: 'POST', token, headers });
  assert.equal(answer.status, 200, answer.text);
  return z.object({ ok: z.literal(true), told: z.number() }).parse(JSON.parse(answer.text)).told;
};

test('[GM12] every module has a list, a record, a form and pages of its own that answer, over HTTP, for those who may see them', async () => {
  const everybody = person('state-ken', 'secretariat', 'data-supplier', ...KENYA.roles);
  const references = await insertOfEach(admin);
  const home = await pageOf('/');
  for (const { name, partOf, pages = [] } of MODULES) {
    assert.equal(home.includes(`href="/${name}"`), partOf === undefined, name);
    const paths = [
      `/${name}`,
      `/${name}/new`,
      ...pages.flatMap((page) => [`/${name}/${page.name}`, `/${name}/${page.name}.csv`]),
    ];
    // A part without its whole is seen by nobody.
    if (partOf === undefined) paths.push(`/${name}/${references.get(name) ?? ''}`);
    for (const path of paths) await pageOf(path, everybody);
  }
  for (const { name, table } of MODULES)
    await admin.query(`delete from ${table} where reference = '${references.get(name) ?? ''}'`).catch(() => undefined);
  const declared = MODULES.flatMap(({ name, pages = [] }) => pages.map((page) => `${name}/${page.name}`));
  assert.deepEqual(OVERVIEWS.map(({ module, page }) => `${module}/${page}`).toSorted(), declared.toSorted());
});

test('[GM13] what a State owes follows from the records: since when, by which day, and overdue by how many days; it goes when it is done', async () => {
  const contact = { country: 'KEN', matters: ['security'], office: 'Port authority', confirmed_on: '2025-01-01', sure: 'yes' };
  const address = await file('contact-point', KENYA, contact);
  const owed = await pageOf('/states/KEN/owed');
  assert.match(
    owed,
    /Confirm that the contact point still holds[\s\S]*1 January 2026[\s\S]*overdue by 60 days[\s\S]*1 January 2025/,
  );
  assert.match(await pageOf('/states'), /href="\/states\/KEN\/owed">Kenya/);
  assert.match(await pageOf('/for-you', KENYA), /What Kenya owes[\s\S]*Confirm that the contact point still holds/);
  const calendar = await ask({ path: '/states/KEN/owed.ics?lang=fr' });
  assert.equal(calendar.headers['content-type'], 'text/calendar; charset=utf-8');
  const unfolded = calendar.text.replaceAll('\r\n ', '');
  assert.match(unfolded, /BEGIN:VEVENT\r\nUID:contact-point\.confirm\.con-2026-\d+\.ken\.2026-01-01@gisis\.localhost/);
  assert.match(
    unfolded,
    /DTSTART;VALUE=DATE:20260101\r\nDTEND;VALUE=DATE:20260102\r\nTRANSP:TRANSPARENT\r\nSUMMARY:[^\r]*Port authority/,
  );
  assert.ok(calendar.text.split('\r\n').every((line) => Buffer.byteLength(line) <= 75));
  const confirmed = { ...contact, confirmed_on: '2026-03-01', revision: '1', source: 'Confirmed' };
  assert.equal((await ask({ path: `${address}/change`, as: KENYA, form: confirmed })).status, 303);
  assert.doesNotMatch(await pageOf('/states/KEN/owed'), /overdue by 60 days/);
  for (const path of ['/states/XXX/owed', '/states/ken/owed', '/states/KE/owed.ics'])
    assert.equal((await ask({ path })).status, 404, path);
});

test('[GM14] who may not see what a duty follows from does not learn of it: not on the page, not in the calendar, not in the count', async () => {
  await file('ship', person('secretariat', 'data-supplier'), {
    imo_number: '9176187',
    name: 'Sample Fuel',
    flag: 'KEN',
    type: 'tug',
    sure: 'yes',
  });
  const report = { flag: 'KEN', ship: '9176187', year: '2023', year_ended_on: '2023-12-31', gross_tonnage: '6000', sure: 'yes' };
  await file('fuel-consumption', KENYA, report);
  const title = /Issue the statement of compliance/;
  assert.match(await pageOf('/states/KEN/owed', KENYA), /Issue the statement of compliance[\s\S]*31 May 2024/);
  assert.match(await pageOf('/states/KEN/owed', SECRETARIAT), title);
  for (const as of [undefined, NORWAY]) {
    assert.doesNotMatch(await pageOf('/states/KEN/owed', as), title);
    assert.doesNotMatch(await pageOf('/states/KEN/owed.ics', as), title);
  }
  const count = async (as?: TestPerson) =>
    Number(/Kenya<\/a><\/th><td class="number">(\d+)/.exec(await pageOf('/states', as))?.[1]);
  assert.equal((await count(SECRETARIAT)) - (await count()), 1);
});

test('[GM22] a report that nobody began is owed, and overdue after its day: by the State of each ship that must report, and seen by nobody else', async () => {
  const supplier = person('secretariat', 'data-supplier');
  const ships = [
    { imo_number: '9074729', name: 'Owes two years', gross_tonnage: '5000', status: 'in-service', built: '1998' },
    { imo_number: '9241061', name: 'Too small', gross_tonnage: '4999' },
    { imo_number: '9319466', name: 'Broken up', gross_tonnage: '9000', status: 'broken-up' },
    { imo_number: '9395044', name: 'Built since', gross_tonnage: '9000', built: '2025' },
  ];
  for (const ship of ships) await file('ship', supplier, { flag: 'KEN', sure: 'yes', ...ship });
  const owed = async () => {
    const page = await pageOf('/states/KEN/owed?lang=en', KENYA);
    const lines = page.split('<tr>').filter((line) => line.includes('Report the fuel oil that was used in the year'));
    return lines.map((line) =>
      `${/<bdi>([^<]*)/.exec(line)?.[1]} ${/datetime="([^"]*)/.exec(line)?.[1]} ${/overdue by \d+ days/.exec(line)?.[0] ?? ''}`.trim(),
    );
  };
  assert.deepEqual(await owed(), [
    'Owes two years, 9074729 2025-03-31 overdue by 336 days',
    'Owes two years, 9074729 2026-03-31',
    'Built since, 9395044 2026-03-31',
  ]);
  const calendar = (await pageOf('/states/KEN/owed.ics', SECRETARIAT)).replaceAll('\r\n ', '');
  assert.match(calendar, /UID:ship\.fuel-report\.9074729\.ken\.2025-03-31@[^\r]*\r\n(?:[^\r]*\r\n)*?DTSTART;VALUE=DATE:20250331/);
  const title = /Report the fuel oil that was used/;
  for (const as of [undefined, NORWAY]) {
    assert.doesNotMatch(await pageOf('/states/KEN/owed', as), title);
    assert.doesNotMatch(await pageOf('/states/KEN/owed.ics', as), title);
  }
  const report = { flag: 'KEN', ship: '9074729', year: '2024', year_ended_on: '2024-12-31', gross_tonnage: '5000', sure: 'yes' };
  const address = await file('fuel-consumption', KENYA, report);
  assert.deepEqual(await owed(), ['Owes two years, 9074729 2026-03-31', 'Built since, 9395044 2026-03-31']);
  const withdrawn = { revision: '1', source: 'Filed by mistake' };
  assert.equal((await ask({ path: `${address}/acts/withdraw`, as: KENYA, form: withdrawn })).status, 303);
  assert.equal((await owed()).length, 3);
});

test('[GM15] a State is reminded before a day and after it, once each however often the job runs, and so are those whom it concerns besides', async () => {
  await runJob();
  const inadequacy = {
    flag: 'NOR',
    ship_name: 'Sample Fjord',
    port_state: 'KEN',
    port: 'KEMBA',
    port_name: 'Mombasa',
    wastes: ['v'],
    description: 'Refused.',
    sure: 'yes',
  };
  const send = async (happened_on: string, sent_on: string) => {
    const address = await file('inadequacy', NORWAY, { ...inadequacy, happened_on });
    const form = { problems: ['refused'], sent_on, revision: '1', source: 'Test' };
    assert.equal((await ask({ path: `${address}/acts/send`, as: NORWAY, form })).status, 303);
    return address.split('/').at(-1) ?? '';
  };
  const soon = await send('2026-01-02', '2026-01-20');
  const late = await send('2025-09-01', '2025-09-10');
  const old = await send('2020-01-01', '2020-01-10');
  const young = await send('2026-02-20', '2026-02-25');
  assert.equal(await runJob(), 2, 'what is far off, and what is overdue for years, wakes nobody');
  assert.equal(await runJob(), 0);
  const told = async (as: TestPerson) => {
    const text = await pageOf('/for-you', as);
    const lines = [...text.matchAll(/<code dir="ltr">([A-Z0-9-]+)<\/code><\/a>: (Falls due soon|Overdue): ([^<]+)</g)];
    return lines
      .map(([, reference, stage, duty]) => `${reference ?? ''} ${stage ?? ''}: ${duty ?? ''}`)
      .filter((line) => line.startsWith('INA'));
  };
  const expected = [
    `${late} Overdue: Answer the report of inadequacy`,
    `${soon} Falls due soon: Answer the report of inadequacy`,
  ];
  for (const as of [KENYA, NORWAY, SECRETARIAT]) assert.deepEqual((await told(as)).toSorted(), expected.toSorted(), as.name);
  assert.deepEqual(await told(person('state-pan')), []);
  const rows = await admin.query(`select reference from duty_told where reference in ('${old}', '${young}')`);
  assert.deepEqual(rows, []);
});

test('[GM16] what is owed is read from indexes that hold only what is pending', async () => {
  const writer = new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  const explain = async (asked: Asked) => {
    const { sql: text, parameters } = pendingQuery(asked, 'KEN').compile(writer);
    const inlined = text.replaceAll(/\$(\d+)/g, (_, number: string) => `'${String(parameters[Number(number) - 1])}'`);
    return JSON.stringify(await admin.query(`explain (costs off) ${inlined}`));
  };
  await admin.query('set enable_seqscan = off');
  const yearly = yearlyOf(new Map(MODULES.map((module) => [module.name, module])));
  assert.ok(yearly.length > 0);
  for (const of of yearly) {
    const plan = await explain({ duties: [], yearly: [of], today: '2026-03-02' });
    assert.match(plan, new RegExp(`${of.module.table}_owes_${of.report.name.replaceAll('-', '_')}`), plan);
    assert.doesNotMatch(plan, /Seq Scan/, of.report.name);
  }
  for (const of of dutiesOf(MODULES)) {
    const plan = await explain({ duties: [{ ...of, hidden: [] }], yearly: [], today: '2026-03-02' });
    assert.match(plan, new RegExp(`${of.module.table}_(?:duty_${of.duty.name.replaceAll('-', '_')}|of_)`), plan);
    assert.doesNotMatch(plan, /Seq Scan/, `${of.module.name} ${of.duty.name}`);
  }
  await admin.query('reset enable_seqscan');
});

test('[GM17] a list shows nobody what a record would not show them', () => {
  const contacts = findModule('contact-point') ?? assert.fail('there is no module contact-point');
  const module = { ...contacts, list: { ...contacts.list, columns: ['country', 'officer', 'telephone'] } };
  const values = { country: 'KEN', office: 'Port authority', officer: 'B. N. Officer', telephone: '+254 11 111' };
  const at = new Date('2026-03-01T00:00:00Z');
  const record: Registered = {
    id: '1' as RecordId,
    reference: 'CON-2026-0001',
    state: 'current',
    revision: 1,
    createdAt: at,
    changedAt: at,
    source: null,
    isSample: false,
    formerNames: null,
    values,
  };
  const site: Site = {
    title: manifest.title,
    organisation: 'Sample Maritime Organization',
    isSample: true,
    isReadOnly: false,
    accountHref: '/',
    origin: 'http://gisis.localhost:8400',
    modules: new Map(),
  };
  const found = { records: [record], next: null, previous: null, count: 1, facets: [] };
  const shownTo = (viewer: Viewer) => {
    const visit: Visit = { site, viewer, language: 'en', asked: null, at: '/contact-point' };
    const query = readQuery(module, new URLSearchParams(), viewer, { now: at });
    const shown = { module, query, found, changedAt: null, mayFile: false, formats: [], beside: null };
    return listPage(visit, shown).toString();
  };
  const norwegian = viewerOf({ accountId: 'a', displayName: 'N', delegation: 'state-nor', roles: [] });
  const officer = viewerOf({ accountId: 'a', displayName: 'N', delegation: 'state-nor', roles: ['casualty-officer'] });
  assert.deepEqual(
    [PUBLIC, norwegian, officer].map((viewer) => shownTo(viewer).includes('B. N. Officer')),
    [false, false, true],
  );
  assert.ok(shownTo(PUBLIC).includes('+254 11 111'));
});

test('[GM18] the matrix of organizations is narrowed by State, organization, function and day, and taken along as a list', async () => {
  const grant = (country: string, organization: string, functions: readonly string[], valid: readonly string[]) =>
    file('recognized-organization', SECRETARIAT, { country, organization, functions, valid, sure: 'yes' });
  await grant('NOR', 'Sample Veritas', ['load-line', 'ism'], ['2020-01-01', '']);
  await grant('NOR', 'Sample Register', ['ism'], ['2020-01-01', '2024-12-31']);
  await grant('PAN', 'Sample Register', ['tonnage'], ['2021-01-01', '']);
  const path = '/recognized-organization/matrix';
  const all = await pageOf(path);
  assert.match(all, /Sample Register[\s\S]*Sample Veritas[\s\S]*Norway[\s\S]*Panama/);
  assert.match(await pageOf(`${path}?state=NOR`), /Load lines[\s\S]*yes/);
  assert.doesNotMatch(await pageOf(`${path}?organization=Sample+Register`), /Norway<\/bdi><\/a><\/th>/);
  assert.match(await pageOf(`${path}?organization=Sample+Register&on=2024-06-01`), /Norway<\/bdi><\/a><\/th>/);
  assert.doesNotMatch(await pageOf(`${path}?function=tonnage`), /Norway<\/bdi><\/a><\/th>/);
  const csv = (await pageOf(`${path}.csv?on=2024-06-01`)).split('\r\n');
  assert.equal(csv[0], 'state,organization,function,from,to,record');
  assert.equal(csv.filter((line) => line !== '').length, 1 + 4);
  const incomplete = { country: 'KEN', organization: 'Sample Veritas', functions: ['ism'], may_file: 'yes' };
  for (const [delegation, sentence] of [
    ['', /Tell under which account/],
    ['state-nor', /Write the code of the organization/],
    ['secretariat', /Write the code of the organization/],
  ] as const) {
    const { status, text } = await ask({ path: '/recognized-organization/new', as: KENYA, form: { ...incomplete, delegation } });
    assert.equal(status, 422);
    assert.match(text, sentence);
  }
});

test('[GM19] no row of the shared fuel set stands for fewer than five ships, whatever was reported, and nothing on the page names one', async () => {
  await admin.query(`insert into ship (reference, state, revision, created_at, changed_at, changed_by, imo_number, name)
    select (3000000 + n)::text, 'listed', 1, now(), now(), 'nobody', (3000000 + n)::text, 'Ship ' || n from generate_series(1, 600) n`);
  await admin.query(`insert into fuel_consumption (reference, state, revision, created_at, changed_at, changed_by, flag, ship, year, year_ended_on, type, gross_tonnage, hfo, distance, hours)
    select 'DCS-2024-' || n, 'verified', 1, now(), now(), 'nobody', (array['NOR', 'PAN', 'KEN'])[1 + n % 3], (3000000 + n)::text, 2024, '2024-12-31',
      (array['bulk carrier', 'tanker', 'container', 'ferry', 'yacht of one owner'])[1 + (n * n) % 5], 5000 + (n * 7919) % 230000, 100 + (n * 104729) % 40000, 50000 + n, 6000
    from generate_series(1, 600) n`);
  await admin.query(`insert into fuel_consumption (reference, state, revision, created_at, changed_at, changed_by, flag, ship, year, year_ended_on, gross_tonnage)
    select 'DCS-2025-' || n, 'reported', 1, now(), now(), 'nobody', 'NOR', (3000000 + n)::text, 2025, '2025-12-31', 30000 from generate_series(1, 20) n`);
  assert.doesNotMatch(
    await pageOf('/fuel-consumption/shared?year=2025'),
    /<option value="2025"/,
    'its statements are not due yet',
  );
  const csv = (await pageOf('/fuel-consumption/shared.csv?year=2024')).split('\r\n').filter((line) => line !== '');
  const rows = csv.slice(1).map((line) => line.split(','));
  assert.ok(rows.length > 10);
  for (const [year, type, , ships] of rows)
    assert.ok(year === '2024' && Number(ships) >= 5, `${type ?? ''} stands for ${ships ?? ''}`);
  const shared = rows.reduce((sum, row) => sum + Number(row[3]), 0);
  const page = await pageOf('/fuel-consumption/shared?year=2024');
  const leftOut = Number(/could be told from the others: (\d+)/.exec(page)?.[1] ?? '0');
  assert.equal(shared + leftOut, 600);
  assert.doesNotMatch(page, /\b30000\d\d\b|Norway|Panama/);
  const keys = rows.map(([, type, band]) => `${type ?? ''} ${band ?? ''}`);
  assert.equal(new Set(keys).size, keys.length, 'two rows of one group would tell more than each');
});

test('[GM20] a number whose check digit does not fit is told with those it may have meant, and a place far off its country is asked back', async () => {
  const wrong = await ask({
    path: '/ship/new',
    as: person('secretariat', 'data-supplier'),
    form: { imo_number: '9074728', name: 'Sample' },
  });
  assert.equal(wrong.status, 422);
  assert.match(wrong.text, /id="f-imo_number-fault"[\s\S]*9074729/);
  const facility = { facility_number: 'KEMBA-0002', name: 'Far terminal', country: 'KEN', port: 'KEMBA', plan_approved: 'yes' };
  const at = (position: string, sure = '') =>
    ask({ path: '/maritime-security/new', as: KENYA, form: { ...facility, position, sure } });
  // The box of Kenya ends at 4.7 degrees south: 1 degree is 111 km.
  const far = await at("05°48' S 039°40' E");
  assert.equal(far.status, 422);
  assert.match(far.text, /This position lies 1\d\d km from Kenya/);
  assert.equal((await at("05°20' S 039°40' E")).status, 303, 'nearer than a hundred kilometres is not asked');
  const incident = {
    happened_at: '2026-01-10 02:00 UTC',
    act: 'boarded',
    area: 'east-africa',
    coastal_state: 'KEN',
    reporting_state: 'KEN',
    position: "20°00' N 060°00' W",
  };
  const piracy = (waters: string) => ask({ path: '/piracy/new', as: KENYA, form: { ...incident, waters } });
  assert.match((await piracy('port')).text, /km from Kenya/);
  assert.equal((await piracy('international')).status, 303);
});
