import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStartTlsAgreed, LONGEST_MESSAGE, readMessage } from './message.rules.ts';
import { sameDn } from './name.rules.ts';

/** `cn=a,dc=x` with `mail: b` and `cn: a, b`. */
const ENTRY = Buffer.from(
  '302d0201026428' + '0409636e3d612c64633d78' + '301b' + '300b04046d61696c3103040162' + '300c0402636e3106040161040162',
  'hex',
);
const DONE = Buffer.from('300c02010265070a010004000400', 'hex');

test('[F20] a message of a server is understood whole, and made anew, or it is refused; whatever is wrong with it, there is an answer', () => {
  const done = readMessage(DONE);
  assert.ok(done.kind === 'message' && done.passed);
  assert.deepEqual([done.bytes, done.passed.equals(DONE)], [DONE.length, true]);
  for (let at = 0; at < DONE.length; at += 1) assert.equal(readMessage(DONE.subarray(0, at)).kind, 'more');
  const entry = readMessage(ENTRY);
  assert.ok(entry.kind === 'message' && entry.passed?.equals(ENTRY));
  const reference = readMessage(Buffer.from('30080201027303040178', 'hex'));
  assert.deepEqual(reference, { kind: 'message', bytes: 10, passed: null }, 'what leads elsewhere is dropped');
  assert.equal(readMessage(Buffer.from('3084ffffffff', 'hex')).kind, 'refused');
  assert.equal(readMessage(Buffer.concat([Buffer.of(0x30, 0x80), DONE])).kind, 'refused', 'no length at all');
  assert.equal(readMessage(Buffer.from(`3084${(LONGEST_MESSAGE + 1).toString(16).padStart(8, '0')}`, 'hex')).kind, 'refused');
  // A fixed course of pseudo-random changes: each is answered, and what passes is passed unchanged a second time.
  let state = 1;
  const next = (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  for (let round = 0; round < 20_000; round += 1) {
    const bytes = Buffer.from(round % 2 ? ENTRY : DONE);
    for (let changes = 1 + next(3); changes > 0; changes -= 1) bytes[next(bytes.length)] = next(256);
    const read = readMessage(bytes);
    if (read.kind !== 'message' || !read.passed) continue;
    const again = readMessage(read.passed);
    assert.ok(again.kind === 'message' && again.passed?.equals(read.passed));
  }
});

test('[F20] TLS is agreed to by one answer alone, with nothing behind it', () => {
  const agreed = Buffer.from('300c02010178070a010004000400', 'hex');
  assert.equal(isStartTlsAgreed(agreed), true);
  assert.equal(isStartTlsAgreed(agreed.subarray(0, 9)), 'more');
  for (const bad of [
    Buffer.concat([agreed, Buffer.of(0x30)]),
    Buffer.from('300c02010178070a013404000400', 'hex'),
    Buffer.from('300c02010278070a010004000400', 'hex'),
    Buffer.from('300c02010161070a010004000400', 'hex'),
    Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
  ])
    assert.equal(isStartTlsAgreed(bad), false);
});

test('a DN is the same however its signs are escaped and its parts are spaced', () => {
  const one = sameDn('CN=Press Office\\, editors, OU=groups,dc=x');
  assert.equal(sameDn('cn=press office\\2C editors,ou=groups , DC=x'), one);
  assert.notEqual(sameDn('cn=press office, editors,ou=groups,dc=x'), one);
  assert.equal(sameDn('cn=\\c3\\a9t\\c3\\a9,dc=x'), sameDn('CN=Été,dc=x'));
});
