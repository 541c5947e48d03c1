import {
  type ArchiveKeys,
  type ArchiveNames,
  type ArchiveReport,
  type Base,
  type Inventory,
  type KeyProof,
  type ListedBase,
  type ProvenPoint,
  type ProvenRequest,
  type Pruned,
  type Retained,
  type Retention,
  type Signed,
  type WalList,
} from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import { openBase, openPacked, type PackedBase } from '#archive/base-reader.actions.ts';
import { findNewest } from '#archive/base-shelf.actions.ts';
import { type Keyring, recipientOf } from '#archive/keyring.actions.ts';
import { proveKey } from '#archive/keyring.rules.ts';
import { encodePieces } from '#archive/piece.rules.ts';
import { indexedBase } from '#archive/prune.actions.ts';
import { examineArchive } from './examination.actions.ts';
import { listArtefacts } from './inventory.actions.ts';
import type { Joined } from './join.actions.ts';
import { searchArchive } from './name-search.actions.ts';
import type { ArchiveSource } from './open.actions.ts';
import { listKnownBases, listWal, readWalFile, type WalBytes } from './reading.actions.ts';
import type { RetentionKeeper } from './retention.actions.ts';
import type { TailEnd } from './tail.actions.ts';

export type ArchiveKeeperOptions = {
  readonly source: ArchiveSource;
  readonly keys: Keyring;
  readonly retention: RetentionKeeper;
  readonly joined: () => Joined | undefined;
  /** What partial segments were when they stopped growing. */
  readonly ends: () => readonly TailEnd[];
  readonly newestTimeline: () => number;
  readonly log: Log;
};

/** A base that is being read. `bytes`: how long the body is. */
export type OpenBase = {
  readonly base: Base;
  readonly bytes: number;
  readonly isPacked: boolean;
  readonly body: AsyncIterable<Buffer>;
};

/** What stands in a compartment's archive: reads it, examines it, and lets go what may go. */
export class ArchiveKeeper {
  readonly #options: ArchiveKeeperOptions;
  readonly #broken = new Map<string, EstateError>();
  #examining: Promise<ArchiveReport> | undefined;

  constructor(options: ArchiveKeeperOptions) {
    this.#options = options;
  }

  get keys(): Keyring {
    return this.#options.keys;
  }

  async listBases(): Promise<ListedBase[]> {
    const joined = this.#options.joined();
    return joined ? listKnownBases(joined) : [];
  }

  /**
   * Opens a base as its tar, or as it is packed for who can unpack that and where it is.
   * @throws EstateError `request.not_found`, `archive.damaged`, `archive.gap`, `archive.key_missing`
   */
  async openBase(id: string, mayBePacked: boolean): Promise<OpenBase> {
    const base = (await this.listBases()).find((one) => one.id === id);
    if (!base) throw new EstateError('request.not_found', `reading base ${id}: the archive of ${this.#name} does not hold it`);
    const known = this.#broken.get(id);
    this.#broken.delete(id);
    if (known) throw known;
    const { place } = this.#joined().lineage;
    const packed = mayBePacked ? await openPacked(place, id) : undefined;
    if (packed) return { base, bytes: packed.wireBytes, isPacked: true, body: this.#watched(id, encodeAll(packed)) };
    return { base, bytes: base.bytes, isPacked: false, body: this.#watched(id, await openBase(place, id)) };
  }

  // In the middle of a body no error can be told: who asks again is told why it broke off.
  async *#watched(id: string, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    try {
      yield* body;
    } catch (error) {
      if (error instanceof EstateError) this.#broken.set(id, error);
      this.#options.log.error({ err: error, compartment: this.#name, base: id }, 'a base cannot be read to its end');
      throw error;
    }
  }

  /** @throws EstateError `archive.gap`, `archive.damaged`, `compartment.wrong_state` */
  async listWal(from: string, timeline: number | undefined): Promise<WalList> {
    const joined = this.#joined();
    const list = await listWal(joined, from, timeline ?? joined.tail.timeline);
    return { ...list, newestTimeline: this.#options.newestTimeline() };
  }

  /** @throws EstateError `request.not_found`, `archive.damaged`, `compartment.wrong_state` */
  readWalFile(name: string, takesPacked: boolean): Promise<WalBytes> {
    return readWalFile(this.#joined(), name, this.#options.ends(), takesPacked);
  }

  async listArtefacts(): Promise<Inventory> {
    const lineage = this.#options.joined()?.lineage;
    const artefacts = await listArtefacts(this.#options.source.directory, lineage);
    return { compartment: this.#name, systemId: lineage?.systemId ?? null, artefacts };
  }

  /** Reads all of it; who asks meanwhile is told the same. */
  examine(): Promise<ArchiveReport> {
    this.#examining ??= examineArchive(this.#options.joined()?.lineage, this.#options.keys).finally(() => {
      this.#examining = undefined;
    });
    return this.#examining;
  }

  /** Which of these digests stand anywhere in what is kept. @throws EstateError `archive.damaged`, `archive.gap`, `archive.key_missing` */
  searchNames(digests: readonly string[]): Promise<ArchiveNames> {
    const { source, keys } = this.#options;
    return searchArchive({ directory: source.directory, ranMs: source.ranMs, keys, joined: this.#joined() }, digests);
  }

  describeKeys(): ArchiveKeys {
    return {
      keys: this.#options.keys.list().map((key) => ({ ...key, escrow: [...key.escrow] })),
      worries: this.#options.keys.worries(),
    };
  }

  async rotateKeys(): Promise<ArchiveKeys> {
    this.#requireWriter();
    await this.#options.keys.rotate();
    return this.describeKeys();
  }

  /** What shows that the identity this archive is read with opens its keys. */
  async proveOpened(): Promise<KeyProof> {
    const { keys, source } = this.#options;
    const challenge = await keys.challenge();
    const held = keys.list().filter(({ state }) => state !== 'lost');
    const proofs = held.map(({ number }) => ({ number, mac: proveKey(keys.get(number).key, number, challenge) }));
    return { recipient: await recipientOf(source.identity), proofs };
  }

  async keepKeyProof({ recipient, proofs }: KeyProof): Promise<ArchiveKeys> {
    this.#requireWriter();
    await this.#options.keys.prove(recipient, proofs);
    return this.describeKeys();
  }

  describeRetention(): Promise<Retention> {
    return this.#options.retention.describe(this.#options.joined());
  }

  keepProven(proved: ProvenRequest): Promise<ProvenPoint> {
    this.#requireWriter();
    return this.#options.retention.prove(this.#joined(), proved);
  }

  retain(signed: Signed): Promise<Retained> {
    this.#requireWriter();
    return this.#options.retention.retain(signed);
  }

  async prune(): Promise<Pruned> {
    this.#requireWriter();
    const pruned = await this.#options.retention.prune(this.#joined());
    const { bases, segments, bytes } = pruned;
    if (bases.length + segments > 0) this.#options.log.info({ compartment: this.#name, bases, segments, bytes }, 'pruned');
    return pruned;
  }

  /** For how long off-site has run since the newest base; undefined where there is none. */
  async ranSinceBase(): Promise<number | undefined> {
    const lineage = this.#options.joined()?.lineage;
    const newest = lineage && (await findNewest(lineage));
    const ranMs = newest && lineage.index.find(indexedBase(newest.id))?.ranMs;
    return ranMs === undefined ? undefined : this.#options.source.ranMs() - ranMs;
  }

  async settle(): Promise<void> {
    await this.#options.retention.settle();
  }

  get #name(): string {
    return this.#options.source.name;
  }

  #joined(): Joined {
    const joined = this.#options.joined();
    if (joined) return joined;
    throw new EstateError('compartment.wrong_state', `reading the archive of ${this.#name}: no cluster was joined yet`);
  }

  #requireWriter(): void {
    if (this.#options.source.isReadOnly)
      throw new EstateError('archive.read_only', `changing the archive of ${this.#name}: it is only read here`);
  }
}

async function* encodeAll({ pieces }: PackedBase): AsyncGenerator<Buffer> {
  for await (const some of pieces) yield encodePieces(some);
}
