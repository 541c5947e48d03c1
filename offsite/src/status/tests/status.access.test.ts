import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LANGUAGES } from '@bulkhead/contracts';
import { launchChromium, NO_CHROMIUM, runAxe } from '@bulkhead/testkit/chromium';
import { bootStatus, factsOf, noticeOf } from './booted-status.ts';

test('[ST9] axe finds nothing on any page in six languages, and nothing is wider than a phone', {
  skip: NO_CHROMIUM,
}, async (t) => {
  const status = await bootStatus(t);
  const notices = [noticeOf(1, 'contained'), noticeOf(2, 'being-restored', 'meetings'), noticeOf(3, 'unprotected', null)];
  const addresses = [{ title: { en: 'Website' }, url: 'http://www.localhost:8700/' }];
  const facts = factsOf({ website: 'contained', meetings: 'being-restored' }, notices);
  await status.tell({ ...facts, publicReading: { addresses } });
  const browser = await launchChromium();
  t.after(() => browser.close());
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, bypassCSP: true });
  const page = await context.newPage();
  assert.match((await status.ask('/fr/')).body, /Pages publiques sur notre second site[\s\S]*www\.localhost:8700/);
  const pages = LANGUAGES.flatMap((language) => [`/${language}/`, `/${language}/report/`, `/${language}/report/again/`]);
  for (const path of ['/', '/en/notices/1/', '/ar/nowhere', '/fr/report/thanks/', ...pages]) {
    await page.goto(`http://status.localhost:${status.port}${path}`);
    assert.deepEqual(await runAxe(page), [], path);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth > window.innerWidth'), false, path);
  }
});
