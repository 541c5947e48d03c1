import { createHash } from 'node:crypto';
import { mkdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { isBlobDigest, listBlobs, pathOfBlob, placeBlob, readVerified, refuseFullDisk, spoolBlob } from '@bulkhead/blobs';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { Seen } from '#finding/finding-queue.actions.ts';
import { Quota, type Usage } from './quota.rules.ts';

/** Begins with a dot: no compartment can have this name. */
const INCOMING = '.incoming';
const DAMAGED = '.damaged';

/** The contents of every compartment's files, off-site: they are added and read, never changed and never taken away. */
export type Vault = {
  /**
   * Adds a blob; resolves when it would survive a power failure. What is already there is compared, and its lease renewed.
   * @param declaredBytes the length that the sender told, if it did
   * @throws EstateError `blob.hash_mismatch`, `vault.append_only`, `vault.quota_exceeded`, `disk.full`, `request.too_many`, `compartment.unknown`
   */
  readonly addBlob: (
    compartment: string,
    sha256: string,
    body: Readable,
    declaredBytes?: number,
  ) => Promise<'added' | 'already there'>;
  /** Renews a blob's lease (its file's modification time) and tells its length, or nothing if it is not here. */
  readonly renewLease: (compartment: string, sha256: string) => Promise<number | undefined>;
  /**
   * Reads a blob, verified on the way.
   * @throws EstateError `blob.not_found`, `blob.hash_mismatch`; the stream may fail with the latter
   */
  readonly openBlob: (compartment: string, sha256: string) => Promise<{ readonly stream: Readable; readonly bytes: number }>;
  /** Of these digests, those that are not here whole; the leases of the others are renewed. */
  readonly listMissing: (compartment: string, digests: readonly string[]) => Promise<string[]>;
  readonly usageOf: (compartment: string) => Usage;
  readonly compartments: readonly string[];
  readonly listAll: (compartment: string) => AsyncGenerator<string>;
  /** Notes that a blob's bytes changed on the disk: it is not served any more, and may be brought again. */
  readonly markDamaged: (compartment: string, sha256: string, how: string) => void;
};

/**
 * Opens the vault's directory: removes unfinished uploads and counts what is stored.
 * @param deps.quotas the compartments, and how many bytes each may store
 */
export async function openVault(deps: {
  readonly directory: string;
  readonly quotas: Readonly<Record<string, number>>;
  readonly now: Now;
  readonly raise: (seen: Seen) => void;
}): Promise<Vault> {
  const { directory, now, raise } = deps;
  await rm(join(directory, INCOMING), { recursive: true, force: true });
  await mkdir(join(directory, INCOMING), { recursive: true, mode: 0o700 });
  const quotas = new Map(Object.entries(deps.quotas).map(([name, bytes]) => [name, new Quota(name, bytes)]));
  for (const [name, quota] of quotas) await countStored(join(directory, name), quota);
  const damaged = new Set<string>();
  let uploads = 0;

  const quotaOf = (compartment: string): Quota => {
    const quota = quotas.get(compartment);
    if (quota) return quota;
    throw new EstateError('compartment.unknown', `reaching into the vault: it knows no compartment "${compartment}"`);
  };
  const pathOf = (compartment: string, sha256: string) => {
    quotaOf(compartment);
    if (isBlobDigest(sha256)) return pathOfBlob(join(directory, compartment), sha256);
    throw new EstateError('input.invalid', 'naming a blob: not a SHA-256 in lower-case hexadecimal');
  };

  function markDamaged(compartment: string, sha256: string, how: string): void {
    damaged.add(`${compartment}/${sha256}`);
    raise({
      rule: 'vault.damaged',
      compartment,
      summary: 'the vault holds a blob whose bytes have changed on the disk',
      evidence: { sha256, how },
    });
  }

  async function addBlob(compartment: string, sha256: string, body: Readable, declaredBytes?: number) {
    const path = pathOf(compartment, sha256);
    const isDamaged = damaged.has(`${compartment}/${sha256}`);
    const standing = isDamaged ? undefined : await sizeOf(path);
    if (standing !== undefined) return compareWithStored(compartment, sha256, body, { path, bytes: standing });
    const upload = quotaOf(compartment).beginUpload(declaredBytes ?? 0);
    const spool = join(directory, INCOMING, String((uploads += 1)));
    let received = 0;
    try {
      const limitBytes = declaredBytes ?? Number.MAX_SAFE_INTEGER;
      const blob = await spoolBlob(body, { path: spool, limitBytes, onBytes: (bytes) => upload.grow((received += bytes)) });
      if (blob.sha256 !== sha256)
        throw new EstateError('blob.hash_mismatch', `adding blob ${sha256}: the bytes that came have digest ${blob.sha256}`);
      if (isDamaged) await setAside(compartment, sha256, path);
      const isNew = await placeBlob(spool, path, 'keep');
      if (isNew && !isDamaged) quotaOf(compartment).count(blob.bytes);
      return isNew ? ('added' as const) : ('already there' as const);
    } catch (error) {
      throw refuseFullDisk(error, "adding a blob: the vault's disk has no room");
    } finally {
      await rm(spool, { force: true });
      upload.end();
    }
  }

  async function compareWithStored(
    compartment: string,
    sha256: string,
    body: Readable,
    stored: { readonly path: string; readonly bytes: number },
  ) {
    const hash = createHash('sha256');
    let received = 0;
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      received += chunk.length;
      if (received > stored.bytes) break;
      hash.update(chunk);
    }
    if (received > stored.bytes || hash.digest('hex') !== sha256) throw refuseOverwrite(compartment, sha256);
    await touch(stored.path, now());
    return 'already there' as const;
  }

  function refuseOverwrite(compartment: string, sha256: string): EstateError {
    raise({
      rule: 'vault.append_only_refused',
      compartment,
      summary: 'a stored blob was to be overwritten with other bytes; the vault refused',
      evidence: { sha256 },
    });
    return new EstateError('vault.append_only', `adding blob ${sha256}: it is stored already, with other bytes than these`);
  }

  /** The damaged file is kept as evidence; the name becomes free for the right bytes. */
  async function setAside(compartment: string, sha256: string, path: string): Promise<void> {
    const evidence = join(directory, DAMAGED, compartment);
    await placeBlob(path, join(evidence, `${sha256}-${now().getTime()}`), 'replace').catch(ignoreMissing);
    damaged.delete(`${compartment}/${sha256}`);
  }

  async function renewLease(compartment: string, sha256: string) {
    const path = pathOf(compartment, sha256);
    const bytes = damaged.has(`${compartment}/${sha256}`) ? undefined : await sizeOf(path);
    if (bytes !== undefined) await touch(path, now());
    return bytes;
  }

  async function openBlob(compartment: string, sha256: string) {
    const path = pathOf(compartment, sha256);
    if (damaged.has(`${compartment}/${sha256}`))
      throw new EstateError('blob.hash_mismatch', `reading blob ${sha256}: the vault's copy is damaged`);
    const found = await readVerified(path, sha256, () => markDamaged(compartment, sha256, 'reading')).catch(ignoreMissing);
    if (found) return found;
    throw new EstateError('blob.not_found', `reading blob ${sha256} of ${compartment}: the vault does not have it`);
  }

  async function listMissing(compartment: string, digests: readonly string[]) {
    const missing: string[] = [];
    for (const sha256 of digests) if ((await renewLease(compartment, sha256)) === undefined) missing.push(sha256);
    return missing;
  }

  return {
    addBlob,
    renewLease,
    openBlob,
    listMissing,
    usageOf: (compartment) => quotaOf(compartment).usage,
    compartments: [...quotas.keys()],
    listAll: (compartment) => listBlobs(join(directory, compartment)),
    markDamaged,
  };
}

async function countStored(directory: string, quota: Quota): Promise<void> {
  for await (const sha256 of listBlobs(directory)) quota.count((await stat(pathOfBlob(directory, sha256))).size);
}

async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(ignoreMissing);
  return found?.size;
}

/** The lease: the modification time is when the blob was last brought or asked for, by the vault's own clock. */
async function touch(path: string, at: Date): Promise<void> {
  await utimes(path, at, at);
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
