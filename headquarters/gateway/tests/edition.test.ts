import assert from 'node:assert/strict';
import { appendFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { PURPOSES, signMessage } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import { waitUntil } from '@bulkhead/testkit';
import { z } from 'zod';
import { ScratchEstate } from './scratch/estate.ts';
import type { ScratchPage } from './scratch/offsite.ts';

let estate: ScratchEstate;
let number = 0;
const HOME = `<!doctype html><h1>Home</h1>${'<p>The organisation works on.</p>'.repeat(40)}`;
const NEWS = `<!doctype html><h1>News</h1>${'<p>Something new.</p>'.repeat(40)}`;
const scrubbed = z.object({ checked: z.number(), bad: z.number() });

function pages(home = HOME): ScratchPage[] {
  return [
    { path: '/', content: home, language: 'en' },
    {
      path: '/news',
      content: NEWS,
      headers: { 'cache-control': 'public, max-age=60', 'set-cookie': 'a=b', 'x-frame-options': 'ALLOWALL' },
    },
    { path: '/image.png', content: Buffer.alloc(5000, 1), headers: { 'content-type': 'image/png' } },
    { path: '/old', content: 'moved', status: 301, headers: { location: '/news' } },
    { path: '/withdrawn', content: 'This was withdrawn.', status: 410 },
    { path: '/404', content: 'There is no such page, in six languages.', status: 404 },
    { path: '/en/404', content: 'There is no such page.', status: 404, language: 'en' },
    { path: '/fr/404', content: "Cette page n'existe pas.", status: 404, language: 'fr' },
  ];
}

async function publish(home?: string): Promise<number> {
  number += 1;
  estate.offsite.publish('website', number, pages(home));
  await estate.untilEdition(number);
  return number;
}

function filesDirectory(): string {
  return join(estate.stateDirectory, 'editions', 'website', 'files');
}

function untilFinding(summary: RegExp): Promise<unknown> {
  return waitUntil(() => estate.offsite.findings.find((finding) => summary.test(finding.summary)), {
    what: `a finding ${summary}`,
  });
}

before(async () => {
  estate = await ScratchEstate.start();
});
after(() => estate.stop());
afterEach(() => {
  estate.offsite.findings.splice(0);
  estate.offsite.wireTweak = (bytes) => bytes;
});

test('before there is an edition the public is told so, honestly', async () => {
  const answer = await estate.ask('/');
  assert.deepEqual([answer.status, answer.headers['retry-after']], [503, '2']);
  assert.match(answer.text, /being fetched and verified/);
});

test('pages are served with their type, a tag of their content, and compressed as the client takes them', async () => {
  await publish();
  const page = await estate.ask('/');
  assert.deepEqual([page.status, page.text, page.headers.etag], [200, HOME, `"${sha256Hex(HOME)}"`]);
  assert.deepEqual([page.headers['content-type'], page.headers['content-language']], ['text/html; charset=utf-8', 'en']);
  const br = await waitUntil(
    async () => {
      const answer = await estate.ask('/', { headers: { 'accept-encoding': 'gzip, deflate, br' } });
      return answer.headers['content-encoding'] === 'br' && answer;
    },
    { what: 'the compressed form is made' },
  );
  assert.equal(brotliDecompressSync(br.bytes).toString(), HOME);
  assert.deepEqual([br.headers.etag, br.headers.vary], [`W/"${sha256Hex(HOME)}"`, 'accept-encoding']);
  const gzip = await estate.ask('/', { headers: { 'accept-encoding': 'gzip, br;q=0' } });
  assert.equal(gunzipSync(gzip.bytes).toString(), HOME);
  assert.equal(
    (await estate.ask('/', { headers: { 'accept-encoding': 'identity, gzip;q=0, br;q=0.0' } })).headers['content-encoding'],
    undefined,
  );
  const image = await estate.ask('/image.png', { headers: { 'accept-encoding': 'gzip, br' } });
  assert.deepEqual(
    [image.headers['content-type'], image.headers['content-encoding'], image.bytes.length],
    ['image/png', undefined, 5000],
  );
});

test('what a browser already has is not sent again; a HEAD has no content; queries do not matter', async () => {
  const tag = `"${sha256Hex(HOME)}"`;
  for (const ifNoneMatch of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
    const answer = await estate.ask('/', { headers: { 'if-none-match': ifNoneMatch } });
    assert.deepEqual([answer.status, answer.text, answer.headers.etag], [304, '', tag], ifNoneMatch);
  }
  assert.equal((await estate.ask('/', { headers: { 'if-none-match': '"other"' } })).status, 200);
  const head = await estate.ask('/', { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers['content-length'], head.bytes.length], [200, String(Buffer.byteLength(HOME)), 0]);
  assert.equal((await estate.ask('/?utm_source=x')).text, HOME);
});

test('withdrawn pages are gone, moved ones lead on, and what is not there is told in the language of its path', async () => {
  assert.deepEqual(
    [(await estate.ask('/withdrawn')).status, (await estate.ask('/withdrawn')).text],
    [410, 'This was withdrawn.'],
  );
  const moved = await estate.ask('/old');
  assert.deepEqual([moved.status, moved.headers.location], [301, '/news']);
  assert.deepEqual(
    [(await estate.ask('/nothing')).status, (await estate.ask('/nothing')).text],
    [404, 'There is no such page, in six languages.'],
  );
  assert.equal((await estate.ask('/en/nothing')).text, 'There is no such page.');
  assert.equal((await estate.ask('/fr/rien')).text, "Cette page n'existe pas.");
  assert.equal((await estate.ask('/ar/x')).text, 'There is no such page, in six languages.');
  assert.equal((await estate.ask('/search')).text, 'GET /search', 'a route of the origin answers for what is not published');
});

test('a manifest sets no cookie and weakens no security header', async () => {
  const { headers } = await estate.ask('/news');
  assert.deepEqual(
    [headers['set-cookie'], headers['x-frame-options'], headers['cache-control']],
    [undefined, undefined, 'public, max-age=60'],
  );
});

test('[E12] of an edition only what changed is asked for, all of it in one call', async () => {
  await publish();
  estate.offsite.filesAsked.splice(0);
  const home = `${HOME}<p>One page is another.</p>`;
  await publish(home);
  assert.deepEqual(estate.offsite.filesAsked, [[sha256Hex(home)]]);
  estate.offsite.filesAsked.splice(0);
  await publish();
  assert.deepEqual(estate.offsite.filesAsked, [[sha256Hex(HOME)]], 'what is not served any more is not kept');
});

test('[G1] a page defaced on disk is never served; it is found and made whole', async () => {
  const target = join(filesDirectory(), sha256Hex(HOME));
  // It is served before it stands on disk.
  await waitUntil(async () => (await readFile(target, 'utf8').catch(() => '')) === HOME, { what: 'the file is kept' });
  await writeFile(target, '<h1>DEFACED</h1>');
  let isFound = false;
  const found = untilFinding(/not what was signed/).then(() => {
    isFound = true;
  });
  while (!isFound) assert.equal((await estate.ask('/')).text, HOME);
  await found;
  await waitUntil(async () => (await readFile(target, 'utf8')) === HOME, { what: 'the file is whole again' });
  const kept = await readdir(join(estate.stateDirectory, 'editions', 'website', 'quarantine'));
  assert.equal(kept.length, 1, 'what was found is kept as evidence');
});

test('[G1] a manifest or file that is changed, cut or removed is found and put back', async () => {
  const directory = join(estate.stateDirectory, 'editions', 'website');
  const manifest = await readFile(join(directory, 'manifest.json'), 'utf8');
  for (const harm of [
    () => appendFile(join(directory, 'manifest.json'), ' '),
    () => truncate(join(filesDirectory(), sha256Hex(NEWS)), 10),
    () => rm(join(filesDirectory(), sha256Hex(NEWS))),
    () => rm(join(directory, 'manifest.json')),
    // Something of somebody else's stands where the repair wants to write.
    () => mkdir(join(directory, 'manifest.json.draft')).then(() => appendFile(join(directory, 'manifest.json'), ' ')),
  ]) {
    estate.offsite.findings.splice(0);
    await harm();
    await untilFinding(/not what was signed/);
    await waitUntil(async () => (await readFile(join(directory, 'manifest.json'), 'utf8')) === manifest, {
      what: 'the manifest is back',
    });
    await waitUntil(async () => (await readFile(join(filesDirectory(), sha256Hex(NEWS)), 'utf8')) === NEWS, {
      what: 'the file is back',
    });
    assert.equal((await estate.ask('/news')).text, NEWS);
  }
  assert.deepEqual(await estate.control('POST', '/scrub', scrubbed), { checked: 9, bad: 0 });
});

test('[G1] a file with one bit flipped on the way is refused, and the last good edition is served', async () => {
  const next = `${HOME}<p>More.</p>`;
  estate.offsite.wireTweak = (bytes) => {
    const flipped = Buffer.from(bytes);
    flipped[100] = (flipped[100] ?? 0) ^ 1;
    return flipped;
  };
  number += 1;
  estate.offsite.publish('website', number, pages(next));
  await untilFinding(/came as an edition/);
  assert.equal((await estate.ask('/')).text, HOME);
  assert.equal((await readdir(filesDirectory())).includes(sha256Hex(next)), false);
  estate.offsite.wireTweak = (bytes) => bytes;
  await estate.untilEdition(number);
  assert.equal((await estate.ask('/')).text, next);
});

test('[G1] more bytes than the manifest names are refused', async () => {
  const next = `${HOME}<p>Longer.</p>`;
  estate.offsite.wireTweak = (bytes) => Buffer.concat([bytes, Buffer.from('x')]);
  number += 1;
  estate.offsite.publish('website', number, pages(next));
  await untilFinding(/came as an edition/);
  assert.notEqual((await estate.ask('/')).text, next);
  estate.offsite.wireTweak = (bytes) => bytes;
  await estate.untilEdition(number);
});

test('[G1] a manifest that is changed, of a strange key, for another purpose or compartment, is refused', async () => {
  const good = await publish();
  const genuine = estate.offsite.publish('papers', good + 1, pages('<h1>For others</h1>'));
  const changed = { ...genuine, message: genuine.message.replace('"papers"', '"website"') };
  const manifest: unknown = JSON.parse(changed.message);
  const refused = [
    changed,
    signMessage(estate.keys.stranger.signing, PURPOSES.edition, manifest),
    signMessage({ ...estate.keys.stranger.signing, keyId: 'edition-1' }, PURPOSES.edition, manifest),
    signMessage(estate.keys.order.signing, PURPOSES.edition, manifest),
    signMessage(estate.keys.edition.signing, PURPOSES.order, manifest),
    genuine,
    signMessage(estate.keys.edition.signing, PURPOSES.edition, { ...(manifest as object), files: [{ path: '/../x' }] }),
    signMessage(estate.keys.edition.signing, PURPOSES.edition, twice(manifest)),
  ];
  for (const [at, signed] of refused.entries()) {
    estate.offsite.findings.splice(0);
    estate.offsite.offerEdition('website', good + 1, signed);
    if (at === 0) await untilFinding(/came as an edition/);
    else await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal((await estate.status())['website']?.edition, good, `refusal ${at}`);
    assert.equal((await estate.ask('/')).text, HOME);
  }
});

function twice(manifest: unknown): unknown {
  const given = z.looseObject({ files: z.array(z.unknown()) }).parse(manifest);
  return { ...given, files: [...given.files, given.files[0]] };
}

test('[G2] an edition with a number that is not higher, or whose time is over, is not adopted', async () => {
  number += 1;
  const current = await publish();
  const stale = estate.offsite.publish('website', current, pages('<h1>Old</h1>'));
  estate.offsite.offerEdition('website', current + 5, stale);
  await new Promise((resolve) => setTimeout(resolve, 400));
  estate.offsite.publish('website', current + 6, pages('<h1>Late</h1>'), {
    expiresAt: new Date(Date.now() - 1000).toISOString(),
  });
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal((await estate.status())['website']?.edition, current);
  assert.equal((await estate.ask('/')).text, HOME);
  number = current + 10;
  await publish();
});

test('[G1] a start serves what it finds on disk if it is what was signed, even with off-site away and its time over', async () => {
  number += 1;
  estate.offsite.publish('website', number, pages(), { expiresAt: new Date(Date.now() + 2500).toISOString() });
  await estate.untilEdition(number);
  await estate.stopGateway();
  await estate.offsite.stop();
  await new Promise((resolve) => setTimeout(resolve, 2600));
  await estate.startGateway();
  assert.equal((await estate.ask('/')).text, HOME);
  await estate.offsite.start();
});

test('[G1] a start refuses what was defaced meanwhile: files are fetched again, a false manifest is set aside', async () => {
  await publish();
  await estate.stopGateway();
  const directory = join(estate.stateDirectory, 'editions', 'website');
  await writeFile(join(filesDirectory(), sha256Hex(NEWS)), '<h1>DEFACED</h1>');
  await estate.startGateway();
  const seen = await estate.ask('/news');
  assert.ok(seen.text === NEWS || seen.status === 503, seen.text);
  await untilFinding(/refused at the start/);
  await waitUntil(async () => (await estate.ask('/news')).text === NEWS, { what: 'the page is fetched again' });
  estate.offsite.findings.splice(0);
  await estate.stopGateway();
  const manifest = await readFile(join(directory, 'manifest.json'), 'utf8');
  await writeFile(join(directory, 'manifest.json'), manifest.replace('"number\\":', '"number\\":9'));
  await estate.startGateway();
  await untilFinding(/manifest of the edition on disk/);
  await waitUntil(async () => (await estate.ask('/')).text === HOME, { what: 'the edition is fetched again' });
});

test('[G1] an edition larger than its memory is served from disk, verified each time it is read', async () => {
  const small = await ScratchEstate.start({ limits: { editionMemoryBytes: 4000 } });
  try {
    const many = Array.from({ length: 20 }, (_, at) => ({ path: `/p${at}`, content: `${at} ${'x'.repeat(1500)}` }));
    small.offsite.publish('website', 1, many);
    await small.untilEdition(1);
    for (const { path, content } of many) assert.equal((await small.ask(path)).text, content);
    const victim = many[19]?.content ?? '';
    await small.offsite.stop();
    await writeFile(join(small.stateDirectory, 'editions', 'website', 'files', sha256Hex(victim)), 'DEFACED');
    for (let at = 0; at < 18; at += 1) await small.ask(`/p${at}`);
    const answer = await small.ask('/p19');
    assert.ok(answer.status === 503 || answer.text === victim);
    await small.offsite.start();
    await waitUntil(async () => (await small.ask('/p19')).text === victim, { what: 'it is fetched again' });
  } finally {
    await small.stop();
  }
});
