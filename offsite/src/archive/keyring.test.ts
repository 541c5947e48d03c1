import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { hasCode } from '@bulkhead/kernel';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { Keyring } from './keyring.actions.ts';
import { proveKey, worriesAbout } from './keyring.rules.ts';

const root = await mkdtemp(join(tmpdir(), 'bhk-'));
after(() => rm(root, { recursive: true, force: true }));

const now = () => new Date('2026-11-22T12:00:00Z');
const site = await generateIdentity();
const escrow = await generateIdentity();
const escrowRecipient = await identityToRecipient(escrow);
const open = (name: string, identity = site, recipients: string[] = [], isReadOnly = false) =>
  Keyring.open({ compartment: 'site', directory: join(root, name), identity, recipients, now, isReadOnly });

test('[A10] a key is wrapped and on disk before it is used, and opens again with the site or with an escrow identity alone', async () => {
  const made = await open('first', site, [escrowRecipient]);
  for (const identity of [site, escrow, `# mine\n${escrow}\n`]) {
    const again = await open('first', identity, [], true);
    assert.ok(again.get(1).key.equals(made.current.key));
  }
  const text = await readFile(join(root, 'first/keys/1.age'), 'utf8');
  assert.match(text, /^age-encryption\.org\/v1\n/);
  assert.equal(text.includes(made.current.key.toString('base64')), false);
  await assert.rejects(open('first', await generateIdentity()), (error) => hasCode(error, 'archive.key_missing'));
});

test('[A16] rotation: new artefacts get a new key, the old one goes on opening, and all are wrapped to today’s recipients', async () => {
  const before = await open('rotated');
  const old = before.current;
  await assert.rejects(open('rotated', escrow, [], true), (error) => hasCode(error, 'archive.key_missing'));
  const keyring = await open('rotated', site, [escrowRecipient]);
  assert.match(keyring.worries().join('\n'), /key 1 is not wrapped to age1/);
  const next = await keyring.rotate();
  assert.deepEqual([next.number, keyring.current.number], [2, 2]);
  assert.ok(keyring.get(1).key.equals(old.key) && !next.key.equals(old.key));
  const opened = await open('rotated', escrow, [], true);
  assert.ok(opened.get(1).key.equals(old.key) && opened.get(2).key.equals(next.key));
});

test('[A16] whether an escrow identity opens every key is proved, kept with its date, and asked for anew when a key is wrapped anew', async () => {
  const keyring = await open('proved', site, [escrowRecipient]);
  assert.match(keyring.worries().join('\n'), /never shown to open/);
  const opened = await open('proved', escrow, [], true);
  const challenge = await opened.challenge();
  const mac = proveKey(opened.get(1).key, 1, challenge);
  await assert.rejects(keyring.prove(escrowRecipient, [{ number: 1, mac: proveKey(Buffer.alloc(32), 1, challenge) }]), (error) =>
    hasCode(error, 'signature.invalid'),
  );
  await keyring.prove(escrowRecipient, [{ number: 1, mac }]);
  assert.deepEqual(keyring.worries(), []);
  const again = await open('proved', site, [escrowRecipient]);
  assert.deepEqual(again.list()[0]?.escrow, [{ recipient: escrowRecipient, provedAt: now().toISOString() }]);
  await again.rotate();
  assert.equal(again.worries().filter((worry) => /never shown to open/.test(worry)).length, 2);
  await assert.rejects(again.prove(escrowRecipient, [{ number: 1, mac }]), (error) => hasCode(error, 'signature.invalid'));
});

test('[A16] [W20] a proof that is over a year old counts no more', () => {
  const provedAt = '2025-01-01T00:00:00.000Z';
  const key = { number: 1, createdAt: provedAt, wrappedAt: provedAt, state: 'current' as const };
  const escrow = [{ recipient: 'age1x', provedAt }];
  assert.deepEqual(worriesAbout([{ ...key, escrow }], ['age1x'], new Date('2025-12-31T00:00:00Z')), []);
  assert.match(worriesAbout([{ ...key, escrow }], ['age1x'], new Date('2026-01-03T00:00:00Z')).join(), /for a year/);
});

test('[A16] a key that is gone is told, its number is not given again, and another in its place is damage', async () => {
  const keyring = await open('lost', site, [escrowRecipient]);
  await keyring.rotate();
  await unlink(join(root, 'lost/keys/1.age'));
  const without = await open('lost', site, [escrowRecipient]);
  assert.equal(without.list()[0]?.state, 'lost');
  assert.match(without.worries().join('\n'), /key 1 does not open here/);
  assert.throws(
    () => without.get(1),
    (error) => hasCode(error, 'archive.key_missing'),
  );
  await writeFile(join(root, 'lost/keys/1.age'), await readFile(join(root, 'lost/keys/2.age')));
  await assert.rejects(open('lost'), (error) => hasCode(error, 'archive.damaged'));
  await unlink(join(root, 'lost/keys/1.age'));
  await unlink(join(root, 'lost/keys/2.age'));
  await assert.rejects(open('lost'), (error) => hasCode(error, 'archive.key_missing'));
});
