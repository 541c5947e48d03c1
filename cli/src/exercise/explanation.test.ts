import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain } from './explanation.ts';

type Told = Parameters<typeof explain>[0];

const whole: Told = {
  name: 'defacement',
  question: 'Did it happen?',
  way: 'undo',
  isAttributable: true,
  historyMs: 0,
  rule: 'report.person',
  findingMs: 1,
  attackChanges: 10,
  attackCells: 10,
  recall: 1,
  precision: 1,
  honestKept: 1,
  dependents: { listed: 1, expected: 1, recall: 1, precision: 1, named: 1, reasons: {}, told: [], effectsOutside: 0 },
  hole: null,
  exposureMs: 0,
  reattackTried: 1,
  reattackSucceeded: 0,
  reattacks: [{ what: 'publish again', succeeded: false }],
  window: null,
  adopted: null,
  takenBackWithIt: 0,
  sealMs: 1,
  reopenMs: 1,
  humanMs: 1,
  steps: [],
  left: [],
  details: {},
  isPassed: true,
};

test('[X7] what is whole needs no explanation, and each figure that is not stands with its reason', () => {
  assert.deepEqual(explain(whole), []);
  const short: readonly (readonly [Partial<Told>, RegExp])[] = [
    [{ recall: 0.9, left: ['article_text a/1/en title'] }, /^recall: .*article_text a\/1\/en title/],
    [{ precision: 0.9 }, /^precision: /],
    [{ honestKept: 0.9 }, /^kept: /],
    [{ dependents: { ...whole.dependents, recall: 0.5, expected: 2 } }, /^dependents: of 2 .* 1 are listed/],
    [{ dependents: { ...whole.dependents, precision: 0.5, listed: 2 } }, /^dependents: 1 of 2 /],
    [
      { reattackSucceeded: 1, reattacks: [{ what: 'publish again', succeeded: true }] },
      /^1 of the repeated attacks worked: publish again$/,
    ],
    [{ way: 'restore', recall: null, precision: null, honestKept: 0.9, left: ['a', 'b'] }, /^2 cells are not as/],
  ];
  for (const [change, reason] of short) {
    const told = explain({ ...whole, ...change });
    assert.equal(told.length, 1, told.join('\n'));
    assert.match(told[0] ?? '', reason);
  }
});

test('[X7] where nothing tells whose writes are whose, an unattributable window is said, with what went with it', () => {
  const window = { isListed: true, windows: 1, transactions: 60, reasons: ['code inside the process'] };
  const ridden: Told = { ...whole, isAttributable: false, precision: 0.27, honestKept: 0.99, window, takenBackWithIt: 12 };
  const [why = '', ...more] = explain(ridden);
  assert.deepEqual(more, []);
  assert.match(why, /^unattributable window: .*60 transactions.*12 honest requests.*27 % was the attack's$/);
});

test('[X8] of an adopted application it is said that nothing is taken back, and what did not come back', () => {
  const window = { isListed: true, windows: 1, transactions: 60, reasons: [] };
  const adopted = {
    level: 'L1',
    notPromised: ['no provenance'],
    rows: 20,
    rowsBack: 19,
    acknowledged: 5,
    lost: ['the book a'],
    refused: 1,
    inDoubt: 0,
    ownErrors: 0,
    rowsOfAttack: 6,
  };
  const told = explain({ ...whole, way: 'restore', isAttributable: false, recall: null, precision: null, window, adopted });
  assert.match(told[0] ?? '', /^unattributable window: at level L1 writes carry no provenance.*60 transactions/);
  assert.match(told[1] ?? '', /^6 rows were overwritten before the seal/);
  assert.deepEqual(told.slice(2), ['1 rows did not come back as they stood', 'lost: the book a']);
});
