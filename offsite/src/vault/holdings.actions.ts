import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { isBlobDigest, verifyBytes } from '@bulkhead/blobs';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { Seen } from '#finding/finding-queue.actions.ts';
import type { Keyring } from './keyring.actions.ts';
import { drawKey } from './keyring.rules.ts';
import { Quota } from './quota.rules.ts';
import type { BlobRecord } from './register.rules.ts';
import type { Register } from './register.store.ts';
import { openFrames, sealedBytesOf } from './sealing.rules.ts';
import type { BlobName, VaultTarget } from './target/target.rules.ts';

/** A lease is written down again only when it is older than this, so that asking often costs nothing. Collection waits longer. */
const LEASE_GRAIN_SECONDS = 600;
const CHUNK_BYTES = 262_144;
const DAY_MS = 86_400_000;
/** Of each day that a lock lasts, half a day: then it is prolonged. */
const PROLONGED_EACH_SECONDS = 43_200;

export type HoldingsDeps = {
  readonly target: VaultTarget;
  readonly register: Register;
  readonly keyring: Keyring;
  /** The compartments, and how many bytes each may store. */
  readonly quotas: Readonly<Record<string, number>>;
  readonly seconds: () => number;
  readonly now: Now;
  readonly raise: (seen: Seen) => void;
};

/** Contents sealed into a file, flushed, with the digest that they were to have. */
export type Sealed = { readonly path: string; readonly key: Buffer; readonly bytes: number };

/** What the vault holds: the register tells what should be there, the target what is. */
export class Holdings {
  readonly #deps: HoldingsDeps;
  readonly #quotas: ReadonlyMap<string, Quota>;
  readonly #turns = new Map<string, Promise<unknown>>();

  private constructor(deps: HoldingsDeps) {
    this.#deps = deps;
    this.#quotas = new Map(Object.entries(deps.quotas).map(([name, bytes]) => [name, new Quota(name, bytes)]));
  }

  /** Counts what is stored, and settles what a kill left open. */
  static async open(deps: HoldingsDeps): Promise<Holdings> {
    const holdings = new Holdings(deps);
    for (const compartment of holdings.compartments) {
      await holdings.#settleComing(compartment);
      for (const bytes of deps.register.listLengths(compartment)) holdings.quotaOf(compartment).count(bytes);
    }
    return holdings;
  }

  get compartments(): string[] {
    return [...this.#quotas.keys()];
  }

  /** @throws EstateError `compartment.unknown` */
  quotaOf(compartment: string): Quota {
    const quota = this.#quotas.get(compartment);
    if (quota) return quota;
    throw new EstateError(
      'compartment.unknown',
      `reaching into the vault: it knows no compartment "${compartment.slice(0, 40)}"`,
    );
  }

  /** @throws EstateError `compartment.unknown`, `input.invalid` */
  nameOf(compartment: string, sha256: string): BlobName {
    this.quotaOf(compartment);
    if (isBlobDigest(sha256)) return { compartment, sha256 };
    throw new EstateError('input.invalid', 'naming a blob: not a SHA-256 in lower-case hexadecimal');
  }

  isErased(name: BlobName): boolean {
    return this.#deps.register.isErased(name);
  }

  /** @throws EstateError `blob.erased` */
  requireNotErased(name: BlobName): void {
    if (!this.#deps.register.isErased(name)) return;
    throw new EstateError('blob.erased', `reaching for blob ${name.sha256} of ${name.compartment}: two operators erased it`);
  }

  /** The key that contents of this digest are to be sealed with: its own since it was first brought. */
  keyOf(name: BlobName): Buffer {
    const standing = this.#deps.register.find(name);
    return standing?.wrappedKey ? this.#deps.keyring.unwrap(name, standing.wrappedKey) : drawKey();
  }

  /** A blob that is here whole, as far as can be told without reading it. What is gone is noticed here. */
  async find(name: BlobName): Promise<BlobRecord | undefined> {
    const record = this.#deps.register.find(name);
    if (!record || record.state === 'damaged' || record.state === 'leaving') return undefined;
    const size = await this.#deps.target.sizeOf(name);
    if (size === storedBytesOf(record)) return record;
    if (record.state === 'here') this.markDamaged(name, size === undefined ? 'gone' : 'length');
    return undefined;
  }

  /** Renews a blob's lease and tells its length, or nothing if it is not here whole. */
  async renewLease(name: BlobName): Promise<number | undefined> {
    if (this.#deps.register.find(name)?.state === 'leaving') await this.inTurn(name, () => this.#revive(name));
    const record = await this.find(name);
    return record && (await this.#lease(record)) ? record.bytes : undefined;
  }

  /** What a collection let go is kept after all if somebody asks before its bytes are gone. Within the blob's turn. */
  async #revive(name: BlobName): Promise<void> {
    const { register, target, seconds } = this.#deps;
    const record = register.find(name);
    if (record?.state !== 'leaving' || (await target.sizeOf(name)) !== storedBytesOf(record)) return;
    await register.write(() => register.collection.revive(name, seconds()));
  }

  /**
   * Reads a blob, verified on the way.
   * @throws EstateError `blob.not_found`, `blob.erased`, `blob.hash_mismatch`; the stream may fail with the latter
   */
  async open(name: BlobName): Promise<{ readonly stream: Readable; readonly bytes: number }> {
    const { register, target } = this.#deps;
    this.requireNotErased(name);
    const record = register.find(name);
    if (record?.state === 'damaged')
      throw new EstateError('blob.hash_mismatch', `reading blob ${name.sha256}: the vault's copy is damaged`);
    const found = record && record.state !== 'leaving' && (await target.open(name));
    if (!found) {
      if (record?.state === 'here') this.markDamaged(name, 'gone');
      throw new EstateError('blob.not_found', `reading blob ${name.sha256} of ${name.compartment}: the vault does not have it`);
    }
    const stream = Readable.from(this.#readVerified(record, found.stream), { objectMode: false, highWaterMark: CHUNK_BYTES });
    // A stream that nobody begins to read never enters the generator, which would leave the file open.
    stream.once('close', () => found.stream.destroy());
    return { stream, bytes: record.bytes };
  }

  /** The contents of a small blob, verified. @throws as `open` */
  async readWhole(name: BlobName): Promise<Buffer> {
    const record = this.#deps.register.find(name);
    const found = record?.state === 'here' ? await this.#deps.target.open(name) : undefined;
    if (!record || !found) throw new EstateError('blob.not_found', `reading blob ${name.sha256}: the vault does not have it`);
    const parts: Buffer[] = [];
    for await (const part of this.#readVerified(record, found.stream)) parts.push(part);
    return parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts);
  }

  /**
   * Reads a blob for its own sake: what is damaged or gone is noted. One that is not here any more is passed over.
   * @param onBytes awaited after each part
   */
  async examine(name: BlobName, onBytes: (bytes: number) => Promise<void>): Promise<void> {
    const record = this.#deps.register.find(name);
    if (record?.state !== 'here') return;
    const found = await this.#deps.target.open(name);
    if (!found) return this.markDamaged(name, 'gone');
    try {
      for await (const { length } of this.#readVerified(record, found.stream)) await onBytes(length);
    } finally {
      found.stream.destroy();
    }
  }

  /** What lies at the target, opened and compared; the last part comes only when the digest matched. */
  #readVerified(record: BlobRecord, stored: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const { wrappedKey, sha256 } = record;
    const bytes = wrappedKey ? openFrames(stored, this.#deps.keyring.unwrap(record, wrappedKey), sha256) : stored;
    const damaged = () => this.markDamaged(record, 'reading');
    return verifyBytes(tellingOf(bytes, damaged), sha256, damaged);
  }

  /**
   * Brings sealed contents, whose digest was found right, to their place. The file is gone afterwards, unless it failed.
   * When it answers they would survive a power failure [V1].
   */
  bring(name: BlobName, sealed: Sealed): Promise<'added' | 'already there'> {
    return this.inTurn(name, async () => {
      this.requireNotErased(name);
      await this.#revive(name);
      const standing = await this.find(name);
      if (!standing) return this.#place(name, sealed);
      await this.#lease(standing);
      await rm(sealed.path, { force: true });
      return 'already there' as const;
    });
  }

  async #place(name: BlobName, sealed: Sealed): Promise<'added'> {
    const { register, target, keyring, seconds, now } = this.#deps;
    const before = register.find(name);
    // Nothing whole is known under this name: what lies there is damaged, or of an upload whose end was not told.
    if ((await target.sizeOf(name)) !== undefined) await target.setAside(name, String(now().getTime()));
    // The key is durable before anything that it opens can be seen.
    await register.write(() => {
      const wrappedKey = keyring.wrap(name, sealed.key);
      register.keep({ ...name, bytes: sealed.bytes, state: 'coming', wrappedKey, leasedAt: seconds() });
    });
    const addedAt = now();
    const isAdded = await target.add(name, sealed);
    if (!isAdded) await this.#requireSame(name);
    if (before === undefined || before.state === 'coming') this.quotaOf(name.compartment).count(sealed.bytes);
    // Not awaited: a `coming` blob whose bytes are there is settled at the next start.
    const note = () => {
      register.setState(name, 'here');
      if (target.locking && isAdded) this.noteLock(name, addedAt, target.locking.days);
    };
    void register.write(note).catch(() => undefined);
    if (before?.state === 'damaged') this.#tellHealed(name);
    return 'added';
  }

  /** The target holds a blob for so many days from a time on. Within a `write`. */
  noteLock(name: BlobName, from: Date, days: number): void {
    const { register, seconds } = this.#deps;
    register.locks.keep(name, from.getTime() + days * DAY_MS, seconds() + days * PROLONGED_EACH_SECONDS);
  }

  /** A target may have taken a blob without our hearing of it: then what stands is what we brought. */
  async #requireSame(name: BlobName): Promise<void> {
    const { stream } = await this.open(name);
    for await (const _ of stream) continue;
  }

  /** Notes that a blob's bytes changed or are gone: it is not served any more, and may be brought again. */
  markDamaged(name: BlobName, how: string): void {
    const { register, raise } = this.#deps;
    if (register.find(name)?.state === 'damaged') return;
    void register.write(() => register.setState(name, 'damaged')).catch(() => undefined);
    const summary =
      how === 'gone' ? 'a blob is gone from the vault' : 'the vault holds a blob whose bytes have changed where they lie';
    raise({ rule: 'vault.damaged', compartment: name.compartment, summary, evidence: { sha256: name.sha256, how } });
  }

  #tellHealed({ compartment, sha256 }: BlobName): void {
    const summary = 'a damaged blob of the vault is whole again: headquarters brought its contents';
    this.#deps.raise({ rule: 'vault.healed', compartment, summary, evidence: { sha256 } });
  }

  /** What headquarters is asked to bring again: the blobs of one compartment that are damaged or gone here. */
  listWanted(compartment: string, limit: number): string[] {
    this.quotaOf(compartment);
    return this.#deps.register.listInState(compartment, 'damaged', limit).map(({ sha256 }) => sha256);
  }

  /** One after the other for each blob. */
  inTurn<Result>(name: BlobName, work: () => Promise<Result>): Promise<Result> {
    const key = `${name.compartment}/${name.sha256}`;
    const done = (this.#turns.get(key) ?? Promise.resolve()).then(work);
    const settled = done.then(
      () => undefined,
      () => undefined,
    );
    this.#turns.set(key, settled);
    void settled.then(() => {
      if (this.#turns.get(key) === settled) this.#turns.delete(key);
    });
    return done;
  }

  async #lease(record: BlobRecord): Promise<boolean> {
    const { register, seconds } = this.#deps;
    const at = seconds();
    if (at - record.leasedAt < LEASE_GRAIN_SECONDS) return true;
    return register.write(() => register.lease(record, at));
  }

  /** Takes away the bytes of a blob that a collection let go, unless somebody asked for it meanwhile. */
  sendAway(name: BlobName): Promise<'removed' | 'locked' | 'kept'> {
    const { register, target } = this.#deps;
    return this.inTurn(name, async () => {
      const record = register.find(name);
      if (record?.state !== 'leaving') return 'kept';
      if ((await target.remove(name)) === 'locked') {
        await register.write(() => register.setState(name, 'here'));
        return 'locked';
      }
      await register.write(() => register.forget(name));
      this.quotaOf(name.compartment).release(record.bytes);
      return 'removed';
    });
  }

  /** A kill between key and bytes, or between bytes and note: the bytes at the target decide. */
  async #settleComing(compartment: string): Promise<void> {
    const { register, target } = this.#deps;
    for (;;) {
      const coming = register.listInState(compartment, 'coming', 1000);
      if (coming.length === 0) return;
      const settled = await Promise.all(
        coming.map(async (record) => ({ record, isHere: (await target.sizeOf(record)) === storedBytesOf(record) })),
      );
      await register.write(() => {
        for (const { record, isHere } of settled) {
          if (isHere) register.setState(record, 'here');
          else register.forget(record);
        }
      });
    }
  }
}

/** Frames that do not open are damage as much as a wrong digest is. */
async function* tellingOf(source: AsyncIterable<Buffer>, onDamaged: () => void): AsyncGenerator<Buffer> {
  try {
    yield* source;
  } catch (error) {
    if (error instanceof EstateError && error.code === 'blob.hash_mismatch') onDamaged();
    throw error;
  }
}

function storedBytesOf({ bytes, wrappedKey }: BlobRecord): number {
  return wrappedKey ? sealedBytesOf(bytes) : bytes;
}
