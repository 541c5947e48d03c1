import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LANGUAGES, type RenderedFile, renderedFileSchema, verifyToken } from '@bulkhead/contracts';
import { approvedRows, gatewayKey, makeContent, makeText, type Row, TITLES, withdrawalRow } from '../../tests/published-rows.ts';
import { SiteRenderer } from './site-renderer.ts';

const HOST = { organisation: 'Sample Maritime Organization', isSample: true, publicOrigin: 'http://www.localhost:8400' };
const PUBLISHED = new Date('2020-10-02T11:46:00.000Z');
const NOW = new Date('2026-03-02T09:00:00.000Z');
const UPDATED = new Date('2020-10-02T14:00:00.000Z');
const ALL = Object.fromEntries(LANGUAGES.map((language) => [language, makeText(TITLES[language])]));

function render(rows: readonly Row[], erased: readonly string[] = []): Map<string, RenderedFile & { text: string }> {
  const renderer = new SiteRenderer(HOST, erased);
  for (const row of rows) renderer.take(row);
  const files = [...renderer.render(NOW)].flatMap((file) => ('gone' in file ? [] : file));
  const byPath = new Map(
    files.map((file) => {
      renderedFileSchema.parse(file);
      const text = 'base64' in file.body ? Buffer.from(file.body.base64, 'base64').toString('utf8') : '';
      return [file.path, { ...file, text }];
    }),
  );
  assert.equal(byPath.size, files.length, 'a path stands twice');
  return byPath;
}

function page(files: ReturnType<typeof render>, path: string) {
  const file = files.get(path);
  assert.ok(file, `there is no ${path} among ${[...files.keys()].join(' ')}`);
  return file;
}

test('each article stands in six languages, Arabic from right to left, with links to the other languages', async () => {
  const files = render(await approvedRows(1, 1, makeContent({}, ALL), PUBLISHED));
  for (const language of LANGUAGES) {
    const { text, headers, language: own } = page(files, `/${language}/news/first-light`);
    assert.ok(text.includes(`<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`));
    assert.ok(text.includes(`>${TITLES[language]}</h1>`));
    assert.equal(headers['content-language'], language);
    assert.equal(own, language);
    for (const other of LANGUAGES)
      assert.ok(
        text.includes(`hreflang="${other}" href="http://www.localhost:8400/${other}/news/first-light"`),
        `${language} to ${other}`,
      );
  }
});

test('an article without a language says so there, and shows its English text marked as English', async () => {
  const files = render(
    await approvedRows(1, 1, makeContent({}, { en: makeText('First light'), fr: makeText('Lueur') }), PUBLISHED),
  );
  const { text } = page(files, '/ar/news/first-light');
  assert.ok(text.includes('<html lang="ar" dir="rtl">'));
  assert.match(text, /<h1 +lang="en" dir="ltr">First light<\/h1>/);
  assert.match(text, /<div class="prose" +lang="en" dir="ltr">/);
  assert.ok(text.includes('ويُعرض بالإنكليزية'));
  assert.ok(text.includes('<link rel="canonical" href="http://www.localhost:8400/en/news/first-light">'));
  assert.ok(!text.includes('hreflang="ar" href="http'));
});

test('a published time carries its zone; an update shows its time and what changed; a minor one shows nothing', async () => {
  const first = makeContent();
  const second = makeContent({}, { en: makeText('First light', { changeNote: 'The time of reopening was added.' }) });
  const third = makeContent({ isMinor: true });
  const files = render([
    ...(await approvedRows(1, 1, first, PUBLISHED)),
    ...(await approvedRows(1, 2, second, UPDATED)),
    ...(await approvedRows(1, 3, third, new Date('2020-10-03T09:00:00.000Z'))),
  ]);
  const { text, evidence } = page(files, '/en/news/first-light');
  assert.ok(text.includes('<time datetime="2020-10-02T11:46:00.000Z">2 October 2020, 11:46\u00a0UTC</time>'));
  assert.ok(
    text.includes(
      '<time datetime="2020-10-02T14:00:00.000Z">2 October 2020, 14:00\u00a0UTC</time> — The time of reopening was added.',
    ),
  );
  assert.ok(!text.includes('2020-10-03'));
  assert.equal(evidence.length, 3);
  assert.match(page(files, '/fr/news/first-light').text, /<span +lang="en" dir="ltr">The time of reopening was added.<\/span>/);
});

test('a withdrawn article answers 410 with the reason and is in no list, feed or sitemap', async () => {
  const content = makeContent({}, ALL);
  const reasons = { en: 'It named the wrong port.', fr: 'Le port nommé était faux.' };
  const files = render([
    ...(await approvedRows(1, 1, content, PUBLISHED)),
    await withdrawalRow(1, 1, content, reasons, UPDATED),
    ...(await approvedRows(2, 1, makeContent({ slug: 'other' }), PUBLISHED)),
  ]);
  const gone = page(files, '/fr/news/first-light');
  assert.equal(gone.status, 410);
  assert.ok(gone.text.includes('Le port nommé était faux.'));
  assert.match(page(files, '/ru/news/first-light').text, /<p +lang="en" dir="ltr">It named the wrong port.<\/p>/);
  for (const path of ['/en/', '/en/news/', '/en/feed.atom', '/sitemap-2020-10.xml'])
    assert.ok(!page(files, path).text.includes('first-light'), path);
});

test('drafts and submitted versions are nowhere, and a draft that cannot be read hinders nothing', async () => {
  const rows = await approvedRows(1, 1, makeContent(), PUBLISHED);
  const [draft, ...texts] = (await approvedRows(1, 2, makeContent({}, { en: makeText('Secret plan') }), UPDATED)).map((each) => ({
    table: each.table,
    row: each.table === 'article_version' ? { ...each.row, state: 'submitted' } : { ...each.row, body: 'no tree' },
  }));
  assert.ok(draft);
  const files = render([...rows, draft, ...texts]);
  for (const [path, { text }] of files) assert.ok(!text.includes('Secret'), path);
});

test('the newest twenty stand in the list of news, and everything in the archive of its month', async () => {
  const rows: Row[] = [];
  for (let id = 1; id <= 25; id += 1)
    rows.push(
      ...(await approvedRows(id, 1, makeContent({ slug: `article-${id}` }), new Date(PUBLISHED.getTime() + id * 60_000))),
    );
  const files = render(rows);
  const list = page(files, '/en/news/').text;
  assert.ok(
    list.includes('/en/news/article-25"') && list.includes('/en/news/article-6"') && !list.includes('/en/news/article-5"'),
  );
  assert.ok(list.includes('href="/en/news/archive/2020"'));
  assert.ok(page(files, '/en/news/archive/2020').text.includes('href="/en/news/archive/2020-10">October 2020</a>'));
  const month = page(files, '/en/news/archive/2020-10').text;
  for (let id = 1; id <= 25; id += 1) assert.ok(month.includes(`/en/news/article-${id}"`));
});

test('every page names its evidence: the digest of what it shows, in the paths of both tokens', async () => {
  const files = render(await approvedRows(7, 1, makeContent({}, ALL), PUBLISHED));
  const [evidence] = page(files, '/zh/news/first-light').evidence;
  assert.ok(evidence);
  const options = { keys: [gatewayKey.verifying], compartment: 'website', now: () => PUBLISHED, atAnyTime: true };
  const claims = await Promise.all(evidence.tokens.map((token) => verifyToken(token, options)));
  assert.deepEqual(new Set(claims.map((each) => each.route)), new Set(['article.submit', 'article.approve']));
  for (const claim of claims) assert.ok(claim.path.endsWith(`/${evidence.digest}`));
});

test('a word changed in a row after the approval changes the digest, so the tokens prove it no more', async () => {
  const rows = await approvedRows(7, 1, makeContent({}, ALL), PUBLISHED);
  const [before] = page(render(rows), '/en/news/first-light').evidence;
  const changes: Record<string, unknown>[] = [
    { title: 'Last light' },
    { summary: 'x' },
    { picture_alt: 'x' },
    { change_note: 'x' },
  ];
  for (const change of changes) {
    const forged = rows.map((each) => (each.table === 'article_text' ? { ...each, row: { ...each.row, ...change } } : each));
    const [after] = page(render(forged), '/en/news/first-light').evidence;
    assert.notEqual(after?.digest, before?.digest, JSON.stringify(change));
  }
  for (const change of [{ kind: 'statement' }, { is_minor: true }, { slug: 'other' }, { article_id: 8 }, { number: 2 }]) {
    const forged = rows.map((each) => ({
      ...each,
      row: { ...each.row, ...(each.table === 'article_version' ? change : textKey(change)) },
    }));
    const slug = 'slug' in change ? 'other' : 'first-light';
    const [after] = page(render(forged), `/en/news/${slug}`).evidence;
    assert.notEqual(after?.digest, before?.digest, JSON.stringify(change));
  }
});

function textKey(change: Record<string, unknown>): Record<string, unknown> {
  if ('article_id' in change) return { article_id: change['article_id'] };
  return 'number' in change ? { version_number: change['number'] } : {};
}

test('rows that are not of the form that articles have stop the rendering', async () => {
  const rows = await approvedRows(1, 1, makeContent(), PUBLISHED);
  const bad: Record<string, unknown>[] = [
    { body: '<script>alert(1)</script>' },
    { body: [{ kind: 'html', content: [] }] },
    { body: [{ kind: 'paragraph', content: [{ kind: 'link', text: 'x', href: 'javascript:alert(1)' }] }] },
    { title: 'x\u202ey' },
    { language: 'tlh' },
  ];
  for (const change of bad) {
    const forged = rows.map((each) => (each.table === 'article_text' ? { ...each, row: { ...each.row, ...change } } : each));
    assert.throws(() => render(forged), JSON.stringify(change));
  }
});

test('feeds and sitemaps are well formed and name whole addresses', async () => {
  const files = render(await approvedRows(1, 1, makeContent({}, { en: makeText('Tom & “Jerry” <i>') }), PUBLISHED));
  const feed = page(files, '/en/feed.atom');
  assert.equal(feed.headers['content-type'], 'application/atom+xml; charset=utf-8');
  assert.ok(feed.text.includes('<title>Tom &amp; “Jerry” &lt;i&gt;</title>'));
  assert.ok(feed.text.includes('<id>http://www.localhost:8400/en/news/first-light</id>'));
  assert.equal(page(files, '/fr/feed.atom').text.includes('<entry>'), false);
  assert.ok(page(files, '/robots.txt').text.includes('Sitemap: http://www.localhost:8400/sitemap.xml'));
  assert.ok(page(files, '/sitemap.xml').text.includes('/sitemap-2020-10.xml'));
});

test('an empty site has its home, its lists, its pages for what is not found, and says that nothing is published', () => {
  const files = render([]);
  assert.ok(page(files, '/en/news/').text.includes('Nothing has been published yet.'));
  for (const language of LANGUAGES) assert.equal(page(files, `/${language}/404`).status, 404);
  assert.equal(page(files, '/404').status, 404);
  assert.equal(page(files, '/en').headers['location'], '/en/');
});

test('[E16] a version that names erased contents is passed over: what was shown before stays, and what never was is not shown', async () => {
  const erased = 'e'.repeat(64);
  const rendition = { mediaType: 'image/webp' as const, width: 480, height: 270, sha256: erased };
  const picture = {
    sha256: 'a'.repeat(64),
    mediaType: 'image/jpeg' as const,
    width: 960,
    height: 540,
    credit: 'x',
    focus: null,
    renditions: [rendition],
  };
  const pictured = (title: string, slug: string) => makeContent({ slug, picture }, { en: makeText(title, { alt: 'a ship' }) });
  const plain = (title: string) => makeContent({}, { en: makeText(title) });
  const rows = [
    ...(await approvedRows(1, 1, plain('First light'), PUBLISHED)),
    ...(await approvedRows(1, 2, pictured('Second light', 'first-light'), UPDATED)),
    ...(await approvedRows(2, 1, pictured('Never shown', 'never-shown'), PUBLISHED)),
    ...(await approvedRows(3, 1, pictured('Taken back', 'taken-back'), PUBLISHED)),
    await withdrawalRow(3, 1, pictured('Taken back', 'taken-back'), { en: 'A passport was seen.' }, UPDATED),
  ];
  const before = render(rows);
  assert.ok(page(before, '/en/news/first-light').text.includes('Second light'));
  assert.ok(before.has('/en/news/never-shown'));
  const after = render(rows, [erased]);
  assert.ok(page(after, '/en/news/first-light').text.includes('First light'));
  assert.ok(!after.has('/en/news/never-shown'));
  assert.equal(page(after, '/en/news/taken-back').status, 410);
  assert.ok(
    [...after.values()].every(({ body }) => !('blob' in body)),
    'no picture is left that needs erased contents',
  );
});
