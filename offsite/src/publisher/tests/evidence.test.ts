import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateSigningKey } from '@bulkhead/contracts';
import { hasCode, sha256Hex } from '@bulkhead/kernel';
import { EvidenceCheck } from '../evidence.rules.ts';
import { approvals, approvedBy, decide, gateway, job } from './booted-publisher.ts';

const DIGEST = sha256Hex('content');
const check = () => new EvidenceCheck({ compartment: 'website', approvals, keys: [gateway.verifying] });
const isUnapproved = (error: unknown) => hasCode(error, 'edition.unapproved');
const page = (tokens: readonly string[], digest = DIGEST, status: 200 | 410 = 200) => ({
  path: '/en/news/x',
  status,
  evidence: [{ what: 'article 1, version 1', digest, tokens: [...tokens] }],
});
const submitted = () => decide('article.submit', 'ann', DIGEST);
const approved = () => decide('article.approve', 'bob', DIGEST);

test('a page that one person submitted and another approved is let through, in either order of the tokens', async () => {
  await check().check(page([await submitted(), await approved()]));
  await check().check(page([await approved(), await submitted()]));
  await check().check({ path: '/en/about', status: 200, evidence: [] });
});

const FORGED: readonly (readonly [string, () => Promise<readonly string[]>])[] = [
  ['no token', async () => []],
  ['one token', async () => [await submitted()]],
  ['three tokens', async () => [await submitted(), await approved(), await decide('article.approve', 'cid', DIGEST)]],
  ['the same token twice', async () => Array(2).fill(await submitted())],
  ['one person in both roles', async () => [await submitted(), await decide('article.approve', 'ann', DIGEST)]],
  ['two submitters', async () => [await submitted(), await decide('article.submit', 'bob', DIGEST)]],
  ['nobody', async () => [await submitted(), await decide('article.approve', null, DIGEST)]],
  ['another content', async () => [await submitted(), await decide('article.approve', 'bob', sha256Hex('else'))]],
  [
    'a digest elsewhere in the path',
    async () => [await submitted(), await decide('article.approve', 'bob', DIGEST, { path: `/x/${DIGEST}/y` })],
  ],
  [
    'a digest in the query',
    async () => [await submitted(), await decide('article.approve', 'bob', DIGEST, { path: `/x?y=/${DIGEST}` })],
  ],
  [
    'a request that only reads',
    async () => [await submitted(), await decide('article.approve', 'bob', DIGEST, { method: 'GET' })],
  ],
  ['another route', async () => [await submitted(), await decide('article.show', 'bob', DIGEST)]],
  [
    'another compartment',
    async () => [await submitted(), await decide('article.approve', 'bob', DIGEST, { compartment: 'identity' })],
  ],
  ['the key of jobs', async () => [await submitted(), await decide('article.approve', 'bob', DIGEST, { key: job })]],
  [
    'a key of the attacker',
    async () => [await submitted(), await decide('article.approve', 'bob', DIGEST, { key: generateSigningKey('gateway-test') })],
  ],
  ['a text that is no token', async () => [await submitted(), 'x.y.z']],
  ['the void', async () => [await submitted(), '']],
];
for (const [what, make] of FORGED) {
  test(`[E5] a page is refused whose approval is by ${what}`, async () => {
    const tokens = await make();
    await assert.rejects(check().check(page(tokens)), isUnapproved);
  });
}

test('every claim of a page is verified, not only the first', async () => {
  const good = await approvedBy('ann', 'bob');
  const bad = await approvedBy('ann', 'ann', sha256Hex('second'));
  await assert.rejects(check().check({ path: '/en/', status: 200, evidence: [good, bad] }), isUnapproved);
});

test('a withdrawal needs one person and a request of its own; approvals do not make one, nor it an approval', async () => {
  const withdrawn = await decide('article.withdraw', 'bob', DIGEST);
  await check().check(page([withdrawn], DIGEST, 410));
  await assert.rejects(check().check(page([await approved()], DIGEST, 410)), isUnapproved);
  await assert.rejects(check().check({ path: '/x', status: 410, evidence: [] }), isUnapproved);
  await assert.rejects(check().check(page([withdrawn, await approved()])), isUnapproved);
});

test('tokens are verified at any time: what was approved long ago stays approved', async () => {
  const one = check();
  const tokens = [await submitted(), await approved()];
  for (let round = 0; round < 3; round += 1) {
    one.begin();
    await one.check(page(tokens));
    await assert.rejects(one.check(page([...tokens].fill(tokens[0] ?? ''))), isUnapproved);
  }
});

test('a path with a query still ends in the digest', async () => {
  const path = `/articles/1/versions/1/approve/${DIGEST}?lang=fr`;
  await check().check(page([await submitted(), await decide('article.approve', 'bob', DIGEST, { path })]));
});
