import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { sha256Hex } from '@bulkhead/kernel';
import { DigestSearch, eachPageBody } from './digest-search.rules.ts';

const digestOf = (number: number) => sha256Hex(Buffer.from(String(number)));
const drawFrom = (seed: number) => {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
};

test('[V18] a digest is found wherever it stands in the bytes, however they are cut, and nothing is found that is not there', () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const draw = drawFrom(seed);
    const parts: Buffer[] = [];
    const there = new Set<string>();
    for (let number = 0; number < 8; number += 1) {
      const noise = [randomBytes(draw(200)), Buffer.from('0123456789abcdef'.repeat(draw(12))), Buffer.alloc(draw(70), 'f')];
      parts.push(noise[draw(3)] ?? Buffer.alloc(0));
      if (draw(3) === 0) continue;
      const digest = digestOf(draw(10));
      there.add(digest);
      parts.push(Buffer.from(draw(2) === 0 ? digest : `${digest}${digestOf(draw(10))}`));
    }
    const bytes = Buffer.concat(parts);
    const expected = Array.from({ length: 12 }, (_, number) => digestOf(number)).filter((digest) => bytes.includes(digest));
    const search = new DigestSearch(Array.from({ length: 12 }, (_, number) => digestOf(number)));
    for (let at = 0; at < bytes.length; ) {
      const length = 1 + draw(150);
      search.take(bytes.subarray(at, at + length));
      at += length;
    }
    assert.deepEqual([...search.found].toSorted(), expected.toSorted(), `seed ${seed}`);
    assert.ok([...there].every((digest) => search.found.has(digest)));
  }
});

test('[V18] what does not follow is not put together, and a digest that a WAL page cuts through is', () => {
  const digest = digestOf(1);
  const cut = new DigestSearch([digest]);
  cut.take(Buffer.from(digest.slice(0, 30)));
  cut.cut();
  cut.take(Buffer.from(digest.slice(30)));
  assert.equal(cut.found.size, 0);
  for (const isStart of [true, false]) {
    const header = isStart ? 40 : 24;
    const first = Buffer.alloc(8192, 1);
    first.write(digest.slice(0, 10), 8182);
    const second = Buffer.alloc(8192, 2);
    second.write(digest.slice(10), 24);
    first.write('abcd', header - 4);
    const search = new DigestSearch([digest]);
    for (const body of eachPageBody(Buffer.concat([first, second]), isStart)) search.take(body);
    assert.ok(search.found.has(digest));
  }
});

test('megabytes of nothing but digits are looked through, and what stands behind them is found', () => {
  const search = new DigestSearch([digestOf(1)]);
  const piece = Buffer.alloc(1_048_576, 'a');
  for (let pieces = 0; pieces < 8; pieces += 1) search.take(piece);
  search.take(Buffer.from(digestOf(1)));
  assert.deepEqual([...search.found], [digestOf(1)]);
});
