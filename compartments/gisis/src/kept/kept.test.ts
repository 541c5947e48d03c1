import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kept } from './kept.rules.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));
const isNothing = (count: number) => count === 0;

test('[GD9] what was counted is kept while its version stands, else for a moment; many who ask at once cause one count', async () => {
  const kept = new Kept<number>({ isNothing, most: 2, momentMs: 30_000 });
  let counts = 0;
  const count = () => Promise.resolve((counts += 1));
  const both = await Promise.all([kept.get('a', 'v1', at(0), count), kept.get('a', 'v1', at(0), count)]);
  assert.deepEqual(both, [
    { value: 1, at: at(0) },
    { value: 1, at: at(0) },
  ]);
  assert.equal((await kept.get('a', 'v1', at(3000), count)).value, 1, 'its version stands');
  assert.equal((await kept.get('a', null, at(20), count)).value, 1, 'a moment has not passed');
  assert.equal((await kept.get('a', 'v2', at(20), count)).value, 2, 'what claims a version holds it');
  assert.equal((await kept.get('b', null, at(31), count)).value, 3);
  assert.equal((await kept.get('b', null, at(62), count)).value, 4, 'without a version for a moment only');
  await kept.get('c', 'v1', at(62), count);
  assert.equal((await kept.get('a', 'v2', at(62), count)).value, 6, 'what was not asked for the longest went');
});

test('[GD9] a count that fails is not kept', async () => {
  const kept = new Kept<number>({ isNothing });
  await assert.rejects(
    kept.get('a', 'v1', at(0), () => Promise.reject(new Error('away'))),
    /away/,
  );
  assert.equal((await kept.get('a', 'v1', at(0), () => Promise.resolve(7))).value, 7);
});

test('[GD9] who does not want to wait long is told nothing yet, and the count goes on for the next', async () => {
  const kept = new Kept<string>({ isNothing: (text) => text === '', patienceMs: 1, atOnce: 1 });
  const counted = Promise.withResolvers<string>();
  assert.equal(await kept.soon('a', 'v1', at(0), () => counted.promise), undefined);
  assert.equal(await kept.soon('b', 'v1', at(0), () => Promise.resolve('b')), undefined, 'one at a time');
  counted.resolve('a');
  await counted.promise;
  assert.equal((await kept.soon('a', 'v1', at(0), () => assert.fail('it is counted')))?.value, 'a');
  assert.equal((await kept.get('b', 'v1', at(0), () => Promise.resolve('b'))).value, 'b');
});

test('[GD9] that there is nothing is not kept for a moment: the first record is seen at once, but what claims a version holds', async () => {
  const kept = new Kept<number>({ isNothing, momentMs: 30_000 });
  const none = () => Promise.resolve(0);
  const one = () => Promise.resolve(1);
  assert.equal((await kept.get('a', null, at(0), none)).value, 0);
  assert.equal((await kept.get('a', null, at(1), one)).value, 1, 'the first record came');
  assert.equal((await kept.get('b', 'v1', at(0), none)).value, 0);
  assert.equal((await kept.get('b', 'v1', at(20), one)).value, 0, 'its version stands');
  assert.equal((await kept.get('b', null, at(20), one)).value, 1, 'nobody can tell a version: it is counted again');
  const counted = Promise.withResolvers<number>();
  const both = [
    kept.get('c', null, at(0), () => counted.promise),
    kept.get('c', null, at(0), () => assert.fail('it is being counted')),
  ];
  counted.resolve(0);
  assert.deepEqual(
    (await Promise.all(both)).map(({ value }) => value),
    [0, 0],
  );
});
