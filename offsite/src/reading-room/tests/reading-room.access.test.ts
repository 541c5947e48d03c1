import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LANGUAGES } from '@bulkhead/contracts';
import { launchChromium, NO_CHROMIUM, runAxe } from '@bulkhead/testkit/chromium';
import { bootRoom, pageIn, STYLESHEET } from './booted-room.ts';

test('[FO7] without scripts, axe finds nothing on a page read off-site in six languages, and nothing is wider than a phone', {
  skip: NO_CHROMIUM,
}, async (t) => {
  const room = await bootRoom(t);
  await room.publish([STYLESHEET, ...LANGUAGES.map((language) => pageIn(language, `/${language}/`))]);
  const browser = await launchChromium();
  t.after(() => browser.close());
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, bypassCSP: true });
  const page = await context.newPage();
  const hosts = { www: LANGUAGES.map((language) => `/${language}/`), 'www-room': ['/?lang=ar', '/?lang=en'] };
  for (const [host, paths] of Object.entries(hosts)) {
    for (const path of paths) {
      await page.goto(`http://${host}.localhost:${room.port}${path}`);
      assert.deepEqual(await runAxe(page), [], path);
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
