/**
 * Takes the picture that the README opens with: the public page beside the sealed room of its editors.
 * Starts a sample estate of its own, seals the website as an operator would, and looks with Chromium.
 * Usage: sh tools/node tools/take-picture.ts
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { startEstateProcess } from '@bulkhead/testkit';
import { chromium } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const TARGET = new URL('../docs/pictures/readable-and-sealed.png', import.meta.url).pathname;
const SIZE = { width: 760, height: 860 };

if (!existsSync(CHROMIUM)) {
  console.error(`take-picture: ${CHROMIUM} is not there; install Debian's package chromium`);
  process.exit(1);
}

const estate = await startEstateProcess();
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-quic', '--no-first-run'],
});
try {
  const addressOf = (host: string) =>
    estate.description.addresses.find(({ url }) => new URL(url).hostname.startsWith(`${host}.`))?.url ?? '';
  const { code, err } = await estate.run('seal', 'website', '--reason', 'a picture for the README');
  if (code !== 0) throw new Error(`sealing failed: ${err}`);
  const readable = await look(`${addressOf('www')}en/`);
  const sealed = await look(`${addressOf('newsroom')}?lang=en`);
  await mkdir(new URL('../docs/pictures', import.meta.url), { recursive: true });
  await compose([
    { caption: 'The public reads on: the signed edition', picture: readable },
    { caption: 'The editors’ room, sealed: what is closed, by whom, since when', picture: sealed },
  ]);
  console.log(`${TARGET}: ${Math.round((await readFile(TARGET)).length / 1024)} kB`);
} finally {
  await browser.close();
  await estate.remove();
}

async function look(url: string): Promise<string> {
  const page = await browser.newPage({ viewport: SIZE, colorScheme: 'light' });
  await page.goto(url);
  const picture = await page.screenshot();
  await page.close();
  return `data:image/png;base64,${picture.toString('base64')}`;
}

async function compose(sides: readonly { readonly caption: string; readonly picture: string }[]): Promise<void> {
  const page = await browser.newPage({ viewport: { width: SIZE.width * 2 + 96, height: SIZE.height + 110 } });
  const figures = sides
    .map(
      ({ caption, picture }) =>
        `<figure><img alt="" src="${picture}" width="${SIZE.width}"><figcaption>${caption}</figcaption></figure>`,
    )
    .join('');
  await page.setContent(
    `<style>body{margin:0;display:flex;gap:32px;padding:32px;background:#dfe6ec;font:600 20px system-ui,sans-serif;color:#16324a}
     figure{margin:0}img{display:block;border:1px solid #9fb2c2;border-radius:6px}figcaption{padding:14px 2px 0}</style>${figures}`,
  );
  await page.screenshot({ path: TARGET });
}
