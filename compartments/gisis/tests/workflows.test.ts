import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECRETARIAT, type TestPerson, useRegistryCluster } from './booted-registry.ts';
import { beginStory, delegate, type Form, officer, SUPPLIER } from './story.ts';

const { ask, file, act, done, read, areTold, statusOf } = await beginStory(await useRegistryCluster());
const DAY = '2026-01-15';

test('[GM1] a State authorises an organization, which files for that State alone, within its functions, until that ends; it sees what it filed', async () => {
  const kenya = officer('ken', 'recognized-organization', 'fuel-consumption', 'ship');
  const surveyor: TestPerson = {
    name: 'Surveyor of a society',
    delegation: 'ngo-society',
    roles: ['fuel-consumption-officer', 'annex-vi-officer', 'survey-officer'],
  };
  const rival: TestPerson = { ...surveyor, name: 'Surveyor of a rival', delegation: 'ngo-rival' };
  const amity = { imo_number: '9074729', name: 'Sample Amity', flag: 'KEN', type: 'container-ship', gross_tonnage: '28450' };
  await file('ship', SUPPLIER, { ...amity, sure: 'yes' });
  const report = {
    flag: 'KEN',
    ship: '9074729',
    year: '2025',
    year_ended_on: '2025-12-31',
    type: 'container',
    gross_tonnage: '28450',
    hfo: '9000',
    distance: '70000',
    hours: '6000',
    sure: 'yes',
  };
  assert.equal((await ask({ path: '/fuel-consumption/new', as: surveyor, form: report })).status, 403);
  const grant = {
    country: 'KEN',
    organization: 'Sample Society of Classification',
    functions: ['marpol-vi', 'load-line'],
    may_file: 'yes',
    delegation: 'ngo-society',
    valid: ['2024-01-01', ''],
  };
  const authorization = await file('recognized-organization', kenya, grant);
  await areTold([SECRETARIAT], authorization, 'Filed');
  assert.equal(await statusOf('/fuel-consumption/new', surveyor), 200);
  assert.equal((await ask({ path: '/fuel-consumption/new', as: surveyor, form: { ...report, flag: 'NOR' } })).status, 422);
  const filed = await file('fuel-consumption', surveyor, report);
  assert.equal(await statusOf('/annex-vi/new', surveyor), 200, 'the function of Annex VI');
  assert.equal(await statusOf('/survey/new', surveyor), 200, 'the function of load lines');
  assert.equal(await statusOf('/fuel-consumption/new', rival), 403);
  await areTold([kenya, SECRETARIAT], filed, 'Filed');
  assert.equal((await read(filed, surveyor)).fields['hfo'], 9000, 'it sees all of what it filed');
  assert.equal((await read(filed, kenya)).fields['filed_by'], 'ngo-society');
  for (const other of [rival, delegate('nor')]) assert.equal(await statusOf(filed, other), 404, other.name);
  assert.equal(await statusOf(filed), 404);
  assert.match((await ask({ path: '/fuel-consumption/export.csv', as: surveyor })).text, /9074729/);
  assert.doesNotMatch((await ask({ path: '/fuel-consumption/export.csv', as: rival })).text, /9074729/);
  await done(surveyor, filed, 'verify', { statement_on: '2026-02-20' });
  await areTold([kenya, SECRETARIAT], filed, 'Issue the statement of compliance');
  assert.match(
    (await ask({ path: `${filed}/history`, as: kenya })).text,
    /Surveyor of a society, an organization \(ngo-society\)/,
  );
  await done(kenya, authorization, 'withdraw');
  await areTold([delegate('nor'), SECRETARIAT], authorization, 'Withdraw');
  assert.equal(
    (await ask({ path: '/fuel-consumption/new', as: surveyor, form: { ...report, year: '2024', year_ended_on: '2024-12-31' } }))
      .status,
    403,
  );
  assert.equal(await statusOf(filed, surveyor), 200, 'what it filed it may still read');
});

test('[GM2] a report of inadequacy goes from the flag State to the port State and back until it is closed; both are told at each step, and the Secretariat', async () => {
  const norway = officer('nor', 'inadequacy');
  const kenya = officer('ken', 'inadequacy');
  const all = [norway, kenya, SECRETARIAT];
  const address = await file('inadequacy', norway, {
    flag: 'NOR',
    ship_name: 'Sample Sludge',
    port_state: 'KEN',
    port: 'KEMBA',
    port_name: 'Mombasa',
    happened_on: DAY,
    wastes: ['i'],
    description: 'No lorry came in three days.',
  });
  assert.equal(await statusOf(address), 404, 'a draft is not public');
  await done(norway, address, 'send', { problems: ['absent'], sent_on: '2026-01-20' });
  await areTold(all, address, 'Send to the Organization and the port State');
  assert.equal(await act(norway, address, 'answer', { answer: 'By ourselves', answered_on: '2026-02-01' }), 403);
  await done(kenya, address, 'answer', { answer: 'The lorry had broken down.', answered_on: '2026-02-01' });
  await areTold(all, address, 'Answer');
  await done(norway, address, 'ask-again');
  await areTold(all, address, 'Ask the port State again');
  await done(kenya, address, 'answer', { answer: 'Two lorries stand ready now.', answered_on: '2026-02-10' });
  await done(norway, address, 'close', { conclusion: 'Settled.' });
  await areTold(all, address, 'Close');
  assert.equal((await read(address, kenya)).state, 'closed');
});

test('[GM3] an act of piracy is reported, confirmed, and answered by the coastal State; flag and coastal State are told', async () => {
  const panama = officer('pan', 'piracy');
  const nigeria = officer('nga', 'piracy');
  const address = await file('piracy', panama, {
    happened_at: '2026-01-10 02:00 UTC',
    act: 'boarded',
    waters: 'territorial',
    area: 'west-africa',
    coastal_state: 'NGA',
    flag: 'PAN',
    ship_name: 'Sample Trader',
    reporting_state: 'PAN',
  });
  await done(SECRETARIAT, address, 'confirm', { act: 'boarded', area: 'west-africa' });
  await areTold([delegate('pan'), delegate('nga')], address, 'Confirm');
  await done(nigeria, address, 'answer', { coastal_action: 'A patrol boat was sent.' });
  await areTold([panama, SECRETARIAT], address, 'Tell what was done');
  const monthly = await ask({ path: '/piracy/monthly?month=2026-01' });
  assert.match(monthly.text, /West Africa/);
  assert.match((await ask({ path: '/piracy/monthly.csv?month=2026-01' })).text, /West Africa,,1,,,,\r\n/);
});

test('[GM4] of a very serious casualty each flag State owes an investigation, and each investigating State a report, until it is sent', async () => {
  const kenya = officer('ken', 'casualty', 'casualty-ship', 'casualty-investigation');
  const norway = officer('nor', 'casualty-ship', 'casualty-investigation');
  const address = await file('casualty', kenya, {
    title: 'Collision off Lamu',
    happened_at: '2024-06-01 05:00 UTC',
    event: 'collision',
    coastal_state: 'KEN',
    deaths: '1',
    outcomes: ['death'],
    reporting_state: 'KEN',
  });
  assert.equal(await statusOf(address), 404);
  await done(kenya, address, 'report', { outcomes: ['death'], summary: 'Two ships collided in fog.' });
  await areTold([kenya, SECRETARIAT], address, 'Report to the Organization');
  assert.equal((await read(address, kenya)).fields['severity'], 'very-serious', 'decided, not typed');
  const casualty = address.split('/').at(-1) ?? '';
  const add = (as: TestPerson, flag: string, name: string) =>
    file('casualty-ship', as, { casualty, ship_name: name, flag, reporting_state: flag });
  await add(kenya, 'KEN', 'Sample Amity');
  await add(norway, 'NOR', 'Sample Fjord');
  const owes = async (state: string) => (await ask({ path: `/states/${state}/owed` })).text;
  for (const state of ['KEN', 'NOR']) assert.match(await owes(state), /See that the casualty is investigated/);
  const investigation = await file('casualty-investigation', norway, {
    casualty,
    investigating_state: 'NOR',
    interest: 'flag',
    part: 'alone',
    begun_on: '2024-06-10',
  });
  assert.match(await owes('NOR'), /Send the final report[\s\S]*overdue by 265 days[\s\S]*Send an interim report/);
  assert.match((await ask({ path: '/casualty/owed?state=NOR' })).text, /Collision off Lamu/);
  await file('casualty-investigation', kenya, {
    casualty,
    investigating_state: 'KEN',
    interest: 'coastal',
    part: 'together',
    begun_on: '2024-06-12',
  });
  await done(norway, investigation, 'report', { reported_on: '2026-02-01', findings: 'Lookout was not kept.' });
  await areTold([delegate('pan'), SECRETARIAT], investigation, 'Send the final report');
  assert.doesNotMatch(await owes('NOR'), /Collision off Lamu/);
  await done(SECRETARIAT, address, 'review');
  await done(SECRETARIAT, address, 'close');
  await areTold([kenya], address, 'Close');
});

test('[GM5] a port facility has the number of its port; who guards it is known to officers of its State alone', async () => {
  const kenya = officer('ken', 'maritime-security');
  const facility = {
    name: 'Container terminal',
    country: 'KEN',
    port: 'KEMBA',
    plan_approved: 'yes',
    officer: 'A. N. Officer',
    officer_telephone: '+254 00 000',
    contact: 'Port control',
    sure: 'yes',
  };
  const refused = await ask({ path: '/maritime-security/new', as: kenya, form: { ...facility, facility_number: 'KELAU-0001' } });
  assert.match(refused.text, /The number begins with the UN\/LOCODE of another port/);
  const address = await file('maritime-security', kenya, { ...facility, facility_number: 'KEMBA-0001' });
  assert.equal(address, '/maritime-security/KEMBA-0001');
  await file('maritime-security', kenya, { ...facility, name: 'The whole port', facility_number: 'KEMBA-0000' });
  const seen = async (as?: TestPerson) => (await ask({ path: address, ...(as ? { as } : {}) })).text;
  assert.match(await seen(kenya), /A\. N\. Officer/);
  for (const other of [delegate('ken'), officer('nor', 'maritime-security'), undefined])
    assert.doesNotMatch(await seen(other), /A\. N\. Officer|\+254 00 000/);
  assert.match(await seen(delegate('nor')), /Port control/);
  assert.doesNotMatch(await seen(), /Port control/);
  const csv = (await ask({ path: '/maritime-security/export.csv' })).text;
  assert.doesNotMatch(csv, /Officer|254/);
  for (const path of [`${address}/history`, `${address}/record.json`, '/maritime-security/export.jsonl'])
    assert.doesNotMatch((await ask({ path, as: delegate('nor') })).text, /A\. N\. Officer/, path);
  await done(kenya, address, 'withdraw');
  await areTold([SECRETARIAT], address, 'Withdraw');
  const contacts = officer('ken', 'contact-point');
  const contact = await file('contact-point', contacts, {
    country: 'KEN',
    matters: ['security'],
    office: 'Port authority',
    officer: 'B. N. Officer',
    telephone: '+254 11 111',
    sure: 'yes',
  });
  const shows = async (as?: TestPerson) => (await ask({ path: contact, ...(as ? { as } : {}) })).text.includes('B. N. Officer');
  assert.deepEqual(
    [await shows(contacts), await shows(officer('nor', 'casualty')), await shows(delegate('nor')), await shows()],
    [true, true, false, false],
  );
});

test('[GM6] only the flag State marks a ship that falsely flies its flag, and lifts it; every State is told, and the time line keeps it', async () => {
  const kenya = officer('ken', 'ship');
  const address = await file('ship', SUPPLIER, {
    imo_number: '9176187',
    name: 'Sample Mask',
    flag: 'KEN',
    type: 'tug',
    gross_tonnage: '400',
    sure: 'yes',
  });
  for (const other of [SECRETARIAT, SUPPLIER, officer('nor', 'ship')])
    assert.equal(await act(other, address, 'mark-false-flag', { false_flag_since: DAY }), 403, other.name);
  await done(kenya, address, 'mark-false-flag', { false_flag_since: DAY });
  await areTold([delegate('nor'), delegate('pan'), SECRETARIAT], address, 'Mark that the flag is falsely flown');
  assert.equal(await act(SECRETARIAT, address, 'lift-false-flag'), 403);
  await done(kenya, address, 'lift-false-flag');
  assert.equal((await read(address, kenya)).fields['false_flag_since'], null);
  const rename = {
    name: 'Sample Face',
    flag: 'PAN',
    type: 'tug',
    gross_tonnage: '400',
    'since.name': '2026-02-20',
    'since.flag': '2026-02-20',
    revision: '3',
    source: 'The owner',
    sure: 'yes',
  };
  assert.equal((await ask({ path: `${address}/change`, as: SUPPLIER, form: rename })).status, 303);
  const { text } = await ask({ path: address });
  const line = text.slice(text.indexOf('class="group timeline"'));
  assert.match(line, /Sample Face[\s\S]*since 20 February 2026[\s\S]*Sample Mask[\s\S]*until 20 February 2026/);
  assert.match(line, /Flag falsely flown since[\s\S]*Kenya[\s\S]*since 15 January 2026, until 2 March 2026/);
});

test('[GM7] statements under the Condition Assessment Scheme exist for Parties alone', async () => {
  const norway = officer('nor', 'condition-assessment');
  await file('ship', SUPPLIER, { imo_number: '8814275', name: 'Sample Tanker', flag: 'NOR', type: 'oil-tanker', sure: 'yes' });
  const treaty = await file('treaty', SECRETARIAT, {
    short_name: 'MARPOL 73/78',
    full_name: 'Convention for the prevention of pollution from ships',
    kind: 'convention',
    adopted_on: '1978-02-17',
    needs_states: '2',
    needs_tonnage: '50',
    months_after: '12',
    months_later: '3',
  });
  const reference = treaty.split('/').at(-1) ?? '';
  const bind = (party: string, done_on: string, more: Form = {}) =>
    file('treaty-action', SECRETARIAT, { treaty: reference, party, act: 'accession', done_on, ...more });
  await bind('PAN', '1985-02-20', { fleet: '40000', world_fleet: '100000' });
  const address = await file('condition-assessment', norway, {
    flag: 'NOR',
    ship: '8814275',
    ship_name: 'Sample Tanker',
    decision: 'issued',
    decided_on: DAY,
    sure: 'yes',
  });
  assert.equal(await statusOf(address, delegate('pan')), 200);
  for (const other of [delegate('ken'), undefined]) assert.equal(await statusOf(address, other), 404);
  const listed = async (as?: TestPerson) =>
    (await ask({ path: '/condition-assessment', ...(as ? { as } : {}) })).text.includes('Sample Tanker');
  assert.deepEqual([await listed(delegate('pan')), await listed(delegate('ken')), await listed()], [true, false, false]);
  await bind('KEN', '1992-12-15', { fleet: '15000', world_fleet: '100000' });
  assert.equal(await listed(delegate('ken')), true, 'as soon as it is a Party');
  await done(norway, address, 'suspend', { reasons: 'Overdue survey.' });
  await areTold([delegate('pan'), SECRETARIAT], address, 'Suspend');
  const progress = await ask({ path: `/treaty/entry-into-force?of=${reference}` });
  assert.match(progress.text, /Share of world tonnage[\s\S]*40\.00[\s\S]*55\.00/);
  assert.match(progress.text, /By the records it enters into force on 15 December 1993/);
  assert.equal(progress.text.match(/<path class="steps s0" d="M[^"]*"\/>/g)?.length, 2, 'States and tonnage, drawn as steps');
  assert.match((await ask({ path: '/treaty/matrix' })).text, /Panama[\s\S]*1985-02-20/);
});

test('[GM8] an exemption from ballast water management ends after five years and is reviewed between, which its State owes', async () => {
  const kenya = officer('ken', 'ballast-water');
  const exemption = { country: 'KEN', kind: 'exemption', route: 'Mombasa to Zanzibar', ship_name: 'Sample Ferry', sure: 'yes' };
  const send = (more: Form) => ask({ path: '/ballast-water/new', as: kenya, form: { ...exemption, ...more } });
  assert.match((await send({ holds: ['2026-01-01', '2031-01-02'] })).text, /An exemption ends after five years at the latest/);
  assert.match((await send({ holds: ['2026-01-01', '2030-12-31'] })).text, /Tell when the intermediate review is due/);
  const address = await file('ballast-water', kenya, {
    ...exemption,
    holds: ['2023-01-01', '2027-12-31'],
    review_on: '2026-02-01',
  });
  await areTold([kenya, SECRETARIAT], address, 'Filed');
  assert.match(
    (await ask({ path: '/states/KEN/owed' })).text,
    /Hold the intermediate review of the exemption[\s\S]*overdue by 29 days/,
  );
  await done(kenya, address, 'withdraw');
  await areTold([delegate('nor')], address, 'Withdraw');
  assert.doesNotMatch((await ask({ path: '/states/KEN/owed' })).text, /Hold the intermediate review/);
});

test('[GM9] a report that compliant fuel was not available exempts from nothing; the port State answers it', async () => {
  const norway = officer('nor', 'annex-vi');
  const kenya = officer('ken', 'annex-vi');
  const fonar = {
    country: 'NOR',
    kind: 'non-availability',
    notified_on: DAY,
    port_state: 'KEN',
    port: 'KEMBA',
    ship_name: 'Sample Fjord',
    description: 'None was offered.',
    sure: 'yes',
  };
  const send = (more: Form) => ask({ path: '/annex-vi/new', as: norway, form: { ...fonar, ...more } });
  assert.match((await send({})).text, /Tell what was tried to obtain compliant fuel/);
  assert.match(
    (await send({ attempts: 'Five suppliers.', holds: ['2026-01-15', '2026-02-15'] })).text,
    /This report is no exemption/,
  );
  const address = await file('annex-vi', norway, { ...fonar, attempts: 'Five suppliers were asked.' });
  await done(kenya, address, 'answer', { answer: 'Understood.' });
  await areTold([norway, SECRETARIAT], address, 'Answer');
});

test('[GM10] lost containers are reported with numbers that fit, verified and closed; the coastal State is told', async () => {
  const norway = officer('nor', 'lost-container');
  const loss = {
    kind: 'lost',
    happened_at: '2026-01-20 10:00 UTC',
    position: "12°58' N 047°40' E",
    flag: 'NOR',
    coastal_state: 'YEM',
    ship_name: 'Sample Fjord',
    number: '2',
    sure: 'yes',
  };
  const refused = await ask({ path: '/lost-container/new', as: norway, form: { ...loss, container_numbers: 'CSQU3054384' } });
  assert.match(refused.text, /CSQU3054384 is no container number/);
  const address = await file('lost-container', norway, { ...loss, container_numbers: 'CSQU3054383' });
  assert.match((await ask({ path: '/states/NOR/owed' })).text, /Verify the number of containers lost/);
  await done(norway, address, 'verify', { final: 'yes' });
  await areTold([SECRETARIAT, delegate('yem')], address, 'Verify the number');
  await done(norway, address, 'close', { final: 'yes' });
  await areTold([norway, delegate('yem')], address, 'Close');
});

test('[GM11] of an audit others see the summary, and more only once the audited State itself releases it', async () => {
  const kenya = officer('ken', 'audit');
  const address = await file('audit', SECRETARIAT, {
    country: 'KEN',
    begun_on: '2025-05-01',
    findings: 'Three findings.',
    sure: 'yes',
  });
  await done(SECRETARIAT, address, 'begin');
  await areTold([kenya], address, 'Begin');
  await done(SECRETARIAT, address, 'report', { summary: 'In good order on the whole.', plan_due: '2026-01-31' });
  await areTold([kenya, delegate('nor')], address, 'File the report');
  const sees = async (text: string, as?: TestPerson) => (await ask({ path: address, ...(as ? { as } : {}) })).text.includes(text);
  assert.deepEqual([await sees('In good order', delegate('nor')), await sees('In good order')], [true, false]);
  assert.deepEqual([await sees('Three findings', kenya), await sees('Three findings', delegate('nor'))], [true, false]);
  assert.match((await ask({ path: '/states/KEN/owed', as: kenya })).text, /Send the corrective action plan/);
  for (const other of [delegate('nor'), undefined])
    assert.doesNotMatch(
      (await ask({ path: '/states/KEN/owed', ...(other ? { as: other } : {}) })).text,
      /corrective action plan/,
    );
  assert.equal(await act(SECRETARIAT, address, 'release', { release: ['findings'], release_to: 'public' }), 403);
  await done(kenya, address, 'send-plan', { plan: 'Train two more.', plan_sent: '2026-02-01' });
  await done(kenya, address, 'release', { release: ['findings'], release_to: 'public' });
  await areTold([SECRETARIAT, delegate('nor')], address, 'Release');
  assert.deepEqual([await sees('Three findings'), await sees('Train two more', delegate('nor'))], [true, false]);
});
