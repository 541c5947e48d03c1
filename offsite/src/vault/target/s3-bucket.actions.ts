import { createHash } from 'node:crypto';
import { EstateError } from '@bulkhead/kernel';
import type { S3Access } from './s3.actions.ts';
import { faultOf, statusOf, targetFailed } from './s3.rules.ts';
import { removeVersions } from './s3-lock.actions.ts';

const PROBE = Buffer.from('bulkhead\n');
const PROBE_SUM = createHash('sha256').update(PROBE).digest('base64');
const PROBE_LOCK_MS = 60_000;

/**
 * Looks before the vault opens whether the bucket is there and keeps what is promised, and ends what a kill left half sent.
 * @throws EstateError `config.invalid`, `vault.target_failed`
 */
export async function checkBucket(access: S3Access): Promise<void> {
  const { sdk, client, settings } = access;
  const Bucket = settings.bucket;
  await client.send(new sdk.HeadBucketCommand({ Bucket })).catch((error: unknown) => {
    if (statusOf(error) === 404) throw invalid(`there is no bucket ${Bucket}`);
    if (statusOf(error) === 403) throw invalid(`the credentials do not open the bucket ${Bucket}`);
    throw targetFailed('opening the bucket', error);
  });
  if (settings.lockDays > 0) await requireLock(access);
  if (settings.conditionalPut) await requireConditions(access);
  await endUnfinished(access);
}

async function requireLock(access: S3Access): Promise<void> {
  const { sdk, client, settings } = access;
  const found = await client
    .send(new sdk.GetObjectLockConfigurationCommand({ Bucket: settings.bucket }))
    .catch((error: unknown) => {
      if (isRefusal(error)) return undefined;
      throw targetFailed('asking for the Object Lock of the bucket', error);
    });
  if (found?.ObjectLockConfiguration?.ObjectLockEnabled !== 'Enabled')
    throw invalid(
      `the bucket ${settings.bucket} has no Object Lock; make one with Object Lock, or set lockDays to 0 and do without`,
    );
  await requireKeptLock(access);
}

/** The service is tried, not believed: a small object with a lock of a minute must come back with it. */
async function requireKeptLock(access: S3Access): Promise<void> {
  const { sdk, client, settings, now } = access;
  const place = { Bucket: settings.bucket, Key: `${settings.prefix}.probe-lock` };
  const lock = {
    ObjectLockMode: 'COMPLIANCE' as const,
    ObjectLockRetainUntilDate: new Date(now().getTime() + PROBE_LOCK_MS),
  };
  try {
    await removeVersions(access, place.Key);
    await client.send(new sdk.PutObjectCommand({ ...place, Body: PROBE, ChecksumSHA256: PROBE_SUM, ...lock }));
    const head = await client.send(new sdk.HeadObjectCommand(place));
    if (head.ObjectLockMode === 'COMPLIANCE' && head.ObjectLockRetainUntilDate !== undefined) return;
  } catch (error) {
    throw targetFailed('trying a lock', error);
  }
  throw invalid(
    'the service does not keep the lock that an object asks for; set lockDays to 0 and do without, or choose another',
  );
}

/** The service is tried, not believed: the same small object is put twice, then in parts; all but the first must be refused. */
async function requireConditions(access: S3Access): Promise<void> {
  const { sdk, client, settings } = access;
  const place = { Bucket: settings.bucket, Key: `${settings.prefix}.probe` };
  const put = () => client.send(new sdk.PutObjectCommand({ ...place, Body: PROBE, IfNoneMatch: '*' }));
  const isKept = (await isRefused(put)) || (await isRefused(put));
  if (isKept && (await isRefused(() => putInParts(access, place)))) return;
  throw invalid(
    'the service does not know conditional writes (If-None-Match), in one call and in parts; set conditionalPut to false only if nobody else writes to the bucket',
  );
}

async function putInParts({ sdk, client }: S3Access, place: { readonly Bucket: string; readonly Key: string }): Promise<void> {
  const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(place));
  try {
    const { ETag } = await client.send(new sdk.UploadPartCommand({ ...place, UploadId, PartNumber: 1, Body: PROBE }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await client.send(new sdk.CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload, IfNoneMatch: '*' }));
  } catch (error) {
    await client.send(new sdk.AbortMultipartUploadCommand({ ...place, UploadId })).catch(() => undefined);
    throw error;
  }
}

/** Whether a write is refused because something stands there; false if it is done, or the service knows no conditions. */
async function isRefused(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return false;
  } catch (error) {
    if (statusOf(error) === 412) return true;
    if (statusOf(error) === 501) return false;
    throw targetFailed('trying a conditional write', error);
  }
}

async function endUnfinished({ sdk, client, settings }: S3Access): Promise<void> {
  const Bucket = settings.bucket;
  const list = new sdk.ListMultipartUploadsCommand({ Bucket, Prefix: settings.prefix });
  const { Uploads = [] } = await client.send(list).catch((error: unknown) => {
    if (isRefusal(error)) return { Uploads: [] };
    throw targetFailed('listing unfinished uploads', error);
  });
  for (const { Key, UploadId } of Uploads)
    await client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => undefined);
}

function isRefusal(error: unknown): boolean {
  const status = statusOf(error);
  return (status !== undefined && status >= 400 && status < 500) || status === 501 || faultOf(error) === 'NotImplemented';
}

function invalid(what: string): EstateError {
  return new EstateError('config.invalid', `opening the vault's target: ${what}`);
}
