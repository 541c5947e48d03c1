import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { vaultTargetSchema } from '@bulkhead/contracts';
import { createLog, hasCode, sha256Hex } from '@bulkhead/kernel';
import { prolongLocks } from '../lock.jobs.ts';
import { openTarget } from '../target/open-target.actions.ts';
import { openVault } from '../vault.actions.ts';
import { serveS3Protocol } from './s3-protocol.ts';

const DAY_MS = 86_400_000;
const recorded = 'S3 (protocol as documented, not a server)';

/** A vault on a bucket with locks of 30 days, whose clock and running time are turned by the test. */
async function openLocked(t: TestContext) {
  const s3 = await serveS3Protocol();
  const directory = await mkdtemp(join(tmpdir(), 'bulkhead-lock-'));
  const credentialsFile = join(directory, 'credentials.json');
  await writeFile(credentialsFile, JSON.stringify({ accessKeyId: 'me', secretAccessKey: 'mine' }));
  const settings = vaultTargetSchema.parse({ kind: 's3', bucket: 'vault', endpoint: s3.endpoint, credentialsFile });
  const clock = { ms: Date.now(), ranMs: 0 };
  const now = () => new Date(clock.ms);
  const target = await openTarget({ settings, directory, now });
  const vault = await openVault({
    directory,
    target,
    quotas: { website: 1e9 },
    recipients: [],
    now,
    elapsedMs: () => clock.ranMs,
    raise: () => {},
  });
  t.after(async () => {
    await vault.close();
    await s3.close();
    await rm(directory, { recursive: true, force: true });
  });
  const { locking } = target;
  assert.ok(locking);
  const prolong = () =>
    prolongLocks({ vault, locking, now, log: createLog('test', 'silent'), signal: new AbortController().signal });
  const add = async (content: string) => {
    const sha256 = sha256Hex(Buffer.from(content));
    await vault.addBlob('website', sha256, Readable.from([Buffer.from(content)]));
    const lockedDays = () => Math.round((s3.lockedUntil(`website/${sha256.slice(0, 2)}/${sha256}`) - clock.ms) / DAY_MS);
    return { sha256, lockedDays };
  };
  return { s3, vault, clock, prolong, add };
}

test(`${recorded}: [V19] a lock is prolonged when half of it has passed, by the clock or by the vault's own time`, async (t) => {
  const { s3, vault, clock, prolong, add } = await openLocked(t);
  const { lockedDays } = await add('kept');
  assert.equal(lockedDays(), 30);
  assert.equal(await prolong(), 0, 'it was locked just now');
  Object.assign(clock, { ms: clock.ms + 14 * DAY_MS, ranMs: clock.ranMs + 14 * DAY_MS });
  assert.equal(await prolong(), 0);
  Object.assign(clock, { ms: clock.ms + 2 * DAY_MS, ranMs: clock.ranMs + 2 * DAY_MS });
  assert.deepEqual([await prolong(), lockedDays()], [1, 30]);
  clock.ms += 16 * DAY_MS;
  assert.deepEqual([await prolong(), lockedDays()], [1, 30], 'off-site was stopped meanwhile: its own time stood still');
  clock.ranMs += 16 * DAY_MS;
  assert.equal(await prolong(), 1, 'the clock stood still: own time says that it is due');
  // A clock that was set back asks for an earlier end, which nobody grants.
  Object.assign(clock, { ms: clock.ms - 60 * DAY_MS, ranMs: clock.ranMs + 16 * DAY_MS });
  await assert.rejects(prolong(), (error) => hasCode(error, 'vault.target_failed'));
  Object.assign(clock, { ms: clock.ms + 61 * DAY_MS });
  assert.equal(await prolong(), 1, 'and it goes on when the clock is right again');
  s3.failNext = 1;
  await vault.register.write(() => vault.register.locks.keep({ compartment: 'website', sha256: sha256Hex('kept') }, 0, 0));
  assert.equal(await prolong(), 1, 'a busy service is asked again');
});

test(`${recorded}: [V19] what a collection found unnamed is not prolonged, and goes when its lock has run out`, async (t) => {
  const { s3, vault, clock, prolong, add } = await openLocked(t);
  const [kept, unnamed] = [await add('kept'), await add('unnamed')];
  const pass = (days: number) => {
    Object.assign(clock, { ms: clock.ms + days * DAY_MS, ranMs: clock.ranMs + days * DAY_MS });
    s3.aheadMs += days * DAY_MS;
  };
  const collect = async () => {
    vault.collection.begin('website', { minimumAgeSeconds: 3600 });
    const found = { lsn: '0/10', provenLsn: '0/10', named: [kept.sha256] };
    const { marked, locked } = await vault.collection.finish('website', found);
    const { removed } = await vault.collection.remove('website');
    return { marked, locked, removed };
  };
  pass(1);
  assert.deepEqual(await collect(), { marked: 1, locked: 0, removed: 0 });
  pass(15);
  assert.equal(await prolong(), 1);
  assert.deepEqual([kept.lockedDays(), unnamed.lockedDays()], [30, 14]);
  assert.deepEqual(await collect(), { marked: 0, locked: 1, removed: 0 }, 'its lock holds');
  pass(15);
  assert.deepEqual(await collect(), { marked: 0, locked: 0, removed: 1 });
  assert.ok(!s3.objects().get(`website/${unnamed.sha256.slice(0, 2)}/${unnamed.sha256}`)?.length);
});

test(`${recorded}: [V19] one blob that cannot be prolonged does not keep the others from it`, async (t) => {
  const { s3, clock, prolong, add } = await openLocked(t);
  const [one, other] = [await add('one'), await add('other')];
  clock.ms += 20 * DAY_MS;
  // Somebody else locked the one for longer than we ask.
  await fetch(`${s3.endpoint}/vault/website/${one.sha256.slice(0, 2)}/${one.sha256}?retention`, {
    method: 'PUT',
    body: `<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>${new Date(clock.ms + 90 * DAY_MS).toISOString()}</RetainUntilDate></Retention>`,
  });
  await assert.rejects(prolong(), (error) => hasCode(error, 'vault.target_failed'));
  assert.deepEqual([one.lockedDays(), other.lockedDays()], [90, 30]);
});
