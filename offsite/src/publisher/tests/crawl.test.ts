import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { after, afterEach, before, test } from 'node:test';
import { adoptedSchema, type EditionManifest, type Frozen, LANGUAGES } from '@bulkhead/contracts';
import { FakeClock, sha256Hex } from '@bulkhead/kernel';
import { Crawler } from '../crawl.actions.ts';
import { linksInCss, linksInHtml } from '../crawl.rules.ts';
import { withNote } from '../frozen-note.views.ts';
import { Press } from '../press.actions.ts';
import { log, newShelf, openEdition, setUp } from './booted-publisher.ts';

type Reply = {
  readonly status?: number;
  readonly type?: string;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
};

const NOTE = { service: { en: 'Lending library', fr: 'Bibliothèque de prêt' }, statusUrl: 'http://status.localhost:8500/' };
let replies: Record<string, Reply> = {};
let asked: { path: string; headers: IncomingHttpHeaders }[] = [];
/** Plays the gateway, as a stranger finds it. */
const gateway = createServer((request, response) => {
  const path = request.url ?? '';
  asked.push({ path, headers: request.headers });
  const reply = replies[path];
  if (reply?.status === 0) return;
  response.writeHead(reply?.status ?? (reply ? 200 : 404), {
    'content-type': reply?.type ?? 'text/html; charset=utf-8',
    ...reply?.headers,
  });
  response.end(reply?.body ?? '');
});
let port = 0;
const clock = new FakeClock(new Date('2026-11-21T22:40:00.000Z'));

before(async () => {
  gateway.listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  const address = gateway.address();
  port = address !== null && typeof address === 'object' ? address.port : 0;
});
after(() => {
  gateway.close();
  gateway.closeAllConnections();
});
afterEach(() => {
  replies = {};
  asked = [];
});

function frozenOf(given: Partial<Frozen>): Frozen {
  const adopted = adoptedSchema.parse({
    command: ['server'],
    environment: {},
    listens: 'socket',
    health: '/',
    frozen: { origin: 'library', paths: ['/'], everySeconds: 60, ...given },
  });
  assert.ok(adopted.frozen);
  return adopted.frozen;
}

/** A crawl that keeps what it copied in memory. */
function crawl(given: Partial<Frozen> = {}, findLastCommit?: () => Promise<string | null>) {
  const files = new Map<string, string>();
  const crawler = new Crawler({
    estate: { domain: 'localhost', port, tls: null, listenAddress: '127.0.0.1' },
    withNote: (page, copiedAt) => withNote(page, { ...NOTE, copiedAt }),
    frozen: frozenOf(given),
    putFile: (bytes) => {
      files.set(sha256Hex(bytes), Buffer.from(bytes).toString('utf8'));
      return Promise.resolve(sha256Hex(bytes));
    },
    ...(findLastCommit ? { findLastCommit } : {}),
    now: clock.now,
    log,
  });
  return { crawler, files, copy: (latest?: Pick<EditionManifest, 'crawled'>) => copyNow(crawler, latest) };
}

async function copyNow(crawler: Crawler, latest: Pick<EditionManifest, 'crawled'> | undefined) {
  const copied = await crawler.copyIfDue(latest, new AbortController().signal);
  return typeof copied === 'string' ? undefined : copied;
}

const page = (body: string) =>
  `<!DOCTYPE html><html lang="fr"><head><title>x</title></head><body class="a">${body}</body></html>`;

test('[AD7] a copy holds the declared pages and their parts, of this origin only, asked for without cookies', async () => {
  replies = {
    '/': {
      body: page(
        `<link rel="stylesheet" href="/style.css"><img src='/a.png' srcset="/b.png 2x"><a href="/books/one">1</a><a href=/books/two#x>2</a>
         <a href="/books/three?page=2">3</a><a href="/inside">4</a><a href="http://elsewhere.example/x">5</a><a href="/books/never">6</a>
         <script src="/app.js"></script><a href="mailto:x@example.org">7</a><a href="//www.localhost/">8</a><iframe src="/frame"></iframe>`,
      ),
    },
    '/style.css': { type: 'text/css', body: '@import "/more.css"; p { background: url(/c.png) }' },
    '/more.css': { type: 'text/css', body: 'p {}' },
    ...Object.fromEntries(['/a.png', '/b.png', '/c.png'].map((path) => [path, { type: 'image/png', body: 'png' }])),
    '/books/one': { body: page('<a href="/">home</a>') },
    '/books/two': { status: 302, headers: { location: '/books/one' } },
    '/inside': { body: page('secret') },
    '/app.js': { type: 'text/javascript', body: 'alert(1)' },
    '/books/never': { body: page('no') },
  };
  const { copy, files } = crawl({ follow: ['/books/'], never: ['/books/never'] });
  const made = await copy();
  assert.deepEqual(
    made?.files.map(({ path, status }) => [path, status]),
    [
      ['/', 200],
      ['/a.png', 200],
      ['/b.png', 200],
      ['/books/one', 200],
      ['/books/two', 301],
      ['/c.png', 200],
      ['/more.css', 200],
      ['/style.css', 200],
    ],
  );
  assert.equal(made?.files.find(({ path }) => path === '/books/two')?.headers['location'], '/books/one');
  assert.ok(made?.files.every(({ headers }) => headers['cache-control'] === 'no-store'));
  assert.equal(made?.crawled?.leftOut, 1, 'the address with a query');
  for (const one of asked) {
    assert.equal(one.headers.cookie, undefined);
    assert.equal(one.headers.host, `library.localhost:${port}`);
  }
  assert.equal(
    asked.some(({ path }) => ['/inside', '/app.js', '/frame', '/books/never'].includes(path)),
    false,
  );
  const home = files.get(made?.files[0]?.sha256 ?? '') ?? '';
  assert.match(home, /<body class="a">\s*<aside role="note"/);
});

test('[AD8] every frozen page says so in six languages, its own first, with the moment of the copy', () => {
  const note = {
    service: { en: 'Lending library', fr: 'Bibliothèque de prêt' },
    copiedAt: clock.now(),
    statusUrl: 'http://status.localhost:8500/',
  };
  const noted = withNote(page('<p>text</p>'), note);
  for (const language of LANGUAGES)
    assert.match(noted, new RegExp(`<p [^>]*lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}"`));
  assert.match(
    noted,
    /lang="fr" dir="ltr"><strong[^>]*>Copie figée du 21 novembre 2026, 22:40\s*UTC\.<\/strong>.*Bibliothèque de prêt/,
  );
  assert.ok(noted.indexOf('lang="fr" dir') < noted.indexOf('lang="en" dir'));
  assert.ok(noted.endsWith('<p>text</p></body></html>'), 'the page itself is whole');
  assert.match(withNote('no markup at all', note), /^\s*<aside/);
  assert.match(withNote('<!doctype html>\n<title>x</title>text', note), /^<!doctype html>\s*<aside/);
});

test('[AD7] a copy ends at its bounds of files, bytes and depth, and says how much it left out', async () => {
  for (let at = 0; at < 30; at += 1) replies[`/p/${at}`] = { body: page(`<a href="/p/${at + 1}">on</a>`) };
  replies['/'] = { body: page('<a href="/p/0">0</a><a href="/big">b</a>') };
  replies['/big'] = { type: 'text/plain', body: Buffer.alloc(20_000, 'x') };
  const paths = async (given: Partial<Frozen>) =>
    (await crawl({ follow: ['/p/', '/big'], ...given }).copy())?.files.map(({ path }) => path);
  assert.deepEqual(await paths({ depth: 2 }), ['/', '/big', '/p/0', '/p/1']);
  assert.equal((await paths({ depth: 20, files: 5 }))?.length, 5);
  assert.equal((await paths({ depth: 20, bytes: 16_000 }))?.includes('/big'), false);
  assert.equal((await paths({ depth: 0 }))?.length, 1);
});

test('[AD7] a copy that is not whole is none: a first page that fails, an application in trouble, time over, a frozen copy in its place', async () => {
  const good = { body: page('<a href="/books/one">1</a>') };
  const given = { follow: ['/books/'], paths: ['/', '/about'] as string[], seconds: 1 };
  const failing: Record<string, Reply>[] = [
    { '/': good, '/books/one': good },
    { '/': good, '/about': good, '/books/one': { status: 502 } },
    { '/': good, '/about': { status: 0 } },
    { '/': { ...good, headers: { 'bulkhead-frozen': '3' } }, '/about': good },
    { '/': good, '/about': { type: 'application/octet-stream', body: 'x' } },
    { '/': good, '/about': { status: 302, headers: { location: 'http://elsewhere.example/' } } },
  ];
  for (const one of failing) {
    replies = one;
    assert.equal(await crawl(given).copy(), undefined, JSON.stringify(one));
  }
  replies = { '/': good, '/about': good, '/books/one': { status: 404 } };
  assert.deepEqual(
    (await crawl(given).copy())?.files.map(({ path }) => path),
    ['/', '/about'],
    'a dead link is left out',
  );
});

test('[AD7] the same answers are no new edition; other ones are, recorded in the ledger and renewed as what they are', async () => {
  const bench = await setUp();
  replies = { '/': { body: page('first') } };
  const shelf = newShelf(`${bench.directory}/copies`);
  const crawling = new Crawler({
    estate: { domain: 'localhost', port, tls: null, listenAddress: '127.0.0.1' },
    withNote: (page, copiedAt) => withNote(page, { ...NOTE, copiedAt }),
    frozen: frozenOf({ everySeconds: 60 }),
    putFile: (bytes) => shelf.putFile(bytes),
    now: clock.now,
    log,
  });
  const { signingKey, record, findHighest, raise } = bench.deps;
  const press = new Press({
    compartment: 'website',
    shelf,
    signingKey,
    record,
    findHighest,
    raise,
    now: clock.now,
    log,
    crawl: (latest, signal) => crawling.copyIfDue(latest, signal),
  });
  await press.open();
  await press.refresh();
  const first = openEdition(press.latest?.signed ?? assert.fail('no edition'));
  assert.equal(first.number, 1);
  assert.equal(first.crawled?.copiedAt, clock.now().toISOString());
  for (const { sha256 } of first.files) assert.match((await shelf.readFile(sha256)).toString(), /first/);
  clock.advanceMs(30_000);
  await press.refresh();
  assert.equal(asked.length, 1, 'not yet due');
  clock.advanceMs(30_000);
  await press.refresh();
  assert.deepEqual([asked.length, press.latest?.manifest.number], [2, 1], 'asked again, and nothing new');
  replies = { '/': { body: page('second') } };
  clock.advanceMs(60_000);
  await press.refresh();
  assert.equal(press.latest?.manifest.number, 2);
  replies = {};
  clock.advanceMs(60_000);
  await press.refresh();
  assert.equal(press.latest?.manifest.number, 2, 'the last good copy stays');
  clock.advanceMs(50_000_000);
  await press.renew();
  assert.equal(press.latest?.manifest.number, 3);
  assert.ok(press.latest?.manifest.crawled, 'renewed, it is still a copy');
  assert.equal((await press.rollBack(1)).crawled?.sha256, first.crawled?.sha256);
  assert.equal((await bench.ledger.list(0, 10)).length, 5, "the ledger's own first entry, and one for each edition");
  await assert.rejects(press.renderFrom({ socket: '/nowhere' }), /copied, not rendered/);
  await press.close();
});

test('[AD7] pages whose rows are those of the last copy are left alone for a quarter of an hour, and of unknown rows for no longer than told', async () => {
  replies = { '/': { body: page('first') } };
  let commit: string | null = 'first';
  const { copy } = crawl({ everySeconds: 30 }, async () => {
    if (commit === 'unreachable') throw new Error('no standby answers');
    return commit;
  });
  let latest: Pick<EditionManifest, 'crawled'> | undefined;
  const countAfter = async (advanceMs: number, next: string | null = commit) => {
    const before = asked.length;
    clock.advanceMs(advanceMs);
    commit = next;
    latest = (await copy(latest)) ?? latest;
    return asked.length - before;
  };
  assert.equal(await countAfter(0), 1);
  assert.equal(await countAfter(30_000), 0, 'nothing was committed');
  assert.equal(await countAfter(2000, 'second'), 1);
  assert.equal(await countAfter(29_000, 'third'), 0, 'not due');
  assert.equal(await countAfter(1000), 1);
  latest = undefined;
  assert.equal(await countAfter(30_000), 1, 'a copy that was not published is made again');
  assert.equal(await countAfter(868_000), 0);
  assert.equal(await countAfter(32_000), 1, 'a page may change with the day');
  assert.equal(await countAfter(30_000, null), 1);
  assert.equal(await countAfter(30_000), 1, 'nobody can tell');
  assert.equal(await countAfter(30_000, 'unreachable'), 1);
  replies = {};
  assert.equal(await countAfter(30_000, 'fourth'), 1);
  assert.equal(await countAfter(30_000), 1, 'what was not copied is tried again');
});

test('[AD7] a hostile page is read in linear time', () => {
  const url = 'http://library.localhost/';
  const hostile = [
    '<a '.repeat(300_000),
    `<a href="${'x'.repeat(1_000_000)}`,
    '<body '.repeat(300_000),
    `<img ${'a=b '.repeat(200_000)}>`,
    '<a href=/x>'.repeat(100_000),
  ];
  const startedAtMs = performance.now();
  for (const one of hostile) {
    assert.ok(linksInHtml(one, { url }).named.length <= 20_000);
    withNote(one, { service: { en: 'x' }, copiedAt: clock.now(), statusUrl: url });
  }
  assert.ok(linksInCss('url("'.repeat(300_000), { url }).named.length <= 20_000);
  assert.ok(performance.now() - startedAtMs < 30_000);
});

test('[GE2] a page that is there in several languages is copied in each, and found in the visitor’s; forms and exports are left alone', async () => {
  const asPage = (language: string, body: string) => `<!DOCTYPE html><html lang="${language}"><body>${body}</body></html>`;
  const links = (language: string) =>
    `<link rel="stylesheet" href="/a.css"><a href="/ships?lang=${language}">s</a><a href="/ships?after=x">next</a><a href="/ships/new">n</a><a href="/ships/export.csv">e</a>`;
  replies = {
    ...Object.fromEntries(
      LANGUAGES.flatMap((language) => [
        [`/?lang=${language}`, { body: asPage(language, `home ${language} ${links(language)}`) }],
        [`/ships?lang=${language}`, { body: asPage(language, `ships ${language} ${links(language)}`) }],
      ]),
    ),
    '/a.css': { type: 'text/css', body: 'p {}' },
  };
  const { copy, files } = crawl({ follow: ['/ships'], neverEnding: ['/new', '.csv'], languages: true });
  const made = await copy();
  assert.deepEqual(
    made?.files.map(({ path, language }) => [path, language]),
    [
      ['/a.css', null],
      ...LANGUAGES.toSorted((one, other) => (one < other ? -1 : 1)).flatMap((language) => [
        [`/${language}/`, language],
        [`/${language}/ships`, language],
      ]),
    ],
  );
  const arabic = made?.files.find(({ path }) => path === '/ar/ships')?.sha256 ?? '';
  assert.match(files.get(arabic) ?? '', /ships ar/);
  assert.equal(asked.length, 1 + 2 * LANGUAGES.length, 'each address once');
});
