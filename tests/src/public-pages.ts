import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { Language } from '@bulkhead/contracts';
import { type EstateProcess, temporaryDirectory, waitUntil } from '@bulkhead/testkit';
import { launchChromium, NO_CHROMIUM, runAxe } from '@bulkhead/testkit/chromium';
import { Visitor } from '@bulkhead/visitor';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { Member, publish, withdraw } from './newsroom.ts';
import { originOf } from './sites.ts';

/** A form of passkeys is shown only where its script runs: the browser itself has no other way to ask for one. */
const REMOVE_SCRIPTED = "for (const form of document.querySelectorAll('form[data-passkey]')) form.remove()";
const WITHDRAWN = 'withdrawn-in-a-test';

/** Each kind of page that the public can meet: its host, its path in a language, and the status it comes with. */
const KINDS: readonly (readonly [kind: string, host: string, path: (language: Language) => string, status: number])[] = [
  ['home page', 'www', (language) => `/${language}/`, 200],
  ['page for what was withdrawn', 'www', (language) => `/${language}/news/${WITHDRAWN}`, 410],
  ['status page', 'status', (language) => `/${language}/`, 200],
  ['sign-in page', 'id', (language) => `/sign-in?lang=${language}`, 200],
];

const exportedSchema = z.object({ articles: z.number(), pictures: z.number() });
const rehearsedSchema = z.object({
  imported: z.array(z.unknown()),
  refused: z.array(z.object({ why: z.string() })),
  pictures: z.object({ missing: z.array(z.unknown()) }),
});

/** A browser of a suite's own, with a tab for light colours, and axe to look with. */
class Looker {
  #browser: Browser | undefined;
  #light: Page | undefined;

  async begin(): Promise<void> {
    this.#browser = await launchChromium();
    this.#light = await this.#browser.newPage({ colorScheme: 'light' });
  }

  async end(): Promise<void> {
    await this.#browser?.close();
  }

  get browser(): Browser {
    assert.ok(this.#browser);
    return this.#browser;
  }

  get light(): Page {
    assert.ok(this.#light);
    return this.#light;
  }

  /** Serious and critical findings, told with their place. */
  async listFindings(page: Page): Promise<string[]> {
    return (await runAxe(page))
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, help, places }) => `${page.url()}: ${id}: ${help}: ${places[0] ?? ''}`);
  }
}

/** One tab goes from page to page: a new one for each costs more than all that is looked at. */
async function open(tab: Page, url: string, status: number): Promise<void> {
  const answer = await tab.goto(url, { waitUntil: 'load' });
  assert.equal(answer?.status(), status, url);
}

/** @param languages in which axe looks at each kind of page */
export function testPublicPages(estate: EstateProcess, languages: readonly Language[]): void {
  const looker = new Looker();
  const urlOf = (host: string, path: string) => `${originOf(estate, host)}${path}`;

  suite('the pages of the public', { skip: NO_CHROMIUM }, () => {
    before(async () => {
      await looker.begin();
      await withdrawOne(estate);
    });
    after(() => looker.end());

    for (const [kind, host, path, status] of KINDS) {
      test(`the ${kind} has no serious fault of accessibility in ${languages.join(', ')}, and names its language`, async () => {
        const findings: string[] = [];
        for (const language of languages) {
          await open(looker.light, urlOf(host, path(language)), status);
          findings.push(...(await looker.listFindings(looker.light)));
          const told = await looker.light
            .locator('html')
            .evaluate((element) => ({ lang: element.getAttribute('lang'), dir: element.getAttribute('dir') }));
          assert.deepEqual(told, { lang: language, dir: language === 'ar' ? 'rtl' : 'ltr' });
        }
        assert.deepEqual(findings, []);
      });
    }

    test('[N13] all that the newsroom holds is exported by command, found whole, and readable as drafts again', async () => {
      const directory = join(await temporaryDirectory(), 'export');
      const written = await estate.run('export', 'website', directory, '--json');
      assert.equal(written.code, 0, written.err);
      const { articles, pictures } = exportedSchema.parse(JSON.parse(written.out));
      assert.ok(articles > 10 && pictures > 0, written.out);
      assert.equal((await estate.run('export', 'website', directory)).code, 2, 'never over something');
      const verified = await estate.run('export', 'website', directory, '--verify');
      assert.equal(verified.code, 0, verified.out);
      const dry = await estate.run('import', 'website', directory, '--from', 'bulkhead', '--dry-run', '--json');
      assert.equal(dry.code, 0, dry.err);
      const told = rehearsedSchema.parse(JSON.parse(dry.out));
      assert.equal(told.imported.length + told.refused.length, articles);
      assert.deepEqual(
        [told.pictures.missing, told.refused.filter(({ why }) => !why.startsWith('was withdrawn there'))],
        [[], []],
      );
    });

    test('pages keep their contrast for people who ask for dark colours', async () => {
      const dark = await looker.browser.newPage({ colorScheme: 'dark' });
      const findings: string[] = [];
      for (const [, host, path, status] of KINDS) {
        await open(dark, urlOf(host, path('en')), status);
        findings.push(...(await looker.listFindings(dark)));
      }
      await dark.close();
      assert.deepEqual(findings, []);
    });

    test('pages read the same without JavaScript, and load nothing from elsewhere', async () => {
      const plain = await looker.browser.newPage({ javaScriptEnabled: false });
      const full = await looker.browser.newPage();
      const asked: string[] = [];
      full.on('request', (request) => asked.push(new URL(request.url()).origin));
      for (const [, host, path, status] of KINDS) {
        for (const language of ['en', 'ar'] as const) {
          const url = urlOf(host, path(language));
          await Promise.all([open(plain, url, status), open(full, url, status)]);
          const text = await plain.locator('main').innerText();
          assert.ok(text.length > 20, url);
          await full.evaluate(REMOVE_SCRIPTED);
          assert.equal(text, await full.locator('main').innerText(), url);
        }
      }
      await Promise.all([plain.close(), full.close()]);
      const own = estate.description.addresses.map(({ url }) => new URL(url).origin);
      assert.deepEqual(
        asked.filter((origin) => !own.includes(origin)),
        [],
      );
    });

    test('the first key press reaches a link that skips to the content', async () => {
      for (const [, host, path, status] of KINDS) {
        await open(looker.light, urlOf(host, path('en')), status);
        await looker.light.keyboard.press('Tab');
        const link = looker.light.locator('a:focus');
        assert.equal(await link.getAttribute('href'), '#content', looker.light.url());
        assert.ok(await link.isVisible(), 'it can be seen once it has the focus');
        await looker.light.keyboard.press('Enter');
        assert.equal(await looker.light.evaluate('document.activeElement.closest("main") !== null'), true, looker.light.url());
      }
    });

    test('a narrow window needs no sideways scrolling', async () => {
      const narrow = await looker.browser.newPage({ viewport: { width: 320, height: 640 } });
      for (const [, host, path, status] of KINDS) {
        for (const language of ['ru', 'ar'] as const) {
          await open(narrow, urlOf(host, path(language)), status);
          const over = await narrow.evaluate('document.documentElement.scrollWidth - window.innerWidth');
          assert.ok(z.number().parse(over) <= 0, `${narrow.url()} is ${String(over)} pixels too wide`);
        }
      }
      await narrow.close();
    });
  });
}

/** The newsroom stays sealed. */
export function testSealedRoom(estate: EstateProcess, languages: readonly Language[]): void {
  const looker = new Looker();
  const urlOf = (host: string, path: string) => `${originOf(estate, host)}${path}`;

  suite('the sealed room of the newsroom', { skip: NO_CHROMIUM }, () => {
    before(() => looker.begin());
    after(() => looker.end());

    test(`the sealed room has no serious fault of accessibility either, in ${languages.join(', ')}`, async () => {
      const { code, err } = await estate.run('seal', 'website', '--reason', 'a test');
      assert.equal(code, 0, err);
      const findings: string[] = [];
      for (const language of languages) {
        await open(looker.light, urlOf('newsroom', `/?lang=${language}`), 503);
        assert.equal(await looker.light.locator('.sealed h1').count(), 1);
        assert.equal(await looker.light.locator('html').getAttribute('dir'), language === 'ar' ? 'rtl' : 'ltr');
        findings.push(...(await looker.listFindings(looker.light)));
      }
      await open(looker.light, urlOf('status', '/en/'), 200);
      findings.push(...(await looker.listFindings(looker.light)));
      assert.deepEqual(findings, []);
      await open(looker.light, urlOf('www', '/en/'), 200);
    });
  });
}

/** An article is published and withdrawn, so that there is a page that says so. */
async function withdrawOne(estate: EstateProcess): Promise<void> {
  const [editor, reviewer] = [await Member.enter(estate, 'editor'), await Member.enter(estate, 'reviewer')];
  const reader = new Visitor({ address: '127.0.0.1' });
  const untilStatus = (status: number) =>
    waitUntil(async () => (await reader.visit(`${originOf(estate, 'www')}/en/news/${WITHDRAWN}`)).status === status, {
      what: `the public meets ${status} at the article`,
      timeoutMs: 60_000,
    });
  const version = await publish(editor, reviewer, WITHDRAWN);
  await untilStatus(200);
  await withdraw(reviewer, version, 'Published by mistake.');
  await untilStatus(410);
  for (const member of [editor, reviewer]) member.leave();
  reader.leave();
}
