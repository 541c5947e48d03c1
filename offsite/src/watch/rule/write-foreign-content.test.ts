import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inserted, judge, rulesOf, updated } from './tests/sample.ts';

const script = '<p>News</p><script src="https://evil.example/x.js"></script>';

test('[W8] markup that runs is a finding when it is written into a row, and names the column', () => {
  const [found] = judge([updated({ id: '2', body: '<p>News</p>' }, { body: script })]);
  assert.equal(found?.rule, 'write.foreign_content');
  assert.equal(found?.evidence['column'], 'article.body');
  assert.match(found?.evidence['content'] ?? '', /evil\.example/);
  assert.deepEqual(rulesOf(judge([inserted({ id: '2', body: script })])), ['write.foreign_content']);
});

test('[W8] what stood there before is nobody’s doing now', () => {
  assert.deepEqual(judge([updated({ id: '2', body: script, title: 'a' }, { title: 'b' })]), []);
  assert.deepEqual(judge([updated({ id: '2', body: script }, { body: `${script}<p>More</p>` })]), []);
});
