import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasCode, sha256Hex } from '@bulkhead/kernel';
import { temporaryDirectory } from '@bulkhead/testkit';
import type { Page } from '@bulkhead/visitor';
import { examineExport } from './examined.ts';
import { writeExport } from './written.ts';

const PICTURE = Buffer.from('bytes of a picture');
const SHA256 = sha256Hex(PICTURE);
const picture = { sha256: SHA256, file: `pictures/${SHA256}.png` };
const version = (article: number, number: number, more: object = {}) => ({
  line: 'version',
  article,
  number,
  format: 1,
  pictures: [picture],
  pages: {},
  content: { kind: 'news' },
  ...more,
});

/** Answers as the newsroom does: in parts, once told to wait; the picture it is told to. */
function newsroomLike(given: { readonly bytes?: Buffer } = {}) {
  const parts: Readonly<Record<string, readonly object[]>> = {
    '/export?after=0.0': [{ line: 'article', article: 1, format: 1 }, version(1, 1), { line: 'more', after: '1.1' }],
    '/export?after=1.1': [
      version(1, 2, { pages: { en: '<p>Words' } }),
      { line: 'article', article: 7, format: 1 },
      version(7, 1),
      { line: 'more', after: '7.1' },
    ],
    '/export?after=7.1': [{ line: 'end', format: 1 }],
  };
  const asked: string[] = [];
  const answer = (status: number, body: Buffer, headers = {}): Page => ({
    url: '',
    status,
    headers,
    body,
    text: body.toString('utf8'),
  });
  const read = async (path: string): Promise<Page> => {
    asked.push(path);
    if (asked.length === 1) return answer(429, Buffer.from('{}'), { 'retry-after': '2' });
    if (path.startsWith('/pictures/')) return answer(200, given.bytes ?? PICTURE);
    return answer(200, Buffer.from((parts[path] ?? []).map((line) => `${JSON.stringify(line)}\n`).join('')));
  };
  return { asked, read };
}

const told = { from: 'https://www.sample.example', at: new Date('2026-11-22T08:00:00.000Z'), wait: async () => {} };

test('[N13] an export is whole: each file as it was written, readable by its owner alone, and any change is found', async () => {
  const directory = join(await temporaryDirectory(), 'out');
  const door = newsroomLike();
  const summary = await writeExport(directory, { door, ...told });
  assert.deepEqual([summary.articles, summary.versions, summary.pages, summary.pictures, summary.files], [2, 3, 1, 1, 8]);
  assert.equal(door.asked.filter((path) => path.startsWith('/pictures/')).length, 1, 'each picture is fetched once');
  assert.equal(await readFile(join(directory, 'articles/000000001/en.html'), 'utf8'), '<p>Words');
  assert.equal((await stat(join(directory, 'articles/000000007/version-0001.json'))).mode & 0o077, 0);
  assert.match(
    execFileSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: directory, encoding: 'utf8' }),
    /version-0002\.json: OK/,
  );
  assert.deepEqual((await examineExport(directory)).faults, []);
  await assert.rejects(writeExport(directory, { door, ...told }), (error) => hasCode(error, 'input.invalid'));
  await appendFile(join(directory, 'articles/000000001/version-0001.json'), ' ');
  await rm(join(directory, picture.file));
  await writeFile(join(directory, 'articles/000000001/extra.json'), '{}');
  assert.deepEqual((await examineExport(directory)).faults, [
    'articles/000000001/version-0001.json has other bytes than were written',
    `${picture.file} is missing, or cannot be read`,
    'articles/000000001/extra.json does not belong to the export',
  ]);
  await appendFile(join(directory, 'SHA256SUMS'), `${SHA256}  ../../etc/passwd\n`);
  assert.match((await examineExport(directory)).faults.join('\n'), /etc\/passwd" is no line[^]*not the one of which/);
});

test('[N13] bytes that are not those of their name are not exported, and what did not come to its end is none', async () => {
  const directory = join(await temporaryDirectory(), 'out');
  const door = newsroomLike({ bytes: Buffer.from('other bytes') });
  await assert.rejects(writeExport(directory, { door, ...told }), (error) => hasCode(error, 'wire.invalid_reply'));
  await assert.rejects(examineExport(directory), /did not come to its end/);
});
