import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '@bulkhead/testkit';
import { z } from 'zod';
import { configSchema } from '#moving/config.ts';
import type { Moved } from '#moving/moved.rules.ts';
import { readMoving } from '#moving/moving.actions.ts';
import {
  type BootedWebsite,
  bootWebsite,
  editor,
  publish,
  reviewer,
  startVault,
  upload,
  useWebsiteCluster,
  WHOLE,
} from './booted-website.ts';
import { readPicture } from './sample-articles.ts';

const cluster = await useWebsiteCluster();
const vault = await startVault();
const lineSchema = z.looseObject({
  line: z.string(),
  article: z.number().default(0),
  number: z.number().default(0),
  after: z.string().default(''),
  pictures: z.array(z.object({ sha256: z.string(), file: z.string() })).default([]),
  pages: z.record(z.string(), z.string()).default({}),
});
type Line = z.infer<typeof lineSchema>;

async function exportAll(site: BootedWebsite): Promise<Line[]> {
  const lines: Line[] = [];
  for (let after = '0.0'; after !== ''; ) {
    const answer = await site.ask({ path: `/export?after=${after}`, asker: editor });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/x-ndjson; charset=utf-8');
    const part = answer.text
      .trimEnd()
      .split('\n')
      .map((line) => lineSchema.parse(JSON.parse(line)));
    lines.push(...part);
    after = part.at(-1)?.after ?? '';
  }
  assert.equal(lines.at(-1)?.line, 'end');
  return lines.filter(({ line }) => line === 'article' || line === 'version');
}

/** Writes lines as `bulkhead export website` does, as far as they are read again. */
async function writeDown(site: BootedWebsite, lines: readonly Line[]): Promise<string> {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'pictures'));
  await writeFile(
    join(directory, 'export.json'),
    JSON.stringify({ format: 1, what: 'website', from: 'https://www.sample.example' }),
  );
  for (const { line, pages: _, ...rest } of lines) {
    const own = join(directory, 'articles', String(rest.article).padStart(9, '0'));
    if (line === 'article') await mkdir(own, { recursive: true });
    const name = line === 'article' ? 'article.json' : `version-${String(rest.number).padStart(4, '0')}.json`;
    await writeFile(join(own, name), JSON.stringify(rest));
    for (const { sha256, file } of rest.pictures) {
      const { bytes } = await site.askBytes({ path: `/pictures/${sha256}`, asker: editor });
      await writeFile(join(directory, file), bytes);
    }
  }
  return directory;
}

/** Brings drafts in as the command does: pictures first, then the form, with the numbers that what it names has here. */
async function bringIn(site: BootedWebsite, directory: string, moved: readonly Moved[]): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  const read = (file: string | null) => readFile(join(directory, file ?? ''));
  for (const { key, fields, pictures, lead, names } of moved) {
    const form = new URLSearchParams(fields);
    for (const { name, file } of pictures) {
      const sha256 = await uploadFigure(site, await read(file));
      for (const [field, value] of form) if (field.startsWith('tree-')) form.set(field, value.replaceAll(name ?? '', sha256));
    }
    for (const { field, before, keys } of names)
      if (field.startsWith('block-')) form.set(field, before + keys.map((each) => ids.get(each)).join(', '));
      else for (const each of keys) form.append(field, String(ids.get(each)));
    const body = Buffer.from(form.toString());
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    const answer = await site.ask({ method: 'POST', path: '/articles', asker: editor, body, headers });
    assert.equal(answer.status, 201, answer.text);
    const { id } = z.object({ id: z.number() }).parse(JSON.parse(answer.text));
    ids.set(key, id);
    if (!lead) continue;
    const alts = Object.fromEntries(Object.entries(lead.alts).map(([language, alt]) => [`alt-${language}`, alt]));
    const focus = { 'focus-x': String(lead.focus?.x ?? ''), 'focus-y': String(lead.focus?.y ?? '') };
    const given = { credit: lead.credit, revision: '1', ...alts, ...focus };
    const shown = await upload(site, `/articles/${id}/versions/1/picture`, given, await read(lead.file));
    assert.ok(shown.status < 400, shown.text);
  }
  return ids;
}

async function uploadFigure(site: BootedWebsite, bytes: Uint8Array): Promise<string> {
  const { text } = await upload(site, '/pictures', {}, bytes);
  return z.object({ sha256: z.string() }).parse(JSON.parse(text)).sha256;
}

async function fill(site: BootedWebsite): Promise<void> {
  const topic = await publish(site, {
    kind: 'topic',
    'title-en': 'Pilots',
    'summary-en': 'Of pilots.',
    'title-ar': 'المرشدون',
    'summary-ar': 'عنهم.',
  });
  const press = await publish(site, { kind: 'contact', 'title-en': 'Press', email: 'press@sample.example' });
  const sha256 = await uploadFigure(site, readPicture('signal.png'));
  const tree = [
    {
      kind: 'paragraph',
      content: [
        { kind: 'text', text: 'Words, ' },
        { kind: 'link', text: 'more', href: '/en/topics/pilots', marks: ['em'] },
      ],
    },
    { kind: 'figure', picture: sha256, alt: 'A signal', caption: 'At night', credit: 'Us' },
  ];
  const news = {
    ...WHOLE,
    'body-en': '',
    'tree-en': JSON.stringify(tree),
    'title-zh': '新灯',
    'summary-zh': '灯塔亮了。',
    'body-zh': '远处可见。',
    'slug-fr': 'lumiere',
    topics: String(topic.id),
    contacts: String(press.id),
    symbols: 'MSC 108/1, A.1173(33)',
    publish: '2026-03-02T08:00',
    'publish-zone': 'Europe/London',
  };
  const created = await site.send('/articles', editor, news);
  const alts = { 'alt-en': 'A lamp', 'alt-fr': 'Une lampe', 'alt-zh': '灯' };
  const lead = { credit: 'Lamp Co', revision: '1', 'focus-x': '20', 'focus-y': '70', ...alts };
  await upload(site, `/articles/${created.id}/versions/1/picture`, lead, readPicture('signal.png'));
  const shown = await site.show(`/articles/${created.id}/versions/1`);
  const [, digest = ''] = /submit\/([0-9a-f]{64})/.exec(shown.text) ?? [];
  await site.send(`/articles/${created.id}/versions/1/submit/${digest}`, editor);
  await site.send(`/articles/${created.id}/versions/1/approve/${digest}`, reviewer);
  // An update under another address, and one more that nobody approved: what stands for the article is the first of them.
  await site.send(`/articles/${created.id}/versions`, editor);
  const update = await site.send(`/articles/${created.id}/versions/2`, editor, {
    ...news,
    slug: 'the-new-light',
    'note-en': 'Its name.',
    revision: '1',
  });
  await site.send(`/articles/${created.id}/versions/2/submit/${update.digest}`, editor);
  await site.send(`/articles/${created.id}/versions/2/approve/${update.digest}`, reviewer);
  await site.send(`/articles/${created.id}/versions`, editor);
  const event = {
    kind: 'event',
    'title-en': 'Council',
    'summary-en': 'It meets.',
    'place-en': 'London',
    starts: '2026-10-25T01:30',
    'starts-which': 'second',
    ends: '2026-10-25T09:00',
    'event-zone': 'Europe/London',
    topics: String(topic.id),
  };
  await publish(site, event);
  const blocks = {
    'block-1-kind': 'lead',
    'block-1-articles': String(created.id),
    'block-2-kind': 'latest',
    'block-2-of': `topic:${topic.id}`,
    'block-2-count': '5',
    'block-3-kind': 'contact',
    'block-3-of': `contact:${press.id}`,
  };
  await publish(site, { kind: 'home', 'title-en': 'Home', 'summary-en': 'Welcome.', ...blocks });
  await publish(site, {
    kind: 'redirects',
    slug: 'old',
    'title-en': 'Old',
    redirects: '/old/a /en/news/the-new-light\n/old/b /en/topics/pilots',
  });
  const gone = await publish(site, { ...WHOLE, 'title-en': 'Gone', slug: 'gone' });
  const reasons = { 'reason-en': 'It was wrong.' };
  const { digest: withdrawing } = await site.send(`/articles/${gone.id}/withdraw`, reviewer, reasons);
  await site.send(`/articles/${gone.id}/versions/1/withdraw/${withdrawing}`, reviewer, reasons);
  const dropped = await site.send('/articles', editor, { ...WHOLE, slug: 'dropped' });
  await site.send(`/articles/${dropped.id}/versions/1/discard`, editor);
  await site.send('/articles', editor, { ...WHOLE, 'title-en': 'Not yet', slug: 'not-yet' });
}

/** What two newsrooms hold of the same article, without what differs between any two: numbers, times, persons, renditions. */
function essence({ content }: Line, titleOf: (id: number) => string): unknown {
  const text = JSON.stringify(content, (key, value: unknown) => {
    if (['changeNote', 'renditions', 'isMinor'].includes(key)) return undefined;
    // A JPEG that is made anew once more is another file of the same picture, and has another digest in the text.
    if (['sha256', 'picture', 'sourceSha256'].includes(key) && typeof value === 'string') return 'a picture';
    if (['topics', 'bodies', 'contacts', 'articles'].includes(key) && Array.isArray(value)) return value.map(Number).map(titleOf);
    if (['article', 'topic', 'body', 'contact'].includes(key) && typeof value === 'number') return titleOf(value);
    return value;
  });
  return JSON.parse(text);
}

test('[N12] everything that is stored leaves in plain files, and in an empty newsroom becomes the same articles', async () => {
  const site = await bootWebsite(cluster, vault);
  await fill(site);
  const lines = await exportAll(site);
  const [numbers] = await site.database.read
    .selectFrom('article_version')
    .select(({ fn }) => fn.countAll<string>().as('all'))
    .where('article_id', '>', 0)
    .execute();
  assert.equal(
    lines.filter(({ line }) => line === 'version').length,
    Number(numbers?.all),
    'every version, drafts and discarded too',
  );
  const text = JSON.stringify(lines);
  for (const told of [
    'It was wrong.',
    '"kind":"approved"',
    'Lamp Co',
    '"zone":"Europe/London"',
    'press@sample.example',
    '/old/b',
  ])
    assert.ok(text.includes(told), told);
  for (const secret of ['submission_token', 'approval_token', 'secret_sha256']) assert.ok(!text.includes(secret), secret);
  const page = lines.find(({ pages }) => pages['en']?.includes('A new light'))?.pages ?? {};
  assert.match(page['zh'] ?? '', /<html lang="zh" dir="ltr">/);
  assert.match(
    page['en'] ?? '',
    /<img src="\.\.\/\.\.\/pictures\/[0-9a-f]{64}\.jpg"[^>]* alt="A signal"><figcaption>At night — Us/,
  );
  const directory = await writeDown(site, lines);

  const empty = await bootWebsite(cluster, vault);
  const config = configSchema.parse({ FORMAT: 'bulkhead', SOURCE: directory });
  const { moved, refused } = await readMoving(config);
  assert.deepEqual(
    refused.map(({ why }) => why),
    ['was withdrawn there: It was wrong.', 'was thrown away there'],
  );
  assert.deepEqual(
    moved.flatMap(({ redirects }) => redirects).filter(({ from }) => from.startsWith('/en')),
    [{ from: '/en/news/a-new-light', to: '/en/news/the-new-light' }],
  );
  await bringIn(empty, directory, moved);
  const back = await exportAll(empty);
  const tell = (all: readonly Line[], isWanted: (line: Line) => boolean) => {
    const versions = all.filter((line) => line.line === 'version' && isWanted(line));
    const titles = new Map(
      versions.map((line) => [line.article, JSON.stringify(line['content']).replace(/^.*?"title":"([^"]*)".*$/, '$1')]),
    );
    return new Map(versions.map((line) => [titles.get(line.article), essence(line, (id) => titles.get(id) ?? `nothing ${id}`)]));
  };
  const current = new Map(lines.filter(({ line }) => line === 'article').map((line) => [line.article, line['current']]));
  const before = tell(
    lines,
    ({ article, number, withdrawal, state }) => current.get(article) === number && !withdrawal && state !== 'discarded',
  );
  assert.equal(before.size, 7);
  assert.deepEqual(
    tell(back, () => true),
    before,
  );
  // Who neither edits nor reviews gets nothing.
  const answer = await empty.ask({ path: '/export', asker: { ...editor, roles: [] } });
  assert.equal(answer.status, 403);
  assert.equal((await empty.ask({ path: '/export?after=1', asker: editor })).status, 400);
});
