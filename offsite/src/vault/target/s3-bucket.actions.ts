import { EstateError } from '@bulkhead/kernel';
import type { S3Access } from './s3.actions.ts';
import { faultOf, statusOf, targetFailed } from './s3.rules.ts';

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

async function requireLock({ sdk, client, settings }: S3Access): Promise<void> {
  const found = await client
    .send(new sdk.GetObjectLockConfigurationCommand({ Bucket: settings.bucket }))
    .catch((error: unknown) => {
      if (isRefusal(error)) return undefined;
      throw targetFailed('asking for the Object Lock of the bucket', error);
    });
  if (found?.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled') return;
  throw invalid(
    `the bucket ${settings.bucket} has no Object Lock; make one with Object Lock, or set lockDays to 0 and do without`,
  );
}

/** The service is tried, not believed: the same small object is put twice, and the second must be refused. */
async function requireConditions({ sdk, client, settings }: S3Access): Promise<void> {
  const probe = { Bucket: settings.bucket, Key: `${settings.prefix}.probe`, Body: Buffer.from('bulkhead\n') };
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      await client.send(new sdk.PutObjectCommand({ ...probe, IfNoneMatch: '*' }));
    } catch (error) {
      if (statusOf(error) === 412) return;
      if (statusOf(error) !== 501) throw targetFailed('trying a conditional write', error);
      break;
    }
  }
  throw invalid(
    'the service does not know conditional writes (If-None-Match); set conditionalPut to false only if nobody else writes to the bucket',
  );
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
