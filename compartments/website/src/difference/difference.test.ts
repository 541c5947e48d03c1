import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareLines, compareWords, hasDifference, type Piece } from './difference.rules.ts';

const removedFrom = (pieces: readonly Piece[]) =>
  pieces
    .filter((piece) => piece.kind !== 'added')
    .map((piece) => piece.text)
    .join('');
const addedTo = (pieces: readonly Piece[]) =>
  pieces
    .filter((piece) => piece.kind !== 'removed')
    .map((piece) => piece.text)
    .join('');

test('one changed word is shown as one word, and both texts can be read out of the difference', () => {
  const pieces = compareWords('The website came back at noon.', 'The website came back at 14:00.');
  assert.deepEqual(pieces, [
    { kind: 'same', text: 'The website came back at ' },
    { kind: 'removed', text: 'noon.' },
    { kind: 'added', text: '14:00.' },
  ]);
});

test('whatever two texts are, the difference holds both', () => {
  const words = ['a', 'b', 'c', '海', '上', 'd'];
  let seed = 7;
  const next = (limit: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % limit;
  };
  const make = () => Array.from({ length: next(30) }, () => words[next(words.length)]).join(' ');
  for (let round = 0; round < 200; round += 1) {
    const [before, after] = [make(), make()];
    const pieces = compareWords(before, after);
    assert.equal(removedFrom(pieces), before);
    assert.equal(addedTo(pieces), after);
  }
});

test('lines that stay are the same, lines that come and go are told', () => {
  const lines = compareLines(['one', 'two', 'three'], ['one', 'three', 'four']);
  assert.deepEqual(
    lines.map((pieces) => pieces.map((piece) => piece.kind).join()),
    ['same', 'removed', 'same', 'added'],
  );
  assert.equal(hasDifference(compareLines(['x'], ['x'])), false);
});

test('two long texts without anything in common cost no more than short ones', () => {
  const startedAt = performance.now();
  const long = (word: string) => Array.from({ length: 10_000 }, (_, at) => `${word}${at}`).join(' ');
  const pieces = compareWords(long('a'), long('b'));
  assert.deepEqual(
    pieces.map((piece) => piece.kind),
    ['removed', 'added'],
  );
  assert.ok(performance.now() - startedAt < 5000);
});
