import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { forEachAtOnce, sleepMs } from '@bulkhead/kernel';
import type { S3Access } from './s3.actions.ts';
import { cutInParts, statusOf, targetFailed, termsOf, WHOLE_BYTES } from './s3.rules.ts';

/** Parts in memory at a time, of all blobs that are being sent together. */
const PARTS_AT_ONCE = 4;
const CONFLICT_TRIES = 5;
const CONFLICT_WAIT_MS = 200;

/** What is sent: its length, and how a part of it is had. */
export type Sent = { readonly bytes: number; readonly read: (from: number, bytes: number) => Promise<Buffer> };
export type Send = (key: string, sent: Sent) => Promise<boolean>;

export function sendingOf(handle: FileHandle, bytes: number): Sent {
  return { bytes, read: (from, length) => readAt(handle, from, length) };
}

/** Sends to the bucket, each with its SHA-256, its lock, and on condition that nothing stands there; false if something does. */
export function createSender(access: S3Access): Send {
  const places = createPlaces(PARTS_AT_ONCE);
  return async (key, sent) => {
    for (let tries = 1; ; tries += 1) {
      try {
        await (sent.bytes <= WHOLE_BYTES ? sendWhole(access, places, key, sent) : sendParts(access, places, key, sent));
        return true;
      } catch (error) {
        if (statusOf(error) === 412) return false;
        // Somebody else writes the same key at this moment: ask again who was first.
        if (statusOf(error) !== 409 || tries === CONFLICT_TRIES) throw targetFailed('adding a blob', error);
        await sleepMs(CONFLICT_WAIT_MS * tries);
      }
    }
  };
}

type Places = <Result>(work: () => Promise<Result>) => Promise<Result>;

async function sendWhole({ sdk, client, settings, now }: S3Access, places: Places, Key: string, { bytes, read }: Sent) {
  const { lock, condition } = termsOf(settings, now());
  await places(async () => {
    const Body = await read(0, bytes);
    const ChecksumSHA256 = sha256Of(Body);
    await client.send(new sdk.PutObjectCommand({ Bucket: settings.bucket, Key, Body, ChecksumSHA256, ...lock, ...condition }));
  });
}

async function sendParts({ sdk, client, settings, now }: S3Access, places: Places, Key: string, { bytes, read }: Sent) {
  const Bucket = settings.bucket;
  const { lock, condition } = termsOf(settings, now());
  const begun = await client.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'SHA256', ...lock }));
  const { UploadId } = begun;
  const sent: { PartNumber: number; ETag: string | undefined; ChecksumSHA256: string }[] = [];
  try {
    await forEachAtOnce(cutInParts(bytes), PARTS_AT_ONCE, ({ number: PartNumber, from, bytes: length }) =>
      places(async () => {
        const Body = await read(from, length);
        const ChecksumSHA256 = sha256Of(Body);
        const part = new sdk.UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ChecksumSHA256 });
        const { ETag } = await client.send(part);
        sent.push({ PartNumber, ETag, ChecksumSHA256 });
      }),
    );
    const Parts = sent.toSorted((left, right) => left.PartNumber - right.PartNumber);
    const complete = { Bucket, Key, UploadId, MultipartUpload: { Parts }, ...condition };
    await client.send(new sdk.CompleteMultipartUploadCommand(complete));
  } catch (error) {
    await client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => undefined);
    throw error;
  }
}

async function readAt(handle: FileHandle, from: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(bytes);
  for (let at = 0; at < bytes; ) {
    const { bytesRead } = await handle.read(buffer, at, bytes - at, from + at);
    if (bytesRead === 0) throw new Error('the file became shorter while it was sent');
    at += bytesRead;
  }
  return buffer;
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64');
}

/** At most so many at a time; the others wait in order. */
function createPlaces(atOnce: number): Places {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The place is handed on: whoever comes meanwhile must not take it too.
      if (next) next();
      else running -= 1;
    }
  };
}
