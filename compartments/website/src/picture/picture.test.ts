import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '@bulkhead/kernel';
import { measurePicture } from './picture.rules.ts';

const JPEG = Buffer.concat([
  Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
  Buffer.from('ffc0001108', 'hex'),
  Buffer.from([0x01, 0xe0, 0x02, 0x80]),
  Buffer.from('03011100021101031101', 'hex'),
]);
const webp = (kind: string, rest: string) => {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), Buffer.from(rest, 'hex')]);
  const head = Buffer.alloc(12);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(body.length + 4, 4);
  head.write('WEBP', 8, 'latin1');
  return Buffer.concat([head, body]);
};

test('the size of a JPEG and of the three kinds of WebP is read from their headers', () => {
  assert.deepEqual(measurePicture(JPEG, 'image/jpeg'), { width: 640, height: 480 });
  assert.deepEqual(measurePicture(webp('VP8X', '0a000000000000007f0200df0100'), 'image/webp'), { width: 640, height: 480 });
  assert.deepEqual(measurePicture(webp('VP8 ', '0a000000000000' + '9d012a' + '8002e001'), 'image/webp'), {
    width: 640,
    height: 480,
  });
});

test('bytes that are no whole picture are refused, at every length', () => {
  for (let length = 0; length < JPEG.length - 10; length += 1)
    assert.throws(
      () => measurePicture(JPEG.subarray(0, length), 'image/jpeg'),
      (error) => hasCode(error, 'picture.refused'),
      String(length),
    );
  assert.throws(
    () => measurePicture(Buffer.alloc(100), 'image/png'),
    (error) => hasCode(error, 'picture.refused'),
  );
  assert.throws(
    () => measurePicture(Buffer.alloc(100), 'image/webp'),
    (error) => hasCode(error, 'picture.refused'),
  );
});
