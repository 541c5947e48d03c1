import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launchChromium, NO_CHROMIUM, runAxe } from '@bulkhead/testkit/chromium';
import { HtmlValidate } from 'html-validate';
import type { Browser, Page } from 'playwright-core';
import { MODULES } from '#modules/modules.ts';
import { bootRegistry, KENYA, SECRETARIAT, useRegistryCluster } from './booted-registry.ts';
import { openFront } from './front.ts';

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

const registry = await bootRegistry(await useRegistryCluster());
const publicUrl = await openFront(registry);
const kenyanUrl = await openFront(registry, KENYA);
let browser: Browser | undefined;
after(() => browser?.close());

/** A window without script: what our pages need none for, none is there for. The test's own axe comes by another way. */
async function openWindow(size: { readonly width: number; readonly height: number }, javaScriptEnabled = true): Promise<Page> {
  browser ??= await launchChromium();
  const context = await browser.newContext({ viewport: size, locale: 'en-GB', bypassCSP: javaScriptEnabled, javaScriptEnabled });
  return context.newPage();
}

const INCIDENTS = [
  ['2026-01-04 03:10 UTC', 'boarded', 'malacca-strait', "01°08.5' N 103°29' E", 'Ocean Amity', 'SGP', 'steaming'],
  ['2026-01-19 22:45 UTC', 'attempted', 'west-africa', "04°10.5' N 006°59' E", 'Ærø Bulker', 'NGA', 'anchored'],
  ['2026-02-11 04:20 UTC', 'hijacked', 'red-sea', "12°58' N 047°40' E", 'Мыс Добрый', 'YEM', 'steaming'],
] as const;

async function fileIncidents(): Promise<string> {
  let last = '';
  for (const [happened_at, act, area, position, ship_name, coastal_state, ship_was] of INCIDENTS) {
    last = await registry.file('piracy', KENYA, {
      happened_at,
      act,
      area,
      position,
      ship_name,
      coastal_state,
      ship_was,
      waters: 'international',
      reporting_state: 'KEN',
      weapons: ['guns', 'knives'],
      attackers: '6',
      description: 'Persons in a skiff came alongside.\nThey left when the alarm was raised.',
    });
    const form = { act, area, revision: '1', source: 'MSC.4/Circ.290' };
    const confirmed = await registry.ask({ path: `${last}/acts/confirm`, as: SECRETARIAT, form });
    assert.equal(confirmed.status, 303);
  }
  return last;
}
const record = await fileIncidents();

test('[GR9] every page is free of barriers at the width of a desk and of a phone, from left to right and from right to left, and nothing overflows', {
  skip: NO_CHROMIUM,
}, async () => {
  const paths = [
    '/',
    '/piracy',
    '/piracy?q=aero&act=attempted',
    record,
    `${record}/history`,
    `${record}/change`,
    '/piracy/new',
    '/piracy/import',
    '/for-you',
    '/ship',
    '/piracy/map?act=boarded',
    '/piracy/statistics',
    '/searches',
    '/webhooks',
  ];
  for (const [size, language] of [
    [DESK, 'en'],
    [PHONE, 'ar'],
  ] as const) {
    const page = await openWindow(size);
    for (const path of paths) {
      await page.goto(`${kenyanUrl}${path}${path.includes('?') ? '&' : '?'}lang=${language}`);
      assert.deepEqual([path, language, await runAxe(page)], [path, language, []]);
      const wider = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      assert.equal(wider, 0, `${path} at ${size.width} in ${language} is wider than its window`);
    }
  }
});

test('[GR10] without script a person searches, narrows, opens a record, changes it and reads its history', {
  skip: NO_CHROMIUM,
}, async () => {
  const page = await openWindow(DESK, false);
  await page.goto(`${kenyanUrl}/`);
  await page.getByRole('link', { name: 'Piracy and armed robbery' }).click();
  await page.getByRole('searchbox').fill('mys dobri');
  await page.getByRole('search').getByRole('button', { name: 'Search' }).click();
  await page.getByRole('link', { name: /Мыс Добрый/ }).click();
  await page.getByRole('link', { name: 'Change', exact: true }).click();
  await page.getByLabel('Place').fill('Off Aden');
  await page.getByLabel('Source or reason').fill('The master called again');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await page.getByRole('link', { name: 'History' }).click();
  await page.getByText('The master called again').waitFor();
  await page.goto(`${publicUrl}/piracy`);
  await page
    .getByRole('navigation', { name: 'Narrow the list' })
    .getByRole('link', { name: /Boarded/ })
    .click();
  await page.getByText('1 record').waitFor();
  await page.getByText('Ocean Amity').first().waitFor();
});

test('the markup of every page is valid', async () => {
  const validate = new HtmlValidate({
    extends: ['html-validate:standard', 'html-validate:a11y'],
    rules: {
      'void-style': ['error', { style: 'omit' }],
      'long-title': 'off',
      'no-trailing-whitespace': 'off',
      'no-redundant-role': 'off',
      'no-implicit-button-type': 'off',
      'attribute-boolean-style': 'off',
      'no-inline-style': 'error',
      'unique-landmark': 'off',
    },
  });
  for (const path of [
    '/',
    '/piracy',
    '/piracy?q=aero&act=attempted',
    record,
    `${record}/history`,
    `${record}/change`,
    '/piracy/new',
    '/contact-point/new',
    '/piracy/import',
    '/for-you',
    '/piracy/map',
    '/piracy/map?act=boarded&position.box=90,-10,110,10',
    '/piracy/statistics',
    '/searches',
    '/searches/new?module=piracy&query=act%3Dboarded',
    '/webhooks',
  ]) {
    const report = await validate.validateString((await registry.ask({ path, as: KENYA })).text, path);
    const found = report.results.flatMap(({ messages }) =>
      messages.map(({ ruleId, message, line }) => `${path}:${line} ${ruleId}: ${message}`),
    );
    assert.deepEqual(found, []);
  }
});

test('[GR11] every module has its page and its form', async () => {
  const everything = {
    name: 'Somebody with every role',
    delegation: 'state-ken',
    roles: ['secretariat', 'data-supplier', ...MODULES.map(({ name }) => `${name}-officer`)],
  };
  for (const { name, title, partOf } of MODULES) {
    const list = await registry.ask({ path: `/${name}`, as: everything });
    assert.deepEqual([name, list.status], [name, 200]);
    const form = await registry.ask({ path: `/${name}/new`, as: everything });
    assert.deepEqual([name, form.status, form.text.includes('<form class="record-form"')], [name, 200, true]);
    const home = await registry.ask({ path: '/' });
    assert.equal(home.text.includes(`href="/${name}"`), partOf === undefined, `${title} on the home page`);
  }
});
