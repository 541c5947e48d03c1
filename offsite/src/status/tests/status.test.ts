import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request as requestTls } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LANGUAGES, type Notice } from '@bulkhead/contracts';
import { type ErrorCode, hasCode } from '@bulkhead/kernel';
import { statusWords } from '#status/words.rules.ts';
import { askAt, bootStatus, factsOf, noticeOf, until } from './booted-status.ts';

function refusedWith(code: ErrorCode) {
  return (error: unknown) => hasCode(error, code) || assert.fail(`expected ${code}, got ${String(error)}`);
}

/** Sends raw bytes and answers what came back until the connection ended. */
async function sendRaw(port: number, text: string): Promise<string> {
  const connection = connect({ host: '127.0.0.1', port });
  let said = '';
  connection.on('data', (part: Buffer) => (said += part.toString()));
  connection.on('error', () => {});
  connection.write(text);
  await once(connection, 'close');
  return said;
}

test('[ST1] the page tells every state in public words, in six languages, with since when, the next update and what is not affected', async (t) => {
  const status = await bootStatus(t);
  await status.tell(factsOf({ website: 'contained', meetings: 'down' }, [noticeOf(1, 'contained')]));
  for (const language of LANGUAGES) {
    const words = statusWords(language);
    const { status: code, body, headers } = await status.ask(`/${language}/`);
    assert.equal(code, 200);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.match(body, new RegExp(`<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`));
    for (const key of ['overallSome', 'state.contained', 'state.down', 'state.operational', 'readable', 'unreadable'] as const)
      assert.ok(body.includes(words[key]), `${language}: ${key}`);
    for (const key of ['since', 'nextUpdate', 'lastProbe', 'lastRestore', 'notAffected', 'notYet'] as const)
      assert.ok(body.includes(words[key]), `${language}: ${key}`);
    assert.ok(body.includes('datetime="2026-03-02T11:00:00.000Z"') && body.includes('UTC'));
    assert.ok(body.includes('id="notice-1"'));
  }
  const choice = await status.ask('/');
  for (const language of LANGUAGES) assert.ok(choice.body.includes(`href="/${language}/"`));
  assert.ok(choice.body.includes('This is not the website of any organisation.'));
});

test('[ST2] a confirmed attack is never told as technical issues, in no language', () => {
  const evasive = /technical|technique|técnic|техническ|технич|技术|تقني|فني|glitch|panne|maintenance|mantenimiento|维护|صيانة/i;
  for (const language of LANGUAGES) {
    for (const [key, text] of Object.entries(statusWords(language))) assert.doesNotMatch(text, evasive, `${language}: ${key}`);
    assert.notEqual(statusWords(language)['body.contained'], '');
  }
});

test('[ST3] a notice that was given never changes, is never taken away, and none slips in before it', async (t) => {
  const status = await bootStatus(t);
  const notices = [noticeOf(1, 'contained'), noticeOf(2, 'being-restored'), noticeOf(5, 'read-only')];
  await status.tell(factsOf({ website: 'read-only' }, notices));
  const before = (await status.ask('/en/')).body;
  const changed: Notice[][] = [
    [noticeOf(1, 'reopened')],
    [{ ...noticeOf(2, 'being-restored'), at: '2026-03-02T12:00:00.000Z' }],
    [noticeOf(4, 'correction')],
    [noticeOf(6, 'reopened'), noticeOf(6, 'correction')],
    [noticeOf(7, 'reopened'), noticeOf(1, 'reopened')],
  ];
  for (const told of changed) await assert.rejects(status.tell(factsOf({}, told)), refusedWith('input.invalid'));
  assert.equal((await status.ask('/en/')).body, before, 'a refused telling changes nothing');
  await status.tell(factsOf({}, [noticeOf(6, 'reopened')]));
  await status.stop('SIGKILL');
  await status.start();
  await assert.rejects(status.tell(factsOf({}, [noticeOf(1, 'reopened')])), refusedWith('input.invalid'));
  await status.tell(factsOf({}, []));
  const after = (await status.ask('/en/')).body;
  for (const number of [1, 2, 5, 6]) assert.ok(after.includes(`id="notice-${number}"`), `notice ${number} is there`);
});

test('[ST4] after a restart without facts the page is there at once, as last known', async (t) => {
  const status = await bootStatus(t);
  assert.ok((await status.ask('/en/')).body.includes(statusWords('en').noFacts), 'before the first facts it says so');
  await status.tell(factsOf({ website: 'contained' }, [noticeOf(1, 'contained')]));
  assert.ok((await status.ask('/en/')).body.includes('As of <time datetime="2026-03-02T10:30:00.000Z">'));
  await status.stop('SIGKILL');
  await status.start();
  for (const language of LANGUAGES) {
    const { body } = await status.ask(`/${language}/`);
    assert.ok(body.includes(statusWords(language).lastKnown.split('{moment}')[1] ?? ''), language);
    assert.ok(body.includes(statusWords(language)['state.contained']) && body.includes('id="notice-1"'));
  }
  await status.tell(factsOf({ website: 'contained' }, [noticeOf(1, 'contained')]));
  assert.ok((await status.ask('/en/')).body.includes('As of <time'));
});

test('[ST4] facts or a last notice damaged by a crash do not keep the page from coming up', async (t) => {
  const status = await bootStatus(t);
  await status.tell(factsOf({ website: 'contained' }, [noticeOf(1, 'contained')]));
  await status.stop('SIGKILL');
  await appendFile(join(status.directory, 'notices.jsonl'), '{"number":2,"at":"2026');
  await writeFile(join(status.directory, 'facts.json'), '{"organisation":');
  await status.start();
  assert.ok((await status.ask('/en/')).body.includes('id="notice-1"'));
  await status.tell(factsOf({}, [noticeOf(1, 'contained'), noticeOf(2, 'reopened')]));
  assert.ok((await status.ask('/en/')).body.includes('id="notice-2"'));
});

test('[ST3] notices that were acknowledged are all there after kill -9 in the middle of telling', async (t) => {
  const status = await bootStatus(t);
  const notices: Notice[] = [];
  for (const round of [1, 2, 3]) {
    const telling = (async () => {
      for (;;) {
        const next = noticeOf(notices.length + 1, 'contained');
        await status.tell(factsOf({ website: 'contained' }, [...notices, next]));
        notices.push(next);
      }
    })().catch(() => {});
    await until('some are told', () => notices.length >= round * 8);
    await status.stop('SIGKILL');
    await telling;
    await status.start();
    const archive = (await status.ask('/en/notices/1/')).body;
    for (const { number } of notices) assert.ok(archive.includes(`id="notice-${number}"`));
    const stored = (await readFile(join(status.directory, 'notices.jsonl'), 'utf8')).split('\n').length - 1;
    // One may have been stored whose acknowledgement did not arrive.
    if (stored > notices.length) notices.push(noticeOf(notices.length + 1, 'contained'));
    assert.equal(stored, notices.length);
  }
});

test('[ST5] only GET and HEAD of what there is, at its own host name: everything else is refused', async (t) => {
  const status = await bootStatus(t);
  await status.tell(factsOf({}));
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])
    assert.equal((await status.ask('/en/', { method })).status, 405, method);
  for (const host of ['localhost', 'www.localhost', 'status.localhost.evil.example', '127.0.0.1', `status.localhost@evil`])
    assert.equal((await status.ask('/en/', { headers: { host } })).status, 421, host);
  assert.equal((await status.ask('/en/', { headers: { host: 'STATUS.localhost' } })).status, 200);
  for (const path of [
    '/../facts.json',
    '/%2e%2e/facts.json',
    '/en/../../notices.jsonl',
    '//en/',
    '/en/index.html',
    '/facts.json',
    '/constructor',
  ])
    assert.equal((await status.ask(path)).status, 404, path);
  assert.ok((await status.ask('/fr/rien')).body.includes(statusWords('fr').notFound));
  assert.ok((await status.ask('/rien', { headers: { 'accept-language': 'es' } })).body.includes(statusWords('es').notFound));
  const moved = await status.ask('/ar');
  assert.deepEqual([moved.status, moved.headers['location']], [301, '/ar/']);
  assert.equal((await status.ask('/en/?utm=1')).status, 200);
  const host = `Host: status.localhost:${status.port}\r\n`;
  assert.match(await sendRaw(status.port, `GET /en/ HTTP/1.1\r\n${host}${host}Connection: close\r\n\r\n`), /^HTTP\/1.1 400 /);
  assert.match(await sendRaw(status.port, 'GET /en/ HTTP/1.1\r\n\r\n'), /^HTTP\/1.1 400 /);
  assert.match(await sendRaw(status.port, `GET /en/ HTTP/1.1\r\n${host}X: ${'x'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1.1 431 /);
  assert.match(await sendRaw(status.port, 'no http at all\r\n\r\n'), /^HTTP\/1.1 400 /);
  const smuggled = `GET /en/ HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
  assert.match(await sendRaw(status.port, smuggled), /^HTTP\/1.1 400 /);
});

test('[ST5] a sender that is slow with its request is cut off, and others are answered meanwhile', async (t) => {
  const status = await bootStatus(t);
  await status.tell(factsOf({}));
  const slow = sendRaw(status.port, `GET /en/ HTTP/1.1\r\nHost: status.localhost\r\n`);
  assert.equal((await status.ask('/en/')).status, 200);
  assert.match(await slow, /^HTTP\/1.1 408 /);
});

test('[ST6] pages carry a strict policy, validators and lengths; an unchanged page is not sent again', async (t) => {
  const status = await bootStatus(t);
  await status.tell(factsOf({ website: 'contained' }));
  const page = await status.ask('/en/');
  assert.match(String(page.headers['content-security-policy']), /^default-src 'none'; style-src 'self';/);
  assert.equal(page.headers['x-content-type-options'], 'nosniff');
  assert.equal(page.headers['referrer-policy'], 'no-referrer');
  assert.doesNotMatch(page.body, /<script|style=|\son[a-z]+=/);
  const head = await status.ask('/en/', { method: 'HEAD' });
  assert.deepEqual([head.status, head.body, head.headers['content-length']], [200, '', String(Buffer.byteLength(page.body))]);
  const etag = String(page.headers['etag']);
  for (const given of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await status.ask('/en/', { headers: { 'if-none-match': given } });
    assert.deepEqual([again.status, again.body], [304, ''], given);
  }
  await status.tell(factsOf({}));
  assert.equal((await status.ask('/en/', { headers: { 'if-none-match': etag } })).status, 200);
  for (const [, path = ''] of page.body.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)) {
    const sheet = await status.ask(path);
    assert.equal(sheet.headers['content-type'], 'text/css; charset=utf-8');
    assert.match(String(sheet.headers['cache-control']), /immutable/);
  }
  const onDisk = await readFile(join(status.directory, 'site', 'en', 'index.html'), 'utf8');
  assert.equal(onDisk, (await status.ask('/en/')).body, 'any static server can serve the same files');
});

test('[ST7] machines read the same in the form of Statuspage and as Atom in six languages', async (t) => {
  const status = await bootStatus(t);
  const first = [noticeOf(1, 'contained'), noticeOf(2, 'unprotected', 'identity'), noticeOf(3, 'being-restored')];
  await status.tell(factsOf({ website: 'being-restored', meetings: 'contained' }, first));
  const read = async (name: string) => JSON.parse((await status.ask(`/api/v2/${name}.json`)).body);
  const summary = await read('summary');
  assert.equal(summary.status.indicator, 'major');
  assert.deepEqual(
    summary.components.map((component: { id: string; status: string }) => [component.id, component.status]),
    [
      ['identity', 'operational'],
      ['website', 'partial_outage'],
      ['meetings', 'major_outage'],
    ],
  );
  assert.deepEqual(
    summary.incidents.map((incident: { id: string; status: string }) => [incident.id, incident.status]),
    [
      ['notice-2', 'identified'],
      ['notice-1', 'identified'],
    ],
  );
  await status.tell(
    factsOf({}, [...first, noticeOf(4, 'reopened'), noticeOf(5, 'correction'), noticeOf(6, 'protected-again', 'identity')]),
  );
  assert.deepEqual((await read('summary')).incidents, []);
  assert.equal((await read('status')).status.indicator, 'none');
  const { incidents } = await read('incidents');
  assert.equal(incidents.length, 2);
  assert.deepEqual(
    incidents[1].incident_updates.map((update: { id: string }) => update.id),
    ['notice-5', 'notice-4', 'notice-3', 'notice-1'],
  );
  assert.equal(incidents[1].status, 'resolved');
  assert.equal((await read('components')).components.length, 3);
  const api = await status.ask('/api/v2/summary.json');
  assert.equal(api.headers['access-control-allow-origin'], '*');
  for (const language of LANGUAGES) {
    const feed = await status.ask(`/${language}/feed.atom`);
    assert.match(String(feed.headers['content-type']), /^application\/atom\+xml/);
    assert.equal([...feed.body.matchAll(/<entry>/g)].length, 6);
    assert.ok(feed.body.includes(statusWords(language)['body.contained'].replaceAll("'", '&#39;')));
  }
});

test('names from the facts are text and never markup', async (t) => {
  const status = await bootStatus(t);
  const facts = factsOf({ website: 'contained' }, [noticeOf(1, 'contained')]);
  const hostile = { en: `<script>alert(1)</script>"'&\u0007` };
  await status.tell({ ...facts, compartments: facts.compartments.map((compartment) => ({ ...compartment, title: hostile })) });
  for (const path of ['/en/', '/ar/', '/en/notices/1/', '/en/feed.atom'])
    assert.doesNotMatch((await status.ask(path)).body, /<script/, path);
  assert.ok(!(await status.ask('/en/feed.atom')).body.includes('\u0007'));
});

test('thousands of notices are paged, all of them reachable from the first page', async (t) => {
  const status = await bootStatus(t);
  const notices = Array.from({ length: 2500 }, (_, place) => noticeOf(place + 1, place % 2 === 0 ? 'contained' : 'reopened'));
  await status.tell(factsOf({}, notices));
  const seen = new Set<string>();
  let path: string | undefined = /href="(\/en\/notices\/\d+\/)"/.exec((await status.ask('/en/')).body)?.[1];
  while (path) {
    const { body } = await status.ask(path);
    for (const [, number = ''] of body.matchAll(/id="notice-(\d+)"/g)) seen.add(number);
    path = /href="(\/en\/notices\/\d+\/)" rel="prev"/.exec(body)?.[1];
  }
  assert.equal(seen.size, 2500);
});

test('[ST8] on a full disk the facts are refused with disk.full, and the page stays up with what was known', async (t) => {
  if (spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status !== 0) {
    t.skip('this machine lets nobody mount a small disk of its own');
    return;
  }
  const status = await bootStatus(t, { roomBytes: 1_048_576 });
  await status.tell(factsOf({ website: 'contained' }, [noticeOf(1, 'contained')]));
  const many = Array.from({ length: 8000 }, (_, place) => noticeOf(place + 2, 'contained'));
  await assert.rejects(status.tell(factsOf({}, many)), refusedWith('disk.full'));
  const { body } = await status.ask('/en/');
  assert.ok(body.includes('id="notice-1"') && body.includes(statusWords('en')['state.contained']));
  await status.tell(factsOf({}, [noticeOf(2, 'reopened')]));
  assert.ok((await status.ask('/en/')).body.includes(statusWords('en').overallGood), 'with room for little, little is told');
});

test('only recovery may tell facts, in the form agreed, and a taken port is told by its number', async (t) => {
  const status = await bootStatus(t);
  const { callWire } = await import('@bulkhead/wire');
  const { z } = await import('zod');
  const post = (body: unknown, secret = status.recovery.secret) =>
    callWire({ socket: status.recovery.socket, secret: secret ?? '' }, { method: 'POST', path: '/facts', body }, z.unknown());
  await assert.rejects(post(factsOf({}), 'a guess'), refusedWith('request.unauthenticated'));
  await assert.rejects(post({ ...factsOf({}), compartments: 'all well' }), refusedWith('input.invalid'));
  await assert.rejects(post({ ...factsOf({}), organisation: 'x'.repeat(17_000_000) }), refusedWith('input.too_large'));
  const second = status.launch();
  let said = '';
  second.stderr?.on('data', (text: Buffer) => (said += text.toString()));
  await once(second, 'close');
  assert.notEqual(second.exitCode, 0);
  assert.match(said, /port.taken/);
  assert.ok(said.includes(String(status.port)));
  assert.equal(await status.stop('SIGTERM'), 0);
});

test('with a certificate the page is served over TLS, and says that it always will be', async (t) => {
  const keys = await mkdtemp(join(tmpdir(), 'bulkhead-tls-'));
  t.after(() => rm(keys, { recursive: true, force: true }));
  const tls = { certificateFile: join(keys, 'certificate.pem'), keyFile: join(keys, 'key.pem') };
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const files = ['-keyout', tls.keyFile, '-out', tls.certificateFile, '-subj', '/CN=status.localhost'];
  const made = spawnSync('openssl', [...words, ...files, '-addext', 'subjectAltName=DNS:status.localhost']);
  if (made.status !== 0) {
    t.skip('openssl is not installed, so no certificate can be made');
    return;
  }
  const status = await bootStatus(t, { tls });
  await status.tell(factsOf({}));
  const ca = await readFile(tls.certificateFile);
  const options = { host: '127.0.0.1', port: status.port, path: '/en/', ca, servername: 'status.localhost' };
  const asking = requestTls({ ...options, headers: { host: `status.localhost:${status.port}` }, agent: false }).end();
  const [reply] = await once(asking, 'response');
  assert.equal(reply.statusCode, 200);
  assert.match(reply.headers['strict-transport-security'], /max-age/);
  reply.resume();
  await assert.rejects(askAt(status.port, '/en/', 'GET', { host: 'status.localhost' }), 'plain HTTP is not answered');
});
