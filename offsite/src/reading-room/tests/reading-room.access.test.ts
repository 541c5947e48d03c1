import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { LANGUAGES } from '@bulkhead/contracts';
import { chromium } from 'playwright-core';
import { bootRoom, pageIn, STYLESHEET } from './booted-room.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

test('[FO7] without scripts, axe finds nothing on a page read off-site in six languages, and nothing is wider than a phone', async (t) => {
  if (!CHROMIUM) {
    t.skip('no Chromium is installed');
    return;
  }
  const room = await bootRoom(t);
  await room.publish([STYLESHEET, ...LANGUAGES.map((language) => pageIn(language, `/${language}/`))]);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  t.after(() => browser.close());
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, bypassCSP: true });
  const page = await context.newPage();
  const hosts = { www: LANGUAGES.map((language) => `/${language}/`), 'www-room': ['/?lang=ar', '/?lang=en'] };
  for (const [host, paths] of Object.entries(hosts)) {
    for (const path of paths) {
      await page.goto(`http://${host}.localhost:${room.port}${path}`);
      await page.evaluate(axe);
      const run = `axe.run(document, { runOnly: ${JSON.stringify(RULES)} }).then((found) => found.violations.map((one) => one.id))`;
      assert.deepEqual(await page.evaluate(run), [], path);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth > window.innerWidth'), false, path);
    }
  }
  const plain = await browser.newContext({ viewport: { width: 390, height: 844 }, javaScriptEnabled: false });
  const arabic = await plain.newPage();
  await arabic.goto(`http://www.localhost:${room.port}/ar/`);
  assert.equal(await arabic.locator('.reading-room-line').isVisible(), true);
  assert.equal(await arabic.locator('.reading-room-line').getAttribute('dir'), 'rtl');
  await arabic.locator('.reading-room-line a').focus();
  assert.equal(await arabic.locator('.reading-room-line a').getAttribute('href'), 'http://status.localhost:8500');
});
