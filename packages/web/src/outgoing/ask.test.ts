import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { createAsk, outerLookup } from './ask.ts';
import { isOuterAddress, judgeOutgoingUrl } from './outer-address.ts';

const server = createServer((request, response) => {
  if (request.url === '/moved') response.writeHead(302, { location: '/secret' }).end();
  else if (request.url === '/slow') setTimeout(() => response.end('late'), 1000).unref();
  else if (request.url === '/endless') response.end(Buffer.alloc(1_200_000));
  else response.end('hello');
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
after(() => {
  server.close();
  server.closeAllConnections();
});
const address = server.address();
const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
const ask = createAsk({ mayBeInner: false });

test('[F14] [GP12] no inner address is asked, however it is written, nor one that a name leads to', async () => {
  for (const inner of [
    '127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '192.168.1.1',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
  ])
    assert.equal(isOuterAddress(inner), false, inner);
  for (const outer of ['192.0.66.2', '8.8.8.8', '2606:4700::1111']) assert.equal(isOuterAddress(outer), true, outer);
  for (const refused of [
    'http://example.org/',
    'https://0x7f.1/',
    'https://127.1/',
    'https://a:b@example.org/',
    'https://example.org/#x',
    'https://sub.localhost/',
  ])
    assert.notEqual(judgeOutgoingUrl(refused, false), null, refused);
  await assert.rejects(ask(url), { code: 'address.refused' });
  const looked = new Promise((resolve, reject) => {
    outerLookup('localhost', { all: true }, (error, found) => (error ? reject(error) : resolve(found)));
  });
  await assert.rejects(looked, { code: 'address.refused' });
});

test('[F14] [GP12] a redirect is not followed, and time and bytes are bounded', async () => {
  const inside = createAsk({ mayBeInner: true });
  assert.equal((await inside(`${url}/`)).body.toString(), 'hello');
  const moved = await inside(`${url}/moved`);
  assert.deepEqual([moved.status, moved.body.length], [302, 0]);
  await assert.rejects(inside(`${url}/slow`, { waitMs: 50 }), { code: 'address.unreachable' });
  await assert.rejects(inside(`${url}/endless`), { code: 'address.unreachable' });
});
