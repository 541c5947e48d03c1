import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { FROZEN_HEADER } from '@bulkhead/contracts';
import { type EstateProcess, waitUntil } from '@bulkhead/testkit';
import { type Page, Visitor } from '@bulkhead/visitor';
import { z } from 'zod';
import { askDesk, openAsSuperuser, originOf } from './sites.ts';
import { asSeenAt } from './stand-in.ts';

const REGISTRY = 'gisis';
const roomSchema = z.object({ port: z.number() });

/**
 * Of an estate with the registry and a reading room, in which it has stood for a while; at last the registry is sealed.
 * @param hasTime whether the copy that the estate begins with is old: the next one, made after a rest, holds the sample records
 */
export function testRegistry(estate: EstateProcess, hasTime: boolean): void {
  suite('the registry in the estate', () => {
    const roomOf = () => asSeenAt(estate, roomSchema.parse(JSON.parse(estate.environment['BULKHEAD_READING_ROOM'] ?? '')).port);
    const reader = new Visitor({ address: '127.0.0.1' });
    /** A sample record of the first page of its list: so far the second copy goes. */
    let ship = '';
    const deepest = () => (hasTime ? ship : '/port');
    const read = (path: string, at: EstateProcess = estate): Promise<Page> =>
      reader.visit(`${originOf(at, REGISTRY)}${path}`, { redirects: 0 });

    after(() => reader.leave());

    test('a sample record that people filed raises no finding, and is read by everybody', async () => {
      ship = /href="(\/ship\/\d{7})"/.exec((await read('/ship')).text)?.[1] ?? '';
      assert.equal((await read(ship)).status, 200);
      const { findings } = await askDesk(estate);
      assert.deepEqual(
        findings.filter(({ compartment, rule }) => compartment === REGISTRY && rule.startsWith('write.')),
        [],
      );
    });

    test('[GE2] the signed copy of its public pages can be read off-site in six languages, and nothing else of it', async () => {
      await waitUntil(async () => (await read(deepest(), roomOf())).status === 200, {
        what: 'there is a copy, and it holds the sample records where there was time',
        timeoutMs: 300_000,
      });
      const home = await read('/?lang=ar', roomOf());
      assert.match(home.text, /<html[^>]* lang="ar" dir="rtl"/);
      assert.match(home.text, /reading-room-line/);
      for (const path of ['/ship', '/ship?lang=zh', deepest()]) assert.equal((await read(path, roomOf())).status, 200, path);
      for (const path of [
        '/ship/new',
        '/ship/export.csv',
        '/ship?q=amity',
        '/api/ship',
        '/for-you',
        '/ship/0000999',
        `${ship}/history`,
      ])
        assert.equal((await read(path, roomOf())).status, 503, path);
    });

    test('[GE3] a canary that somebody touches is a finding', async () => {
      const admin = await openAsSuperuser(estate, REGISTRY);
      await admin.query("update ship set source = 'touched' where id = 0");
      await admin.close();
      await waitUntil(
        async () =>
          (await askDesk(estate)).findings.some(({ rule, compartment }) => rule === 'write.canary' && compartment === REGISTRY),
        { what: 'the finding of the canary', timeoutMs: 60_000 },
      );
    });

    test('[GE2] while it is sealed the public reads its copy at its own address; whatever asks or changes something is refused', async () => {
      const { code, out, err } = await estate.run('seal', REGISTRY, '--reason', 'a test', '--json');
      assert.equal(code, 0, out + err);
      const home = await waitUntil(
        async () => {
          const page = await read('/');
          return page.headers[FROZEN_HEADER] === undefined ? undefined : page;
        },
        { what: 'the copy answers' },
      );
      assert.equal(home.status, 200);
      assert.match(home.text, /Frozen copy of/);
      assert.match((await read('/ship?lang=fr')).text, /Copie figée du/);
      assert.match(String(home.headers['content-security-policy']), /script-src 'none'|default-src 'none'/);
      assert.equal((await read(deepest())).status, 200);
      for (const path of ['/ship/0000999', '/ship/export.csv', '/ship?flag=KEN', '/for-you', '/api/ship'])
        assert.equal((await read(path)).status, 503, path);
      const sent = await reader.visit(`${originOf(estate, REGISTRY)}/ship/new`, { form: { name: 'x' }, redirects: 0 });
      assert.equal(sent.status, 503);
      assert.equal((await reader.visit(`${originOf(estate, 'www')}/en/`)).status, 200, 'the website is not concerned');
    });
  });
}
