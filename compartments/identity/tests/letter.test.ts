import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { generateSigningKey, type MailRelay } from '@bulkhead/contracts';
import { compiledModules, temporaryDirectory, waitUntil } from '@bulkhead/testkit';
import { type Asker, createScratchGateway } from '@bulkhead/web';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { manifest } from '#compartment.ts';
import { checkLetter, retryAfterMs, writeBody } from '#letter/letter.rules.ts';
import { openRelay } from '#letter/relay.actions.ts';
import { openText, sealText } from '#letter/seal.rules.ts';
import type { Schema } from '#schema.ts';
import { type BootedIdentity, bootIdentity, estateOf, SECRET, sample, useIdentityCluster } from './booted-identity.ts';
import { bodyOf, headerOf, makeCertificate, startRelay } from './scratch-relay.ts';

const cluster = await useIdentityCluster();
const certificate = await makeCertificate();
const sealingKey = randomBytes(32);
const identity = await bootIdentity(cluster, { sealingKey });
const FROM = 'no-reply@example.org';
const USER = { user: 'estate', password: 'what the relay knows us by' };
const relayAt = (port: number, more: Partial<MailRelay> = {}): MailRelay => ({
  host: '127.0.0.1',
  port,
  security: 'starttls',
  from: FROM,
  ca: certificate.cert,
  ...more,
});
const sending = (port: number, more: Partial<MailRelay> = {}) =>
  bootIdentity(cluster, { on: identity, sealingKey, mail: relayAt(port, more) });
const lettersOf = (on: BootedIdentity = identity) =>
  on.database.read.selectFrom('letter').selectAll().orderBy('created_at').orderBy('id').execute();

/** Writes one letter, to whoever administers; all others are taken away. */
async function writeOne(asker: Asker): Promise<string> {
  await clearLetters();
  assert.equal((await identity.ask({ path: '/letters/test', form: '', asker })).status, 303);
  const [letter] = await lettersOf();
  return letter?.id ?? '';
}
async function clearLetters(): Promise<void> {
  await identity.database.transact(await identity.gateway.mintJob('job:letters.send'), (trx) =>
    trx.deleteFrom('letter').execute(),
  );
}
const stateOf = async (id: string) => (await lettersOf()).find((letter) => letter.id === id);
const administrator = await identity.enter(sample('administrator'));

async function invite(email: string, language = 'en', displayName = 'Amina Diallo') {
  const until = '2026-12-31';
  const page = await identity.ask({ path: '/accounts/new', asker: administrator });
  const form: Record<string, string> = { displayName, email, language };
  const more = { delegation: 'secretariat', reason: 'For a test.', until, endsAt: until };
  for (const [name, value] of Object.entries(more)) if (page.text.includes(`name="${name}"`)) form[name] = value;
  return identity.ask({ path: '/accounts', form, asker: administrator });
}

test('[I46] a letter stands if and only if what causes it stands; without a relay it waits, sealed, and administrators see so', async () => {
  await clearLetters();
  const answer = await invite('amina@example.org');
  assert.equal(answer.status, 201);
  const secret = /<code dir="ltr">([\w-]{32})</.exec(answer.text)?.[1] ?? '';
  assert.ok(secret, 'the inviter is shown the secret as well');
  assert.equal((await invite('amina@example.org')).status, 422);
  const letters = await lettersOf();
  assert.deepEqual(
    letters.map(({ kind, recipient, state }) => [kind, recipient, state]),
    [['invitation', 'amina@example.org', 'waiting']],
  );
  const [letter] = letters;
  assert.ok(!JSON.stringify(letters).includes(secret), 'the database does not hold the secret');
  assert.match(openText(sealingKey, letter?.id ?? '', letter?.sealed ?? '').paragraphs.join('\n'), new RegExp(secret));
  assert.throws(() => openText(randomBytes(32), letter?.id ?? '', letter?.sealed ?? ''), /sealed with another key/);
  assert.throws(() => openText(sealingKey, 'another', letter?.sealed ?? ''), /sealed with another key/);
  assert.equal((await identity.runJob('letters.send')).status, 200);
  assert.equal((await lettersOf())[0]?.state, 'waiting');
  const page = await identity.ask({ path: '/letters', asker: administrator });
  assert.match(page.text, /No mail relay is configured: letters wait/);
  assert.ok(!page.text.includes(secret));
  assert.equal((await identity.ask({ path: '/letters', asker: await identity.enter(sample('editor')) })).status, 403);
});

test('a waiting letter is handed over by STARTTLS with a password, once, in the language of whom it is for; its link opens the set-up page', async () => {
  await clearLetters();
  await invite('layla@example.org', 'ar', 'ليلى "Layla"');
  const relay = await startRelay({
    ...certificate,
    authOptional: false,
    onAuth: ({ username, password }, _session, done) =>
      done(username === USER.user && password === USER.password ? null : new Error('535 no'), { user: username }),
  });
  const sender = await sending(relay.port, USER);
  await sender.runJob('letters.send');
  await sender.runJob('letters.send');
  const [letter] = relay.received;
  assert.ok(letter);
  assert.equal(relay.received.length, 1);
  assert.deepEqual([letter.from, letter.to, letter.isSecure], [FROM, ['layla@example.org'], true]);
  assert.equal(headerOf(letter, 'Subject'), 'حسابك لدى Sample Maritime Organization');
  assert.equal(headerOf(letter, 'From'), `Sample Maritime Organization <${FROM}>`);
  assert.equal(headerOf(letter, 'Content-Language'), 'ar');
  assert.equal(headerOf(letter, 'Auto-Submitted'), 'auto-generated');
  const [row] = await lettersOf();
  assert.equal(headerOf(letter, 'Message-ID'), `<${row?.id}@example.org>`);
  assert.deepEqual([row?.state, row?.sealed, row?.attempts], ['sent', null, 1]);
  const body = bodyOf(letter);
  for (const line of body.split('\n'))
    assert.ok(line === '' || line.startsWith('\u200f'), 'each line of Arabic says its direction');
  const link = /\u2066(http:\/\/id\.localhost:8400(\/set-up\?secret=[\w-]{32}))\u2069/.exec(body)?.[2] ?? '';
  const shown = await sender.ask({ path: link });
  assert.match(shown.text, /name="secret" type="text" value="[\w-]{32}"/);
  const { text } = await sender.ask({ path: '/letters', asker: administrator });
  assert.match(text, /The mail relay took the last letter/);
});

test('[I48] nothing is said to a relay that is not encrypted, or not the one that it should be: letters wait and lose no attempt', async () => {
  const id = await writeOne(administrator);
  const plain = await startRelay({ disabledCommands: ['STARTTLS'] });
  const stranger = await startRelay({ ...(await makeCertificate()), secure: true });
  const right = await startRelay({ ...certificate, secure: true });
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const address = closed.address();
  const deadPort = typeof address === 'object' && address ? address.port : 0;
  await new Promise((resolve) => closed.close(resolve));
  for (const [port, more] of [
    [plain.port, {}],
    [stranger.port, { security: 'tls' }],
    [deadPort, {}],
  ] as const) {
    const sender = await sending(port, more);
    await sender.runJob('letters.send');
    const row = await stateOf(id);
    assert.deepEqual([row?.state, row?.attempts], ['waiting', 0]);
    assert.match((await sender.ask({ path: '/letters', asker: administrator })).text, /has taken no letters since/);
  }
  assert.deepEqual([plain.received, stranger.received], [[], []]);
  const sender = await sending(right.port, { security: 'tls' });
  await sender.runJob('letters.send');
  assert.equal((await stateOf(id))?.state, 'sent');
  assert.equal(right.received.length, 1);
});

test('a wrong password at the relay is a fault of ours: letters wait', async () => {
  const id = await writeOne(administrator);
  const relay = await startRelay({ ...certificate, onAuth: (_auth, _session, done) => done(new Error('no such user')) });
  const sender = await sending(relay.port, USER);
  await sender.runJob('letters.send');
  assert.deepEqual([(await stateOf(id))?.state, (await stateOf(id))?.attempts], ['waiting', 0]);
});

test('[I47] what the relay puts off is tried again, later and later; what it refuses is given up at once; both are seen', async () => {
  const id = await writeOne(administrator);
  let code = 451;
  const relay = await startRelay({
    ...certificate,
    onRcptTo: (_address, _session, done) =>
      code === 0 ? done() : done(Object.assign(new Error(`${code} not\u0007now`), { responseCode: code })),
  });
  const sender = await sending(relay.port);
  await sender.runJob('letters.send');
  const first = await stateOf(id);
  assert.deepEqual([first?.state, first?.attempts], ['waiting', 1]);
  assert.equal(first?.next_try_at.getTime(), identity.clock.now().getTime() + 60_000);
  await sender.runJob('letters.send');
  assert.equal((await stateOf(id))?.attempts, 1, 'not before its time');
  identity.clock.advanceMs(60_000);
  await sender.runJob('letters.send');
  assert.equal((await stateOf(id))?.next_try_at.getTime(), identity.clock.now().getTime() + 120_000);
  identity.clock.advanceMs(120_000);
  code = 0;
  await sender.runJob('letters.send');
  assert.deepEqual([(await stateOf(id))?.state, relay.received.length], ['sent', 1]);
  const second = await writeOne(administrator);
  code = 550;
  await sender.runJob('letters.send');
  const refused = await stateOf(second);
  assert.deepEqual([refused?.state, refused?.sealed], ['refused', null]);
  assert.ok(!/\p{Cc}/u.test(refused?.answer ?? '\u0007'));
  assert.match((await sender.ask({ path: '/letters', asker: administrator })).text, /refused/);
});

test('[I47] a connection cut in the middle loses no letter, nor does a relay that falls silent', async () => {
  const id = await writeOne(administrator);
  let isCutting = true;
  const relay = await startRelay({
    ...certificate,
    onData: (stream, session, done): void => {
      stream.resume();
      if (isCutting) {
        isCutting = false;
        return relay.cut();
      }
      stream.on('end', () => done());
      assert.ok(session.secure);
    },
  });
  const sender = await sending(relay.port);
  await sender.runJob('letters.send');
  const cut = await stateOf(id);
  assert.equal(cut?.state, 'waiting');
  identity.clock.advanceMs(600_000);
  await sender.runJob('letters.send');
  assert.equal((await stateOf(id))?.state, 'sent');
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  after(() => silent.close());
  const address = silent.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const hand = openRelay(relayAt(port), { connectMs: 200, silenceMs: 200, wholeMs: 400 });
  const mail = { messageId: '<a@b>', date: new Date(0), from: { name: 'A', address: FROM }, to: 'a@b.example' };
  const delivery = await hand({ ...mail, subject: 's', body: 'b', language: 'en' });
  assert.equal(delivery.kind, 'no relay');
});

test('a letter that cannot be handed over for five days, or whose invitation is over, is given up where administrators see it', async () => {
  const id = await writeOne(administrator);
  identity.clock.advanceMs(5 * 86_400_000);
  await identity.runJob('letters.send');
  const row = await stateOf(id);
  assert.deepEqual([row?.state, row?.sealed], ['given up', null]);
  const asker = await identity.enter(sample('administrator'));
  assert.match((await identity.ask({ path: '/letters', asker })).text, /given up/);
  identity.clock.advanceMs(31 * 86_400_000);
  await identity.runJob('letters.send');
  assert.equal(await stateOf(id), undefined, 'the trace goes after a month');
});

test('[I49] nothing that is written into a letter becomes a header, another address or another direction', () => {
  const to = { email: 'a@example.org', displayName: 'A' };
  const text = { subject: 'Hello\r\nBcc: evil@example.org\u2028x', paragraphs: ['one\ntwo\u202e', 'x'.repeat(9000)] };
  const checked = checkLetter(to, text);
  assert.equal(checked.subject, 'Hello Bcc: evil@example.org x');
  assert.equal(checked.paragraphs[0], 'one two');
  assert.equal(checked.paragraphs[1]?.length, 2000);
  for (const email of [
    'a@b\r\nBcc: c@d',
    'a@b,c@d',
    '<a@b>',
    '"a b"@c',
    'a b@c',
    'a@',
    '@b',
    "a'@b\u202e",
    `${'a'.repeat(65)}@b`,
  ])
    assert.throws(() => checkLetter({ ...to, email }, text), /the address is none/, email);
  const many = { subject: 's', paragraphs: Array.from({ length: 21 }, () => 'x') };
  assert.throws(() => checkLetter(to, many), /too many paragraphs/);
  const id = 'a letter';
  assert.deepEqual(openText(sealingKey, id, sealText(sealingKey, id, checked, randomBytes(12))), checked);
  assert.equal(retryAfterMs(1), 60_000);
  assert.equal(retryAfterMs(50), 4 * 3_600_000);
  const body = writeBody({ subject: 's', paragraphs: ['p'] }, { language: 'en', greeting: 'Hello,', footer: ['F'] });
  assert.equal(body, 'Hello,\n\np\n\n--\nF\n');
});

test('no more than fifty letters wait for one address', async () => {
  await clearLetters();
  const asker = await identity.enter(sample('administrator'));
  await clearLetters();
  for (let at = 0; at < 52; at += 1) await identity.ask({ path: '/letters/test', form: '', asker });
  assert.equal((await lettersOf()).length, 50);
  await clearLetters();
});

test('[I47] killed with -9 just after the relay took a letter, the process sends it again under the same Message-ID and loses none', async () => {
  const directory = await temporaryDirectory();
  const socket = join(directory, 'identity.sock');
  const target = await cluster.cloneDatabase();
  const database = target.open<Schema>();
  const now = () => new Date();
  const gateway = createScratchGateway({ manifest, socket: () => socket, now });
  const other = (name: string) => generateSigningKey(name).verifying;
  const trust = {
    ...gateway.trust,
    orderKeys: [other('order-1')],
    editionKeys: [other('edition-1')],
    ledgerKeys: [other('ledger-1')],
    operatorKeys: [other('operator:one'), other('operator:two')],
  };
  await writeFile(join(directory, 'estate.json'), JSON.stringify(estateOf(true)));
  await writeFile(join(directory, 'trust.json'), JSON.stringify(trust));
  let child: ChildProcess | undefined;
  let isKilling = true;
  const relay = await startRelay({
    ...certificate,
    taken: () => {
      if (isKilling) child?.kill('SIGKILL');
      isKilling = false;
    },
  });
  after(() => child?.kill('SIGKILL'));
  const root = new URL('../../..', import.meta.url).pathname;
  const start = async () => {
    const granted = [`--allow-fs-read=${root}`, `--allow-fs-read=${directory}`, `--allow-fs-write=${directory}`];
    const main = new URL('../src/main.ts', import.meta.url).pathname;
    const compiled = await compiledModules();
    const flags = ['--permission', ...granted, ...compiled.flags, '--disallow-code-generation-from-strings'];
    child = spawn(process.execPath, [...flags, main], {
      env: {
        ...compiled.environment,
        SOCKET: socket,
        MODE: 'open',
        ESTATE_FILE: join(directory, 'estate.json'),
        TRUST_FILE: join(directory, 'trust.json'),
        INTERNAL_SECRET: SECRET,
        DATABASE_SOCKET_DIRECTORY: cluster.socketDirectory,
        DATABASE_NAME: target.name,
        DATABASE_ROLE: 'identity_app',
        DATABASE_PASSWORD: cluster.passwords.app,
        JOB_TOKEN: await gateway.mintJob('job:identity.start'),
        SEALING_KEY: sealingKey.toString('hex'),
        MAIL_JSON: JSON.stringify(relayAt(relay.port)),
        BULKHEAD_SUPERVISED: '1',
      },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    await waitUntil(() => callWire({ socket, secret: SECRET }, { method: 'GET', path: '/.bulkhead/health' }, z.unknown()), {
      what: 'identity is healthy',
    });
  };
  const runJob = async () => {
    const path = '/.bulkhead/jobs/letters.send';
    const token = await gateway.mintJob('job:letters.send', { method: 'POST', path });
    return callWire({ socket, secret: SECRET }, { method: 'POST', path, headers: { 'bulkhead-token': token } }, z.unknown());
  };
  await start();
  const account = await database.read
    .selectFrom('account')
    .select('id')
    .where('email', 'like', 'administrator@%')
    .executeTakeFirstOrThrow();
  const asker = { accountId: account.id, sessionId: 's'.repeat(43), displayName: 'A', roles: ['administrator'] };
  for (let at = 0; at < 2; at += 1) assert.equal((await gateway.ask({ path: '/letters/test', form: '', asker })).status, 303);
  const ended = once(child ?? process, 'exit');
  await assert.rejects(runJob());
  await ended;
  await start();
  await runJob();
  const rows = await database.read.selectFrom('letter').select(['id', 'state']).execute();
  assert.deepEqual(
    rows.map(({ state }) => state),
    ['sent', 'sent'],
  );
  const ids = relay.received.map((letter) => headerOf(letter, 'Message-ID'));
  assert.equal(ids.length, 3, 'one was sent twice');
  assert.deepEqual(new Set(ids), new Set(rows.map(({ id }) => `<${id}@example.org>`)));
  const over = once(child ?? process, 'exit');
  child?.stdin?.end();
  await over;
});
