import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode, sha256Hex } from '@bulkhead/kernel';
import { encodeLine, genesisOf, isUnchained, readChain, readUnchained } from './chain.rules.ts';

const GENESIS = genesisOf('42');

/** An index of so many lines. */
function write(count: number): { readonly text: string; readonly heads: { lines: number; sha256: string }[] } {
  let text = '';
  const heads = [{ lines: 0, sha256: GENESIS }];
  for (let lines = 1; lines <= count; lines += 1) {
    const prev = heads.at(-1)?.sha256 ?? '';
    const line = encodeLine({ name: `00000001000000000000000${lines}`, sha256: sha256Hex(String(lines)), ranMs: lines, prev });
    text += line.text;
    heads.push({ lines, sha256: line.sha256 });
  }
  return { text, heads };
}

const isDamaged = (error: unknown) => hasCode(error, 'archive.damaged');

test('[A12] an index that was cut, altered, reordered or taken from another cluster is damaged', () => {
  const { text, heads } = write(6);
  const lines = text.split('\n').slice(0, -1);
  assert.equal(readChain(text, GENESIS, heads[6]).lines.length, 6);
  const without = (at: number) => lines.filter((_, index) => index !== at).map((line) => `${line}\n`);
  const wrong = [
    ...[0, 1, 2, 3, 4].map((at) => without(at).join('')),
    [...without(2).slice(0, 4), `${lines[2]}\n`, `${lines[5]}\n`].join(''),
    text.replace('"ranMs":3', '"ranMs":4'),
    text.replace(sha256Hex('2'), sha256Hex('3')),
  ];
  for (const altered of wrong) assert.throws(() => readChain(altered, GENESIS, heads[6]), isDamaged);
  assert.throws(() => readChain(text, genesisOf('43'), undefined), isDamaged);
  for (const kept of [0, 3, 5]) {
    const cut = lines.slice(0, kept).map((line) => `${line}\n`);
    assert.throws(() => readChain(cut.join(''), GENESIS, heads[6]), isDamaged, `cut to ${kept} lines`);
  }
  assert.throws(() => readChain(text, GENESIS, { lines: 3, sha256: heads[2]?.sha256 ?? '' }), isDamaged);
});

test('[A12] a flipped bit anywhere in an index that was noted is found', () => {
  const { text, heads } = write(3);
  const bytes = Buffer.from(text);
  for (let bit = 0; bit < bytes.length * 8; bit += 7) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    assert.throws(() => readChain(flipped.toString('utf8'), GENESIS, heads[3]), isDamaged, `bit ${bit}`);
  }
});

test('[A12] a last line that a crash tore goes, if nobody was told of it', () => {
  const { text, heads } = write(3);
  const whole = text.split('\n').slice(0, 2).join('\n').length + 1;
  for (let bytes = whole; bytes < text.length; bytes += 1) {
    const torn = [text.slice(0, bytes), `${text.slice(0, bytes)}${'\0'.repeat(text.length - bytes)}`];
    for (const left of torn) {
      const chain = readChain(left, GENESIS, heads[2]);
      assert.deepEqual([chain.lines.length, chain.validBytes], [2, whole]);
    }
  }
});

test('an index from before the chain is known by its lines', () => {
  const old = `${JSON.stringify({ name: 'a', sha256: sha256Hex('a') })}\n{"torn\n${JSON.stringify({ name: 'b', sha256: sha256Hex('b') })}\n`;
  assert.equal(isUnchained(old), true);
  assert.deepEqual([...readUnchained(old).keys()], ['a', 'b']);
  assert.equal(isUnchained(write(1).text), false);
  assert.equal(isUnchained(''), false);
  const other = `${old}${JSON.stringify({ name: 'a', sha256: sha256Hex('c') })}\n`;
  assert.throws(() => readUnchained(other), isDamaged);
});
