import type { S3Access } from './s3.actions.ts';
import { faultOf, statusOf, targetFailed, termsOf } from './s3.rules.ts';

/** Until when an object is locked; undefined if it is not, or not there. @throws EstateError `vault.target_failed` */
export async function readLock({ sdk, client, settings }: S3Access, Key: string): Promise<Date | undefined> {
  if (settings.lockDays === 0) return undefined;
  try {
    const head = await client.send(new sdk.HeadObjectCommand({ Bucket: settings.bucket, Key }));
    return head.ObjectLockRetainUntilDate;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw targetFailed('asking until when a blob is locked', error);
  }
}

/** In compliance mode the service takes a later date only: nobody, not even the owner of the bucket, can shorten a lock. */
export async function prolongLock({ sdk, client, settings }: S3Access, Key: string, until: Date): Promise<boolean> {
  const Retention = { Mode: 'COMPLIANCE' as const, RetainUntilDate: until };
  try {
    await client.send(new sdk.PutObjectRetentionCommand({ Bucket: settings.bucket, Key, Retention }));
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw targetFailed('prolonging the lock of a blob', error);
  }
}

/**
 * What went in parts is looked at: some services take the lock that an upload in parts asks for and do not keep it (Ceph 16).
 * Then it is locked by itself, for as long as any other.
 * @throws EstateError `vault.target_failed`
 */
export async function requireLocked(access: S3Access, Key: string): Promise<void> {
  const { settings, now } = access;
  const { ObjectLockRetainUntilDate: until } = termsOf(settings, now()).lock;
  if (until === undefined || (await readLock(access, Key)) !== undefined) return;
  await prolongLock(access, Key, until);
}

/** Removes an object with all its versions; what is locked stays. */
export async function removeVersions({ sdk, client, settings }: S3Access, Key: string): Promise<'removed' | 'locked'> {
  const Bucket = settings.bucket;
  if (settings.lockDays === 0) {
    await client.send(new sdk.DeleteObjectCommand({ Bucket, Key }));
    return 'removed';
  }
  const { Versions = [], DeleteMarkers = [] } = await client.send(new sdk.ListObjectVersionsCommand({ Bucket, Prefix: Key }));
  let isLocked = false;
  for (const { VersionId, Key: found } of [...Versions, ...DeleteMarkers]) {
    if (found !== Key || VersionId === undefined) continue;
    try {
      await client.send(new sdk.DeleteObjectCommand({ Bucket, Key, VersionId }));
    } catch (error) {
      if (faultOf(error) !== 'AccessDenied' && faultOf(error) !== 'ObjectLocked') throw error;
      isLocked = true;
    }
  }
  return isLocked ? 'locked' : 'removed';
}
