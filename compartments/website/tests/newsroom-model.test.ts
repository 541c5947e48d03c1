import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { manifest } from '#compartment.ts';
import {
  type BootedWebsite,
  bootWebsite,
  both,
  editor,
  person,
  publish,
  reviewer,
  useWebsiteCluster,
  WHOLE,
} from './booted-website.ts';

const cluster = await useWebsiteCluster();
const JSON_HEADERS = { accept: 'application/json', 'content-type': 'application/json' };
const EVENT = {
  kind: 'event',
  'title-en': 'Open day',
  'summary-en': 'The house is open.',
  'place-en': 'Main hall',
  'event-zone': 'Europe/London',
  starts: '2026-05-04T10:00',
  ends: '2026-05-04T16:00',
};

let previewed: Promise<BootedWebsite> | undefined;
/** One newsroom for the tests of previews, which follow each other. */
function bootPreviewed(): Promise<BootedWebsite> {
  previewed ??= bootWebsite(cluster);
  return previewed;
}

function faultsOf(text: string): Record<string, string> {
  return JSON.parse(text).faults;
}

test('each kind is written, approved and kept with what only it has; topics, bodies and contact points can be named by others', async () => {
  const site = await bootWebsite(cluster);
  const topic = await publish(site, {
    kind: 'topic',
    'title-en': 'Safety',
    'title-ar': 'السلامة',
    'summary-en': 'x',
    'summary-ar': 'س',
  });
  const body = await publish(site, { kind: 'body', 'title-en': 'Maritime Safety Committee', slug: 'msc', 'summary-en': 'x' });
  const contact = await publish(site, {
    kind: 'contact',
    'title-en': 'Media desk',
    email: 'media@example.org',
    phone: '+44 20 0000 0000',
  });
  const named = {
    topics: String(topic.id),
    bodies: String(body.id),
    contacts: String(contact.id),
    symbols: 'MSC 108/1, MSC.1/Circ.1678',
  };
  const news = await publish(site, { ...WHOLE, ...named });
  const shown = (await site.show(`/articles/${news.id}/versions/1`)).text;
  for (const part of ['Safety', 'Maritime Safety Committee', 'Media desk', 'MSC 108/1', 'MSC.1/Circ.1678'])
    assert.ok(shown.includes(part), part);
  const event = await publish(site, EVENT);
  const times = (await site.show(`/articles/${event.id}/versions/1`)).text;
  assert.ok(times.includes('2026-05-04 10:00 Europe/London (UTC+01:00)'));
  const page = await publish(site, { kind: 'page', 'title-en': 'History', 'summary-en': 'x', 'body-en': 'y', path: 'about' });
  assert.ok((await site.show(`/articles/${page.id}/versions/1`)).text.includes('/en/about/history'));
  await publish(site, { kind: 'accreditation', 'title-en': 'Accreditation', 'summary-en': 'x', 'body-en': 'y', path: 'media' });
  await publish(site, { ...WHOLE, kind: 'meeting-summary', slug: 'summary', 'place-en': 'London', starts: '2026-05-04T10:00' });
  const home = await publish(site, {
    kind: 'home',
    'title-en': 'Home',
    'summary-en': 'x',
    'body-en': 'Words of the page.',
    'block-1-kind': 'lead',
    'block-2-kind': 'latest',
    'block-2-of': `topic:${topic.id}`,
    'block-2-count': '4',
    'block-3-kind': 'text',
    'block-4-kind': 'contact',
    'block-4-of': `contact:${contact.id}`,
  });
  const row = await site.database.read
    .selectFrom('article_version')
    .selectAll()
    .where('article_id', '=', home.id)
    .executeTakeFirstOrThrow();
  assert.deepEqual(row.details, {
    blocks: [
      { kind: 'lead', article: null },
      { kind: 'latest', kinds: [], topic: topic.id, body: null, count: 4 },
      { kind: 'text' },
      { kind: 'contact', contact: contact.id },
    ],
  });
  assert.equal((await site.send('/articles', editor, { kind: 'home', 'title-en': 'Another home' })).code, 'article.slug_taken');
  await publish(site, { kind: 'redirects', 'title-en': 'Old addresses', redirects: '/old/page /en/about/history\n/x%20y /en/' });
  const admin = await cluster.adminOf(site.data.name);
  for (const { name, sql } of manifest.checks) assert.deepEqual(await admin.query(sql), [], name);
});

test('what a kind needs is asked for before it is submitted, and what is malformed is told at its field', async () => {
  const site = await bootWebsite(cluster);
  const bare = await site.send('/articles', editor, { kind: 'event', 'title-en': 'Open day', 'summary-en': 'x' });
  const refused = await site.send(`/articles/${bare.id}/versions/1/submit/${bare.digest}`, editor);
  assert.deepEqual([refused.status, refused.code], [422, 'article.incomplete']);
  const cases: readonly (readonly [Record<string, string>, string])[] = [
    [{ ...WHOLE, symbols: 'msc 108' }, 'symbols'],
    [{ ...EVENT, ends: '2026-05-04T09:00' }, 'ends'],
    [{ ...EVENT, 'event-zone': 'Europe/Nowhere' }, 'event-zone'],
    [{ ...EVENT, starts: '2026-02-30T10:00' }, 'starts'],
    [{ ...EVENT, online: 'javascript:alert(1)' }, 'online'],
    [{ kind: 'page', 'title-en': 'x', path: '../etc' }, 'path'],
    [{ kind: 'page', 'title-en': 'News' }, 'slug'],
    [{ kind: 'redirects', 'title-en': 'x', redirects: '/a https://evil.example/' }, 'redirects'],
    [{ kind: 'redirects', 'title-en': 'x', redirects: '//evil.example /en/' }, 'redirects'],
    [{ kind: 'contact', 'title-en': 'x', email: 'a@b.org\tbcc:c@d.org' }, 'email'],
    [{ kind: 'home', 'title-en': 'x', 'block-1-kind': 'links' }, 'block-1-kind'],
    [{ ...WHOLE, 'slug-fr': 'Pas un slug' }, 'slug-fr'],
    // Lines of a header that somebody would like to have said.
    [{ ...WHOLE, slug: 'a\r\nset-cookie: x=1' }, 'slug'],
    [{ kind: 'redirects', 'title-en': 'x', redirects: '/a%0d%0aset-cookie:x=1 /en/ x' }, 'redirects'],
    [{ kind: 'redirects', 'title-en': 'x', redirects: '/a /en/%0d%0a/../../etc\r\nset-cookie: x=1' }, 'redirects'],
    [{ ...EVENT, 'event-zone': 'Europe/London\r\nx: y' }, 'event-zone'],
    // A title of pictures alone makes no address.
    [{ ...WHOLE, 'title-en': '\u{1f6a2}\u{1f6a2}' }, 'slug'],
  ];
  for (const [form, field] of cases) {
    const answer = await site.send('/articles', editor, form);
    assert.equal(answer.status, 422, `${field}: ${answer.text}`);
    assert.ok(faultsOf(answer.text)[field], `${field}: ${answer.text}`);
  }
});

test('[N3] a time that clocks skip is refused, one that they show twice is asked about, each told in the zone that was chosen', async () => {
  const site = await bootWebsite(cluster);
  const skipped = await site.send('/articles', editor, { ...EVENT, starts: '2026-03-29T01:30', ends: '2026-03-29T03:00' });
  assert.match(faultsOf(skipped.text)['starts'] ?? '', /put forward over this time/);
  const twice = await site.send('/articles', editor, { ...WHOLE, publish: '2026-10-25T01:30', 'publish-zone': 'Europe/London' });
  assert.match(faultsOf(twice.text)['publish'] ?? '', /show this time twice/);
  const said = { ...WHOLE, publish: '2026-10-25T01:30', 'publish-zone': 'Europe/London', 'publish-which': 'second' };
  const { id } = await site.send('/articles', editor, said);
  const row = await site.database.read
    .selectFrom('article_version')
    .selectAll()
    .where('article_id', '=', id)
    .executeTakeFirstOrThrow();
  assert.equal(row.publish_at?.toISOString(), '2026-10-25T01:30:00.000Z');
  const form = (await site.show(`/articles/${id}/versions/1/edit`)).text;
  assert.match(form, /value="2026-10-25T01:30"/);
  assert.match(form, /value="second" selected/);
});

test('[N4] the time of publication is part of what is approved, and the newsroom tells that it has not come', async () => {
  const site = await bootWebsite(cluster);
  const open = await site.send('/articles', editor, { ...WHOLE, slug: 'open' });
  const told = { ...WHOLE, slug: 'open', publish: '2026-06-01T10:00', 'publish-zone': 'Europe/London', revision: '1' };
  const later = await site.send(`/articles/${open.id}/versions/1`, editor, told);
  assert.notEqual(later.digest, open.digest);
  await site.send(`/articles/${open.id}/versions/1/submit/${later.digest}`, editor);
  const admin = await cluster.adminOf(site.data.name);
  await admin.query(`update article_version set publish_at = '2026-01-01T00:00:00Z' where article_id = ${open.id}`);
  assert.equal(
    (await site.send(`/articles/${open.id}/versions/1/approve/${later.digest}`, reviewer)).code,
    'approval.wrong_digest',
  );
  await admin.query(`update article_version set publish_at = '2026-06-01T09:00:00Z' where article_id = ${open.id}`);
  assert.equal((await site.send(`/articles/${open.id}/versions/1/approve/${later.digest}`, reviewer)).status, 200);
  const page = (await site.show(`/articles/${open.id}`)).text;
  assert.ok(page.includes('badge wait">Scheduled'));
  assert.ok(!page.includes('http://www.localhost:8400/en/news/open'));
  site.clock.advanceMs(200 * 86_400_000);
  assert.ok((await site.show(`/articles/${open.id}`)).text.includes('http://www.localhost:8400/en/news/open'));
});

test('[N9] a translation is outdated when the English text changed since, until it is changed or said to agree', async () => {
  const site = await bootWebsite(cluster);
  const { id } = await publish(site);
  await site.send(`/articles/${id}/versions`, editor);
  const path = `/articles/${id}/versions/2`;
  const isOutdated = async () => (await site.show(`${path}/edit`)).text.includes('badge bad">outdated');
  const form = { ...WHOLE, slug: 'a-new-light', 'note-en': 'x' };
  assert.equal(await isOutdated(), false);
  await site.send(path, editor, { ...form, 'body-en': 'Something else.', revision: '1' });
  assert.equal(await isOutdated(), true);
  await site.send(path, editor, { ...form, 'body-en': 'Something else.', 'current-fr': 'on', revision: '2' });
  assert.equal(await isOutdated(), false);
  await site.send(path, editor, { ...form, 'title-en': 'Another light', 'title-fr': 'Une autre lumière', revision: '3' });
  assert.equal(await isOutdated(), false);
});

test('[N5] addresses differ by language and by room, are unique in each, and are kept once they were public', async () => {
  const site = await bootWebsite(cluster);
  const { id } = await publish(site, { ...WHOLE, 'slug-fr': 'une-nouvelle-lumiere' });
  assert.equal(
    (await site.send('/articles', editor, { ...WHOLE, slug: 'other', 'slug-fr': 'une-nouvelle-lumiere' })).code,
    'article.slug_taken',
  );
  assert.equal(
    (await site.send('/articles', editor, { kind: 'page', 'title-en': 'A new light', 'summary-en': 'x' })).status,
    201,
  );
  await site.send(`/articles/${id}/versions`, editor);
  await site.send(`/articles/${id}/versions/2`, editor, { ...WHOLE, slug: '', 'title-en': 'Another title', revision: '1' });
  assert.ok((await site.show(`/articles/${id}/versions/2`)).text.includes('/en/news/a-new-light'));
  await site.send(`/articles/${id}/versions/2`, editor, { ...WHOLE, slug: 'renamed', revision: '2' });
  // Given up before it was public, an address is free again.
  assert.equal((await site.send('/articles', editor, { ...WHOLE, slug: 'renamed' })).code, 'article.slug_taken');
  await site.send(`/articles/${id}/versions/2/discard`, editor);
  assert.equal((await site.send('/articles', editor, { ...WHOLE, slug: 'renamed' })).status, 201);
  assert.equal((await site.send('/articles', editor, { ...WHOLE, slug: 'a-new-light' })).code, 'article.slug_taken');
});

test('any version can be brought back as a new draft, also one that was thrown away', async () => {
  const site = await bootWebsite(cluster);
  const { id } = await publish(site);
  await site.send(`/articles/${id}/versions`, editor);
  await site.send(`/articles/${id}/versions/2`, editor, {
    ...WHOLE,
    slug: 'a-new-light',
    'title-en': 'Thrown away',
    revision: '1',
  });
  assert.equal((await site.send(`/articles/${id}/versions/1/restore`, editor)).code, 'article.wrong_state');
  await site.send(`/articles/${id}/versions/2/discard`, editor);
  const back = await site.send(`/articles/${id}/versions/2/restore`, editor);
  assert.deepEqual([back.status, back.number], [200, 3]);
  assert.ok((await site.show(`/articles/${id}/versions/3`)).text.includes('Thrown away'));
  assert.ok((await site.show(`/articles/${id}`)).text.includes('Brought back as a new draft'));
});

test('[N8] a preview link shows a version to whoever is signed in and has it, in each language, until it expires; its secret is not kept', async () => {
  const site = await bootPreviewed();
  const { id } = await site.send('/articles', editor, WHOLE);
  const answer = await site.send(`/articles/${id}/versions/1/share`, editor);
  const { path } = JSON.parse(answer.text);
  assert.match(path, /^\/previews\/[\w-]{43}\/en$/);
  const guest = person('Guest');
  const shown = await site.ask({ path, asker: guest });
  assert.equal(shown.status, 200);
  assert.ok(shown.text.includes('The light can be seen from afar.') && shown.text.includes('This is not public.'));
  assert.ok((await site.ask({ path: path.replace(/en$/, 'fr'), asker: guest })).text.includes('La lumière se voit de loin.'));
  assert.equal((await site.ask({ path })).status, 401);
  assert.equal((await site.ask({ path: `/previews/${'x'.repeat(43)}/en`, asker: guest })).status, 404);
  const rows = await site.database.read.selectFrom('preview_link').selectAll().execute();
  assert.ok(!JSON.stringify(rows).includes(path.split('/')[2]));
  site.clock.advanceMs(72 * 3_600_000);
  assert.equal((await site.ask({ path, asker: guest })).status, 404);
});

test('[N8] the preview of a home or section page is the page: its blocks filled with what is public now, in each language, links to the public site', async () => {
  const site = await bootPreviewed();
  const topic = await publish(site, { kind: 'topic', 'title-en': 'Pilots', 'summary-en': 'Of pilots.' });
  const about = await publish(site, { ...WHOLE, 'title-en': 'Of pilots first', slug: 'first', topics: String(topic.id) });
  await publish(site, { ...WHOLE, 'title-en': 'Of nothing', slug: 'nothing' });
  await site.send('/articles', editor, { ...WHOLE, 'title-en': 'Not approved', slug: 'not-yet', topics: String(topic.id) });
  await publish(site, {
    ...WHOLE,
    'title-en': 'Much later',
    slug: 'later',
    publish: '2027-01-01T10:00',
    topics: String(topic.id),
  });
  const blocks = {
    'block-1-kind': 'latest',
    'block-1-of': `topic:${topic.id}`,
    'block-2-kind': 'links',
    'block-2-articles': `${topic.id}`,
  };
  const texts = { 'title-en': 'Pilotage', 'summary-en': 'All of it.', 'title-ar': 'الإرشاد', 'summary-ar': 'كله.' };
  for (const kind of ['home', 'section']) {
    const { id } = await site.send('/articles', editor, { ...texts, ...blocks, kind, slug: 'pilotage' });
    const { path } = JSON.parse((await site.send(`/articles/${id}/versions/1/share`, editor)).text);
    const { text } = await site.ask({ path, asker: person('Guest') });
    assert.match(text, /<h3[^>]*><a href="http:\/\/www\.localhost:8400\/en\/news\/first"/, kind);
    for (const word of ['Of nothing', 'Not approved', 'Much later', 'rel="canonical"']) assert.ok(!text.includes(word), word);
    for (const word of ['This is not public.', 'noindex', 'All of it.', 'topics/pilots']) assert.ok(text.includes(word), word);
    assert.deepEqual(
      [...text.matchAll(/ (?:href|action)="(\/(?!previews\/|assets\/|pictures\/)[^"]*)"/g)].map(([, to]) => to),
      [],
    );
    const arabic = (await site.ask({ path: path.replace(/en$/, 'ar'), asker: person('Guest') })).text;
    assert.ok(arabic.includes('dir="rtl"') && arabic.includes('كله.') && arabic.includes('/ar/news/first'));
  }
  const withdrawn = { 'reason-en': 'Wrong.' };
  const { digest } = await site.send(`/articles/${about.id}/withdraw`, reviewer, withdrawn);
  await site.send(`/articles/${about.id}/versions/1/withdraw/${digest}`, reviewer, withdrawn);
  const { id } = await site.send('/articles', editor, { ...texts, ...blocks, kind: 'section', slug: 'again' });
  assert.ok(!(await site.show(`/articles/${id}/versions/1/preview/en`)).text.includes('Of pilots first'));
});

test('[N6] what is typed is kept for whoever typed it, offered again, and dropped when it is saved or thrown away', async () => {
  const site = await bootWebsite(cluster);
  const { id } = await site.send('/articles', editor, WHOLE);
  const place = `${id}/1`;
  const keep = (asker: typeof editor, given: object) =>
    site.ask({ method: 'POST', path: '/copies', asker, headers: JSON_HEADERS, body: Buffer.from(JSON.stringify(given)) });
  const typed = { title: 'Half a ti', tree: '[{"kind":"paragraph","content":[{"kind":"text","text":"unsaved words"}]}]' };
  assert.equal((await keep(editor, { place, language: 'en', revision: 1, typed })).status, 200);
  const form = await site.show(`/articles/${id}/versions/1/edit`, editor);
  assert.ok(form.text.includes('data-copies') && !form.text.includes('unsaved words'));
  const taken = await site.show(`/articles/${id}/versions/1/edit?copy=take`, editor);
  assert.ok(taken.text.includes('unsaved words') && taken.text.includes('value="Half a ti"'));
  assert.ok(!(await site.show(`/articles/${id}/versions/1/edit`, both)).text.includes('data-copies'));
  await site.send(`/articles/${id}/versions/1`, editor, { ...WHOLE, slug: 'a-new-light', revision: '1' });
  assert.ok(!(await site.show(`/articles/${id}/versions/1/edit`, editor)).text.includes('data-copies'));
  const hostile = [
    { place: '../../etc', language: 'en', revision: 1, typed },
    { place, language: 'xx', revision: 1, typed },
    { place, language: 'en', revision: 1, typed: { ...typed, owner: 'x' } },
    { place, language: 'en', revision: 1, typed: { tree: 'x'.repeat(200_001) } },
  ];
  for (const given of hostile) assert.equal((await keep(editor, given)).status, 400);
});

test('[N1] a tree with anything but the form of ours in it is told at its field and never stored', async () => {
  const site = await bootWebsite(cluster);
  const text = { kind: 'text', text: 'x' };
  const deep = '['.repeat(20_000) + ']'.repeat(20_000);
  const hostile: readonly unknown[] = [
    [{ kind: 'html', html: '<script>alert(1)</script>' }],
    [{ kind: 'paragraph', content: [text], onclick: 'alert(1)' }],
    [{ kind: 'paragraph', content: [{ kind: 'link', text: 'x', href: 'javascript:alert(1)' }] }],
    [{ kind: 'paragraph', content: [{ kind: 'link', text: 'x', href: 'data:text/html,x' }] }],
    [{ kind: 'paragraph', content: [{ ...text, marks: ['script'] }] }],
    [{ kind: 'heading', level: 1, content: [text] }],
    [{ kind: 'figure', picture: '../../x', alt: '', caption: '', credit: '' }],
    [{ kind: 'table', caption: '', hasHead: false, rows: [[[text]], [[text], [text]]] }],
    [{ kind: 'paragraph', content: [{ kind: 'text', text: 'a\u202eb' }] }],
    [{ kind: 'paragraph', content: [{ kind: 'text', text: `e${'\u0301'.repeat(40)}` }] }],
    Array.from({ length: 600 }, () => ({ kind: 'paragraph', content: [text] })),
    { __proto__: [] },
  ];
  for (const tree of [...hostile.map((each) => JSON.stringify(each)), deep, '{', 'null']) {
    const answer = await site.send('/articles', editor, { ...WHOLE, 'tree-en': tree });
    assert.equal(answer.status, 422, tree.slice(0, 100));
    assert.ok(faultsOf(answer.text)['body-en'], tree.slice(0, 100));
  }
  const unknown = [{ kind: 'figure', picture: 'a'.repeat(64), alt: 'x', caption: '', credit: '' }];
  assert.equal((await site.send('/articles', editor, { ...WHOLE, 'tree-en': JSON.stringify(unknown) })).code, 'picture.refused');
  const words = '<img src=x onerror=alert(1)> \u{1f6a2} e\u0301 שלום';
  const good = [{ kind: 'paragraph', content: [{ kind: 'text', text: words }] }];
  const { id } = await site.send('/articles', editor, {
    ...WHOLE,
    'title-en': '<b>Title</b> \u{1f6a2}',
    'tree-en': JSON.stringify(good),
  });
  const page = (await site.show(`/articles/${id}/versions/1`)).text;
  assert.ok(page.includes('&lt;img src=x onerror=alert(1)&gt;') && page.includes('\u{1f6a2}') && !page.includes('<img src=x'));
});

test('five megabytes in a title are refused at once, and signs that turn the direction of a title are told', async () => {
  const site = await bootWebsite(cluster);
  const startedAt = performance.now();
  assert.equal((await site.send('/articles', editor, { ...WHOLE, 'title-en': 'x'.repeat(5_000_000) })).status, 413);
  assert.ok(performance.now() - startedAt < 10_000);
  const long = await site.send('/articles', editor, { ...WHOLE, 'title-en': 'x'.repeat(300_000) });
  assert.ok(faultsOf(long.text)['title-en']);
  for (const sign of ['\u202e', '\u2067', '\u2066', `e${'\u0301\u0302'.repeat(30)}`]) {
    const answer = await site.send('/articles', editor, { ...WHOLE, 'title-en': `A ${sign}title` });
    assert.ok(faultsOf(answer.text)['title-en'], sign);
  }
  // Joined pictures, marks that compose, and words from both sides are text like any other.
  const title = 'Crew \u{1f469}\u{1f3fd}\u200d\u{2695}\ufe0f at noe\u0308l, שלום (12)';
  const { id } = await site.send('/articles', editor, { ...WHOLE, 'title-en': title, slug: 'crew' });
  const shown = (await site.show(`/articles/${id}/versions/1/preview/en`)).text;
  assert.ok(shown.includes(title.normalize('NFC')) || shown.includes(title));
});

test('what a text leads to is never asked for, by whoever saves it or previews it', async () => {
  const site = await bootWebsite(cluster);
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.close());
  const address = server.address();
  const at = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const form = {
    ...EVENT,
    'body-en': `See [this](${at}/a) and [that](http://169.254.169.254/latest/meta-data/).`,
    online: `${at}/b`,
  };
  const { id } = await site.send('/articles', editor, form);
  const { path } = JSON.parse((await site.send(`/articles/${id}/versions/1/share`, editor)).text);
  for (const each of [path, `/articles/${id}/versions/1`]) assert.ok((await site.show(each)).text.includes(`${at}/a`));
  assert.equal(asked, 0);
});
