import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isTest, ROOT, readSources } from './sources.ts';

const ID = /\[([A-Z]{1,2}\d{1,2})\]/g;

test('every numbered invariant of the design documents stands in the title of a test, and the other way round', () => {
  const claimed = new Map<string, string>();
  for (const path of globSync('docs/design/*.md', { cwd: ROOT })) {
    for (const match of readFileSync(ROOT + path, 'utf8').matchAll(ID)) claimed.set(match[1] ?? '', path);
  }
  const tested = new Map<string, string>();
  for (const source of readSources().filter((candidate) => isTest(candidate.path))) {
    for (const title of source.text.matchAll(/\b(?:test|it)\(\s*(['"`])(.*?)\1/gs)) {
      for (const match of (title[2] ?? '').matchAll(ID)) tested.set(match[1] ?? '', source.path);
    }
  }
  const untested = [...claimed].filter(([id]) => !tested.has(id)).map(([id, path]) => `[${id}] of ${path} has no test`);
  const unknown = [...tested]
    .filter(([id]) => !claimed.has(id))
    .map(([id, path]) => `[${id}] in ${path} stands in no design document`);
  assert.deepEqual([...untested, ...unknown], []);
});
