import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLoss, type StorageLook } from './storage.rules.ts';

const whole: StorageLook = { pgInode: 1, hasVersion: true, hasControl: true, blobsInode: 2, blobNames: ['aa', 'ab', 'incoming'] };

test('what is gone of the data is told; what grows or passes is not', () => {
  assert.equal(findLoss(undefined, whole), undefined);
  assert.equal(findLoss(whole, { ...whole, blobNames: ['aa', 'ab', 'cd'] }), undefined);
  assert.match(findLoss(whole, { ...whole, pgInode: null }) ?? '', /data directory is gone/);
  assert.match(findLoss(whole, { ...whole, hasControl: false }) ?? '', /emptied/);
  assert.match(findLoss(whole, { ...whole, pgInode: 9 }) ?? '', /another data directory/);
  assert.match(findLoss(whole, { ...whole, blobsInode: null }) ?? '', /blob directory is gone/);
  assert.match(findLoss(whole, { ...whole, blobNames: ['aa'] }) ?? '', /blobs were deleted/);
});
