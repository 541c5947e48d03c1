import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launchChromium, NO_CHROMIUM, runAxe } from '@bulkhead/testkit/chromium';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { MODULES } from '#modules/modules.ts';
import { bootRegistry, type TestPerson, useRegistryCluster } from './booted-registry.ts';
import { openFront } from './front.ts';
import { insertOfEach } from './record-of-each.ts';

const SIZES = [
  { width: 1280, height: 900, language: 'en' },
  { width: 390, height: 844, language: 'ar' },
] as const;
const EVERYBODY: TestPerson = {
  name: 'Somebody with every role',
  delegation: 'state-ken',
  roles: ['secretariat', 'data-supplier', ...MODULES.map(({ name }) => `${name}-officer`)],
};

const cluster = await useRegistryCluster();
const registry = await bootRegistry(cluster);
const front = await openFront(registry, EVERYBODY);
const references = await insertOfEach(await cluster.adminOf(registry.database));
let browser: Browser | undefined;
after(() => browser?.close());

async function openWindow(size: (typeof SIZES)[number], javaScriptEnabled: boolean): Promise<Page> {
  browser ??= await launchChromium();
  const context = await browser.newContext({ viewport: size, locale: 'en-GB', bypassCSP: javaScriptEnabled, javaScriptEnabled });
  return context.newPage();
}

const PATHS = [
  '/',
  '/states',
  '/states/KEN/owed',
  '/for-you',
  ...MODULES.flatMap(({ name, partOf, pages = [] }) => [
    `/${name}`,
    `/${name}/new`,
    // A part without its whole is seen by nobody.
    ...(partOf === undefined ? [`/${name}/${references.get(name) ?? ''}`] : []),
    ...pages.map((page) => `/${name}/${page.name}`),
  ]),
];

for (const size of SIZES)
  test(`[GM21] every list, record, form and page of every module opens without barriers at ${size.width} pixels in ${size.language}`, {
    skip: NO_CHROMIUM,
  }, async () => {
    const page = await openWindow(size, true);
    const faults: string[] = [];
    for (const path of PATHS) {
      const answer = await page.goto(`${front}${path}?lang=${size.language}`);
      if (answer?.status() !== 200) faults.push(`${path} was answered with ${answer?.status() ?? 0}`);
      faults.push(...(await runAxe(page)).map(({ id, places }) => `${path} ${id}: ${places.join(' ')}`));
      const wider = z
        .number()
        .parse(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'));
      if (wider > 0) faults.push(`${path} is ${wider} pixels wider than its window`);
    }
    assert.deepEqual(faults, []);
  });

test('[GM21] without script a person goes from the home page to every module, and from there to its form', {
  skip: NO_CHROMIUM,
}, async () => {
  const page = await openWindow(SIZES[0], false);
  for (const { name, title, record, partOf } of MODULES.filter((module) => module.partOf === undefined)) {
    assert.equal(partOf, undefined);
    await page.goto(`${front}/`);
    await page.getByRole('link', { name: title, exact: true }).click();
    assert.equal(new URL(page.url()).pathname, `/${name}`);
    await page.getByRole('link', { name: `New: ${record.one}`, exact: true }).click();
    await page.getByRole('button', { name: 'File', exact: true }).waitFor();
  }
});
