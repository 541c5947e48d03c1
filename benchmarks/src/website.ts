import { siteStatusSchema } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import { type EstateProcess, startEstateProcess, waitUntil } from '@bulkhead/testkit';
import { type Page, signIn, Visitor } from '@bulkhead/visitor';
import { z } from 'zod';
import { measurePages } from './edition.ts';
import { percentile, type Row } from './row.ts';

const CHANGES = 20;
const GOAL_MS = 1000;
const GOAL_BYTES = 100_000;
/** Longer than any change takes to be seen; then the measurement fails. */
const SEEN_WITHIN_MS = 30_000;

const versionSchema = z.object({ id: z.number().int(), number: z.number().int(), digest: z.string() });

/** The public website of a sample estate: its pages beside nginx, what the home page weighs, and how soon a change is seen. */
export async function measureWebsite(): Promise<readonly Row[]> {
  const estate = await startEstateProcess();
  const visitor = new Visitor({ address: '127.0.0.1' });
  try {
    const origin = originOf(estate, 'www.');
    const home = await visitor.visit(`${origin}/en/`);
    const article = /href="(\/en\/news\/[a-z][a-z0-9-]+)"/.exec(home.text)?.[1];
    if (article === undefined) throw new Error('the home page leads to no article');
    const { out } = await estate.run('status', '--json');
    const { headquarters } = z.object({ headquarters: siteStatusSchema }).parse(JSON.parse(out));
    const gateway = headquarters.processes.find(({ name }) => name === 'gateway')?.pid;
    if (!gateway) throw new Error('the gateway shows no process id');
    return [
      weightRow(await weigh(visitor, home)),
      ...visibleRows(await measureVisible(estate, visitor, origin)),
      ...(await measurePages(new URL(origin), gateway, [
        { name: 'home page', path: '/en/', body: home.body },
        { name: 'article page', path: article, body: (await visitor.visit(`${origin}${article}`)).body },
      ])),
    ];
  } finally {
    visitor.leave();
    await estate.remove();
  }
}

/** Bytes over the wire of a page with all that it loads: content, compressed as a browser asks for it, without headers. */
async function weigh(visitor: Visitor, home: Page): Promise<number> {
  const loaded = [...home.text.matchAll(/<(?:link rel="stylesheet" href|img[^>]* src)="([^"]+)"/g)].map(([, path]) => path ?? '');
  const urls = new Set([home.url, ...[...loaded, '/favicon.ico'].map((path) => new URL(path, home.url).href)]);
  let bytes = 0;
  for (const url of urls) {
    const page = await visitor.visit(url, { headers: { 'accept-encoding': 'br' } });
    if (page.status !== 200) throw new Error(`${url} is answered with ${page.status}`);
    bytes += page.body.length;
  }
  return bytes;
}

/** From the answer to the approval until the public page shows the new words, of each change. */
async function measureVisible(estate: EstateProcess, visitor: Visitor, origin: string): Promise<readonly number[]> {
  const editor = await joinNewsroom(estate, 'editor@sample.invalid');
  const reviewer = await joinNewsroom(estate, 'reviewer@sample.invalid');
  const figures: number[] = [];
  for (let at = 1; at <= CHANGES; at += 1) {
    const slug = `measured-change-${at}`;
    const draft = await editor.send('/articles', {
      kind: 'news',
      slug,
      'title-en': `Measured change ${at}`,
      'summary-en': 'One change, seen by somebody who looks.',
      'body-en': 'It was written, looked at by a second person, and published.',
    });
    const submitted = await editor.send(`/articles/${draft.id}/versions/${draft.number}/submit/${draft.digest}`, {});
    await reviewer.send(`/articles/${draft.id}/versions/${draft.number}/approve/${submitted.digest}`, {});
    const approvedAt = performance.now();
    await waitUntil(async () => (await visitor.visit(`${origin}/en/news/${slug}`)).status === 200, {
      what: 'the change to be seen',
      timeoutMs: SEEN_WITHIN_MS,
    });
    figures.push(performance.now() - approvedAt);
    await sleepMs(200);
  }
  editor.leave();
  reviewer.leave();
  return figures;
}

async function joinNewsroom(estate: EstateProcess, email: string) {
  const account = estate.description.accounts.find((one) => one.email === email);
  if (!account) throw new Error(`the sample has no account ${email}`);
  const visitor = new Visitor({ address: '127.0.0.1' });
  const origin = originOf(estate, 'newsroom.');
  await signIn(visitor, `${origin}/`, account, () => new Date());
  return {
    send: async (path: string, form: Readonly<Record<string, string>>) => {
      const page = await visitor.visit(`${origin}${path}`, { form, headers: { accept: 'application/json' }, redirects: 0 });
      if (page.status >= 300) throw new Error(`${path} is answered with ${page.status}: ${page.text.slice(0, 300)}`);
      return versionSchema.parse(JSON.parse(page.text));
    },
    leave: () => visitor.leave(),
  };
}

function originOf(estate: EstateProcess, host: string): string {
  const url = estate.description.addresses.find((address) => new URL(address.url).hostname.startsWith(host))?.url;
  if (url === undefined) throw new Error(`the estate has no address ${host}`);
  return new URL(url).origin;
}

function weightRow(bytes: number): Row {
  return alone('home page with style and pictures, over the wire', 'bytes', bytes, GOAL_BYTES, '≤ 100 kB');
}

function visibleRows(figures: readonly number[]): Row[] {
  const at = (share: number) => Math.round(percentile(figures, share));
  const p50 = alone('from approval to visible, p50 on the sample site', 'ms', at(0.5), GOAL_MS, 'none: see p95');
  return [{ ...p50, met: null }, alone('from approval to visible, p95 on the sample site', 'ms', at(0.95), GOAL_MS, '≤ 1 s')];
}

/** A figure with a goal of its own, and nothing to stand beside. */
function alone(work: string, unit: string, ours: number, limit: number, goal: string): Row {
  return { work, unit, ours, beside: null, ratio: null, goal, met: ours <= limit };
}
