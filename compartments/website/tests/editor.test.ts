import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launchChromium, NO_CHROMIUM } from '@bulkhead/testkit/chromium';
import type { Page } from 'playwright-core';
import {
  type BootedWebsite,
  bootWebsite,
  editor,
  otherEditor,
  reviewer,
  startVault,
  useWebsiteCluster,
} from './booted-website.ts';
import { openFront } from './newsroom-front.ts';
import { readPicture } from './sample-articles.ts';

const WORD = `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{color:red}</style></head><body>
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings/></xml><![endif]-->
<p class="MsoNormal" style="mso-margin-top-alt:auto" onclick="alert(1)">From <b>Word</b><o:p></o:p></p>
<p class="MsoListParagraph" style="mso-list:l0 level1 lfo1"><span>·<span style="font:7pt">&nbsp;&nbsp; </span></span>one item</p>
<script>alert(1)</script><a href="javascript:alert(1)">a trap</a><img src="https://tracker.example/x.png"></body></html>`;

/** Waits until the copy of what was typed has come to the server. */
async function untilKept(site: BootedWebsite, language: string, text: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const rows = await site.database.read.selectFrom('draft_copy').select('typed').where('language', '=', language).execute();
    if (rows.some((row) => JSON.stringify(row.typed).includes(text))) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`no copy of ${text}`);
}

async function pasteInto(page: Page, html: string): Promise<void> {
  await page.evaluate((given) => {
    const data = new DataTransfer();
    data.setData('text/html', given);
    document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, html);
}

test('an editor writes in two languages by keyboard, the browser dies, what was typed is taken up again, a second person is seen, a reviewer approves', {
  skip: NO_CHROMIUM,
}, async () => {
  const cluster = await useWebsiteCluster();
  const site = await bootWebsite(cluster, await startVault());
  const front = await openFront(site, editor);
  const browser = await launchChromium();
  after(() => browser.close());
  const complaints: string[] = [];
  const newPage = async (width = 1280) => {
    const context = await browser.newContext({ viewport: { width, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => complaints.push(String(error)));
    return page;
  };

  // By keyboard alone: the title, then the text with a heading, a strong word, a list.
  const page = await newPage();
  await page.goto(`${front}/articles/new`);
  await page.locator('#body-en-editor').waitFor();
  await page.locator('#title-en').focus();
  await page.keyboard.type('A light on the cape');
  await page.keyboard.press('Tab');
  await page.keyboard.type('A lighthouse was lit.');
  await page.locator('#body-en-editor').focus();
  await page.keyboard.type('## Where');
  await page.keyboard.press('Enter');
  await page.keyboard.type('On the ');
  await page.keyboard.press('Alt+F10');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Strong');
  await page.keyboard.press('Enter');
  await page.keyboard.type('cape');
  await page.keyboard.press('Control+b');
  await page.keyboard.type(', as planned.');
  await page.keyboard.press('Enter');
  await page.keyboard.type('- seen from afar');
  await page.keyboard.press('Enter');
  await page.keyboard.type('seen at night');
  await untilKept(site, 'en', 'seen at night');
  // The browser dies. What was typed is on the server.
  await page.context().close();

  const again = await newPage();
  await again.goto(`${front}/articles/new`);
  await again.getByRole('link', { name: 'Take it up again' }).click();
  await again.locator('#body-en-editor').waitFor();
  assert.equal(await again.locator('#title-en').inputValue(), 'A light on the cape');
  assert.equal(await again.locator('#body-en-editor h2').textContent(), 'Where');
  assert.equal(await again.locator('#body-en-editor strong').textContent(), 'cape');
  // What Word puts on the clipboard comes as words, marks and lists, without anything that runs or tracks.
  await again.locator('#body-en-editor li').last().click();
  await again.keyboard.press('Control+End');
  await again.keyboard.press('Enter');
  await again.keyboard.press('Enter');
  await pasteInto(again, WORD);
  assert.equal(
    await again.locator('#body-en-editor [onclick], #body-en-editor script, #body-en-editor a, #body-en-editor [style]').count(),
    0,
  );
  // The second language, from right to left.
  await again.locator('details[data-language="ar"] summary').click();
  await again.locator('#title-ar').fill('ضوء على الرأس');
  await again.locator('#summary-ar').fill('أُضيئت منارة.');
  await again.locator('#body-ar-editor').focus();
  await again.keyboard.type('على الرأس.');
  assert.equal(await again.locator('#body-ar-editor').evaluate((element) => getComputedStyle(element).direction), 'rtl');
  // A picture in the text, with its description.
  await again.locator('#body-en-editor p').last().click();
  await again.locator('[aria-controls="body-en-editor"] [aria-label="Picture"]').click();
  const panel = again.locator('.editor-panel');
  await panel
    .locator('input[type="file"]')
    .setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer: readPicture('harbour.png') });
  await panel.locator('label', { hasText: 'What the picture shows' }).locator('input').fill('A ship between cranes');
  await panel.getByRole('button', { name: 'Apply' }).click();
  await again.locator('#body-en-editor figure img').waitFor();
  await again.getByRole('button', { name: 'Save', exact: true }).click();
  await again.waitForURL(/\/articles\/\d+\/versions\/1/);
  const [, id = ''] = /articles\/(\d+)/.exec(again.url()) ?? [];
  const { body } = await site.database.read
    .selectFrom('article_text')
    .select('body')
    .where('article_id', '=', Number(id))
    .where('language', '=', 'en')
    .executeTakeFirstOrThrow();
  const stored = JSON.stringify(body);
  for (const part of [
    '"level":2',
    '"marks":["strong"]',
    '{"kind":"text","text":"From "}',
    '"one item"',
    '"alt":"A ship between cranes"',
  ])
    assert.ok(stored.includes(part), `${part} in ${stored}`);
  for (const part of ['javascript', 'tracker', 'Mso', 'alert']) assert.ok(!stored.includes(part), part);
  assert.equal((await site.database.read.selectFrom('draft_copy').select('place').execute()).length, 0);

  // Two on one draft: each sees the other; the second to save sees both texts.
  const edit = `/articles/${id}/versions/1/edit?lang=en`;
  await again.goto(`${front}${edit}`);
  const otherFront = await openFront(site, otherEditor);
  const other = await newPage();
  await other.goto(`${otherFront}${edit}`);
  await other.locator('[data-presence]', { hasText: editor.displayName ?? '' }).waitFor();
  await again.locator('[data-presence]', { hasText: otherEditor.displayName ?? '' }).waitFor();
  await other.locator('#title-en').fill('A light on the northern cape');
  await other.getByRole('button', { name: 'Save', exact: true }).click();
  await other.waitForURL(/\/versions\/1(?:\?|$)/);
  await again.locator('#summary-en').fill('A lighthouse was lit last night.');
  await again.getByRole('button', { name: 'Save', exact: true }).click();
  await again.getByText('changed this draft while you were writing').waitFor();
  assert.ok((await again.content()).includes('northern'));
  assert.equal(await again.locator('#summary-en').inputValue(), 'A lighthouse was lit last night.');
  await again.locator('#title-en').fill('A light on the northern cape');
  await again.getByRole('button', { name: 'Save', exact: true }).click();
  await again.waitForURL(/\/versions\/1(?:\?|$)/);
  await again.getByRole('button', { name: 'Submit for review' }).click();

  const reviewing = await newPage();
  await reviewing.goto(`${await openFront(site, reviewer)}/articles/${id}/versions/1?lang=en`);
  await reviewing.getByRole('button', { name: 'Approve and publish' }).click();
  await reviewing.getByText('Approved', { exact: true }).first().waitFor();
  assert.deepEqual(complaints, []);
});
