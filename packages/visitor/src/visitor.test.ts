import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { listForms } from './form.ts';
import { totpCode } from './totp.ts';
import { Visitor } from './visitor.ts';

const seen: { host: string; cookie: string | undefined; origin: string | undefined; body: string }[] = [];
const server = createServer((incoming, outgoing) => {
  let body = '';
  incoming.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
  incoming.on('end', () => {
    seen.push({ host: incoming.headers.host ?? '', cookie: incoming.headers.cookie, origin: incoming.headers.origin, body });
    if (incoming.url === '/start')
      outgoing.writeHead(303, { location: `http://b.localhost:${port()}/end`, 'set-cookie': 'a=1; Path=/' }).end();
    else if (incoming.url === '/round') outgoing.writeHead(302, { location: '/round' }).end();
    else outgoing.writeHead(200, { 'content-type': 'text/html' }).end('there');
  });
});
const port = () => (server.address() as AddressInfo).port;

before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
after(() => server.close());

test('a visitor follows a redirect to another host and gives each host only its own cookies', async () => {
  const visitor = new Visitor({ address: '127.0.0.1' });
  const page = await visitor.visit(`http://a.localhost:${port()}/start`);
  assert.equal(page.text, 'there');
  assert.equal(seen.at(-1)?.host, `b.localhost:${port()}`);
  assert.equal(seen.at(-1)?.cookie, undefined);
  await visitor.visit(`http://a.localhost:${port()}/again`);
  assert.equal(seen.at(-1)?.cookie, 'a=1');
  visitor.leave();
});

test('a form is sent with the origin of its own page', async () => {
  const visitor = new Visitor({ address: '127.0.0.1' });
  await visitor.visit(`http://a.localhost:${port()}/form`, { form: { name: 'ü & co' } });
  assert.equal(seen.at(-1)?.origin, `http://a.localhost:${port()}`);
  assert.equal(new URLSearchParams(seen.at(-1)?.body).get('name'), 'ü & co');
  visitor.leave();
});

test('redirects without an end are given up', async () => {
  const visitor = new Visitor({ address: '127.0.0.1' });
  assert.equal((await visitor.visit(`http://a.localhost:${port()}/round`)).status, 302);
  visitor.leave();
});

test('forms are read with their hidden fields, choices and decoded text', () => {
  const text = `<form method="post" action="/x?y=1&amp;z=2"><input type="hidden" name="nonce" value="a&quot;b">
    <select name="kind"><option value="one">1</option><option value="two" selected>2</option></select>
    <textarea name="body">\nA &lt;b&gt;</textarea><input type="checkbox" name="no"></form><form action="/get"></form>`;
  assert.deepEqual(listForms({ text, url: 'http://a.localhost/page' }), [
    { action: 'http://a.localhost/x?y=1&z=2', fields: { nonce: 'a"b', kind: 'two', body: 'A <b>' } },
  ]);
});

test('a code is the one that RFC 6238 gives for its test secret', () => {
  assert.equal(totpCode('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', new Date(59_000)), '287082');
});
