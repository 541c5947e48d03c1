import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type EditionFile, generateSigningKey, PURPOSES, signMessage } from '@bulkhead/contracts';
import { hasCode, sha256Hex } from '@bulkhead/kernel';
import { findFreePort, runBulkhead, temporaryDirectory, waitUntil } from '@bulkhead/testkit';
import { examineEdition, exportEdition, type Offered } from './exported.ts';

const NGINX = ['/usr/sbin/nginx', '/usr/bin/nginx'].find((path) => existsSync(path));
const key = generateSigningKey('edition-test');
const HTML = { 'content-type': 'text/html; charset=utf-8' };

/** Pages of every kind; the values that a configuration could trip over are in there. */
const PAGES: readonly (readonly [
  file: Pick<EditionFile, 'path' | 'status' | 'language'> & Partial<EditionFile>,
  body: string,
])[] = [
  [{ path: '/en/', status: 200, language: 'en', headers: { ...HTML, link: '</a>; rel="x"; title="$uri \\ done"' } }, 'home'],
  [{ path: '/ar/', status: 200, language: 'ar', headers: HTML }, 'البيت'],
  [{ path: '/en/news', status: 200, language: 'en', headers: HTML, scripts: true }, 'news'],
  [{ path: '/en/news/one', status: 200, language: 'en', headers: { ...HTML, 'cache-control': 'max-age=60' } }, 'one'],
  [{ path: '/en/news/One', status: 200, language: 'en', headers: HTML }, 'another One'],
  [{ path: '/', status: 301, language: null, headers: { location: '/en/' } }, ''],
  [{ path: '/en/gone', status: 410, language: 'en', headers: HTML }, 'withdrawn'],
  [{ path: '/en/404', status: 404, language: 'en', headers: HTML }, 'nothing here'],
  [{ path: '/ar/404', status: 404, language: 'ar', headers: HTML }, 'لا شيء'],
  [{ path: '/style.css', status: 200, language: null, headers: { 'content-type': 'text/css' } }, 'p{}'.repeat(200)],
];

/** An edition signed as the publisher signs one; a large one names lists of files. */
function offer(isLarge: boolean): Offered & { readonly stored: Map<string, Buffer> } {
  const stored = new Map<string, Buffer>();
  const store = (text: string) => {
    const bytes = Buffer.from(text);
    stored.set(sha256Hex(bytes), bytes);
    return { sha256: sha256Hex(bytes), bytes: bytes.length };
  };
  const files = PAGES.map(([file, body]) => ({ headers: {}, ...file, ...store(body) }));
  const lists = [files.slice(0, 4), files.slice(4)];
  const parts = lists.map((list) => ({ ...store(JSON.stringify(list)), files: list.length }));
  const manifest = {
    compartment: 'website',
    number: 12,
    publishedAt: '2026-03-02T09:00:00.000Z',
    expiresAt: '2026-03-03T09:00:00.000Z',
    lsn: '0/1',
    ...(isLarge ? { files: [], parts } : { files }),
  };
  if (!isLarge) for (const { sha256 } of parts) stored.delete(sha256);
  const read = async (sha256: string) => stored.get(sha256) ?? assert.fail('a file was asked for that is not named');
  return { signed: signMessage(key.signing, PURPOSES.edition, manifest), keys: [key.verifying], read, stored };
}

for (const isLarge of [false, true]) {
  test(`[E14] ${isLarge ? 'a large edition' : 'an edition'} that was exported is whole, and anything changed, missing or added in it is named`, async () => {
    const directory = join(await temporaryDirectory(), 'www');
    const offered = offer(isLarge);
    const manifest = await exportEdition(offered, directory, directory);
    assert.equal(manifest.files.length, PAGES.length);
    assert.deepEqual((await readdir(join(directory, 'files'))).sort(), [...offered.stored.keys()].sort());
    const look = () => examineEdition(directory, { key: key.verifying, at: directory });
    assert.deepEqual((await look()).faults, []);

    const home = join(directory, 'files', sha256Hex('home'));
    await writeFile(home, 'evil');
    assert.match((await look()).faults.join('\n'), /^\/en\/ has other bytes than were signed/);
    await rm(home);
    assert.match((await look()).faults.join('\n'), /^\/en\/ is missing/);
    await writeFile(home, 'home');
    await writeFile(join(directory, 'files/more'), 'x');
    await writeFile(join(directory, 'index.html'), 'x');
    const { faults, faultCount } = await look();
    assert.equal(faultCount, 2);
    assert.match(faults.join('\n'), /index\.html does not belong[^]*files\/more does not belong/);
    await rm(join(directory, 'files/more'));
    await rm(join(directory, 'index.html'));
    await appendFile(join(directory, 'nginx.conf'), 'autoindex on;\n');
    assert.match((await look()).faults.join('\n'), /nginx\.conf is not what the manifest says/);
  });
}

test('[E14] a manifest changed by one word, or signed by another key, is none; another number is named', async () => {
  const directory = join(await temporaryDirectory(), 'www');
  await exportEdition(offer(false), directory, directory);
  const other = generateSigningKey('edition-test');
  await assert.rejects(examineEdition(directory, { key: other.verifying, at: directory }), (error) =>
    hasCode(error, 'signature.invalid'),
  );
  assert.deepEqual((await examineEdition(directory, { number: 11, at: directory })).faults, ['it is edition 12, not 11']);
  const path = join(directory, 'manifest.json');
  await writeFile(path, (await readFile(path, 'utf8')).replace('2026-03-02', '2026-03-01'));
  await assert.rejects(examineEdition(directory, { at: directory }), (error) => hasCode(error, 'signature.invalid'));
});

test('[E14] an edition is exported whole or not at all, and never over something', async () => {
  const parent = await temporaryDirectory();
  const directory = join(parent, 'www');
  const offered = offer(false);
  const lying = { ...offered, read: async () => Buffer.from('other bytes') };
  await assert.rejects(exportEdition(lying, directory, directory), (error) => hasCode(error, 'edition.invalid'));
  assert.deepEqual(await readdir(parent), []);
  await mkdir(directory);
  await writeFile(join(directory, 'precious'), 'mine');
  await assert.rejects(exportEdition(offered, directory, directory), (error) => hasCode(error, 'input.invalid'));
  assert.deepEqual(await readdir(directory), ['precious']);
});

test('[E14] "bulkhead edition verify" needs no estate, and answers by its exit code', async () => {
  const parent = await temporaryDirectory();
  const directory = join(parent, 'www');
  await exportEdition(offer(false), directory, directory);
  await writeFile(join(parent, 'key.json'), JSON.stringify(key.verifying));
  const environment = { BULKHEAD_DATA: join(parent, 'data'), BULKHEAD_RUNTIME: join(parent, 'run') };
  const words = ['edition', 'verify', directory, '--key', join(parent, 'key.json')];
  const whole = await runBulkhead(words, environment);
  assert.equal(whole.code, 0, whole.err);
  assert.match(whole.out, /^Whole: edition 12 of website/);
  await writeFile(join(directory, 'files', sha256Hex('one')), 'two');
  const broken = await runBulkhead(words, environment);
  assert.equal(broken.code, 1, broken.err);
  assert.match(broken.out, /1 fault\n {2}\/en\/news\/one has other bytes/);
  const misspelt = await runBulkhead(['edition', 'verifi', directory], environment);
  assert.equal(misspelt.code, 2);
  assert.match(misspelt.err, /bulkhead edition verify <directory>/);
});

test('[E14] nginx answers from an exported edition as the gateway does', { skip: !NGINX }, async (t) => {
  const parent = await temporaryDirectory();
  await chmod(parent, 0o755);
  const directory = join(parent, 'www');
  await exportEdition(offer(false), directory, directory);
  const ask = await serveByNginx(t, parent, directory);
  const home = await ask('/en/?from=elsewhere');
  assert.equal(await home.text(), 'home');
  assert.equal(home.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.equal(home.headers.get('content-language'), 'en');
  assert.equal(home.headers.get('cache-control'), 'no-cache');
  assert.equal(home.headers.get('link'), '</a>; rel="x"; title="$uri \\ done"');
  assert.match(home.headers.get('content-security-policy') ?? '', /^default-src 'none'/);
  assert.equal(home.headers.get('x-content-type-options'), 'nosniff');
  assert.match((await ask('/en/news')).headers.get('content-security-policy') ?? '', /script-src 'self'/);
  const one = await ask('/en/news/one');
  assert.deepEqual([await one.text(), one.headers.get('cache-control')], ['one', 'max-age=60']);
  assert.equal(await (await ask('/en/news/One')).text(), 'another One');
  const root = await ask('/');
  assert.deepEqual([root.status, root.headers.get('location')], [301, '/en/']);
  const gone = await ask('/en/gone');
  assert.deepEqual([gone.status, await gone.text()], [410, 'withdrawn']);
  for (const [path, text] of [
    ['/en/nowhere', 'nothing here'],
    ['/ar/nowhere', 'لا شيء'],
    ['/nginx.conf', 'nothing here'],
    [`/files/${sha256Hex('home')}`, 'nothing here'],
    [`/.edition/0/${sha256Hex('home')}`, 'nothing here'],
  ] as const) {
    const missing = await ask(path);
    assert.deepEqual([path, missing.status, await missing.text()], [path, 404, text]);
  }
});

async function serveByNginx(t: TestContext, parent: string, directory: string) {
  const port = await findFreePort();
  const conf = (await readFile(join(directory, 'nginx.conf'), 'utf8')).replace('listen 8080;', `listen 127.0.0.1:${port};`);
  await writeFile(join(parent, 'edition.conf'), conf);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${parent}/${name};`);
  const main = `daemon off; worker_processes 1; pid ${parent}/pid; error_log ${parent}/error.log; events {}
http { access_log off; ${temporary.join(' ')} include ${parent}/edition.conf; }`;
  await writeFile(join(parent, 'main.conf'), main);
  const child = spawn(NGINX ?? '', ['-c', join(parent, 'main.conf'), '-p', parent], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' });
  await waitUntil(
    () =>
      ask('/en/').then(
        () => true,
        () => child.exitCode !== null,
      ),
    { what: 'nginx to answer' },
  );
  assert.equal(child.exitCode, null, await readFile(join(parent, 'error.log'), 'utf8').catch(() => ''));
  return ask;
}
