import assert from 'node:assert/strict';
import { appendFile, writeFile } from 'node:fs/promises';
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
  const offer = async (_: string, form: Readonly<Record<string, string>> | FormData): Promise<Page> => {
    assert.ok(!(form instanceof FormData));
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
  return { drafts, offer };
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
