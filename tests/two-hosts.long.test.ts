import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { waitUntil } from '@bulkhead/testkit';
import { Visitor } from '@bulkhead/visitor';
import { z } from 'zod';
import { BusyEditor, Member, publish } from '#newsroom.ts';
import { openAgain } from '#recovery.ts';
import { askDesk, askSite, originOf } from '#sites.ts';
import { type Host, TwoHosts, WITHOUT_NAMESPACES } from '#two-hosts.ts';

const shownSchema = z.object({
  pin: z.string(),
  peerPins: z.array(z.string()),
  link: z.object({ isUp: z.boolean() }).nullable(),
});
const LONG_MS = 90_000;

suite('an estate whose sites stand on two hosts', { skip: WITHOUT_NAMESPACES }, () => {
  let hosts: TwoHosts;
  let headquarters: Host;
  let offsite: Host;
  let editor: Member;
  let reviewer: Member;
  let reader: Visitor;
  before(async () => {
    hosts = await TwoHosts.make();
    ({ headquarters, offsite } = hosts);
    for (const { code, out, err } of await hosts.init()) assert.equal(code, 0, out + err);
    await hosts.join();
    // Its sample people have nothing to write here: that is another test's.
    await writeFile(join(headquarters.data, 'seeded.json'), '{}');
    await Promise.all([offsite.start(), headquarters.start()]);
    editor = await Member.enter(headquarters, 'editor', hosts.gateway);
    reviewer = await Member.enter(headquarters, 'reviewer', hosts.gateway);
    reader = new Visitor({ address: hosts.gateway });
  });
  after(async () => {
    for (const member of [editor, reviewer]) member?.leave();
    reader?.leave();
    await hosts?.remove();
  });

  const stateOf = async (name: string) =>
    (await askSite(headquarters, 'headquarters')).compartments.find((compartment) => compartment.name === name)?.state;
  const readPublic = (path: string) => reader.visit(`${originOf(headquarters, 'www')}${path}`);
  const show = async (host: Host) => shownSchema.parse(JSON.parse((await host.run('site', 'show', '--json')).out));

  test('[LK10] a write is acknowledged at headquarters when off-site has it, and what two people approved there is public', async () => {
    const version = await publish(editor, reviewer, 'across-the-link');
    await waitUntil(async () => (await readPublic('/en/news/across-the-link')).status === 200, {
      what: `article ${version.id} was rendered off-site and is served by headquarters`,
      timeoutMs: LONG_MS,
    });
    const desk = await askDesk(offsite);
    assert.deepEqual(
      desk.compartments.map(({ name, stream }) => [name, stream]),
      [
        ['identity', 'streaming'],
        ['website', 'streaming'],
      ],
    );
  });

  test('[LK9] no private key of one site, and no operator’s, lies at the other', async () => {
    const [ofOffsite, ofHeadquarters] = [await listPrivateKeys(offsite.data), await listPrivateKeys(headquarters.data)];
    assert.ok(ofOffsite.size >= 6 && ofHeadquarters.size >= 3, `${ofOffsite.size} and ${ofHeadquarters.size}`);
    assert.deepEqual(
      [...ofOffsite.keys()].filter((key) => ofHeadquarters.has(key)),
      [],
    );
  });

  test('each host refuses what belongs to the other, and tells where to go', async () => {
    const atHeadquarters = await headquarters.run('seal', 'website', '--json');
    assert.equal(atHeadquarters.code, 4, atHeadquarters.out);
    assert.match(atHeadquarters.out, /site\.elsewhere.*off-site/);
    const started = await offsite.run('start', '--site', 'headquarters', '--json');
    assert.match(started.out, /site\.elsewhere/);
    const again = await offsite.run('site', 'invite', '--json');
    assert.match(again.out, /site\.wrong_state/);
    for (const host of [headquarters, offsite]) assert.equal((await host.run('status')).code, 0);
  });

  test('[LK7] both sites take new keys while people write: nothing acknowledged is lost, and the old keys have no rights', async (t) => {
    const busy = new BusyEditor(editor, 'while-keys-change');
    try {
      await waitUntil(() => busy.acknowledged.length > 1, { what: 'drafts are written' });
      for (const [host, other] of [
        [headquarters, offsite],
        [offsite, headquarters],
      ] as const) {
        const old = (await show(host)).pin;
        const { code, out, err } = await host.run('site', 'rotate', '--json');
        assert.equal(code, 0, out + err);
        const { pin } = await show(host);
        assert.notEqual(pin, old);
        await waitUntil(
          async () => {
            const shown = await show(other);
            return shown.link?.isUp === true && shown.peerPins.length === 1 && shown.peerPins[0] === pin;
          },
          { what: `the other site knows the new key of ${host.site} alone`, timeoutMs: LONG_MS },
        );
      }
      const before = busy.acknowledged.length;
      await waitUntil(() => busy.acknowledged.length > before, {
        what: 'drafts are written under the new keys',
        timeoutMs: LONG_MS,
      });
    } finally {
      await busy.stop();
    }
    assert.deepEqual(await busy.listLost(), []);
    t.diagnostic(`${busy.acknowledged.length} writes acknowledged, ${busy.refusals.length} refused`);
  });

  test('[LK11] when the cable is out headquarters stops writing by itself and can be sealed there; off-site takes it over and opens it when the cable is back', async () => {
    hosts.cable(false);
    await waitUntil(async () => (await stateOf('website')) === 'read-only', {
      what: 'headquarters only reads',
      timeoutMs: LONG_MS,
    });
    assert.equal((await editor.createDraft('not-now')).status, 503);
    assert.equal((await readPublic('/en/news/across-the-link')).status, 200);
    await waitUntil(async () => (await show(headquarters)).link?.isUp === false, {
      what: 'the silence of the link is told',
      timeoutMs: LONG_MS,
    });
    // An operator brings the key along.
    await mkdir(join(headquarters.data, 'operators'), { recursive: true });
    await copyFile(join(offsite.data, 'operators/first-operator.json'), join(headquarters.data, 'operators/first-operator.json'));
    const sealed = await headquarters.run('seal', 'website', '--at-headquarters', '--reason', 'a test');
    assert.equal(sealed.code, 0, sealed.out + sealed.err);
    assert.equal(await stateOf('website'), 'sealed');

    hosts.cable(true);
    const seal = await waitUntil(
      async () =>
        (await askDesk(offsite)).compartments.find(({ name, desired }) => name === 'website' && desired === 'sealed')?.seal,
      { what: 'off-site holds the seal', timeoutMs: LONG_MS },
    );
    assert.deepEqual(seal.by, ['rule:headquarters.sealed']);
    await waitUntil(async () => (await stateOf('identity')) === 'open', { what: 'the rest writes', timeoutMs: LONG_MS });
    await openAgain(offsite, 'website');
    await waitUntil(async () => (await stateOf('website')) === 'open', { what: 'the website writes again', timeoutMs: LONG_MS });
    await waitUntil(async () => (await editor.createDraft('after-the-cut')).status < 300, { what: 'a draft is written' });
  });

  test('[LK10] a seal given off-site closes the compartment at headquarters, and the public reads on', async () => {
    const sealed = await offsite.run('seal', 'website', '--reason', 'a test', '--json');
    assert.equal(sealed.code, 0, sealed.out + sealed.err);
    await waitUntil(async () => (await stateOf('website')) === 'sealed', { what: 'headquarters obeys' });
    assert.equal((await editor.createDraft('after-the-seal')).status, 503);
    assert.equal((await readPublic('/en/news/across-the-link')).status, 200);
  });
});

/** Private keys in the JSON files of an installation: value → file. */
async function listPrivateKeys(directory: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !/\.(json|txt)$|key/.test(entry.name) || file.includes('/runtime/') || file.includes('/pg/')) continue;
    for (const match of (await readFile(file, 'utf8')).matchAll(/"(?:privateKey|key)":\s*"([^"]{40,})"/g))
      found.set(match[1] ?? '', file);
  }
  return found;
}
