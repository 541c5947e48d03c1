import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Parcel, takeChunks } from '@bulkhead/blobs';
import type { ErasedBlob } from '@bulkhead/contracts';
import { EstateError, hasCode, type Now, refuseFullDisk } from '@bulkhead/kernel';
import type { Seen } from '#finding/finding-queue.actions.ts';
import { OwnTime } from './clock.rules.ts';
import { Collection } from './collection.actions.ts';
import { allowBlob, eraseBlob } from './erasure.actions.ts';
import { Holdings } from './holdings.actions.ts';
import { Keyring } from './keyring.actions.ts';
import { addParcels, type ParcelOutcome } from './parcels.actions.ts';
import type { Upload, Usage } from './quota.rules.ts';
import { Register } from './register.store.ts';
import { SealedFile } from './sealed-file.actions.ts';
import type { BlobName, VaultTarget } from './target/target.rules.ts';
import { Uploads } from './upload.actions.ts';

/** Begin with a dot: no compartment can have these names. */
const INCOMING = '.incoming';
const UPLOADS = '.uploads';
const KEYRING = '.keyring';
const ELAPSED = 'elapsed_seconds';
const TICK_MS = 30_000;

/** The contents of every compartment's files, off-site: they are added and read, and changed by nobody. */
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
  /** Adds many small blobs at once. */
  readonly addParcels: (compartment: string, parcels: readonly Parcel[]) => Promise<ParcelOutcome[]>;
  readonly uploads: Uploads;
  readonly collection: Collection;
  readonly holdings: Holdings;
  readonly register: Register;
  /** Of these digests, those that are not here whole, and those that were erased; the leases of the others are renewed. */
  readonly listMissing: (
    compartment: string,
    digests: readonly string[],
  ) => Promise<{ readonly missing: string[]; readonly erased: string[] }>;
  readonly erase: (name: BlobName, request: string) => Promise<ErasedBlob>;
  readonly allow: (name: BlobName) => Promise<void>;
  readonly usageOf: (compartment: string) => Usage;
  /** Off-site's own time, which no clock moves. */
  readonly seconds: () => number;
  readonly close: () => Promise<void>;
};

export type VaultOptions = {
  readonly directory: string;
  readonly target: VaultTarget;
  readonly quotas: Readonly<Record<string, number>>;
  /** age recipients who can read a copy of the vault without this site. */
  readonly recipients: readonly string[];
  readonly now: Now;
  readonly elapsedMs: () => number;
  readonly raise: (seen: Seen) => void;
};

/** Opens the vault: removes what was spooled when it was killed and counts what is stored. */
export async function openVault(options: VaultOptions): Promise<Vault> {
  const { directory, target, raise } = options;
  const incoming = join(directory, INCOMING);
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  const register = Register.open(join(directory, KEYRING));
  const keyring = await Keyring.open({ directory: join(directory, KEYRING), register, recipients: options.recipients });
  const time = new OwnTime(register.readNumber(ELAPSED) ?? 0, options.elapsedMs);
  const keepTime = () => register.write(() => register.setNumber(ELAPSED, time.seconds()));
  const ticking = setInterval(() => void keepTime().catch(() => undefined), TICK_MS).unref();
  await adoptPlain(register, target, Object.keys(options.quotas));
  const holdings = await Holdings.open({ ...options, target, register, keyring, seconds: time.seconds });
  const uploads = await Uploads.open({
    holdings,
    register,
    keyring,
    directory: join(directory, UPLOADS),
    seconds: time.seconds,
  });
  await uploads.removeExpired();
  const erasing = { holdings, uploads, register, keyring, target };
  let spooled = 0;
  const adding = { holdings, raise, nextPath: () => join(incoming, String((spooled += 1))) };
  return {
    addBlob: (compartment, sha256, body, declaredBytes) =>
      addBlob(adding, holdings.nameOf(compartment, sha256), body, declaredBytes),
    addParcels: (compartment, parcels) => addParcels(adding, compartment, parcels),
    uploads,
    collection: new Collection({ holdings, register, target, seconds: time.seconds, now: options.now }),
    holdings,
    register,
    listMissing: (compartment, digests) => listMissing(holdings, compartment, digests),
    erase: (name, request) => eraseBlob(erasing, name, request),
    allow: (name) => allowBlob(erasing, name),
    usageOf: (compartment) => holdings.quotaOf(compartment).usage,
    seconds: time.seconds,
    close: async () => {
      clearInterval(ticking);
      await uploads.close();
      await keepTime();
      register.close();
    },
  };
}

type Adding = {
  readonly holdings: Holdings;
  readonly raise: (seen: Seen) => void;
  readonly nextPath: () => string;
};

async function addBlob(deps: Adding, name: BlobName, body: Readable, declaredBytes: number | undefined) {
  const { holdings } = deps;
  holdings.requireNotErased(name);
  const standing = await holdings.find(name);
  if (standing) return compareWithStored(deps, name, body, standing.bytes);
  const upload = holdings.quotaOf(name.compartment).beginUpload(declaredBytes ?? 0);
  const path = deps.nextPath();
  const key = holdings.keyOf(name);
  try {
    const bytes = await spoolSealed(body, { path, key, name, limitBytes: declaredBytes, upload });
    return await holdings.bring(name, { path, key, bytes });
  } catch (error) {
    throw refuseFullDisk(error, "adding a blob: the vault's disk has no room");
  } finally {
    await rm(path, { force: true });
    upload.end();
  }
}

type Spooling = {
  readonly path: string;
  readonly key: Buffer;
  readonly name: BlobName;
  readonly limitBytes: number | undefined;
  readonly upload: Upload;
};

/** @throws EstateError `blob.hash_mismatch`, `blob.too_large`, `vault.quota_exceeded`, or what the stream failed with */
async function spoolSealed(body: Readable, { path, key, name, limitBytes, upload }: Spooling): Promise<number> {
  // A sender may break off while the file is being opened; the loop below then throws its error.
  body.on('error', () => {});
  const file = await SealedFile.create({ path, key, sha256: name.sha256 });
  const take = (chunk: Buffer) => {
    const bytes = file.bytes + chunk.length;
    if (bytes > (limitBytes ?? Number.MAX_SAFE_INTEGER))
      throw new EstateError('blob.too_large', `storing contents: longer than ${limitBytes} bytes`);
    upload.grow(bytes);
    return file.write(chunk);
  };
  try {
    await takeChunks(body, take, 'nothing');
    const { bytes } = file;
    const sha256 = await file.finish();
    if (sha256 === name.sha256) return bytes;
    throw new EstateError('blob.hash_mismatch', `adding blob ${name.sha256}: the bytes that came have digest ${sha256}`);
  } finally {
    await file.close();
  }
}

async function compareWithStored({ holdings, raise }: Adding, name: BlobName, body: Readable, storedBytes: number) {
  if ((await digestOf(body, storedBytes)) !== name.sha256) {
    raise({
      rule: 'vault.append_only_refused',
      compartment: name.compartment,
      summary: 'a stored blob was to be overwritten with other bytes; the vault refused',
      evidence: { sha256: name.sha256 },
    });
    throw new EstateError('vault.append_only', `adding blob ${name.sha256}: it is stored already, with other bytes than these`);
  }
  if ((await holdings.renewLease(name)) !== undefined) return 'already there' as const;
  throw new EstateError('vault.upload_interrupted', `adding blob ${name.sha256}: it was taken away just now; bring it again`);
}

/** Undefined where more comes than `limitBytes`. */
async function digestOf(body: Readable, limitBytes: number): Promise<string | undefined> {
  const hash = createHash('sha256');
  let received = 0;
  const take = (chunk: Buffer) => {
    received += chunk.length;
    if (received > limitBytes) throw new EstateError('blob.too_large', 'comparing contents: longer than what is stored');
    hash.update(chunk);
    return undefined;
  };
  try {
    await takeChunks(body, take, 'nothing');
  } catch (error) {
    if (hasCode(error, 'blob.too_large')) return undefined;
    throw error;
  }
  return hash.digest('hex');
}

const ASKED_AT_ONCE = 16;

async function listMissing(holdings: Holdings, compartment: string, digests: readonly string[]) {
  const missing: string[] = [];
  const erased: string[] = [];
  for (let from = 0; from < digests.length; from += ASKED_AT_ONCE) {
    const some = digests.slice(from, from + ASKED_AT_ONCE).map((sha256) => holdings.nameOf(compartment, sha256));
    const found = await Promise.all(some.map((name) => holdings.renewLease(name)));
    for (const [at, name] of some.entries())
      if (found[at] === undefined) (holdings.isErased(name) ? erased : missing).push(name.sha256);
  }
  return { missing, erased };
}

const ADOPTED = 'adopted_plain';

/** What was laid down before blobs were sealed is kept as it lies. */
async function adoptPlain(register: Register, target: VaultTarget, compartments: readonly string[]): Promise<void> {
  if (register.readNumber(ADOPTED) !== undefined) return;
  for (const compartment of compartments)
    for await (const sha256 of target.list(compartment)) {
      const bytes = (await target.sizeOf({ compartment, sha256 })) ?? 0;
      await register.write(() => register.keep({ compartment, sha256, bytes, state: 'here', wrappedKey: null, leasedAt: 0 }));
    }
  await register.write(() => register.setNumber(ADOPTED, 1));
}
