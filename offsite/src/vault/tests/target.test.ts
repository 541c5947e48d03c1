import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type S3Settings, vaultTargetSchema } from '@bulkhead/contracts';
import { hasCode } from '@bulkhead/kernel';
import { openTarget } from '../target/open-target.actions.ts';
import { type S3Protocol, serveS3Protocol } from './s3-protocol.ts';
import { addContent, nameOf, type OpenForTest, read, temporaryDirectory, testRemoval, testTarget } from './target-conformance.ts';

const SECRET = 'a-secret-that-nobody-may-read';
const now = () => new Date();

type S3Server = new (options: object) => { readonly run: () => Promise<{ port: number }>; readonly close: () => Promise<void> };

function loadServer(): S3Server | undefined {
  try {
    return createRequire(import.meta.url)('s3rver');
  } catch {
    return undefined;
  }
}

const openDisk: OpenForTest = async (t) => {
  const directory = await temporaryDirectory(t);
  const reopen = () => openTarget({ settings: { kind: 'disk' }, directory, now });
  return { target: await reopen(), reopen };
};

async function settingsFor(t: TestContext, endpoint: string, changed: Partial<S3Settings> = {}): Promise<S3Settings> {
  const credentialsFile = join(await temporaryDirectory(t), 'credentials.json');
  await writeFile(credentialsFile, JSON.stringify({ accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }), { mode: 0o600 });
  const settings = vaultTargetSchema.parse({ kind: 's3', bucket: 'vault', endpoint, credentialsFile, prefix: 'bulkhead/' });
  assert.ok(settings.kind === 's3');
  return { ...settings, ...changed };
}

async function openProtocol(t: TestContext, changed: Partial<S3Settings> = {}, server = {}) {
  const s3 = await serveS3Protocol(server);
  t.after(() => s3.close());
  const settings = await settingsFor(t, s3.endpoint, changed);
  const reopen = () => openTarget({ settings, directory: '/nonexistent', now });
  return { s3, target: await reopen(), reopen };
}

const recorded = 'S3 (protocol as documented, not a server)';
testTarget('disk', openDisk);
testRemoval('disk', openDisk);
testTarget(`${recorded} with Object Lock`, openProtocol);
testRemoval(`${recorded} without Object Lock`, (t) => openProtocol(t, { lockDays: 0 }, { hasLock: false }));

/** A real S3 server in JavaScript: signatures, parts and listings, but neither Object Lock nor conditions. */
function openServer(Server: S3Server): OpenForTest {
  return async (t) => {
    const directory = await temporaryDirectory(t);
    const buckets = { configureBuckets: [{ name: 'vault', configs: [] }] };
    const server = new Server({ address: '127.0.0.1', port: 0, silent: true, directory, ...buckets });
    const { port } = await server.run();
    t.after(() => server.close());
    const settings = await settingsFor(t, `http://127.0.0.1:${port}`, { lockDays: 0, conditionalPut: false });
    const reopen = () => openTarget({ settings, directory: '/nonexistent', now });
    return { target: await reopen(), reopen };
  };
}
const S3rver = loadServer();
if (S3rver) {
  testTarget('S3 (s3rver)', openServer(S3rver));
  testRemoval('S3 (s3rver)', openServer(S3rver));
} else {
  testTarget(`${recorded} without Object Lock`, (t) => openProtocol(t, { lockDays: 0 }, { hasLock: false }));
  test('S3 (s3rver): the target against a real S3 server', { skip: 's3rver is not installed' }, () => {});
}

function callsTo(s3: S3Protocol, method: string, what: RegExp) {
  return s3.calls.filter((call) => call.method === method && what.test(call.path));
}

test(`${recorded}: [V11] each object carries the lock, its SHA-256 and the condition that nothing stands there`, async (t) => {
  const { s3, target } = await openProtocol(t);
  const small = Buffer.from('small');
  const large = Buffer.alloc(40_000_000, 7);
  for (const content of [small, large]) assert.equal(await addContent(t, target, nameOf(content), content), true);
  const [put] = callsTo(s3, 'PUT', /website.*x-id=PutObject/);
  const [begun] = callsTo(s3, 'POST', /website.*uploads/);
  const [completed] = callsTo(s3, 'POST', /website.*uploadId/);
  for (const call of [put, begun]) {
    assert.equal(call?.headers['x-amz-object-lock-mode'], 'COMPLIANCE');
    const lockedMs = Date.parse(String(call?.headers['x-amz-object-lock-retain-until-date'])) - Date.now();
    assert.ok(lockedMs > 29 * 86_400_000 && lockedMs <= 30 * 86_400_000, `locked for ${lockedMs} ms`);
  }
  for (const call of [put, completed]) assert.equal(call?.headers['if-none-match'], '*');
  const parts = callsTo(s3, 'PUT', /website.*partNumber/);
  assert.equal(parts.length, 3);
  for (const call of [put, ...parts]) assert.match(String(call?.headers['x-amz-checksum-sha256']), /^[A-Za-z0-9+/]{43}=$/);
  assert.deepEqual(await read(target, nameOf(large)), large);
});

test(`${recorded}: [V11] what is locked stays though off-site itself asks to remove it`, async (t) => {
  const { s3, target } = await openProtocol(t);
  const content = Buffer.from('locked');
  await addContent(t, target, nameOf(content), content);
  assert.equal(await target.remove(nameOf(content)), 'locked');
  assert.deepEqual(await read(target, nameOf(content)), content);
  await target.setAside(nameOf(content), '1');
  assert.ok(callsTo(s3, 'DELETE', /website/).every(({ path }) => !path.includes('undefined')));
});

test(`${recorded}: a busy service is asked again; one that stays away is told as vault.target_failed`, async (t) => {
  const { s3, target } = await openProtocol(t);
  const content = Buffer.from('patient');
  s3.failNext = 2;
  assert.equal(await addContent(t, target, nameOf(content), content), true);
  await s3.close();
  await assert.rejects(target.sizeOf(nameOf(content)), (error) => hasCode(error, 'vault.target_failed'));
});

test(`${recorded}: [V11] a bucket that cannot keep the promise is refused before the vault opens, and says what to do`, async (t) => {
  const refused = (changed: Partial<S3Settings>, server: object, told: RegExp) =>
    assert.rejects(openProtocol(t, changed, server), (error) => hasCode(error, 'config.invalid') && told.test(String(error)));
  await refused({}, { hasLock: false }, /no Object Lock.*lockDays/);
  await refused({}, { knowsConditions: false }, /conditionalPut/);
  await refused({ bucket: 'elsewhere' }, {}, /no bucket elsewhere/);
  await openProtocol(t, { conditionalPut: false }, { knowsConditions: false });
});

test('settings of a target are judged one by one, and what stands in the credentials file is told to nobody', async (t) => {
  const directory = await temporaryDirectory(t);
  const told = (settings: unknown) => {
    const parsed = vaultTargetSchema.safeParse(settings);
    return parsed.success ? '' : parsed.error.issues.map(({ message }) => message).join('; ');
  };
  const s3 = { kind: 's3', bucket: 'vault', credentialsFile: '/c' };
  assert.equal(told({ kind: 'disk' }), '');
  assert.equal(told(s3), '');
  assert.match(told({ ...s3, bucket: 'No Bucket' }), /name of a bucket/);
  assert.match(told({ ...s3, endpoint: 'http://s3.example.org' }), /https/);
  assert.match(told({ ...s3, prefix: 'no-slash' }), /slash/);
  assert.match(told({ ...s3, lockDays: -1 }), />=0/);
  assert.match(told({ ...s3, secretAccessKey: SECRET }), /secretAccessKey/);
  const credentialsFile = join(directory, 'credentials.json');
  const settings = vaultTargetSchema.parse({ ...s3, credentialsFile });
  for (const content of [undefined, SECRET, JSON.stringify({ accessKeyId: 'me', secretKey: SECRET })]) {
    if (content) await writeFile(credentialsFile, content);
    await assert.rejects(openTarget({ settings, directory, now }), (error) => {
      assert.ok(hasCode(error, 'config.invalid') && error instanceof Error);
      assert.match(error.message, /credentialsFile/);
      assert.ok(!JSON.stringify([error.message, error.stack, String(error.cause)]).includes(SECRET));
      return true;
    });
  }
});
