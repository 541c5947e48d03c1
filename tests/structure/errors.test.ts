import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ROOT } from './sources.ts';

test('every error code has its section in docs/errors.md, and every section its code', () => {
  const codes = [...readFileSync(`${ROOT}packages/kernel/src/error.ts`, 'utf8').matchAll(/^ {2}\| '([a-z_.]+)'/gm)].map(
    (match) => match[1],
  );
  const told = [...readFileSync(`${ROOT}docs/errors.md`, 'utf8').matchAll(/^\| `([a-z_.]+)` \|/gm)].map((match) => match[1]);
  assert.deepEqual(new Set(told), new Set(codes));
  assert.equal(told.length, codes.length, 'a code stands twice');
});
