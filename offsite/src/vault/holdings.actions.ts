import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { isBlobDigest, type Parcel, releaseBuffer } from '@bulkhead/blobs';
import { EstateError, forEachAtOnce, type Now } from '@bulkhead/kernel';
import type { Seen } from '#finding/finding-queue.actions.ts';
import { BlobReader, isSmall, storedBytesOf } from './blob-reader.actions.ts';
import type { Keyring } from './keyring.actions.ts';
import { drawKey } from './keyring.rules.ts';
import { Quota } from './quota.rules.ts';
import type { BlobRecord } from './register.rules.ts';
import type { Register } from './register.store.ts';
import { FRAME_BYTES, sealFrame } from './sealing.rules.ts';
import type { Added, BlobName, VaultTarget } from './target/target.rules.ts';
import { Turns } from './turns.rules.ts';

/** A lease is written down again only when it is older than this, so that asking often costs nothing. Collection waits longer. */
const LEASE_GRAIN_SECONDS = 600;
const SETTLED_AT_ONCE = 16;
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
  readonly #turns = new Turns();
  readonly #reader: BlobReader;

  private constructor(deps: HoldingsDeps) {
    this.#deps = deps;
    this.#reader = new BlobReader({ ...deps, onDamaged: (record) => this.markDamaged(record, 'reading') });
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
    await this.#waitForComing(name);
    return this.#findStanding(name);
  }

  /** Bytes may lie there before they would survive a power failure [V1]. */
  async #waitForComing(name: BlobName): Promise<void> {
    if (this.#deps.register.find(name)?.state === 'coming') await this.inTurn(name, () => Promise.resolve());
  }

  async #findStanding(name: BlobName): Promise<BlobRecord | undefined> {
    const record = this.#deps.register.find(name);
    if (!record || record.state === 'damaged' || record.state === 'leaving') return undefined;
    const size = await this.#deps.target.sizeOf(name);
    if (size === storedBytesOf(record)) return record;
    if (record.state === 'here') this.markDamaged(name, size === undefined ? 'gone' : 'length');
    return undefined;
  }

  /** Renews a blob's lease and tells its length, or nothing if it is not here whole. */
  async renewLease(name: BlobName): Promise<number | undefined> {
    return (await this.#renew(name))?.bytes;
  }

  async #renew(name: BlobName): Promise<BlobRecord | undefined> {
    if (this.#deps.register.find(name)?.state === 'leaving') await this.inTurn(name, () => this.#revive(name));
    const record = await this.find(name);
    return record && (await this.#lease(record)) ? record : undefined;
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
    this.requireNotErased(name);
    await this.#waitForComing(name);
    const record = this.#deps.register.find(name);
    if (record?.state === 'damaged')
      throw new EstateError('blob.hash_mismatch', `reading blob ${name.sha256}: the vault's copy is damaged`);
    const found = record && record.state !== 'leaving' && (await this.#reader.open(record));
    if (!found) {
      if (record?.state === 'here') this.markDamaged(name, 'gone');
      throw new EstateError('blob.not_found', `reading blob ${name.sha256} of ${name.compartment}: the vault does not have it`);
    }
    const stream = Readable.from(found.pieces, { objectMode: false, highWaterMark: FRAME_BYTES });
    // A stream that nobody begins to read never enters the generator, which would leave the file open.
    stream.once('close', found.leave);
    return { stream, bytes: record.bytes };
  }

  /**
   * The contents of a small blob, verified, and its lease renewed; nothing if it is not here whole, or longer than a frame.
   * @throws EstateError `blob.hash_mismatch`, `vault.target_failed`
   */
  async readSmall(name: BlobName): Promise<Buffer | undefined> {
    const record = this.#deps.register.find(name);
    const standing = record?.state === 'here' && (await this.#lease(record)) ? record : await this.#renew(name);
    if (!standing || !isSmall(standing)) return undefined;
    const contents = await this.#reader.readSmall(standing);
    if (!contents) this.markDamaged(name, 'gone');
    return contents;
  }

  /**
   * Reads a blob for its own sake: what is damaged or gone is noted. One that is not here any more is passed over.
   * @param onBytes awaited after each part
   */
  async examine(name: BlobName, onBytes: (bytes: number) => Promise<void>): Promise<void> {
    const record = this.#deps.register.find(name);
    if (record?.state !== 'here') return;
    const found = await this.#reader.open(record);
    if (!found) return this.markDamaged(name, 'gone');
    try {
      for await (const piece of found.pieces) {
        const { length } = piece;
        releaseBuffer(piece);
        await onBytes(length);
      }
    } finally {
      found.leave();
    }
  }

  /**
   * Brings sealed contents, whose digest was found right, to their place. The file is gone afterwards, unless it failed.
   * When it answers they would survive a power failure [V1].
   */
  bring(name: BlobName, sealed: Sealed): Promise<'added' | 'already there'> {
    return this.inTurn(name, async () => {
      this.requireNotErased(name);
      await this.#revive(name);
      const standing = await this.#findStanding(name);
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
    this.#settle([{ name, before, bytes: sealed.bytes, isAdded }], addedAt);
    return 'added';
  }

  /** Counts what was added, and notes it. Not awaited: a `coming` blob whose bytes are there is settled at the next start. */
  #settle(placed: readonly Placed[], addedAt: Date): void {
    const { register, target } = this.#deps;
    for (const { name, before, bytes } of placed)
      if (before === undefined || before.state === 'coming') this.quotaOf(name.compartment).count(bytes);
    const note = () => {
      for (const { name, isAdded } of placed) {
        register.setState(name, 'here');
        if (target.locking && isAdded) this.noteLock(name, addedAt, target.locking.days);
      }
    };
    void register.write(note).catch(() => undefined);
    for (const { name, before } of placed) if (before?.state === 'damaged') this.#tellHealed(name);
  }

  /**
   * Brings small contents, whose digests were found right and of which none is there twice, many at once and under the same
   * rules as one by itself. When it answers they would survive a power failure [V1].
   * @returns the digests of those that were erased meanwhile
   */
  bringSmall(compartment: string, parcels: readonly Parcel[]): Promise<Set<string>> {
    const given = parcels.map(({ sha256, bytes }) => ({ name: { compartment, sha256 }, bytes }));
    const names = given.map(({ name }) => name);
    return this.#turns.take(names, async () => {
      const erased = new Set(names.filter((name) => this.isErased(name)).map(({ sha256 }) => sha256));
      const lacking: (typeof given)[number][] = [];
      const look = async (one: (typeof given)[number]) => {
        if (erased.has(one.name.sha256)) return;
        await this.#revive(one.name);
        const standing = await this.#findStanding(one.name);
        if (standing) await this.#lease(standing);
        else lacking.push(one);
      };
      await Promise.all(given.map(look));
      if (lacking.length > 0) await this.#placeSmall(lacking);
      return erased;
    });
  }

  async #placeSmall(lacking: readonly { readonly name: BlobName; readonly bytes: Buffer }[]): Promise<void> {
    const { register, target, keyring, seconds, now } = this.#deps;
    const coming = lacking.map(({ name, bytes }) => {
      const key = this.keyOf(name);
      const sealed = Buffer.concat(sealFrame(key, name.sha256, 0, bytes));
      return { name, key, bytes: bytes.length, before: register.find(name), sealed };
    });
    for (const { name, before } of coming) if (before) await target.setAside(name, String(now().getTime()));
    // The keys are durable before anything that they open can be seen.
    await register.write(() => {
      for (const { name, key, bytes } of coming)
        register.keep({ ...name, bytes, state: 'coming', wrappedKey: keyring.wrap(name, key), leasedAt: seconds() });
    });
    const addedAt = now();
    const added = await target.addSmall(coming.map(({ name, sealed }) => ({ name, bytes: sealed })));
    // Nothing whole is known under these names: what lies there is of an upload whose end was not told.
    for (const [at, one] of coming.entries())
      if (added[at] === false) added[at] = await this.#replaceRemains(one.name, one.sealed);
    this.#settle(
      coming.filter((_, at) => added[at] === true).map((one) => ({ ...one, isAdded: true })),
      addedAt,
    );
    const failed = added.find((outcome) => typeof outcome === 'object');
    if (!failed) return;
    const lost = coming.filter((_, at) => added[at] !== true);
    await register.write(() => {
      for (const { name, before } of lost)
        if (before) register.setState(name, 'damaged');
        else register.forget(name);
    });
    throw failed.failure;
  }

  async #replaceRemains(name: BlobName, sealed: Buffer): Promise<Added> {
    const { target, now } = this.#deps;
    await target.setAside(name, String(now().getTime()));
    const [added = false] = await target.addSmall([{ name, bytes: sealed }]);
    if (added !== false) return added;
    throw new EstateError('vault.target_failed', `adding blob ${name.sha256}: something else stands under its name`);
  }

  /** The target holds a blob for so many days from a time on. Within a `write`. */
  noteLock(name: BlobName, from: Date, days: number): void {
    const { register, seconds } = this.#deps;
    register.locks.keep(name, from.getTime() + days * DAY_MS, seconds() + days * PROLONGED_EACH_SECONDS);
  }

  /** A target may have taken a blob without our hearing of it: then what stands is what we brought. */
  async #requireSame(name: BlobName): Promise<void> {
    const record = this.#deps.register.find(name);
    const found = record && (await this.#reader.open(record));
    if (!found) throw new EstateError('blob.not_found', `adding blob ${name.sha256}: what stood there is gone`);
    for await (const piece of found.pieces) releaseBuffer(piece);
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
    return this.#turns.take([name], work);
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
    const { register } = this.#deps;
    for (;;) {
      const coming = register.listInState(compartment, 'coming', 1000);
      if (coming.length === 0) return;
      const settled: { readonly record: BlobRecord; readonly isHere: boolean }[] = [];
      await forEachAtOnce(coming, SETTLED_AT_ONCE, async (record) => {
        settled.push({ record, isHere: await this.#reader.isWhole(record) });
      });
      await register.write(() => {
        for (const { record, isHere } of settled) {
          if (isHere) register.setState(record, 'here');
          else register.forget(record);
        }
      });
    }
  }
}

type Placed = {
  readonly name: BlobName;
  readonly bytes: number;
  /** What was known of it. */
  readonly before: BlobRecord | undefined;
  /** The target took it now. */
  readonly isAdded: boolean;
};
