import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { sha256Hex } from '@bulkhead/kernel';
import {
  decodeParcels,
  encodeParcels,
  groupParcels,
  PARCEL_BYTES,
  PARCELS_AT_ONCE,
  PARCELS_BYTES,
  readParcels,
} from './parcel.ts';

const parcel = (length: number) => {
  const bytes = randomBytes(length);
  return { sha256: sha256Hex(bytes), bytes };
};

test('many small blobs are carried in one body and come out as they were, also empty ones', () => {
  const parcels = [parcel(0), parcel(1), parcel(15_000), parcel(PARCEL_BYTES)];
  assert.deepEqual(decodeParcels(encodeParcels(parcels)), parcels);
  assert.deepEqual(decodeParcels(Buffer.alloc(0)), []);
});

test('a body that is cut short, or carries too much, is refused', async () => {
  const whole = encodeParcels([parcel(10), parcel(20)]);
  for (const end of [1, 35, 40, whole.length - 1])
    assert.throws(() => decodeParcels(whole.subarray(0, end)), { code: 'input.invalid' });
  assert.throws(() => decodeParcels(encodeParcels([parcel(PARCEL_BYTES + 1)])), { code: 'input.invalid' });
  const many = Array.from({ length: PARCELS_AT_ONCE + 1 }, () => parcel(1));
  assert.throws(() => decodeParcels(encodeParcels(many)), { code: 'input.invalid' });
  async function* endless() {
    for (;;) yield Buffer.alloc(1_000_000);
  }
  await assert.rejects(readParcels(endless()), { code: 'input.too_large' });
});

test('what is small is put together as far as one body may carry', () => {
  const items = Array.from({ length: 600 }, (_, at) => ({ at, bytes: at < 300 ? 1 : PARCEL_BYTES }));
  const groups = [...groupParcels(items)];
  assert.deepEqual(groups.flat(), items);
  assert.equal(groups[0]?.length, PARCELS_AT_ONCE);
  for (const group of groups) assert.ok(group.reduce((sum, { bytes }) => sum + bytes, 0) <= PARCELS_BYTES);
});
