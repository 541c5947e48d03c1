import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findTotpStep, otpauthUri, plainCode, writeTotpSecret } from './totp.rules.ts';

/** The secret of RFC 6238, appendix B: "12345678901234567890". */
const SECRET = writeTotpSecret(Buffer.from('12345678901234567890'));

test('codes are those of RFC 6238', () => {
  assert.equal(SECRET, 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
  for (const [seconds, code] of [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [2_000_000_000, '279037'],
  ] as const) {
    const step = Math.floor(seconds / 30);
    assert.equal(findTotpStep(SECRET, code, new Date(seconds * 1000)), step);
    assert.equal(findTotpStep(SECRET, code, new Date((seconds + 30) * 1000)), step);
    assert.equal(findTotpStep(SECRET, code, new Date((seconds + 60) * 1000)), null);
  }
});

test('a code is six digits, however they are spaced, and nothing else', () => {
  assert.equal(plainCode(' 287 082\u00a0'), '287082');
  for (const code of ['', '28708', '2870820', '٢٨٧٠٨٢', '28708x', '-28708'])
    assert.equal(findTotpStep(SECRET, code, new Date(59_000)), null, code);
});

test('an authenticator gets the secret with whose it is', () => {
  const uri = otpauthUri(SECRET, { organisation: 'Sample Maritime Organization', email: 'a&b@example.org' });
  assert.match(
    uri,
    /^otpauth:\/\/totp\/Sample%20Maritime%20Organization:a%26b%40example\.org\?issuer=Sample%20Maritime%20Organization&secret=GEZDG/,
  );
});
