import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { publicReadingSchema } from '@bulkhead/contracts';
import { waitUntil } from '@bulkhead/testkit';
import { Visitor } from '@bulkhead/visitor';
import { Authority, type Issued } from '#authority.ts';
import { Member, pathOf, publish, type Version, versionIn } from '#newsroom.ts';
import { findCertificate, PublicNetwork } from '#public-network.ts';
import { openAgain } from '#recovery.ts';
import { askSite, type Described, originOf } from '#sites.ts';
import { type Host, TwoHosts, WITHOUT_NAMESPACES } from '#two-hosts.ts';

const LONG_MS = 180_000;
const DOMAIN = 'bulkhead.test';
const ARTICLE = '/en/news/before-the-loss';
const LINE = /Served from our second site/;

suite('the public reads by TLS while the host of headquarters is lost', { skip: WITHOUT_NAMESPACES }, () => {
  let hosts: TwoHosts;
  let headquarters: Host;
  let offsite: Host;
  let network: PublicNetwork;
  let authority: Authority;
  let atHeadquarters: Issued;
  let atOffsite: Issued;
  /** Addresses and sample people, as told when headquarters ran. */
  let home: Described;
  let reader: Visitor;
  let written: Version;

  before(async () => {
    hosts = await TwoHosts.make();
    ({ headquarters, offsite } = hosts);
    network = PublicNetwork.make(headquarters, offsite);
    authority = await Authority.found(hosts.directory);
    // The same names, and a key of its own at each site: neither ever had the other's.
    atHeadquarters = await authority.issue('headquarters', DOMAIN);
    atOffsite = await authority.issue('offsite', DOMAIN);
    const tls = ({ certificateFile, keyFile }: Issued) => ({
      BULKHEAD_TLS_CERTIFICATE: certificateFile,
      BULKHEAD_TLS_KEY: keyFile,
    });
    const names = { away: network.program('take'), home: network.program('give') };
    headquarters.settings = tls(atHeadquarters);
    offsite.settings = {
      ...tls(atOffsite),
      BULKHEAD_DOMAIN: DOMAIN,
      BULKHEAD_READING_ROOM: JSON.stringify({ port: hosts.port, names }),
      BULKHEAD_STAND_IN: JSON.stringify({ port: hosts.port + 300 }),
    };
    for (const { code, out, err } of await hosts.init()) assert.equal(code, 0, out + err);
    await hosts.join();
    await writeFile(join(headquarters.data, 'seeded.json'), '{}');
    await Promise.all([offsite.start(), headquarters.start()]);
    home = { description: headquarters.description };
    network.runOn(headquarters, 'take');
    reader = new Visitor({ address: network.virtualAddress, certificates: authority.certificate });
  });
  after(async () => {
    reader?.leave();
    await hosts?.remove();
    network?.remove();
  });

  const enter = (role: 'editor' | 'reviewer') => Member.enter(home, role, network.virtualAddress, authority.certificate);
  const read = (path: string, host = 'www') =>
    reader.visit(`${originOf(home, host)}${path}`, { redirects: 0, timeoutMs: 1000 }).catch(() => undefined);
  /** Whose key answers under a public name. */
  const whoAnswers = (host: string) =>
    findCertificate(network.virtualAddress, hosts.port, `${host}.${DOMAIN}`, authority.certificate);
  const moveNames = async (way: 'away' | 'home') => {
    const { code, out, err } = await offsite.run('reading-room', way, '--reason', 'a test', '--json');
    assert.equal(code, 0, out + err);
    return publicReadingSchema.parse(JSON.parse(out));
  };
  const readFor = (isOffsite: boolean) =>
    waitUntil(
      async () => {
        const page = await read(ARTICLE);
        return page?.status === 200 && LINE.test(page.text) === isOffsite ? page : undefined;
      },
      { what: `the article is read ${isOffsite ? 'off-site' : 'at headquarters'}`, timeoutMs: LONG_MS, pauseMs: 50 },
    );

  test('[LK10] over TLS with certificates of an authority of one’s own both sites work as without: what two people approve is public, and only under its names', async () => {
    const [editor, reviewer] = [await enter('editor'), await enter('reviewer')];
    written = await publish(editor, reviewer, 'before-the-loss');
    for (const member of [editor, reviewer]) member.leave();
    const page = await readFor(false);
    assert.match(page.url, /^https:\/\/www\.bulkhead\.test:/);
    assert.equal(await whoAnswers('www'), atHeadquarters.fingerprint);
    await assert.rejects(findCertificate(network.virtualAddress, hosts.port, 'www.example.org', authority.certificate), {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    const stranger = new Visitor({ address: network.virtualAddress });
    await assert.rejects(stranger.visit(`${originOf(home, 'www')}/en/`), /wire\.unreachable|visiting/);
    stranger.leave();
  });

  test('[LK10] off-site’s look from outside verifies the certificate of the other host: a compartment is sealed and opened again by its gates', async () => {
    const sealed = await offsite.run('seal', 'website', '--reason', 'a test', '--json');
    assert.equal(sealed.code, 0, sealed.out + sealed.err);
    await openAgain(offsite, 'website');
  });

  test('[FO7] [FO8] the host is lost, one operator lets the names lead off-site: the same pages under the same names, with a key that was ready there; what asks or changes something is told 503 and why', async (t) => {
    const atHome = await readFor(false);
    const lostAtMs = performance.now();
    await headquarters.cutPower();
    network.cable(headquarters, false);
    hosts.cable(false);
    assert.equal(await read(ARTICLE), undefined, 'nobody serves it');
    const orderedAtMs = performance.now();
    const reading = readFor(true).then((page) => ({ page, atMs: performance.now() }));
    const moved = await moveNames('away');
    const { page, atMs } = await reading;
    t.diagnostic(`from the loss to the first verified page off-site, at the client: ${Math.round(atMs - lostAtMs)} ms`);
    t.diagnostic(`from the order of it: ${Math.round(atMs - orderedAtMs)} ms; the hook said: ${moved.names?.told}`);
    assert.match(moved.names?.told ?? '', new RegExp(`done; it said: ${network.virtualAddress}/24 is at public`));
    assert.equal(await whoAnswers('www'), atOffsite.fingerprint);
    assert.equal(page.headers['strict-transport-security'], atHome.headers['strict-transport-security']);
    assert.ok(page.headers['strict-transport-security']);
    assert.equal(
      page.text
        .replace(/<p class="reading-room-line".*?<\/p>|<link rel="stylesheet" href="\/\.reading-room.*?>\n/g, '')
        .trim()
        .replace(/\n+/g, '\n'),
      atHome.text.trim().replace(/\n+/g, '\n'),
    );

    const room = await read('/', 'newsroom');
    assert.deepEqual([room?.status, /Not available at our second site/.test(room?.text ?? '')], [503, true]);
    for (const host of ['newsroom', 'id', 'www']) {
      const origin = originOf(home, host);
      const told = await reader.visit(`${origin}/articles`, { form: { kind: 'news', slug: 'lost' }, redirects: 0 });
      assert.equal(told.status, 503, host);
      assert.match(told.text, /Nothing that you sent was kept\. Send it again when the service is back\./, host);
      assert.equal(told.headers['retry-after'], '60');
    }
    const status = new Visitor({ address: network.addressOf(offsite), certificates: authority.certificate });
    await waitUntil(
      async () => {
        const shown = await status.visit(`https://status.${DOMAIN}:${hosts.port + 100}/en/`);
        return shown.text.includes(`https://www.${DOMAIN}:${hosts.port}/`);
      },
      { what: 'the status page tells where to read', timeoutMs: LONG_MS },
    );
    status.leave();
  });

  test('[FO8] headquarters is back and the names lead home: the public reads there, and people write again with nothing lost', async (t) => {
    // A host that starts does not take up the address by itself.
    network.runOn(headquarters, 'give');
    network.cable(headquarters, true);
    hosts.cable(true);
    await headquarters.start();
    await waitUntil(
      async () => (await askSite(headquarters, 'headquarters')).compartments.every(({ state }) => state === 'open'),
      { what: 'headquarters writes again', timeoutMs: LONG_MS },
    );
    assert.equal(await whoAnswers('www'), atOffsite.fingerprint, 'until somebody says so');
    const orderedAtMs = performance.now();
    const moved = await moveNames('home');
    assert.match(moved.names?.told ?? '', /is not at public any more/);
    t.diagnostic(network.runOn(headquarters, 'take').trim());
    const page = await readFor(false);
    t.diagnostic(
      `from the order to the first page at headquarters, at the client: ${Math.round(performance.now() - orderedAtMs)} ms`,
    );
    assert.equal(await whoAnswers('www'), atHeadquarters.fingerprint);
    assert.doesNotMatch(page.text, LINE);
    const editor = await enter('editor');
    assert.equal((await editor.read(pathOf(written))).status, 200);
    versionIn(await editor.createDraft('after-the-loss'));
    editor.leave();
  });
});
