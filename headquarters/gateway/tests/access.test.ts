import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { waitUntil } from '@bulkhead/testkit';
import { ScratchEstate } from './scratch/estate.ts';

let estate: ScratchEstate;
before(async () => {
  estate = await ScratchEstate.start();
  estate.offsite.publish('website', 1, [{ path: '/', content: 'Home' }]);
  await estate.untilEdition(1);
});
after(() => estate.stop());

test('[G17] each request leaves one line, without a cookie, a token or the value of a parameter', async () => {
  const session = estate.signIn();
  const answers = [
    await estate.ask('/', { headers: { cookie: 'secret-cookie=1' } }),
    await estate.ask('/search?code=secret-code&plain&lang=fr'),
    await estate.ask('/drafts?password=secret-password', { host: 'news', session }),
    await estate.ask('/.gateway/accept?code=secret-handover', {
      host: 'news',
      headers: { authorization: 'Bearer secret-bearer' },
    }),
    await estate.ask('/nothing/%00', {}),
  ];
  const ids = answers.map(({ headers }) => String(headers['bulkhead-request-id']));
  const text = await waitUntil(
    async () => {
      const lines = await estate.accessLines();
      return ids.every((id) => lines.includes(id)) && lines;
    },
    { what: 'all lines are written' },
  );
  assert.doesNotMatch(text, /secret-/);
  assert.ok(!text.includes(estate.cookie(session, 'news').slice(9)));
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const of = (id: string | undefined) => lines.filter((line) => line.requestId === id);
  assert.deepEqual(
    ids.map((id) => of(id).length),
    [1, 1, 1, 1, 1],
  );
  const [search] = of(ids[1]);
  assert.deepEqual(
    [search.path, search.status, search.method, search.compartment, search.route, search.address],
    ['/search?code&plain&lang', 200, 'GET', 'website', 'search.read', '127.0.0.1'],
  );
  assert.equal(of(ids[2])[0].accountId, session.accountId);
});
