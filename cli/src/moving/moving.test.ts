import assert from 'node:assert/strict';
import { appendFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasCode } from '@bulkhead/kernel';
import { temporaryDirectory } from '@bulkhead/testkit';
import type { Page } from '@bulkhead/visitor';
import { convertExport } from './converter.ts';
import { deliver } from './deliver.ts';
import { Memory } from './memory.ts';

const CHECKOUT = new URL('../../..', import.meta.url).pathname.replace(/\/$/, '');
const directory = await temporaryDirectory();
const source = join(directory, 'export.xml');

async function convert(...titles: string[]) {
  const items = titles.map(
    (
      title,
      at,
    ) => `<item><title>${title}</title><link>https://old.example/${at}/</link><content:encoded>${title}.</content:encoded>
<wp:post_id>${at}</wp:post_id><wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>`,
  );
  await writeFile(source, `<rss><channel><link>https://old.example</link>\n${items.join('\n')}</channel></rss>`);
  return convertExport(CHECKOUT, { format: 'wordpress', source, kinds: {} });
}

/** Answers as the newsroom does: the first form with 429, known addresses with 409, one title with 422. */
function newsroomLike() {
  const drafts = new Map<string, Readonly<Record<string, string>>>();
  let isFirst = true;
  const answer = (status: number, body: unknown, headers = {}): Page => {
    const text = JSON.stringify(body);
    return { url: '', status, headers, body: Buffer.from(text), text };
  };
  const uploads: string[] = [];
  const offer = async (path: string, given: Readonly<Record<string, string>> | FormData | URLSearchParams): Promise<Page> => {
    if (given instanceof FormData) {
      const file = given.get('picture');
      assert.ok(file instanceof File);
      const alt = given.get('alt-en');
      uploads.push(`${path} ${file.name} ${typeof alt === 'string' ? alt : ''}`);
      if ((await file.text()) !== 'a picture') return answer(422, { code: 'picture.refused' });
      return answer(201, { sha256: 'a'.repeat(64) });
    }
    const form = Object.fromEntries(new URLSearchParams(given));
    if (isFirst) {
      isFirst = false;
      return answer(429, {}, { 'retry-after': '3' });
    }
    if (form['title-en'] === 'Refused') return answer(422, { code: 'input.invalid', faults: { slug: 'not so' } });
    const slug = form['slug'] ?? '';
    if (drafts.has(slug)) return answer(409, { code: 'article.slug_taken' });
    drafts.set(slug, form);
    return answer(201, { id: drafts.size, number: 1, digest: '' });
  };
  return { drafts, offer, uploads };
}

test('[N11] moving in twice writes nothing twice, tells what changed since, and a rehearsal writes nothing', async () => {
  const door = newsroomLike();
  const file = join(directory, 'memory.jsonl');
  const open = async () => Memory.at(file);
  const waits: number[] = [];
  const wait = async (ms: number) => void waits.push(ms);
  const rehearsed = await deliver(await convert('One', 'Two', 'Refused'), { door: null, memory: await open() });
  assert.equal(rehearsed.imported.length, 3);
  assert.equal(door.drafts.size, 0);
  const first = await deliver(await convert('One', 'Two', 'Refused'), { door, memory: await open(), wait });
  assert.deepEqual(waits, [3000]);
  assert.deepEqual(
    first.imported.map(({ id }) => id),
    [1, 2],
  );
  assert.deepEqual(
    first.refused.map(({ why }) => why),
    ['slug: not so'],
  );
  assert.deepEqual(first.redirectDrafts, [{ id: 3, count: 2 }]);
  assert.equal(door.drafts.get('former-site-1')?.['redirects'], '/0/ /en/news/0\n/1/ /en/news/1');
  await appendFile(file, '{"key":"cut of');
  const second = await deliver(await convert('One', 'Two, changed', 'Refused'), { door, memory: await open(), wait });
  assert.deepEqual([second.imported, second.unchanged, second.redirectDrafts], [[], 1, []]);
  assert.deepEqual(
    second.changed.map(({ id }) => id),
    [2],
  );
  assert.equal(door.drafts.size, 3);
  const forgotten = await deliver(await convert('One'), { door, memory: await Memory.at(join(directory, 'other.jsonl')), wait });
  assert.deepEqual(
    forgotten.refused.map(({ why }) => why),
    ['there is an article with this address already'],
  );
});

test('[N14] pictures come from the directory that was given, as uploads; what is missing, refused or not described is told', async () => {
  const pages = join(directory, 'crawl');
  await mkdir(join(pages, 'img'), { recursive: true });
  await writeFile(join(directory, 'outside.png'), 'a picture');
  await symlink(join(directory, 'outside.png'), join(pages, 'img/link.png'));
  await writeFile(join(pages, 'img/ship.jpg'), 'a picture');
  await writeFile(join(pages, 'img/bomb.png'), 'not a picture');
  const images = [
    '/img/ship.jpg" alt="A ship',
    '/img/ship.jpg',
    'img/bomb.png" alt="x',
    'img/link.png',
    '../outside.png',
    'https://elsewhere.example/img/ship.jpg',
    'file:///etc/passwd',
    '/img/none.png',
  ];
  const body = images.map((src) => `<figure><img src="${src}"><figcaption>Seen</figcaption></figure>`).join('');
  await writeFile(join(pages, 'ships.html'), `<html lang=en><main><h1>Ships</h1><p>Words.</p>${body}</main>`);
  const converted = await convertExport(CHECKOUT, { format: 'pages', source: pages, origin: 'https://old.example', kinds: {} });
  const door = newsroomLike();
  const memory = await Memory.at(join(directory, 'pictures.jsonl'));
  const { pictures } = await deliver(converted, { door, memory, pictureRoot: pages, wait: async () => {} });
  assert.equal(pictures.brought, 1);
  assert.deepEqual(
    pictures.missing.map(({ src, why }) => `${src}: ${why}`),
    [
      'img/bomb.png: the newsroom refuses it (picture.refused)',
      ...['img/link.png', '../outside.png', 'https://elsewhere.example/img/ship.jpg', 'file:///etc/passwd', '/img/none.png'].map(
        (src) => `${src}: its file was not given`,
      ),
    ],
  );
  assert.deepEqual(
    pictures.undescribed.map(({ src }) => src),
    ['/img/ship.jpg'],
  );
  const tree = door.drafts.get('ships')?.['tree-en'] ?? '';
  const figure = (alt: string) => ({ kind: 'figure', picture: 'a'.repeat(64), alt, caption: 'Seen', credit: '' });
  const figures = JSON.parse(tree).filter(({ kind }: { kind: string }) => kind === 'figure');
  assert.deepEqual(figures, [figure('A ship'), figure('')]);
  assert.deepEqual(door.uploads, ['/pictures ship.jpg ', '/pictures bomb.png ']);
});

test('what names other articles has their numbers here, and a picture of a whole article needs its words', async () => {
  const door = newsroomLike();
  const memory = await Memory.at(join(directory, 'names.jsonl'));
  await writeFile(join(directory, 'lead.png'), 'a picture');
  const nothing = {
    redirects: [],
    dropped: {},
    unresolved: [],
    pictures: [],
    lead: null,
    names: [],
    where: 'x',
    title: 'x',
    digest: 'b'.repeat(64),
  };
  const lead = { src: 'lead.png', file: 'lead.png', credit: 'Us', alts: { en: 'A ship' }, focus: null };
  const names = [
    { field: 'topics', before: '', keys: ['topic', 'gone'] },
    { field: 'block-1-of', before: 'topic:', keys: ['topic'] },
    { field: 'block-2-articles', before: '', keys: ['gone'] },
  ];
  const fields = { slug: 'home', 'block-1-kind': 'latest', 'block-2-kind': 'links' };
  const moved = [
    { ...nothing, key: 'topic', fields: { slug: 'topic' }, lead },
    { ...nothing, key: 'other', fields: { slug: 'other' }, lead: { ...lead, credit: '' } },
    { ...nothing, key: 'home', fields, names },
  ];
  const { unnamed, pictures } = await deliver(
    { moved, refused: [], redirects: [] },
    { door, memory, pictureRoot: directory, wait: async () => {} },
  );
  assert.deepEqual(door.drafts.get('home'), { slug: 'home', 'block-1-kind': 'latest', topics: '1', 'block-1-of': 'topic:1' });
  assert.deepEqual(
    unnamed.map(({ field }) => field),
    ['topics', 'block-2-articles'],
  );
  assert.deepEqual(door.uploads, ['/articles/1/versions/1/picture lead.png A ship']);
  assert.match(pictures.missing[0]?.why ?? '', /--credit/);
});

test('what an export cannot be is told with its file and line', async () => {
  await writeFile(source, '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>');
  const isTold = (error: unknown) =>
    error instanceof Error && hasCode(error, 'input.invalid') && /export\.xml, line 1: a document type/.test(error.message);
  await assert.rejects(convertExport(CHECKOUT, { format: 'wordpress', source, kinds: {} }), isTold);
  await assert.rejects(
    convertExport(CHECKOUT, { format: 'pages', source: join(directory, 'none'), kinds: {} }),
    /there is no such file/,
  );
  await assert.rejects(convertExport(CHECKOUT, { format: 'drupal', source, kinds: {} }), /--origin/);
});
