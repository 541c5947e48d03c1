import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignColumns, fitColumns, withoutControls } from './table.ts';

test('columns are aligned, and a cell cannot begin a line of its own', () => {
  assert.deepEqual(
    alignColumns([
      ['  a', 'one\nrecoveries\r\n  r1  approved', 'x'],
      ['  bcd', 'two', ''],
    ]),
    ['  a    one recoveries    r1  approved  x', '  bcd  two'],
  );
});

test("an attacker's words cannot move the cursor, hide a line or turn it around on an operator's terminal", () => {
  for (const control of ['\u001b[2J', '\u009b1A', '\b\b', '\r', '\u007f', '\u202e', '\u2066'])
    assert.match(withoutControls(`sealed${control}`), /^sealed\ufffd/);
  assert.equal(withoutControls('first line\nالثاني · второй – 第二'), 'first line\nالثاني · второй – 第二');
});

test('a table fits 80 columns: the widest cells are cut and say so', () => {
  const lines = fitColumns([
    ['1', 'x'.repeat(60), 'y'.repeat(60)],
    ['12', 'short', 'short'],
  ]);
  assert.ok(
    lines.every((line) => line.length <= 80),
    lines.join('\n'),
  );
  assert.match(lines[0] ?? '', /^1 {3}x+… {2}y+…$/);
  assert.equal(lines[1]?.startsWith('12  short'), true);
});
