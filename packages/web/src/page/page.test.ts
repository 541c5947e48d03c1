import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LANGUAGES } from '@bulkhead/contracts';
import { html } from '#html/html.ts';
import { chooseLanguage, directionOf, inLanguage, LANGUAGE_NAMES, nameLanguage } from '#language.ts';
import { formatDay, formatMoment } from './moment.ts';
import { type Page, page } from './page.ts';
import { answerAsset, getStylesheet } from './stylesheet.ts';
import { fillIn, wordsIn } from './words.ts';

const GIVEN: Page = {
  language: 'en',
  kind: 'public',
  title: 'News',
  organisation: 'Sample <Organization>',
  isSample: true,
  home: '/en/',
  main: html`<h1>News</h1>`,
};

test('a page names its language and direction, its title and organisation, and escapes them', () => {
  for (const language of LANGUAGES) {
    const text = page({ ...GIVEN, language }).toString();
    assert.ok(text.includes(`<html lang="${language}" dir="${directionOf(language)}">`));
    assert.ok(text.includes('<title>News · Sample &lt;Organization&gt;</title>'));
    assert.ok(text.includes(wordsIn(language).sampleLine));
    assert.ok(text.includes('href="#content"'));
  }
  assert.equal(directionOf('ar'), 'rtl');
});

test('a page of a real estate carries no sample line, and a public one may be found by search engines', () => {
  const text = page({ ...GIVEN, isSample: false }).toString();
  assert.ok(!text.includes('sample-line'));
  assert.ok(!text.includes('noindex'));
  assert.ok(
    page({ ...GIVEN, kind: 'staff' })
      .toString()
      .includes('noindex'),
  );
});

test('the language switcher offers the addresses that there are, each in its own language, and marks the present one', () => {
  const text = page({ ...GIVEN, languages: { en: '/en/x', ar: '/ar/x' } }).toString();
  assert.ok(text.includes(`<a href="/ar/x" lang="ar" hreflang="ar" dir="rtl">${LANGUAGE_NAMES.ar}</a>`));
  assert.ok(text.includes('<a href="/en/x" lang="en" hreflang="en" dir="ltr" aria-current="true">English</a>'));
  assert.ok(!text.includes('hreflang="fr"'));
});

test('the navigation marks where one is, and shows who is signed in', () => {
  const navigation = [
    { href: '/', text: 'Home' },
    { href: '/news', text: 'News', isCurrent: true },
  ];
  const text = page({ ...GIVEN, navigation, account: { name: 'Ann <b>', href: '/me' } }).toString();
  assert.ok(text.includes('<a href="/news" aria-current="page">News</a>'));
  assert.ok(text.includes('Ann &lt;b&gt;'));
});

test('the stylesheet is named by its content, fetches nothing, and is answered under that name alone', async () => {
  const { path, bytes } = getStylesheet();
  assert.match(path, /^\/assets\/[0-9a-f]{32}\.css$/);
  const css = Buffer.from(bytes).toString('utf8');
  assert.ok(!/@import|url\(/.test(css));
  assert.ok(!/\b(?:margin|padding|border)-(?:left|right)\b|\btext-align: (?:left|right)/.test(css), 'logical properties only');
  const answer = answerAsset(path.slice('/assets/'.length));
  assert.equal(answer?.headers.get('cache-control'), 'public, max-age=31536000, immutable');
  assert.equal((await answer?.arrayBuffer())?.byteLength, bytes.length);
  assert.equal(answerAsset('other.css'), null);
});

test('every language has every word, none empty, each with the same holes to fill', () => {
  const holes = (text: string) => [...text.matchAll(/\{[a-z]+\}/gi)].map(String).toSorted().join();
  for (const language of LANGUAGES)
    for (const [key, word] of Object.entries(wordsIn(language))) {
      assert.notEqual(word.trim(), '', `${language} ${key}`);
      assert.equal(
        holes(word),
        holes(Object.entries(wordsIn('en')).find(([name]) => name === key)?.[1] ?? ''),
        `${language} ${key}`,
      );
    }
  assert.equal(fillIn('{a} of {b} {c}', { a: 1, b: 'x' }), '1 of x {c}');
});

test('moments are told with their zone, in the words of each language, whatever the zone of the machine', () => {
  const at = new Date('2020-10-02T11:46:00.000Z');
  const told = Object.fromEntries(LANGUAGES.map((language) => [language, formatMoment(at, language)]));
  assert.deepEqual(told, {
    ar: '2 تشرين الأول/أكتوبر 2020، 11:46\u00a0UTC',
    zh: '2020年10月2日 11:46\u00a0UTC',
    en: '2 October 2020, 11:46\u00a0UTC',
    fr: '2 octobre 2020, 11:46\u00a0UTC',
    ru: '2 октября 2020 г., 11:46\u00a0UTC',
    es: '2 de octubre de 2020, 11:46\u00a0UTC',
  });
  assert.equal(formatDay(new Date('2020-12-31T23:59:59.000Z'), 'en'), '31 December 2020');
  assert.equal(formatMoment(new Date('2020-10-02T00:05:00.000Z'), 'en'), '2 October 2020, 00:05\u00a0UTC');
});

test('a language is chosen by weight, then by order; English for what is unknown, malformed or endless', () => {
  assert.equal(chooseLanguage('fr;q=0.4, ru;q=0.9, en;q=0.1'), 'ru');
  assert.equal(chooseLanguage('de, es-MX, fr'), 'es');
  assert.equal(chooseLanguage('zh-Hant-TW'), 'zh');
  assert.equal(chooseLanguage('fr;q=0, ar;q=0.1'), 'ar');
  for (const header of [undefined, '', 'tlh', ';;;', 'x'.repeat(100_000), 'constructor'])
    assert.equal(chooseLanguage(header), 'en');
});

test('a text that lacks a language is given in English, and says so', () => {
  assert.deepEqual(inLanguage({ en: 'Ship', fr: 'Navire' }, 'fr'), { text: 'Navire', language: 'fr' });
  assert.deepEqual(inLanguage({ en: 'Ship' }, 'ar'), { text: 'Ship', language: 'en' });
  assert.equal(nameLanguage('fr', 'ru'), 'французский');
});
