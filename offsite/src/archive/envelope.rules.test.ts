import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { hasCode } from '@bulkhead/kernel';
import { FRAME_BYTES, openWhole, sealWhole } from './envelope.rules.ts';

const KEY = { number: 1, key: randomBytes(32) };
const CONTEXT = 'site/42/wal/000000010000000000000001';
const getKey = () => KEY;
const seal = (plain: Buffer) => sealWhole(KEY, randomBytes(16), CONTEXT, plain);
const isDamaged = (error: unknown) => hasCode(error, 'archive.damaged');

test('[A10] what is encrypted comes back, whatever its length', () => {
  for (const length of [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 3 * FRAME_BYTES]) {
    const plain = randomBytes(length);
    const sealed = seal(plain);
    assert.ok(openWhole(getKey, CONTEXT, sealed).equals(plain), `${length} bytes`);
    assert.equal(sealed.includes(plain.subarray(0, 32)) && length > 32, false);
  }
});

test('[A10] a flipped bit, a cut, frames in another order or in another place: nothing is handed out', () => {
  const plain = randomBytes(3 * FRAME_BYTES + 100);
  const sealed = seal(plain);
  for (let at = 0; at < sealed.length; at += 9973) {
    const flipped = Buffer.from(sealed);
    flipped.writeUInt8(flipped.readUInt8(at) ^ 0x10, at);
    // A bit of the key's number asks for another key: there the number is checked by who holds the keys.
    if (at >= 4 && at < 8) continue;
    assert.throws(() => openWhole(getKey, CONTEXT, flipped), isDamaged, `byte ${at}`);
  }
  const frame = FRAME_BYTES + 16;
  const [header, first, second, rest] = [
    sealed.subarray(0, 24),
    sealed.subarray(24, 24 + frame),
    sealed.subarray(24 + frame, 24 + 2 * frame),
    sealed.subarray(24 + 2 * frame),
  ];
  for (const wrong of [
    Buffer.concat([header, second, first, rest]),
    Buffer.concat([header, first, second]),
    Buffer.concat([header, first]),
    header,
    sealed.subarray(0, 10),
    sealed.subarray(0, -1),
    Buffer.concat([sealed, Buffer.from([0])]),
  ])
    assert.throws(() => openWhole(getKey, CONTEXT, wrong), isDamaged);
  assert.throws(() => openWhole(getKey, `${CONTEXT}0`, sealed), isDamaged);
  assert.throws(() => openWhole(() => ({ number: 1, key: randomBytes(32) }), CONTEXT, sealed), isDamaged);
});
