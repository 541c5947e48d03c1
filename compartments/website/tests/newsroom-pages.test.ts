import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launchChromium, NO_CHROMIUM, runAxe } from '@bulkhead/testkit/chromium';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { bootWebsite, both, editor, publish, reviewer, startVault, useWebsiteCluster, WHOLE } from './booted-website.ts';
import { openFront } from './newsroom-front.ts';
import { readPicture } from './sample-articles.ts';

const cluster = await useWebsiteCluster();
const site = await bootWebsite(cluster, await startVault());
const asEditor = await openFront(site, editor);
const asReviewer = await openFront(site, reviewer);
const asBoth = await openFront(site, both);

let browser: Browser | undefined;
after(() => browser?.close());

async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
  browser ??= await launchChromium();
  return (await browser.newContext(options)).newPage();
}

test('with JavaScript off an article is written, gets a picture, is submitted, approved and withdrawn through the forms alone', {
  skip: NO_CHROMIUM,
}, async () => {
  const page = await openPage({ javaScriptEnabled: false });
  await page.goto(asEditor);
  await page.getByRole('link', { name: 'New article' }).first().click();
  await page.getByLabel('Title').first().fill('Written by hand');
  await page.getByRole('button', { name: 'Save' }).click();
  assert.ok(await page.getByText('Missing before it can be submitted').isVisible());
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await page.getByLabel('Summary').first().fill('A summary.');
  await page.getByLabel('Text').first().fill('A text.\n\n- with a list');
  await page.getByText('Arabic').click();
  await page.locator('#title-ar').fill('مكتوب باليد');
  await page.locator('#summary-ar').fill('موجز.');
  await page.locator('#body-ar').fill('نص.');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: 'Picture …' }).click();
  await page
    .getByLabel('Picture file')
    .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: readPicture('signal.png') });
  await page.getByRole('button', { name: 'Save' }).click();
  assert.ok(await page.getByText('Describe the picture in English.').isVisible());
  await page.getByLabel('Credit').fill('By hand');
  await page.locator('#alt-en').fill('Circles');
  await page.locator('#alt-ar').fill('دوائر');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Submit for review' }).click();
  const path = new URL(page.url()).pathname;
  await page.goto(asReviewer);
  await page.getByRole('link', { name: 'Written by hand' }).click();
  await page.getByRole('link', { name: 'Version 1' }).first().click();
  assert.equal(new URL(page.url()).pathname, path);
  await page.getByRole('button', { name: 'Approve and publish' }).click();
  assert.ok(await page.locator('h1 .badge', { hasText: 'Approved' }).isVisible());
  await page.goto(`${asReviewer}${path.replace(/\/versions.*/, '')}`);
  await page.getByRole('link', { name: 'Withdraw' }).click();
  await page.getByLabel('Reason in English').fill('It was only a test.');
  await page.getByRole('button', { name: 'Check the reasons' }).click();
  assert.ok(await page.getByText('It was only a test.').isVisible());
  await page.getByRole('button', { name: 'Withdraw now' }).click();
  await page.goto(`${asReviewer}${path.replace(/\/versions.*/, '')}`);
  assert.ok(await page.locator('.badge', { hasText: 'Withdrawn' }).isVisible());
  await page.context().close();
});

test('axe finds nothing on the pages of the newsroom, in a left-to-right and a right-to-left language', {
  skip: NO_CHROMIUM,
}, async () => {
  const { id } = await publish(site, { ...WHOLE, 'title-en': 'For axe' });
  const update = await site.send(`/articles/${id}/versions`, editor);
  const path = `/articles/${id}/versions/${update.number}`;
  const waiting = await site.send('/articles', editor, { ...WHOLE, 'title-en': 'Waiting' });
  await site.send(`/articles/${waiting.id}/versions/1/submit/${waiting.digest}`, editor);
  const pages = [
    '/',
    '/articles/new',
    `/articles/${id}`,
    path,
    `${path}/edit`,
    `${path}/picture`,
    `${path}/preview/fr`,
    `${path}/changes`,
    `/articles/${waiting.id}/versions/1`,
    `/articles/${id}/withdraw`,
    '/nowhere',
  ];
  for (const [language, colorScheme, width] of [
    ['en', 'light', 1280],
    ['ar', 'dark', 360],
  ] as const) {
    const page = await openPage({ colorScheme, viewport: { width, height: 800 } });
    for (const each of pages) {
      await page.goto(`${asBoth}${each}?lang=${language}`);
      assert.deepEqual(await runAxe(page), [], `${each} ${language}`);
      const isWider = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
      assert.equal(isWider, false, `${each} ${language} must not scroll sideways`);
    }
    await page.goto(`${asBoth}/articles/new?lang=${language}`);
    await page.locator('#title-en').evaluate((element) => element.removeAttribute('required'));
    await page.locator('main form > .actions button').click();
    assert.ok(await page.locator('#title-en-fault').isVisible());
    assert.deepEqual(await runAxe(page), [], `faults ${language}`);
    await page.context().close();
  }
});
