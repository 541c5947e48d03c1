import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BODY_LIMIT, choosePage, entryFormSchema, PAGE_SIZE, readPageNumber, TITLE_LIMIT, writeEntry } from './entry.rules.ts';

const judge = (title: string, body = '') => entryFormSchema.safeParse({ title, body });

test('a title is one tidy line, and a text keeps its paragraphs', () => {
  const { data } = judge('  A   new \t light ', '\n One.\n\nTwo. \n');
  assert.deepEqual(data, { title: 'A new light', body: 'One.\n\nTwo.' });
});

test('a title that says nothing is refused, in any writing; one that says something is not', () => {
  for (const title of ['', '   ', '!?', '—', '\u200b']) assert.equal(judge(title).success, false, title);
  for (const title of ['7', 'ك', '灯', 'Ж', 'é']) assert.equal(judge(title).success, true, title);
});

test('title and text end at their limits', () => {
  assert.equal(judge('t'.repeat(TITLE_LIMIT), 'b'.repeat(BODY_LIMIT)).success, true);
  assert.equal(judge('t'.repeat(TITLE_LIMIT + 1)).success, false);
  assert.equal(judge('t', 'b'.repeat(BODY_LIMIT + 1)).success, false);
});

test('an entry carries who added it, and when', () => {
  const now = new Date('2026-03-02T09:00:00.000Z');
  const addedBy = { accountId: 'account-1', name: 'Amina' };
  assert.deepEqual(writeEntry({ title: 't', body: '' }, addedBy, now), { title: 't', body: '', addedBy, addedAt: now });
});

test('the page that is shown is the nearest that exists', () => {
  assert.deepEqual(choosePage(1, 0), { number: 1, count: 1 });
  assert.deepEqual(choosePage(1, PAGE_SIZE), { number: 1, count: 1 });
  assert.deepEqual(choosePage(2, PAGE_SIZE + 1), { number: 2, count: 2 });
  assert.deepEqual(choosePage(9, PAGE_SIZE + 1), { number: 2, count: 2 });
  for (const text of [undefined, '', '0', '-1', 'x', '1e3', '9'.repeat(40)]) assert.equal(readPageNumber(text), 1);
  assert.equal(readPageNumber('12'), 12);
});
