import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { LANGUAGES, type Order, PURPOSES, type Signed, signMessage } from '@bulkhead/contracts';
import { waitUntil } from '@bulkhead/testkit';
import { z } from 'zod';
import { ScratchEstate } from './scratch/estate.ts';

let estate: ScratchEstate;
before(async () => {
  estate = await ScratchEstate.start();
  estate.offsite.publish('website', 1, [
    { path: '/', content: '<h1>Home</h1>' },
    { path: '/en/rest', content: '<h1>Search rests</h1>' },
  ]);
  await estate.untilEdition(1);
});
after(() => estate.stop());
afterEach(() => {
  estate.website.answering = (seen, response) => void response.end(`${seen.method} ${seen.url}`);
});

async function order(state: Order['state'], more: Partial<Order> = {}): Promise<Order> {
  const given = estate.offsite.order('website', state, more);
  await waitUntil(
    () => estate.offsite.applied.some(({ epoch, compartment }) => compartment === 'website' && epoch === given.epoch),
    {
      what: `the order ${state} is carried out`,
    },
  );
  return given;
}

test('[G14] a sealed compartment answers with its room, the others and the public pages do not notice', async () => {
  const given = await order('sealed', { nextUpdateAt: new Date(Date.now() + 1_800_000).toISOString() });
  const before = estate.website.seen.length;
  const session = estate.signIn();
  for (const answer of [
    await estate.ask('/drafts', { host: 'news', session }),
    await estate.ask('/drafts', { host: 'news', session, method: 'POST', body: 'a=1' }),
    await estate.ask('/search'),
    await estate.ask('/letters', { method: 'POST', body: 'x' }),
  ])
    assert.equal(answer.status, 503);
  assert.equal(estate.website.seen.length, before, 'nothing reaches it');
  assert.deepEqual([(await estate.ask('/')).status, (await estate.ask('/')).text], [200, '<h1>Home</h1>']);
  assert.equal((await estate.ask('/', { host: 'docs' })).status, 200);
  assert.equal((await estate.ask('/papers', { host: 'docs', method: 'POST', body: 'p' })).status, 200);
  const page = await estate.ask('/drafts', { host: 'news', headers: { 'accept-language': 'en' } });
  assert.match(page.text, /“Newsroom” is closed: we have contained it/);
  assert.ok(page.text.includes(given.issuedAt), 'since when');
  assert.ok(page.text.includes(given.nextUpdateAt ?? 'none'), 'when the next update comes');
  assert.match(page.text, /us, Sample Maritime Organization, on purpose/);
  assert.ok(
    page.text.includes(`href="${estate.url('docs')}"`) && page.text.includes(`href="${estate.url('www')}"`),
    'what is not affected',
  );
  assert.ok(page.text.includes(`http://status.localhost:${estate.estate.statusPort}`));
  const seconds = Number(page.headers['retry-after']);
  assert.ok(seconds > 1700 && seconds <= 1800);
});

test('[G26] while a compartment is closed, a public route of it leads to the published page that stands in for it', async () => {
  await order('open');
  assert.equal((await estate.ask('/en/find?q=ship')).text, 'GET /en/find?q=ship', 'open, it answers itself, to anybody');
  const { answering } = estate.website;
  estate.website.answering = (_seen, response) => void response.writeHead(503).end('its database is away');
  assert.equal((await estate.ask('/en/find?q=ship')).headers['location'], '/en/rest?q=ship');
  estate.website.answering = answering;
  await order('sealed');
  const led = await estate.ask('/en/find?q=ship');
  assert.deepEqual([led.status, led.headers['location'], led.headers['cache-control']], [303, '/en/rest?q=ship', 'no-store']);
  assert.equal((await estate.ask('/en/rest?q=ship')).text, '<h1>Search rests</h1>');
  assert.equal((await estate.ask('/xx/find')).status, 503, 'only where the edition has such a page');
});

test('[G14] the sealed room is told in six languages, and as JSON', async () => {
  const titles = new Set<string>();
  for (const language of LANGUAGES) {
    const { text, headers } = await estate.ask(`/drafts?lang=${language}`, { host: 'news' });
    assert.equal(headers['content-language'], language);
    assert.ok(text.includes(`<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`));
    titles.add(/<h1>([^<]+)<\/h1>/.exec(text)?.[1] ?? '');
    assert.doesNotMatch(text, /\{[a-z]+\}|undefined/);
  }
  assert.equal(titles.size, 6);
  const json = JSON.parse((await estate.ask('/drafts', { host: 'news', headers: { accept: 'application/json' } })).text);
  assert.deepEqual([json.code, json.compartment, json.state], ['compartment.sealed', 'website', 'sealed']);
});

test('[G14] restoring and verifying stay closed, read-only reads, open opens', async () => {
  const session = estate.signIn();
  const read = async () => (await estate.ask('/drafts', { host: 'news', session })).status;
  const write = async () => (await estate.ask('/drafts', { host: 'news', session, method: 'POST', body: 'a=1' })).status;
  for (const [state, reads, writes] of [
    ['restoring', 503, 503],
    ['verifying', 503, 503],
    ['read-only', 200, 503],
  ] as const) {
    await order(state);
    assert.deepEqual([await read(), await write()], [reads, writes], state);
  }
  await order('open');
  assert.equal(await read(), 200);
  await waitUntil(async () => (await write()) === 200, { what: 'writes are let through again' });
});

test('[G14] [G27] a seal cuts a download that is running, a read that waits is told that it is closed, a write that it may be saved', async () => {
  const session = estate.signIn();
  const waiting: Promise<{ status: number; text: string }>[] = [];
  estate.website.answering = (seen, response) => {
    if (seen.url === '/drafts') return;
    response.writeHead(200);
    const pump = setInterval(() => response.write(randomBytes(1000)), 5);
    response.once('close', () => clearInterval(pump));
  };
  let bytes = 0;
  const download = new Promise<string>((resolve) => {
    const headers = { host: `news.localhost:${estate.port}` };
    const outgoing = request({ host: '127.0.0.1', port: estate.port, path: '/films/a', headers, agent: false }, (reply) => {
      reply.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      reply.on('error', () => undefined);
      reply.on('close', () => resolve(reply.complete ? 'whole' : 'cut'));
    });
    outgoing.on('error', () => resolve('refused')).end();
  });
  const countPosts = () => estate.website.seen.filter(({ method, url }) => method === 'POST' && url === '/drafts').length;
  const arrivedBefore = estate.website.seen.length;
  const postsBefore = countPosts();
  waiting.push(estate.ask('/drafts', { host: 'news', session }));
  waiting.push(
    estate.ask('/drafts', { host: 'news', session, method: 'POST', body: 'title=x', headers: { accept: 'application/json' } }),
  );
  await waitUntil(() => bytes > 5000 && estate.website.seen.length > arrivedBefore + 1 && countPosts() > postsBefore, {
    what: 'all are under way',
  });
  estate.offsite.order('website', 'sealed');
  assert.equal(await download, 'cut');
  const [read, write] = await Promise.all(waiting);
  assert.equal(read?.status, 503);
  assert.match(read?.text ?? '', /closed/);
  assert.equal(write?.status, 503);
  assert.equal(JSON.parse(write?.text ?? '{}').code, 'transaction.in_doubt');
  await order('open');
});

test('[G12] an order of a strange key, for another purpose, replayed or from an old epoch changes nothing', async () => {
  const sealed = await order('sealed');
  const opened = await order('open');
  const later = { ...opened, epoch: opened.epoch + 1, state: 'sealed' as const };
  const changed = signMessage(estate.keys.order.signing, PURPOSES.order, opened);
  const refused: Signed[] = [
    signMessage(estate.keys.order.signing, PURPOSES.order, sealed),
    signMessage(estate.keys.order.signing, PURPOSES.order, { ...sealed, epoch: opened.epoch }),
    signMessage(estate.keys.stranger.signing, PURPOSES.order, later),
    signMessage(estate.keys.edition.signing, PURPOSES.order, later),
    signMessage(estate.keys.one.signing, PURPOSES.order, later),
    signMessage(estate.keys.order.signing, PURPOSES.lease, later),
    { ...changed, message: changed.message.replace('"open"', '"sealed"') },
    signMessage(estate.keys.order.signing, PURPOSES.order, { ...later, compartment: 'elsewhere' }),
  ];
  for (const signed of refused) estate.offsite.offer('website', signed);
  for (const [at, signed] of refused.entries()) estate.offsite.offer(`other-${at}`, signed);
  estate.offsite.order('papers', 'open');
  await waitUntil(() => estate.offsite.applied.some(({ compartment }) => compartment === 'papers'), {
    what: 'the others were read',
  });
  assert.deepEqual(
    [(await estate.status())['website']?.state, (await estate.status())['website']?.epoch],
    ['open', opened.epoch],
  );
});

test('[G12] an order outlives a restart with off-site away; a tampered copy opens nothing', async () => {
  const { epoch } = await order('sealed');
  await estate.stopGateway();
  await estate.offsite.stop();
  await estate.startGateway();
  assert.deepEqual([(await estate.status())['website']?.state, (await estate.status())['website']?.epoch], ['sealed', epoch]);
  assert.equal((await estate.ask('/search')).status, 503);
  await estate.stopGateway();
  const file = join(estate.stateDirectory, 'orders.json');
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('\\"sealed\\"', '\\"open\\"'));
  await estate.startGateway();
  assert.equal((await estate.ask('/search')).status, 503, 'changed orders are not believed');
  await estate.stopGateway();
  await writeFile(file, '{');
  await estate.startGateway();
  assert.equal((await estate.ask('/search')).status, 503);
  assert.equal((await estate.ask('/', { host: 'docs' })).status, 503, 'nor is a damaged file');
  await estate.offsite.start();
  await estate.untilState('website', 'sealed');
  await estate.untilState('papers', 'open');
  await order('open');
});

test('[G12] an operator may seal here when off-site is away, never open; a later order of off-site lifts it', async () => {
  const command = (kind: 'seal' | 'open', more: object = {}) => ({
    command: { kind, compartment: 'website', reason: 'off-site does not answer' },
    nonce: randomBytes(16).toString('hex'),
    issuedAt: new Date().toISOString(),
    ...more,
  });
  const { one, stranger, order: orderKey } = estate.keys;
  const send = (signed: Signed) =>
    estate.control('POST', '/seal', z.object({ compartment: z.string(), epoch: z.number() }), signed);
  const sealed = signMessage(one.signing, PURPOSES.command, command('seal'));
  for (const refused of [
    signMessage(stranger.signing, PURPOSES.command, command('seal')),
    signMessage(orderKey.signing, PURPOSES.command, command('seal')),
    signMessage(one.signing, PURPOSES.order, command('seal')),
    signMessage(one.signing, PURPOSES.command, command('open')),
    signMessage(one.signing, PURPOSES.command, command('seal', { issuedAt: '2026-01-01T00:00:00.000Z' })),
    signMessage(
      one.signing,
      PURPOSES.command,
      command('seal', { command: { kind: 'seal', compartment: 'elsewhere', reason: 'off-site is away' } }),
    ),
  ])
    await assert.rejects(send(refused));
  assert.equal((await estate.status())['website']?.state, 'open');
  await send(sealed);
  assert.equal((await estate.ask('/search')).status, 503);
  await estate.stopGateway();
  await estate.startGateway();
  assert.equal((await estate.ask('/search')).status, 503, 'it outlives a restart');
  await assert.rejects(send(sealed), 'a command works once');
  await order('open');
  assert.equal((await estate.ask('/search')).status, 200);
  await estate.stopGateway();
  await estate.startGateway();
  assert.equal((await estate.ask('/search')).status, 200, 'a lifted seal does not come back');
});
