import { type EditionFile, type EditionManifest, type EditionPart, headersOf, type VerifyingKey } from '@bulkhead/contracts';
import { EstateError, type Log, type Now, sha256Hex } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import type { SawFinding } from '#finding/finding.actions.ts';
import { type Body, bodyOf, compressBody, HeldBodies, RecentBodies } from './body.actions.ts';
import { type EditionIndex, indexEdition, isCompressible, openEdition, readPart, requireAdoptable } from './edition.rules.ts';
import { type EditionStore, MANIFEST_NAME } from './edition.store.ts';
import { fetchFile, forEachAtOnce } from './fetch.actions.ts';

const FETCHES_AT_ONCE = 6;

export type ShelfDeps = {
  readonly compartment: string;
  /** Whether its editions are copies of an adopted application's answers; they are no others [AD6]. */
  readonly isCrawled: boolean;
  readonly store: EditionStore;
  readonly publisher: WirePeer;
  readonly keys: readonly VerifyingKey[];
  /** Bytes of pages held in memory for good; beyond, they are read and verified when asked for. */
  readonly memoryBytes: number;
  readonly saw: SawFinding;
  readonly now: Now;
  readonly log: Log;
};

/** The edition of one compartment: verified bytes in memory, a copy on disk for the next start [G1]. */
export class Shelf {
  readonly deps: ShelfDeps;
  /** Served now; null before the first. */
  index: EditionIndex | null = null;
  /** The signed manifest as it came, to compare the disk with. */
  envelope = '';
  /** Digests whose bytes neither memory nor disk has. */
  readonly missing = new Set<string>();
  /** Of each file on disk when it was verified last. */
  readonly fingerprints = new Map<string, string>();
  /** Files of the parts of the edition that is served. */
  #parts = new Map<string, EditionFile[]>();
  #held: HeldBodies;
  readonly #recent: RecentBodies;
  #lock: Promise<unknown> = Promise.resolve();

  constructor(deps: ShelfDeps) {
    this.deps = deps;
    this.#held = new HeldBodies(deps.memoryBytes);
    this.#recent = new RecentBodies(deps.memoryBytes);
  }

  /** The bytes of a file if they are in memory. */
  findBody(sha256: string): Body | null {
    return this.#held.find(sha256) ?? this.#recent.find(sha256);
  }

  /** Reads a file from disk, verified; null when the disk does not have it as the manifest names it. */
  async readBody(sha256: string): Promise<Body | null> {
    const bytes = await this.deps.store.readFile(sha256);
    if (bytes === null || sha256Hex(bytes) !== sha256) return null;
    const body = bodyOf(sha256, bytes);
    this.#recent.add(body);
    return body;
  }

  /** Takes up what the last run left, as far as it is what was signed. */
  async load(): Promise<void> {
    const text = await this.deps.store.readManifest();
    if (text === null) return;
    const index = await this.#openKept(text.toString('utf8'));
    if (index === null) {
      await this.deps.store.quarantine(MANIFEST_NAME, this.deps.compartment);
      this.deps.saw({
        rule: 'edition.unverified_bytes',
        compartment: this.deps.compartment,
        summary: 'The manifest of the edition on disk is not what was signed; it was refused at the start',
        evidence: { sha256: sha256Hex(text) },
      });
      return;
    }
    const { held, bad } = await this.#loadFiles(index);
    this.#swap(index, held, text.toString('utf8'));
    for (const sha256 of bad) this.missing.add(sha256);
    if (bad.length > 0) await this.#reportBadFiles(index, bad);
    this.#compressAll(index);
  }

  /**
   * Adopts an edition that the publisher offers: all of it, or nothing.
   * @throws EstateError `signature.invalid`, `edition.stale`, `edition.invalid`, `wire.unreachable`, `disk.full`
   */
  async adopt(signed: unknown, signal: AbortSignal): Promise<EditionIndex> {
    const manifest = openEdition(signed, this.deps);
    requireAdoptable(manifest, { currentNumber: this.index?.number ?? 0, nowAt: this.deps.now() });
    const { compartment, store, publisher } = this.deps;
    const index = indexEdition(
      await this.#fill(manifest, async ({ sha256, bytes }) => {
        const part = await fetchFile(publisher, { compartment, sha256, bytes, signal });
        await store.saveFile(sha256, part);
        return part;
      }),
    );
    const held = await this.#gather(index, signal);
    const envelope = JSON.stringify(signed);
    await this.locked(async () => {
      await this.deps.store.saveManifest(envelope);
      this.#swap(index, held, envelope);
      await this.deps.store.removeOthers(index.digests);
    });
    this.#compressAll(index);
    this.deps.log.info(
      { compartment: this.deps.compartment, edition: index.number, files: index.byPath.size },
      'adopted an edition',
    );
    return index;
  }

  /** Fetches what is missing; true when nothing is any more. */
  async repair(signal: AbortSignal): Promise<boolean> {
    const { index } = this;
    for (const sha256 of index === null ? [] : [...this.missing]) {
      const bytes = index?.digests.get(sha256);
      if (bytes === undefined) this.missing.delete(sha256);
      else await this.restore(sha256, bytes, signal);
    }
    return this.missing.size === 0;
  }

  /** Puts a file back on disk, from verified memory or from the publisher. */
  async restore(sha256: string, bytes: number, signal: AbortSignal): Promise<void> {
    const { compartment, store, publisher } = this.deps;
    const known = this.#held.find(sha256)?.bytes;
    const content =
      known && sha256Hex(known) === sha256 ? known : await fetchFile(publisher, { compartment, sha256, bytes, signal });
    await store.saveFile(sha256, content);
    this.#remember(sha256);
    this.#held.add(bodyOf(sha256, content));
    this.missing.delete(sha256);
  }

  /** One after the other: what touches the edition on disk. */
  locked<Result>(work: () => Promise<Result>): Promise<Result> {
    const run = this.#lock.then(work);
    this.#lock = run.catch(() => undefined);
    return run;
  }

  /** Puts the files of its parts into a manifest; parts that are known are not read again. */
  async #fill(manifest: EditionManifest, read: (part: EditionPart) => Promise<Buffer>): Promise<EditionManifest> {
    if (!manifest.parts) {
      this.#parts.clear();
      return manifest;
    }
    const parts = new Map<string, EditionFile[]>();
    await forEachAtOnce(manifest.parts, FETCHES_AT_ONCE, async (part) => {
      parts.set(part.sha256, this.#parts.get(part.sha256) ?? readPart(part, await read(part)));
    });
    this.#parts = parts;
    return { ...manifest, files: [...parts.values()].flat() };
  }

  async #openKept(text: string): Promise<EditionIndex | null> {
    try {
      const manifest = openEdition(JSON.parse(text), this.deps);
      return indexEdition(
        await this.#fill(manifest, async ({ sha256 }) => {
          const bytes = await this.deps.store.readFile(sha256);
          if (bytes !== null && sha256Hex(bytes) === sha256) return bytes;
          throw new EstateError('edition.invalid', 'reading a part of the edition kept on disk: it is not what was signed');
        }),
      );
    } catch (error) {
      this.deps.log.error({ err: error, compartment: this.deps.compartment }, 'reading the edition kept on disk');
      return null;
    }
  }

  async #loadFiles(index: EditionIndex): Promise<{ readonly held: HeldBodies; readonly bad: string[] }> {
    const held = new HeldBodies(this.deps.memoryBytes);
    const bad: string[] = [];
    await forEachAtOnce(index.digests.keys(), FETCHES_AT_ONCE, async (sha256) => {
      this.#remember(sha256);
      const bytes = await this.deps.store.readFile(sha256);
      if (bytes !== null && sha256Hex(bytes) === sha256) held.add(bodyOf(sha256, bytes));
      else bad.push(sha256);
    });
    return { held, bad };
  }

  async #reportBadFiles(index: EditionIndex, bad: readonly string[]): Promise<void> {
    for (const sha256 of bad) {
      if (this.deps.store.fingerprint(sha256) !== null) await this.deps.store.quarantine(sha256, this.deps.compartment);
    }
    this.deps.saw({
      rule: 'edition.unverified_bytes',
      compartment: this.deps.compartment,
      summary: `${bad.length} of ${index.digests.size} files of the edition on disk are not what was signed; refused at the start`,
      evidence: { edition: String(index.number), files: bad.slice(0, 5).join(' ') },
    });
  }

  async #gather(index: EditionIndex, signal: AbortSignal): Promise<HeldBodies> {
    const { compartment, store, publisher } = this.deps;
    const held = new HeldBodies(this.deps.memoryBytes);
    await forEachAtOnce(index.digests, FETCHES_AT_ONCE, async ([sha256, bytes]) => {
      const known = this.#held.find(sha256);
      if (known) {
        held.add(known);
        return;
      }
      // What is served now is on disk, watched by the scrubber: it is read, and verified, when somebody asks for it.
      if (this.index?.digests.has(sha256) && !this.missing.has(sha256)) return;
      if (index.parts.has(sha256)) return;
      const content = await fetchFile(publisher, { compartment, sha256, bytes, signal });
      await store.saveFile(sha256, content);
      held.add(bodyOf(sha256, content));
    });
    return held;
  }

  #swap(index: EditionIndex, held: HeldBodies, envelope: string): void {
    this.index = index;
    this.#held = held;
    this.envelope = envelope;
    this.#recent.clear();
    this.missing.clear();
    // Fingerprints of files that stay are kept: a change since the last look must still be seen as one.
    for (const name of this.fingerprints.keys()) if (!index.digests.has(name)) this.fingerprints.delete(name);
    for (const name of index.digests.keys()) if (!this.fingerprints.has(name)) this.#remember(name);
    this.#remember(MANIFEST_NAME);
  }

  #remember(name: string): void {
    const fingerprint = this.deps.store.fingerprint(name);
    if (fingerprint !== null) this.fingerprints.set(name, fingerprint);
  }

  #compressAll(index: EditionIndex): void {
    const compress = async (file: EditionFile) => {
      const body = this.#held.find(file.sha256);
      if (this.index === index && body && isCompressible(headersOf(file)['content-type'] ?? '', body.bytes.length))
        await compressBody(body);
    };
    forEachAtOnce(index.byPath.values(), 1, compress).catch((error: unknown) => {
      this.deps.log.error({ err: error, compartment: this.deps.compartment }, 'compressing an edition');
    });
  }
}
