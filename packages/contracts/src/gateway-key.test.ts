import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TokenKey, trustWith } from './gateway-key.ts';

const key = (keyId: string): TokenKey => ({ keyId, publicKey: `public half of ${keyId}` });
const order = (given: readonly string[], enrolled: readonly string[]) =>
  trustWith({ gatewayKeys: given.map(key) }, enrolled.map(key)).gatewayKeys.map(({ keyId }) => keyId);

test('[W4] keys stand oldest first: those of recoveries behind the one they took the place of, that of a headquarters that joined since behind all', () => {
  assert.deepEqual(order(['first'], []), ['first']);
  assert.deepEqual(order(['first'], ['first', 'of-a-recovery']), ['first', 'of-a-recovery']);
  assert.deepEqual(order(['first', 'joined-anew'], ['first', 'of-a-recovery']), ['first', 'of-a-recovery', 'joined-anew']);
  assert.deepEqual(order(['joined-anew'], ['first', 'of-a-recovery']), ['joined-anew', 'first', 'of-a-recovery']);
});
