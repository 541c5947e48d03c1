import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '@bulkhead/kernel';
import { formatLsn, historyName, parseHistory, parseLsn, parseSegmentName, segmentName, segmentStart } from './wal.rules.ts';

test('a position is written as PostgreSQL writes it, and read back', () => {
  for (const text of ['0/0', '0/16B3748', '16/B374D848', 'FFFFFFFF/FFFFFFFF']) assert.equal(formatLsn(parseLsn(text)), text);
});

test('what is no position is refused with an example', () => {
  for (const text of ['', '0', '0/', '/1', '0/123456789', '0/1 ', '0/xyz', '1/2/3']) {
    assert.throws(() => parseLsn(text), { code: 'input.invalid', message: /0\/16B3748/ });
  }
});

test('a segment is named by timeline and number, 256 of them to a file id', () => {
  assert.equal(segmentName(1, parseLsn('0/1000000')), '000000010000000000000001');
  assert.equal(segmentName(0x1f, parseLsn('1/0')), '0000001F0000000100000000');
  assert.equal(segmentName(2, parseLsn('AB/FFFFFFFF')), '00000002000000AB000000FF');
  for (const lsn of ['0/1000000', '7/23000000', 'AB/FF000000']) {
    assert.deepEqual(parseSegmentName(segmentName(3, parseLsn(lsn))), { timeline: 3, startLsn: parseLsn(lsn) });
  }
  assert.equal(segmentStart(parseLsn('0/1FFFFFF')), parseLsn('0/1000000'));
  assert.equal(parseSegmentName('00000001000000000000000g'), undefined);
  assert.equal(historyName(0xab), '000000AB.history');
});

test("a timeline's history names its ancestors in order", () => {
  const text = '1\t0/3009518\tno recovery target specified\n\n# a remark\n3\t0/5000000\tbefore 2026-11-21\n';
  assert.deepEqual(parseHistory(text), [
    { timeline: 1, endLsn: parseLsn('0/3009518') },
    { timeline: 3, endLsn: parseLsn('0/5000000') },
  ]);
});

test('a history whose lines are malformed or out of order is damaged', () => {
  for (const text of ['x\t0/1\n', '1\n', '2\t0/5\n1\t0/6\n', '1\t0/5\n2\t0/4\n']) {
    assert.throws(
      () => parseHistory(text),
      (error) => hasCode(error, 'archive.damaged') || hasCode(error, 'input.invalid'),
    );
  }
});
