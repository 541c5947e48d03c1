import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompartmentState, Order } from '@bulkhead/contracts';
import { actualState, decideTarget, isForeignStart, type Situation, tellProtection } from './compartment.rules.ts';

const image = { id: 'i', bytes: 1, sha256: '0'.repeat(64), systemId: '1', timeline: 2, blobCount: 0 };

function order(state: CompartmentState, more: Partial<Order> = {}): Order {
  return { compartment: 'website', epoch: 2, state, reason: '', by: [], issuedAt: '2026-10-02T08:00:00.000Z', ...more };
}

function situation(more: Partial<Situation>): Situation {
  return { order: order('open'), localSeal: undefined, leave: 'leased', mayStillAnswer: false, isLost: false, ...more };
}

test('[O1] what runs follows from the order, our own seal, the lease and the data, and from nothing else', () => {
  const runs = (more: Partial<Situation>) => decideTarget(situation(more)).run;
  assert.equal(runs({}), 'app');
  assert.equal(runs({ order: undefined }), 'wait');
  assert.equal(runs({ leave: 'none' }), 'reader');
  assert.equal(runs({ leave: 'none', mayStillAnswer: true }), 'wait');
  assert.equal(runs({ order: order('read-only') }), 'reader');
  for (const state of ['sealed', 'restoring', 'verifying'] as const) assert.equal(runs({ order: order(state) }), 'nothing');
  assert.equal(runs({ localSeal: { epoch: 2, by: 'operator:a', reason: 'r', sealedAt: '' } }), 'nothing');
  assert.equal(runs({ isLost: true }), 'nothing');
});

test('[O6] commits wait for off-site except in a window that the manifest allows', () => {
  assert.equal(decideTarget(situation({})).isSynchronous, true);
  assert.equal(decideTarget(situation({ leave: 'unprotected' })).isSynchronous, false);
  assert.equal(decideTarget(situation({ leave: 'unprotected', order: order('read-only') })).isSynchronous, true);
  assert.equal(tellProtection('app', true), 'protected');
  assert.equal(tellProtection('app', false), 'unprotected');
  assert.equal(tellProtection('reader', true), 'not writing');
});

test('a restored database runs before anybody is let in; lost data run nothing', () => {
  const database = (more: Partial<Situation>) => decideTarget(situation(more)).database;
  assert.equal(database({ order: order('restoring', { image }) }), 'running');
  assert.equal(database({ order: order('verifying') }), 'running');
  assert.equal(database({ order: order('restoring') }), 'as it is');
  assert.equal(database({ order: order('sealed') }), 'as it is');
  assert.equal(database({ isLost: true }), 'stopped');
});

test('people find what really runs, not what was ordered', () => {
  assert.equal(actualState(order('open'), undefined, 'reader'), 'read-only');
  assert.equal(actualState(order('open'), undefined, 'app'), 'open');
  assert.equal(actualState(undefined, undefined, 'wait'), 'sealed');
  assert.equal(actualState(order('restoring'), undefined, 'nothing'), 'restoring');
});

test('an order later than the first, to a headquarters that never saw one, means that data were lost', () => {
  assert.equal(isForeignStart(null, order('open', { epoch: 1 })), false);
  assert.equal(isForeignStart(null, order('open', { epoch: 2 })), true);
  assert.equal(isForeignStart(null, order('restoring', { epoch: 2, image })), false);
  assert.equal(isForeignStart(1, order('open', { epoch: 9 })), false);
});
