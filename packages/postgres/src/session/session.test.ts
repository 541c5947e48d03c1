import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import { scramVerifier } from './scram.ts';

test('[P17] a verifier has the form that PostgreSQL stores, and a salt of its own', () => {
  const verifier = scramVerifier('pencil of a test', Buffer.from('QSXCR+Q6sek8bf92', 'base64'));
  assert.match(verifier, /^SCRAM-SHA-256\$4096:QSXCR\+Q6sek8bf92\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$/);
  assert.notEqual(scramVerifier('pencil of a test'), scramVerifier('pencil of a test'));
});

test('quotes and backslashes do not end a quoted word', () => {
  assert.equal(quoteIdentifier('a"b'), '"a""b"');
  assert.equal(quoteLiteral("o'clock"), "'o''clock'");
  assert.equal(quoteLiteral("a\\'b"), "E'a\\\\''b'");
});
