import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, inflateSync } from 'node:zlib';
import { drawNoise } from './noise.ts';

test('noise is a whole picture that no other is equal to', async () => {
  const bytes = Buffer.from(await drawNoise('a.png').arrayBuffer());
  assert.equal(bytes.subarray(1, 4).toString('latin1'), 'PNG');
  const kinds: string[] = [];
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const named = bytes.subarray(at + 4, at + 8 + length);
    assert.equal(bytes.readUInt32BE(at + 8 + length), crc32(named));
    kinds.push(named.subarray(0, 4).toString('latin1'));
    if (kinds.at(-1) === 'IDAT') assert.equal(inflateSync(named.subarray(4)).length, 48 * (1 + 48 * 3));
    at += 12 + length;
  }
  assert.deepEqual(kinds, ['IHDR', 'IDAT', 'IEND']);
  assert.notDeepEqual(bytes, Buffer.from(await drawNoise('b.png').arrayBuffer()));
});
