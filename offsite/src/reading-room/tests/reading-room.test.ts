import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LANGUAGES, STRICT_POLICY } from '@bulkhead/contracts';
import { waitUntil } from '@bulkhead/testkit';
import { bootRoom, pageIn } from './booted-room.ts';

const FEED = { path: '/en/feed.atom', status: 200, language: 'en', type: 'application/atom+xml', text: '<feed/>' } as const;
const PAGES = [
  ...LANGUAGES.map((language) => pageIn(language, `/${language}/`)),
  ...LANGUAGES.map((language) => pageIn(language, `/${language}/404`, 404)),
  pageIn('fr', '/fr/withdrawn', 410),
  pageIn('en', '/en/resting-search'),
  FEED,
];

test('[FO7] whoever reads off-site gets the signed pages with the headers of the gateway and one line more, in their language', async (t) => {
  const room = await bootRoom(t);
  assert.equal((await room.ask('www.localhost', '/en/')).status, 503, 'no edition yet');
  await room.publish(PAGES);
  for (const language of LANGUAGES) {
    const { status, headers, body } = await room.ask('www.localhost', `/${language}/`);
    assert.equal(status, 200);
    assert.equal(headers['content-security-policy'], STRICT_POLICY);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    const line =
      /\n<p class="reading-room-line" lang="([a-z]{2})" dir="(ltr|rtl)">.*?<a href="http:\/\/status\.localhost:8500">.*?<\/a><\/p>/;
    assert.equal(line.exec(body)?.[1], language);
    const published = PAGES.find(({ path }) => path === `/${language}/`)?.text;
    const style = /<link rel="stylesheet" href="(\/\.reading-room\/[0-9a-f]{32}\.css)">\n/;
    assert.equal(body.replace(line, '').replace(style, ''), published, 'nothing else is changed');
    assert.equal(
      (await room.ask('www.localhost', style.exec(body)?.[1] ?? '')).headers['content-type'],
      'text/css; charset=utf-8',
    );
  }
  const feed = await room.ask('www.localhost', '/en/feed.atom');
  assert.equal(feed.body, FEED.text, 'what is no page is not touched');
  assert.equal((await room.ask('www.localhost', '/fr/withdrawn')).status, 410);
  const absent = await room.ask('www.localhost', '/ru/nowhere');
  assert.ok(absent.status === 404 && absent.body.includes('lang="ru"'));
});

test('[FO7] a page is known again by its tag, is sent compressed, and a HEAD has no body', async (t) => {
  const room = await bootRoom(t);
  await room.publish(PAGES);
  const compressed = await waitUntil(
    async () => {
      const page = await room.ask('www.localhost', '/en/', { headers: { 'accept-encoding': 'identity' } });
      const { headers } = await room.ask('www.localhost', '/en/', { method: 'HEAD', headers: { 'accept-encoding': 'br' } });
      return headers['content-encoding'] === 'br' ? { page, headers } : undefined;
    },
    { what: 'the compressed form is made' },
  );
  const etag = String(compressed.page.headers['etag']);
  assert.match(String(compressed.headers['etag']), new RegExp(`^W/${etag}$`));
  assert.equal((await room.ask('www.localhost', '/en/', { headers: { 'if-none-match': etag } })).status, 304);
  assert.equal((await room.ask('www.localhost', '/en/', { method: 'HEAD' })).body, '');
});

test('[FO7] nothing can be sent, no one can sign in, and nothing of a compartment whose manifest does not allow it is shown', async (t) => {
  const room = await bootRoom(t);
  await room.publish(PAGES);
  const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'name=a' };
  const sent = await room.ask('www.localhost', '/en/ask', form);
  assert.equal(sent.status, 503);
  assert.match(sent.body, /Nothing that you sent was kept/);
  assert.equal(sent.headers['connection'], 'close');
  for (const [host, path] of [
    ['www-room.localhost', '/'],
    ['library.localhost', '/en/'],
    ['www.localhost', '/en/ask'],
  ] as const) {
    const { status, body, headers } = await room.ask(host, path, { headers: { 'accept-language': 'es' } });
    assert.equal(status, 503, host);
    assert.match(body, path === '/' ? /No disponible en nuestro segundo sitio/ : /Not available at our second site/);
    assert.match(body, /http:\/\/status\.localhost:8500/);
    assert.equal(headers['set-cookie'], undefined);
  }
  const rest = await room.ask('www.localhost', '/en/search?q=a');
  assert.deepEqual([rest.status, rest.headers['location']], [303, '/en/resting-search?q=a']);
  assert.equal((await room.ask('localhost', '/en/')).headers['location'], `http://www.localhost:${room.port}/en/`);
  assert.equal((await room.ask('elsewhere.localhost', '/')).status, 421);
  assert.equal((await room.ask('www.localhost', '/en/%2e%2e/')).status, 400);
});

test('[FO7] what nobody signed is not shown and is a finding; the last good edition is, after a kill and without the publisher too', async (t) => {
  const room = await bootRoom(t);
  await room.publish(PAGES);
  await room.publish([pageIn('en', '/en/')], (signed) => ({ ...signed, signature: 'A'.repeat(86) }));
  const finding = await waitUntil(() => room.findings[0], { what: 'a finding comes' });
  assert.equal(finding.rule, 'edition.unverified_bytes');
  await room.kill();
  await room.start();
  assert.equal((await room.ask('www.localhost', '/zh/')).status, 200);
});
