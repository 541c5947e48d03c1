import assert from 'node:assert/strict';
import { test } from 'node:test';
import { severityOf } from './casualty.rules.ts';
import { type Investigation, listOwed } from './owed.rules.ts';

test('[GV9] how severe a casualty was follows from its outcomes, and a deliberate act is none', () => {
  assert.equal(severityOf({ outcomes: ['death'] }), 'very-serious');
  assert.equal(severityOf({ deaths: 1 }), 'very-serious');
  assert.equal(severityOf({ total_loss: true }), 'very-serious');
  assert.equal(severityOf({ environment: 'severe' }), 'very-serious');
  assert.equal(severityOf({ outcomes: ['serious-injury'] }), 'casualty');
  assert.equal(severityOf({ outcomes: ['ship-lost'], total_loss: false }), 'casualty');
  assert.equal(severityOf({ environment: 'potential' }), 'casualty');
  assert.equal(severityOf({ outcomes: ['endangered'] }), 'incident');
  assert.equal(severityOf({ outcomes: ['death'], deliberate: true }), 'outside');
  assert.equal(severityOf({ deaths: 0 }), null);
});

test('[GV9] what each State owes for a very serious casualty, and when it is overdue', () => {
  const happened = { severity: 'very-serious', on: '2025-01-31', flags: ['NOR', 'PAN'] } as const;
  const by = (state: string, more: Partial<Investigation> = {}): Investigation => ({
    state,
    part: 'alone',
    begunOn: '2025-02-10',
    interimOn: null,
    reportedOn: null,
    ...more,
  });
  assert.deepEqual(listOwed({ ...happened, severity: 'casualty' }, [], '2026-01-01'), []);
  assert.deepEqual(listOwed(happened, [], '2025-02-28'), [
    { state: 'NOR', what: 'investigation', since: '2025-01-31', by: '2025-02-28', isOverdue: false },
    { state: 'PAN', what: 'investigation', since: '2025-01-31', by: '2025-02-28', isOverdue: false },
  ]);
  assert.deepEqual(
    listOwed(happened, [by('NOR'), by('PAN', { part: 'none' })], '2026-03-01').map(({ state, what, isOverdue }) => [
      state,
      what,
      isOverdue,
    ]),
    [
      ['PAN', 'investigation', true],
      ['NOR', 'final-report', true],
      ['NOR', 'interim-report', true],
    ],
  );
  assert.deepEqual(
    listOwed(happened, [by('NOR', { part: 'leads', reportedOn: '2025-12-01' }), by('PAN', { part: 'together' })], '2027-01-01'),
    [],
  );
});
