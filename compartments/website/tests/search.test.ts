import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootWebsite, editor, publish, reviewer, useWebsiteCluster, WHOLE } from './booted-website.ts';

const cluster = await useWebsiteCluster();
const site = await bootWebsite(cluster);

const six = {
  kind: 'news',
  'title-en': 'Harbours report studies on ballast water',
  'summary-en': 'Two studies were made.',
  'body-en': 'A seafarer wrote it. <script>alert(1)</script> & more.',
  'title-fr': 'Études sur les eaux de ballast',
  'summary-fr': 'Deux études menées à l’été.',
  'body-fr': 'Un marin l’a écrite.',
  'title-es': 'Estudios sobre el agua de lastre',
  'summary-es': 'Dos estudios en la región.',
  'body-es': 'Lo escribió un marino.',
  'title-ru': 'Исследования балластной воды',
  'summary-ru': 'Проведены два исследования о судах.',
  'body-ru': 'Её написал моряк.',
  'title-zh': '压载水研究报告',
  'summary-zh': '开展了两项海上安全研究。',
  'body-zh': '由一名海员撰写。',
  'title-ar': 'دراسات عن مياه الصابورة',
  'summary-ar': 'أُجريت دراستان في الموانئ.',
  'body-ar': 'كتبها أحد البحارة.',
};

const find = (language: string, query: string, more = '') =>
  site.gateway.ask({ origin: 'www', path: `/${language}/search?q=${encodeURIComponent(query)}${more}` });

await publish(site, six);
const light = await publish(site);
const statement = await publish(site, { ...WHOLE, kind: 'statement', 'title-en': 'A statement on ballast' });

test('anybody finds approved texts in six languages, by other forms of their words', async () => {
  const asked: readonly (readonly [string, string])[] = [
    ['en', 'study harbour'],
    ['en', '"ballast water"'],
    ['fr', 'etude ete'],
    ['es', 'estudio region'],
    ['ru', 'исследование суда'],
    ['zh', '海上安全'],
    ['zh', '压载水'],
    ['ar', 'الدراسات'],
    ['ar', 'الصابوره مياه'.slice(0, 8)],
  ];
  for (const [language, query] of asked) {
    const { status, text } = await find(language, query);
    assert.equal(status, 200);
    assert.ok(text.includes(`href="/${language}/news/harbours-report-studies-on-ballast-water"`), `${language}: ${query}`);
  }
  const other = await find('zh', '上海');
  assert.ok(!other.text.includes('class="list results"'), 'characters that do not stand together are no word');
});

test('what was found is marked, and nothing that a text or a query holds becomes markup', async () => {
  const { text } = await find('en', 'seafarer <script>');
  assert.ok(text.includes('A <mark>seafarer</mark> wrote it. &lt;<mark>script</mark>&gt;'));
  assert.doesNotMatch(text, /<script>alert/);
});

test('a query is bounded, and no sign in it means anything to the database', async () => {
  for (const query of [
    "'; drop table search_entry; --",
    '(((&|!<->',
    "\\'\\\\",
    '%00%ff',
    'a & | !b:*',
    '\u202e\u0000x',
    '"',
    "' or 1=1 --",
  ]) {
    const { status } = await find('en', query);
    assert.equal(status, 200, query);
  }
  assert.ok((await find('en', 'x'.repeat(201))).text.includes('at most 200 characters'));
  assert.ok((await find('en', '!!!')).text.includes('at least one word'));
  assert.ok((await find('en', 'ballast', '&year=99999999999&kind=x&topic=-1&page=9e9')).text.includes('2 pages found'));
  assert.equal((await site.gateway.ask({ origin: 'www', path: '/xx/search?q=a' })).status, 404);
});

test('results are narrowed by kind and year, and told in the plural of their language', async () => {
  const { text } = await find('en', 'ballast', '&kind=statement');
  assert.ok(text.includes('1 page found'));
  assert.ok(text.includes('A statement on <mark>ballast</mark>'));
  assert.ok((await find('en', 'ballast', '&year=2025')).text.includes('Nothing was found'));
  assert.ok((await find('ar', 'دراسات')).text.includes('عُثر على صفحة واحدة'));
});

test('neither a draft nor a withdrawn article is found, and of an updated one only what it says now', async () => {
  await site.send('/articles', editor, { ...WHOLE, 'title-en': 'Unheard of' });
  assert.ok((await find('en', 'unheard')).text.includes('Nothing was found'));
  const begun = await site.send(`/articles/${light.id}/versions`, editor);
  const { revision } = await site.database.read
    .selectFrom('article_version')
    .select('revision')
    .where('article_id', '=', light.id)
    .where('number', '=', 2)
    .executeTakeFirstOrThrow();
  const path = `/articles/${light.id}/versions/${begun.number}`;
  const changed = await site.send(path, editor, {
    ...WHOLE,
    'title-en': 'A new beacon',
    'note-en': 'Renamed.',
    revision: String(revision),
  });
  await site.send(`${path}/submit/${changed.digest}`, editor);
  assert.ok((await find('en', 'beacon')).text.includes('Nothing was found'), 'submitted is not approved');
  await site.send(`${path}/approve/${changed.digest}`, reviewer);
  assert.ok((await find('en', 'beacon')).text.includes('1 page found'));
  const reasons = { 'reason-en': 'It was wrong.' };
  const checked = await site.send(`/articles/${statement.id}/withdraw`, reviewer, reasons);
  await site.send(`/articles/${statement.id}/versions/1/withdraw/${checked.digest}`, reviewer, reasons);
  assert.ok((await find('en', 'statement')).text.includes('Nothing was found'));
});
