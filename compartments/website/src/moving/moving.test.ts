import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '@bulkhead/kernel';
import { proseSchema } from '#prose/prose.rules.ts';
import { writeProse } from '#prose/prose-text.rules.ts';
import { readCalendar } from './calendar.rules.ts';
import { readDrupal } from './drupal.rules.ts';
import { takeMarkup } from './markup.rules.ts';
import { type Moved, moveIn } from './moved.rules.ts';
import { readPages } from './pages.rules.ts';
import { MOVING_LIMITS } from './source.rules.ts';
import { readWordpress } from './wordpress.rules.ts';
import { readXml } from './xml.rules.ts';

const ORIGIN = 'https://old.example';
const told = { language: 'en', origin: ORIGIN } as const;
const plain = { kinds: new Map(), otherwise: null };

function take(html: string) {
  const taken = takeMarkup(html, { isLoose: false, lead: (href) => href });
  assert.ok(proseSchema.safeParse(taken.prose).success, html.slice(0, 100));
  return { ...taken, written: writeProse(taken.prose) };
}

const item = (fields: Record<string, string>, more = '') =>
  `<item>${Object.entries({ 'wp:status': 'publish', 'wp:post_type': 'post', ...fields })
    .map(([name, text]) => `<${name}><![CDATA[${text}]]></${name}>`)
    .join('')}${more}</item>`;
const wordpress = (...items: string[]) =>
  `<?xml version="1.0"?><rss><channel><wp:base_blog_url>${ORIGIN}</wp:base_blog_url><language>en-US</language>${items.join('')}</channel></rss>`;
const moveWordpress = (...items: string[]) => moveIn(readWordpress(wordpress(...items), { language: 'en', origin: null }), plain);

function only(moved: readonly Moved[]): Moved {
  const [first, more] = moved;
  assert.ok(first && !more);
  return first;
}

test('[N10] of any HTML only nodes of ours come over: words stay, the rest is dropped and counted', () => {
  const hostile = take(
    '<p onclick="x()">One<script>alert(1)</script> <b>two</b> <i>three</i></p><svg><script>4</script></svg><iframe src="//x"></iframe>' +
      '<a href="javascript:alert(1)">no link</a> <a href="  data:text/html,x">nor this</a> <a href="https://a.example/">a link</a><style>p{}</style>',
  );
  assert.equal(hostile.written, 'One **two** __three__\n\nno link nor this [a link](https://a.example/)');
  assert.deepEqual(hostile.dropped, { script: 1, svg: 1, iframe: 1, link: 2, style: 1 });
  const word = take(
    '<div class=MsoNormal><o:p></o:p><span style="mso-x">From <b>Word</b></span></div><h1>Title</h1><ul><li><p>a</p></li><li>b<ul><li>c</li></ul></li></ul>' +
      '<table><tr><th>A</th><th>B</th></tr><tr><td>1</td></tr></table><blockquote><p>said</p><p>more</p></blockquote><pre>x\n  y</pre>',
  );
  assert.equal(
    word.written,
    'From **Word**\n\n## Title\n\n- a\n- b c\n\n| A | B |\n|---|---|\n| 1 |  |\n\n> said\n>\n> more\n\nx y',
  );
  assert.equal(take('a\u202eb\u0000c<p>\ud800d').dropped['sign'], 2);
  assert.throws(() => take(`${'<div>'.repeat(MOVING_LIMITS.depth + 5)}x`), RangeError);
});

test('XML with entities of its own, cut off, or too deep is refused with its line', () => {
  const refused = (xml: string, line: RegExp) =>
    assert.throws(
      () => readXml(xml),
      (error) => error instanceof Error && hasCode(error, 'input.invalid') && line.test(error.message),
    );
  refused('<!DOCTYPE a [<!ENTITY x "yy"><!ENTITY z "&x;&x;">]><a>&z;</a>', /^line 1: a document type/);
  refused('<a>\n<b>\n&secret;</b></a>', /^line 2|^line 3/);
  refused('<a>\n<b>', /^line 2: <b> is not closed/);
  refused('<a></b>', /^line 1: <\/b> ends what is not open/);
  refused('<a x=1></a>', /^line 1: this is no tag/);
  refused('<a>'.repeat(100), /over 16 deep/);
  refused(`<a>${'&#x110000;'}</a>`, /none of the entities/);
  assert.equal(readXml('<?xml version="1.0"?><!-- x --><a>1 &lt; 2 &#233;<![CDATA[<b>&amp;]]></a>').text, '1 < 2 é<b>&amp;');
});

test('a WordPress export becomes drafts with their old addresses, and what was not public stays out', () => {
  const { moved, refused } = moveWordpress(
    item(
      {
        title: 'Pilots & masters',
        link: `${ORIGIN}/2019/03/pilots/`,
        'wp:post_id': '7',
        'wp:post_date_gmt': '2019-03-04 10:00:00',
        'content:encoded':
          'One.\n\nTwo [caption id="x"]three[/caption] <a href="/about/#team">about</a> <a href="/lost/">lost</a> <img src="/a.jpg" alt="Ship">',
      },
      '<wp:postmeta><wp:meta_key>_wp_old_slug</wp:meta_key><wp:meta_value>pilot-rules</wp:meta_value></wp:postmeta>',
    ),
    item({
      title: 'About',
      link: 'http://www.old.example/about/',
      'wp:post_id': '8',
      'wp:post_type': 'page',
      'content:encoded': '<p>Us.</p>',
    }),
    item({ title: 'Not yet', link: `${ORIGIN}/?p=9`, 'wp:post_id': '9', 'wp:status': 'draft' }),
    item({ title: 'Members', link: `${ORIGIN}/members/`, 'wp:post_id': '10', 'wp:post_password': 'x' }),
    item({ title: 'Shop', link: `${ORIGIN}/shop/`, 'wp:post_id': '11', 'wp:post_type': 'product' }),
    item({ title: 'x'.repeat(5_000_000), link: `${ORIGIN}/long/`, 'wp:post_id': '12' }),
    item({ title: 'News', link: `${ORIGIN}/news/`, 'wp:post_id': '13', 'wp:post_type': 'page' }),
  );
  const [pilots, about, more] = moved;
  assert.ok(pilots && about && !more);
  assert.deepEqual(pilots.redirects, [
    { from: '/2019/03/pilots/', to: '/en/news/pilots' },
    { from: '/2019/03/pilot-rules/', to: '/en/news/pilots' },
  ]);
  assert.match(
    pilots.fields['tree-en'] ?? '',
    /"One\."[^\]]*\]\},\{"kind":"paragraph".*"\/en\/about".*First published on 4 March 2019\./,
  );
  assert.deepEqual(pilots.unresolved, [`${ORIGIN}/lost/`]);
  assert.deepEqual(pilots.pictures, [{ src: '/a.jpg', alt: 'Ship', file: null, name: null }]);
  assert.equal(about.fields['kind'], 'page');
  assert.deepEqual(
    refused.map(({ why }) => why.slice(0, 24)),
    [
      'is not public there (dra',
      'has a password',
      'is of the type "product"',
      'its address /news is one',
      'its title has over 200 c',
    ],
  );
});

test('translations of one Drupal node become one draft, and its redirects lead to it', () => {
  const node = (langcode: string, title: string, alias: string) => ({
    type: 'node--article',
    id: `${langcode}-1`,
    attributes: {
      title,
      status: true,
      langcode,
      drupal_internal__nid: 1,
      path: { alias, langcode },
      body: { value: `<p>${title}</p>`, summary: '' },
    },
  });
  const redirect = {
    type: 'redirect--redirect',
    id: 'r',
    attributes: { redirect_source: { path: 'older' }, redirect_redirect: { uri: 'entity:node/1' } },
  };
  const text = JSON.stringify({
    data: [node('en', 'Ports', '/ports'), node('fr', 'Les ports', '/les-ports'), redirect, { type: 'x' }],
  });
  const { moved, redirects, refused } = moveIn(readDrupal([{ name: 'nodes.json', text }], told), plain);
  const ports = only(moved);
  assert.equal(ports.fields['title-fr'], 'Les ports');
  assert.deepEqual(
    ports.redirects.map(({ from, to }) => `${from} ${to}`),
    ['/ports /en/news/ports', '/node/1 /en/news/ports', '/fr/les-ports /fr/news/ports', '/fr/node/1 /fr/news/ports'],
  );
  assert.deepEqual(redirects, [{ from: '/older', to: '/en/news/ports' }]);
  assert.deepEqual(refused, [{ where: 'nodes.json, data[3]', why: 'is no resource of JSON:API' }]);
  assert.throws(() => readDrupal([{ name: 'a.json', text: '{' }], told), /^EstateError: a\.json|a\.json: this is no answer/);
});

test('saved pages come over without what stands around them, with their translations and addresses', () => {
  const english = `<html lang=en><title>T</title><link rel=alternate hreflang=es href="/es/ships.html"><meta name=description content="On ships">
<nav>menu</nav><main><h1>Ships</h1><p>Words <a href="../safety/boats.html">boats</a></main>`;
  const spanish = `<html lang=es><link rel=alternate hreflang=en href="/en/ships.html"><main><h1>Buques</h1><p>Palabras`;
  const { moved, redirects } = moveIn(
    readPages(
      [
        { name: 'en/ships.html', html: english },
        { name: 'es/ships.html', html: spanish },
        { name: 'en/about/index.html', html: '<html lang=en><main><h1>About</h1>A' },
        { name: 'old.html', html: '<meta http-equiv=refresh content="0; url=/en/ships.html">' },
        { name: 'safety/boats.html', html: '<html lang=en><body><h1>Boats</h1>B' },
      ],
      told,
    ),
    { kinds: new Map(), otherwise: 'page' },
  );
  const [ships, about, boats] = moved;
  assert.equal(ships?.fields['title-es'], 'Buques');
  assert.equal(ships?.fields['summary-en'], 'On ships');
  assert.doesNotMatch(ships?.fields['tree-en'] ?? '', /menu|Ships/);
  assert.match(ships?.fields['tree-en'] ?? '', /"\/en\/safety\/boats"/);
  assert.equal(boats?.fields['path'], 'safety');
  assert.deepEqual(
    [about?.fields['path'], about?.fields['slug']],
    [undefined, 'about'],
    'a language is no part of an address twice',
  );
  assert.deepEqual(redirects, [{ from: '/old.html', to: ships?.redirects[0]?.to }]);
});

test('events of a plugin come by their named fields, and pictures by the files that were given', () => {
  const meta = (fields: Record<string, string>) =>
    Object.entries(fields)
      .map(
        ([key, value]) => `<wp:postmeta><wp:meta_key>${key}</wp:meta_key><wp:meta_value>${value}</wp:meta_value></wp:postmeta>`,
      )
      .join('');
  const event = (id: string, fields: Record<string, string>) =>
    item(
      { title: `Event ${id}`, link: `${ORIGIN}/event/${id}/`, 'wp:post_id': id, 'wp:post_type': 'tribe_events' },
      meta(fields),
    );
  const times = { _EventStartDate: '2026-05-01 09:00:00', _EventEndDate: '2026-05-01 17:30:00', _EventTimezone: 'Europe/London' };
  const xml = wordpress(
    event('1', { ...times, _EventVenueID: '9', _thumbnail_id: '8' }),
    event('2', { ...times, _EventTimezone: 'UTC+2' }),
    event('3', { _EventTimezone: 'Europe/London' }),
    event('4', { ...times, _EventTimezone: 'Lunar/Base' }),
    item(
      {
        title: 'x',
        'wp:post_id': '8',
        'wp:post_type': 'attachment',
        'wp:attachment_url': `${ORIGIN}/wp-content/uploads/2026/hall-scaled.jpg`,
      },
      meta({ _wp_attachment_image_alt: 'A hall' }),
    ),
    item({ title: 'Main hall, London', 'wp:post_id': '9', 'wp:post_type': 'tribe_venue' }),
  );
  const fields = { starts: '_EventStartDate', ends: '_EventEndDate', zone: '_EventTimezone', place: '_EventVenueID' };
  const source = readWordpress(xml, { language: 'en', origin: null, events: new Map([['tribe_events', fields]]) });
  const { moved, refused } = moveIn(source, { ...plain, credit: 'Us', pictureFiles: ['2026/hall.jpg', '2026/hall-scaled.jpg'] });
  const [first, second] = moved;
  const { kind, starts, ends, 'event-zone': zone, 'place-en': place } = first?.fields ?? {};
  assert.deepEqual(
    [kind, starts, ends, zone, place],
    ['event', '2026-05-01T09:00', '2026-05-01T17:30', 'Europe/London', 'Main hall, London'],
  );
  assert.deepEqual(first?.lead, {
    src: `${ORIGIN}/wp-content/uploads/2026/hall-scaled.jpg`,
    file: '2026/hall.jpg',
    credit: 'Us',
    alts: { en: 'A hall' },
    focus: null,
  });
  assert.equal(second?.fields['event-zone'], 'Etc/GMT-2');
  assert.deepEqual(
    refused.map(({ why }) => why),
    [
      'is of the type "tribe_venue": say with --kinds what that becomes',
      'says no beginning',
      'is in a time zone that is not known (Lunar/Base)',
    ],
  );
});

test('a calendar becomes events: instants and clock times, whole days and lengths; what is repeated, cancelled or private is told', () => {
  const calendar = (...events: readonly string[][]) =>
    [
      'BEGIN:VCALENDAR',
      'X-WR-TIMEZONE:Europe/London',
      ...events.flatMap((lines) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT']),
      'END:VCALENDAR',
    ].join('\r\n');
  const text = calendar(
    [
      'UID:1',
      'SUMMARY:Council\\, first',
      'DTSTART:20261025T003000Z',
      'DTEND:20261025T013000Z',
      'LOCATION:London\\nHall',
      'BEGIN:VALARM',
      'DTSTART:1',
      'END:VALARM',
    ],
    [
      'UID:2',
      'SUMMARY;LANGUAGE=en-GB:Whole ',
      ' days',
      'DTSTART;VALUE=DATE:20260302',
      'DTEND;VALUE=DATE:20260305',
      'DESCRIPTION:<script>x</script>\\n\\nMore',
    ],
    ['UID:3', 'SUMMARY:Skipped', 'DTSTART;TZID="Europe/London":20260329T013000', 'DURATION:PT90M'],
    ['UID:4', 'SUMMARY:Weekly', 'DTSTART:20260302T100000Z', 'RRULE:FREQ=WEEKLY'],
    ['UID:5', 'SUMMARY:Off', 'DTSTART:20260302T100000Z', 'STATUS:CANCELLED'],
    ['UID:6', 'SUMMARY:Ours', 'DTSTART:20260302T100000Z', 'CLASS:PRIVATE'],
    ['UID:7', 'SUMMARY:Never', 'DTSTART:soon'],
  );
  const { moved, refused } = moveIn(readCalendar(text, { ...told, name: 'a.ics' }), plain);
  const times = moved.map(({ fields }) => [
    fields['title-en'],
    fields['starts'],
    fields['starts-which'],
    fields['ends'],
    fields['ends-which'],
    fields['event-zone'],
  ]);
  assert.deepEqual(times, [
    ['Council, first', '2026-10-25T01:30', 'first', '2026-10-25T01:30', 'second', 'Europe/London'],
    ['Whole days', '2026-03-02T00:00', '', '2026-03-04T23:59', '', 'Europe/London'],
    ['Skipped', '2026-03-29T01:30', '', '2026-03-29T03:00', '', 'Europe/London'],
  ]);
  assert.equal(moved[0]?.fields['place-en'], 'London Hall');
  assert.match(moved[1]?.fields['tree-en'] ?? '', /<script>x<\/script>.*More/, 'words, whatever they look like');
  assert.deepEqual(
    refused.map(({ why }) => why.slice(0, 21)),
    ['is repeated by a rule', 'was cancelled there', 'is not public there', 'says no beginning'],
  );
  assert.throws(() => readCalendar('<html>', { ...told, name: 'a.ics' }), /a\.ics, line 1: this is no calendar/);
  assert.throws(() => readCalendar('BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x', { ...told, name: 'a.ics' }), /cut off/);
});
