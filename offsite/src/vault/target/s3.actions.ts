import { open, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import type { S3Settings } from '@bulkhead/contracts';
import { EstateError, forEachAtOnce, type Now } from '@bulkhead/kernel';
import { statusOf, targetFailed, WHOLE_BYTES } from './s3.rules.ts';
import { checkBucket } from './s3-bucket.actions.ts';
import { prolongLock, readLock, removeVersions, requireLocked } from './s3-lock.actions.ts';
import { createSender, type Sent, sendingOf } from './s3-send.actions.ts';
import type { Added, BlobName, VaultTarget } from './target.rules.ts';

export type S3Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
};

export type S3 = typeof import('@aws-sdk/client-s3');
/** The client, and the calls that it knows. */
export type S3Access = { readonly sdk: S3; readonly client: S3Client; readonly settings: S3Settings; readonly now: Now };

const CONNECT_MS = 10_000;
const ANSWER_MS = 120_000;
const TRIES = 5;
/** Small objects on their way at a time. */
const SENT_AT_ONCE = 16;

/**
 * Lays blobs in a bucket of an S3 service: `<prefix><compartment>/<aa>/<sha256>`.
 * Memory stays constant: large objects go in parts, each read when its turn comes.
 * @throws EstateError `config.invalid` if the bucket cannot keep what is promised, `vault.target_failed`
 */
export async function openS3Target(options: {
  readonly settings: S3Settings;
  readonly credentials: S3Credentials;
  readonly now: Now;
}): Promise<VaultTarget> {
  const { settings, credentials, now } = options;
  const sdk = await import('@aws-sdk/client-s3');
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const client = new sdk.S3Client({
    region: settings.region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint, forcePathStyle: true }),
    maxAttempts: TRIES,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS },
    // Each object and part carries its own SHA-256; nothing else is computed.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const access = { sdk, client, settings, now };
  await checkBucket(access);
  return targetOf(access);
}

function targetOf(access: S3Access): VaultTarget {
  const { sdk, client, settings } = access;
  const Bucket = settings.bucket;
  const prefixOf = (compartment: string) => `${settings.prefix}${compartment}/`;
  const keyOf = ({ compartment, sha256 }: BlobName) => `${prefixOf(compartment)}${sha256.slice(0, 2)}/${sha256}`;
  const send = createSender(access);

  async function sizeOf(name: BlobName): Promise<number | undefined> {
    try {
      const head = await client.send(new sdk.HeadObjectCommand({ Bucket, Key: keyOf(name) }));
      return head.ContentLength;
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw targetFailed(`asking for blob ${name.sha256}`, error);
    }
  }

  const claims = createClaims(sizeOf);
  async function add(name: BlobName, sent: Sent): Promise<boolean> {
    if (!settings.conditionalPut && (await claims.isTaken(name))) return false;
    try {
      const wasAdded = await send(keyOf(name), sent);
      // What stood there may be of a sending that was killed before it was locked.
      if (sent.bytes > WHOLE_BYTES) await requireLocked(access, keyOf(name));
      return wasAdded;
    } finally {
      claims.end(name);
    }
  }

  async function find(name: BlobName): Promise<{ readonly stream: Readable; readonly bytes: number } | undefined> {
    try {
      const found = await client.send(new sdk.GetObjectCommand({ Bucket, Key: keyOf(name) }));
      if (!(found.Body instanceof Readable)) throw new EstateError('vault.target_failed', 'reading a blob: no stream came');
      return { stream: found.Body, bytes: found.ContentLength ?? 0 };
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error instanceof EstateError ? error : targetFailed(`reading blob ${name.sha256}`, error);
    }
  }

  return {
    add: async (name, file) => {
      const handle = await open(file.path, 'r');
      try {
        if (!(await add(name, sendingOf(handle, file.bytes)))) return false;
      } finally {
        await handle.close();
      }
      await rm(file.path, { force: true });
      return true;
    },
    addSmall: async (objects) => {
      const added: Added[] = [];
      await forEachAtOnce(objects.entries(), SENT_AT_ONCE, async ([at, { name, bytes }]) => {
        const sent = { bytes: bytes.length, read: () => Promise.resolve(bytes) };
        added[at] = await add(name, sent).catch((failure: unknown) => ({ failure }));
      });
      return added;
    },
    readSmall: async (name, bytes) => {
      const found = await find(name);
      return found && readUpTo(found.stream, bytes + 1, name);
    },
    open: find,
    sizeOf,
    list: (compartment) => listDigests(access, prefixOf(compartment)),
    setAside: (name, label) =>
      setAside(access, keyOf(name), `${settings.prefix}.damaged/${name.compartment}/${name.sha256}-${label}`),
    remove: async (name) => {
      try {
        return await removeVersions(access, keyOf(name));
      } catch (error) {
        throw targetFailed(`removing blob ${name.sha256}`, error);
      }
    },
    lockedUntil: (name) => readLock(access, keyOf(name)),
    ...(settings.lockDays === 0
      ? {}
      : { locking: { days: settings.lockDays, prolong: (name, until) => prolongLock(access, keyOf(name), until) } }),
  };
}

async function readUpTo(stream: Readable, limit: number, name: BlobName): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of stream as AsyncIterable<Buffer>) {
      parts.push(part);
      bytes += part.length;
      if (bytes >= limit) break;
    }
  } catch (error) {
    throw targetFailed(`reading blob ${name.sha256}`, error);
  }
  return Buffer.concat(parts).subarray(0, limit);
}

/** For a service that does not know conditions: the vault, its only writer, keeps two of its own from one name. */
function createClaims(sizeOf: (name: BlobName) => Promise<number | undefined>) {
  const claimed = new Set<string>();
  const keyOf = ({ compartment, sha256 }: BlobName) => `${compartment}/${sha256}`;
  return {
    isTaken: async (name: BlobName): Promise<boolean> => {
      if (claimed.has(keyOf(name))) return true;
      claimed.add(keyOf(name));
      const isThere = (await sizeOf(name)) !== undefined;
      if (isThere) claimed.delete(keyOf(name));
      return isThere;
    },
    end: (name: BlobName): void => void claimed.delete(keyOf(name)),
  };
}

async function* listDigests({ sdk, client, settings }: S3Access, Prefix: string): AsyncGenerator<string> {
  let token: string | undefined;
  do {
    const command = new sdk.ListObjectsV2Command({ Bucket: settings.bucket, Prefix, ContinuationToken: token });
    const page = await client.send(command).catch((error: unknown) => {
      throw targetFailed('listing blobs', error);
    });
    for (const { Key = '' } of page.Contents ?? []) {
      const [shard = '', sha256 = ''] = Key.slice(Prefix.length).split('/');
      if (/^[0-9a-f]{64}$/.test(sha256) && sha256.startsWith(shard)) yield sha256;
    }
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

/** In a bucket with versions what was damaged stays as an earlier version; elsewhere it is copied. */
async function setAside({ sdk, client, settings }: S3Access, Key: string, evidence: string): Promise<void> {
  const Bucket = settings.bucket;
  try {
    if (settings.lockDays === 0) {
      const CopySource = `${Bucket}/${Key}`;
      await client.send(new sdk.CopyObjectCommand({ Bucket, Key: evidence, CopySource }));
    }
    await client.send(new sdk.DeleteObjectCommand({ Bucket, Key }));
  } catch (error) {
    if (statusOf(error) !== 404) throw targetFailed('setting a damaged blob aside', error);
  }
}
