import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, type TestContext, test } from 'node:test';
import * as sdk from '@aws-sdk/client-s3';
import { type S3Settings, vaultTargetSchema } from '@bulkhead/contracts';
import { hasCode } from '@bulkhead/kernel';
import { openTarget } from '../target/open-target.actions.ts';
import { type CephGateway, startCephGateway, WITHOUT_CEPH } from './ceph.ts';
import { addContent, nameOf, read, temporaryDirectory, testRemoval, testTarget } from './target-conformance.ts';

const MIB = 1_048_576;
const DAY_MS = 86_400_000;

suite('S3 (Ceph object gateway)', { skip: WITHOUT_CEPH }, () => {
  let ceph: CephGateway;
  let client: sdk.S3Client;
  let buckets = 0;
  before(async () => {
    ceph = await startCephGateway();
    const { endpoint, accessKeyId, secretAccessKey } = ceph;
    const credentials = { accessKeyId, secretAccessKey };
    client = new sdk.S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true });
  });
  after(async () => {
    client?.destroy();
    await ceph?.close();
  });

  /** A bucket of its own, and the vault's target in it. */
  async function open(t: TestContext, changed: Partial<S3Settings>, hasLock = changed.lockDays !== 0) {
    const bucket = `vault-${(buckets += 1)}`;
    await client.send(new sdk.CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: hasLock }));
    const directory = await temporaryDirectory(t);
    const credentialsFile = join(directory, 'credentials.json');
    const { endpoint, accessKeyId, secretAccessKey } = ceph;
    await writeFile(credentialsFile, JSON.stringify({ accessKeyId, secretAccessKey }), { mode: 0o600 });
    const given = { kind: 's3', bucket, endpoint, credentialsFile, prefix: 'bulkhead/', conditionalPut: false };
    const settings = vaultTargetSchema.parse({ ...given, ...changed });
    const reopen = () => openTarget({ settings, directory, now: () => new Date() });
    return { bucket, target: await reopen(), reopen };
  }

  testTarget('with Object Lock', (t) => open(t, {}));
  testTarget('without Object Lock', (t) => open(t, { lockDays: 0 }));
  testRemoval('without Object Lock', (t) => open(t, { lockDays: 0 }));

  test('[V11] what is sent, in one call or in parts, is locked in compliance mode: not even the bucket’s owner removes or shortens it', async (t) => {
    t.diagnostic(`Ceph ${ceph.version}`);
    const { bucket, target } = await open(t, {});
    for (const content of [Buffer.from('small'), Buffer.alloc(40 * MIB, 7)]) {
      const name = nameOf(content);
      assert.equal(await addContent(t, target, name, content), true);
      const Key = `bulkhead/website/${name.sha256.slice(0, 2)}/${name.sha256}`;
      const head = await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key }));
      assert.equal(head.ObjectLockMode, 'COMPLIANCE', `${content.length} bytes`);
      const until = head.ObjectLockRetainUntilDate?.getTime() ?? 0;
      assert.ok(until > Date.now() + 29 * DAY_MS);
      assert.equal(await target.remove(name), 'locked');
      const sooner = { Mode: 'COMPLIANCE' as const, RetainUntilDate: new Date(Date.now() + DAY_MS) };
      const shorten = new sdk.PutObjectRetentionCommand({ Bucket: bucket, Key, Retention: sooner });
      await assert.rejects(client.send(shorten), { name: 'AccessDenied' });
      const { VersionId } = head;
      const bypass = { Bucket: bucket, Key, VersionId, BypassGovernanceRetention: true };
      await assert.rejects(client.send(new sdk.DeleteObjectCommand(bypass)), { name: 'AccessDenied' });
      assert.ok((await read(target, name))?.equals(content));
    }
  });

  test('[V19] a lock is prolonged', async (t) => {
    const { target } = await open(t, { lockDays: 2 });
    const content = Buffer.from('kept for longer');
    await addContent(t, target, nameOf(content), content);
    const until = new Date(Math.floor(Date.now() / 1000) * 1000 + 5 * DAY_MS);
    assert.equal(await target.locking?.prolong(nameOf(content), until), true);
    assert.equal((await target.lockedUntil(nameOf(content)))?.getTime(), until.getTime());
  });

  test('[V11] a bucket that cannot keep the promise is refused before the vault opens', async (t) => {
    const refused = (changed: Partial<S3Settings>, hasLock: boolean, told: RegExp) =>
      assert.rejects(open(t, changed, hasLock), (error) => hasCode(error, 'config.invalid') && told.test(String(error)));
    await refused({}, false, /no Object Lock/);
    // This gateway looks at conditions in no bucket with versions: the vault tries before it believes.
    await refused({ conditionalPut: true }, true, /conditionalPut/);
  });
});
