import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { LANGUAGES } from '@bulkhead/contracts';
import { chromium } from 'playwright-core';
import { bootStatus, factsOf, noticeOf } from './booted-status.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

test('[ST9] axe finds nothing on any page in six languages, and nothing is wider than a phone', async (t) => {
  if (!CHROMIUM) {
    t.skip('no Chromium is installed');
    return;
  }
  const status = await bootStatus(t);
  const notices = [noticeOf(1, 'contained'), noticeOf(2, 'being-restored', 'meetings'), noticeOf(3, 'unprotected', null)];
  const addresses = [{ title: { en: 'Website' }, url: 'http://www.localhost:8700/' }];
  const facts = factsOf({ website: 'contained', meetings: 'being-restored' }, notices);
  await status.tell({ ...facts, publicReading: { addresses } });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  t.after(() => browser.close());
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, bypassCSP: true });
  const page = await context.newPage();
  assert.match((await status.ask('/fr/')).body, /Pages publiques sur notre second site[\s\S]*www\.localhost:8700/);
  const pages = LANGUAGES.flatMap((language) => [`/${language}/`, `/${language}/report/`, `/${language}/report/again/`]);
  for (const path of ['/', '/en/notices/1/', '/ar/nowhere', '/fr/report/thanks/', ...pages]) {
    await page.goto(`http://status.localhost:${status.port}${path}`);
    await page.evaluate(axe);
    const run = `axe.run(document, { runOnly: ${JSON.stringify(RULES)} }).then((found) => found.violations.map((one) => one.id))`;
    assert.deepEqual(await page.evaluate(run), [], path);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth > window.innerWidth'), false, path);
  }
});
