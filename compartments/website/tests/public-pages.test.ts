import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { LANGUAGES, type Language } from '@bulkhead/contracts';
import { launchChromium, NO_CHROMIUM, runAxe } from '@bulkhead/testkit/chromium';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { publicPath } from '#article/address.rules.ts';
import { contentsOf, readSamples } from './sample-articles.ts';
import { sampleSite } from './sample-site.ts';
import { runRenderer, serveSite } from './served-site.ts';

const AT = new Date('2026-03-02T09:00:00.000Z');
const samples = readSamples();
const sample = await sampleSite(AT);
const request = {
  publicOrigin: 'http://www.localhost:8400',
  organisation: 'Sample Maritime Organization',
  isSample: true,
  now: '2026-04-01T09:00:00.000Z',
  erased: [],
};
const files = await runRenderer(request, sample.rows);
const site = await serveSite(files, sample.blobs);
after(site.close);

let browser: Browser | undefined;
after(() => browser?.close());

async function openPage(options: BrowserContextOptions): Promise<Page> {
  browser ??= await launchChromium();
  const context = await browser.newContext(options);
  return context.newPage();
}

const PAGES = [
  '',
  'news/',
  'news/archive/',
  'news/archive/2026-03',
  'about',
  'contact',
  '404',
  'news/web-services-back-october-2020',
  'news/search-and-rescue-one-plan',
  'news/gone',
  'news/half-done',
  'events/',
  'events/legal-committee-114',
  'topics/rescue-at-sea',
  'for-media',
  'search/resting',
];
/** One page of each make: with other words the same marks stand there. */
const EACH_MAKE = [
  '',
  'news/',
  'news/gone',
  'news/search-and-rescue-one-plan',
  'events/',
  'events/legal-committee-114',
  'contact',
  'search/resting',
];

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 360, height: 740 };
type Look = { readonly colorScheme: 'light' | 'dark'; readonly viewport: typeof WIDE };

/**
 * Four looks, shared by one language of each direction, the first of them at every page; the others, with their longer words, where
 * the room is least.
 */
const LOOKS: Readonly<Record<Language, readonly Look[]>> = {
  en: [
    { colorScheme: 'light', viewport: WIDE },
    { colorScheme: 'dark', viewport: NARROW },
  ],
  ar: [
    { colorScheme: 'dark', viewport: WIDE },
    { colorScheme: 'light', viewport: NARROW },
  ],
  zh: [{ colorScheme: 'dark', viewport: WIDE }],
  fr: [{ colorScheme: 'light', viewport: NARROW }],
  ru: [{ colorScheme: 'dark', viewport: NARROW }],
  es: [{ colorScheme: 'light', viewport: NARROW }],
};

for (const language of LANGUAGES) {
  const looks = LOOKS[language];
  const told = looks.map(({ colorScheme, viewport }) => `${colorScheme} ${viewport.width}`).join(', ');
  test(`axe finds nothing on the public pages in ${language}: ${told}`, { skip: NO_CHROMIUM }, async () => {
    for (const [at, { colorScheme, viewport }] of looks.entries()) {
      const page = await openPage({ colorScheme, viewport });
      for (const path of looks.length > 1 && at === 0 ? PAGES : EACH_MAKE) {
        await page.goto(`${site.origin}/${language}/${path}`);
        assert.deepEqual(await runAxe(page), [], `${language}/${path} ${colorScheme} ${viewport.width}`);
        const isWider = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
        assert.equal(isWider, false, `${language}/${path} must not scroll sideways`);
      }
      await page.context().close();
    }
  });
}

test('axe finds nothing on the choice of languages and the page for what is not found', { skip: NO_CHROMIUM }, async () => {
  const page = await openPage({});
  for (const path of ['', 'nowhere']) {
    await page.goto(`${site.origin}/${path}`);
    assert.deepEqual(await runAxe(page), [], path);
  }
});

test('with JavaScript off a reader comes from the choice of languages to an article, by keyboard alone', {
  skip: NO_CHROMIUM,
}, async () => {
  const page = await openPage({ javaScriptEnabled: false });
  const requests: string[] = [];
  page.on('request', (sent) => requests.push(new URL(sent.url()).origin));
  await page.goto(site.origin);
  await page.getByRole('link', { name: 'Français' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/fr/');
  await page.getByRole('link', { name: 'Récit : les services en ligne reviennent' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/fr/news/web-services-back-october-2020');
  assert.ok(await page.getByText('Le site public est revenu le 2 octobre à 14 heures.').isVisible());
  assert.deepEqual(new Set(requests), new Set([site.origin]), 'nothing is fetched from elsewhere');
});

test('a reader in Arabic on a phone without JavaScript goes from the home page to an event, a topic and its news', {
  skip: NO_CHROMIUM,
}, async () => {
  const page = await openPage({ javaScriptEnabled: false, viewport: { width: 390, height: 844 }, locale: 'ar', hasTouch: true });
  await page.goto(`${site.origin}/ar/`);
  await page.getByRole('link', { name: 'اللجنة القانونية، الدورة 114' }).tap();
  await page.waitForURL('**/ar/events/legal-committee-114');
  assert.ok(await page.getByText('Europe/London').isVisible());
  await page.getByRole('link', { name: 'السلامة البحرية' }).tap();
  await page.waitForURL('**/ar/topics/safe-ships');
  const box = await page.locator('h1').boundingBox();
  assert.ok(box && box.x + box.width > 300, 'the heading begins at the right');
  // The header is short: it has a link to the search, whose pages have the field.
  const header = await page.locator('.site-header').boundingBox();
  assert.ok(header && header.height < 200, `the header takes ${header?.height ?? 0} pixels`);
  await page.getByRole('banner').getByRole('link', { name: 'البحث' }).tap();
  await page.waitForURL('**/ar/search');
  await page.goto(`${site.origin}/ar/search/resting`);
  await page.getByRole('searchbox').fill('إنقاذ');
  await page.getByRole('button', { name: 'ابحث' }).tap();
  await page.waitForURL('**/ar/search?q=*');
});

test('the first thing that the keyboard reaches leads past the navigation', { skip: NO_CHROMIUM }, async () => {
  const page = await openPage({});
  await page.goto(`${site.origin}/en/`);
  await page.keyboard.press('Tab');
  const link = page.getByRole('link', { name: 'Skip to content' });
  assert.ok(await link.evaluate((element) => element.matches(':focus')));
  assert.ok(await link.isVisible());
});

test('the samples are all there, each in all languages', () => {
  for (const sample of samples) {
    const content = contentsOf(sample).at(-1);
    assert.ok(content);
    for (const language of LANGUAGES) {
      const path = publicPath(content, language);
      if (path !== null) assert.equal(files.get(path)?.status, 200, path);
    }
  }
  assert.ok(samples.some((sample) => contentsOf(sample).length > 1));
});
