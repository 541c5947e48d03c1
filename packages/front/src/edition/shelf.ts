import {
  type EditionFile,
  type EditionManifest,
  type EditionPart,
  type FindingReport,
  headersOf,
  type VerifyingKey,
} from '@bulkhead/contracts';
import { EstateError, forEachAtOnce, type Log, type Now, sha256Hex } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import { Arrivals } from './arrivals.ts';
import { type Body, bodyOf, compressBody, HeldBodies, RecentBodies } from './body.ts';
import { type EditionIndex, indexEdition, isCompressible, openEdition, readPart, requireAdoptable } from './edition-index.ts';
import { type EditionStore, type Fingerprint, MANIFEST_NAME } from './edition-store.ts';
import { fetchFile, fetchFiles, inBatches, type Wanted } from './fetch.ts';

const READS_AT_ONCE = 6;
/** Calls, each for many files. */
const FETCHES_AT_ONCE = 3;

export type ShelfDeps = {
  readonly compartment: string;
  /** Whether its editions are copies of an adopted application's answers; they are no others [AD6]. */
  readonly isCrawled: boolean;
  readonly store: EditionStore;
  readonly publisher: WirePeer;
  readonly keys: readonly VerifyingKey[];
  /** Bytes of pages held in memory for good; beyond, they are read and verified when asked for. */
  readonly memoryBytes: number;
  /** Tells of bytes that are not what was signed. */
  readonly saw: (seen: Omit<FindingReport, 'seenAt'>) => void;
  readonly now: Now;
  readonly log: Log;
};

type Parts = Map<string, EditionFile[]>;

/** The edition of one compartment: verified bytes in memory, a copy on disk for the next start [G1]. */
export class Shelf {
  readonly deps: ShelfDeps;
  /** Served now; null before the first. */
  index: EditionIndex | null = null;
  /** The signed manifest as it came, to compare the disk with. */
  envelope = '';
  /** Digests whose bytes neither memory nor disk has. */
  readonly missing = new Set<string>();
  /** Of each file on disk when it was verified last; null of one that was not there. */
  readonly fingerprints = new Map<string, Fingerprint | null>();
  /** Files of the parts of the edition that is served. */
  #parts: Parts = new Map();
  /** What came with editions that are served and do not stand on disk yet. */
  readonly #arrivals: Arrivals[] = [];
  /** The manifest of what is served, as long as it does not stand on disk. */
  #unkept: string | null = null;
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
    const kept = await this.#openKept(text.toString('utf8'));
    if (kept === null) {
      await this.deps.store.quarantine(MANIFEST_NAME, this.deps.compartment);
      this.deps.saw({
        rule: 'edition.unverified_bytes',
        compartment: this.deps.compartment,
        summary: 'The manifest of the edition on disk is not what was signed; it was refused at the start',
        evidence: { sha256: sha256Hex(text) },
      });
      return;
    }
    const { index, parts } = kept;
    await this.deps.store.removeOthers(index.digests);
    const { held, bad } = await this.#loadFiles(index);
    this.#serve(index, held, parts);
    this.envelope = text.toString('utf8');
    this.#remember(MANIFEST_NAME);
    for (const sha256 of bad) this.missing.add(sha256);
    if (bad.length > 0) await this.#reportBadFiles(index, bad);
    this.#compressAll(index);
  }

  /**
   * Adopts an edition that the publisher offers: all of it, or nothing. It is served as soon as all of it was verified in
   * memory, and kept on disk for the next start after that.
   * @throws EstateError `signature.invalid`, `edition.stale`, `edition.invalid`, `wire.unreachable`, `disk.full`
   */
  async adopt(signed: unknown, signal: AbortSignal): Promise<EditionIndex> {
    const manifest = openEdition(signed, this.deps);
    requireAdoptable(manifest, { currentNumber: this.index?.number ?? 0, nowAt: this.deps.now() });
    const arrivals = new Arrivals(this.deps.store);
    const parts = await this.#fetchParts(manifest, arrivals, signal);
    const index = indexEdition(fillWith(manifest, parts));
    const held = await this.#gather(index, arrivals, signal);
    this.#serve(index, held, parts);
    this.#arrivals.push(arrivals);
    this.#unkept = JSON.stringify(signed);
    this.#compressAll(index);
    await this.keep();
    const { compartment, log } = this.deps;
    log.info({ compartment, edition: index.number, files: index.byPath.size }, 'adopted an edition');
    return index;
  }

  /** Puts on disk what is served and does not stand there yet: first its files, then the manifest that names them. */
  keep(): Promise<void> {
    return this.locked(async () => {
      const { index } = this;
      const envelope = this.#unkept;
      if (index === null || envelope === null) return;
      const all = this.#arrivals.splice(0);
      try {
        for (const arrivals of all) await arrivals.save((sha256) => index.digests.has(sha256));
        await this.deps.store.saveManifest(envelope);
      } catch (error) {
        this.#arrivals.unshift(...all);
        throw error;
      }
      for (const { saved } of all) for (const [sha256, fingerprint] of saved) this.fingerprints.set(sha256, fingerprint);
      this.envelope = envelope;
      this.#remember(MANIFEST_NAME);
      if (this.#unkept === envelope) this.#unkept = null;
      for (const name of this.fingerprints.keys()) {
        if (name === MANIFEST_NAME || index.digests.has(name)) continue;
        this.fingerprints.delete(name);
        await this.deps.store.removeFile(name);
      }
    });
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
    const known = this.#held.find(sha256)?.bytes;
    const content = known && sha256Hex(known) === sha256 ? known : await fetchFile({ ...this.deps, signal }, { sha256, bytes });
    await this.#save(sha256, content);
    this.#held.add(bodyOf(sha256, content));
    this.missing.delete(sha256);
  }

  /** One after the other: what touches the edition on disk. */
  locked<Result>(work: () => Promise<Result>): Promise<Result> {
    const run = this.#lock.then(work);
    this.#lock = run.catch(() => undefined);
    return run;
  }

  /** The lists that a large manifest names; those that are known are not fetched again. */
  async #fetchParts(manifest: EditionManifest, arrivals: Arrivals, signal: AbortSignal): Promise<Parts> {
    const parts: Parts = new Map();
    const unknown = new Map<string, EditionPart>();
    for (const part of manifest.parts ?? []) {
      const known = this.#parts.get(part.sha256);
      if (known) parts.set(part.sha256, known);
      else unknown.set(part.sha256, part);
    }
    await this.#fetch(unknown.values(), signal, async ({ sha256 }, bytes) => {
      const part = unknown.get(sha256);
      if (part) parts.set(sha256, readPart(part, bytes));
      await arrivals.add(sha256, bytes, true);
    });
    return parts;
  }

  async #fetch(wanted: Iterable<Wanted>, signal: AbortSignal, take: (file: Wanted, bytes: Buffer) => Promise<void>) {
    await forEachAtOnce(inBatches(wanted), FETCHES_AT_ONCE, (batch) => fetchFiles({ ...this.deps, signal }, batch, take));
  }

  async #openKept(text: string): Promise<{ readonly index: EditionIndex; readonly parts: Parts } | null> {
    try {
      const manifest = openEdition(JSON.parse(text), this.deps);
      const parts: Parts = new Map();
      await forEachAtOnce(manifest.parts ?? [], READS_AT_ONCE, async (part) => {
        const bytes = await this.deps.store.readFile(part.sha256);
        if (bytes === null || sha256Hex(bytes) !== part.sha256)
          throw new EstateError('edition.invalid', 'reading a part of the edition kept on disk: it is not what was signed');
        parts.set(part.sha256, readPart(part, bytes));
      });
      return { index: indexEdition(fillWith(manifest, parts)), parts };
    } catch (error) {
      this.deps.log.error({ err: error, compartment: this.deps.compartment }, 'reading the edition kept on disk');
      return null;
    }
  }

  async #loadFiles(index: EditionIndex): Promise<{ readonly held: HeldBodies; readonly bad: string[] }> {
    const held = new HeldBodies(this.deps.memoryBytes);
    const bad: string[] = [];
    await forEachAtOnce(index.digests.keys(), READS_AT_ONCE, async (sha256) => {
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

  async #gather(index: EditionIndex, arrivals: Arrivals, signal: AbortSignal): Promise<HeldBodies> {
    const held = new HeldBodies(this.deps.memoryBytes);
    const wanted: Wanted[] = [];
    for (const [sha256, bytes] of index.digests) {
      const known = this.#held.find(sha256);
      if (known) held.add(known);
      // What is served now is on disk, watched by the scrubber: it is read, and verified, when somebody asks for it.
      else if (!index.parts.has(sha256) && (!this.index?.digests.has(sha256) || this.missing.has(sha256)))
        wanted.push({ sha256, bytes });
    }
    await this.#fetch(wanted, signal, async ({ sha256 }, bytes) => {
      await arrivals.add(sha256, bytes, held.add(bodyOf(sha256, bytes)));
    });
    return held;
  }

  #serve(index: EditionIndex, held: HeldBodies, parts: Parts): void {
    this.index = index;
    this.#held = held;
    this.#parts = parts;
    this.#recent.clear();
    this.missing.clear();
  }

  async #save(sha256: string, bytes: Buffer): Promise<void> {
    await this.deps.store.saveFile(sha256, bytes);
    this.#remember(sha256);
  }

  #remember(name: string): void {
    this.fingerprints.set(name, this.deps.store.fingerprint(name));
  }

  #compressAll(index: EditionIndex): void {
    const bodies: Body[] = [];
    for (const file of index.byPath.values()) {
      const body = this.#held.find(file.sha256);
      if (body?.br === null && isCompressible(headersOf(file)['content-type'] ?? '', body.bytes.length)) bodies.push(body);
    }
    const compress = async (body: Body) => {
      if (this.index === index) await compressBody(body);
    };
    forEachAtOnce(bodies, 1, compress).catch((error: unknown) => {
      this.deps.log.error({ err: error, compartment: this.deps.compartment }, 'compressing an edition');
    });
  }
}

/** A manifest with the files of its parts. */
function fillWith(manifest: EditionManifest, parts: Parts): EditionManifest {
  return manifest.parts ? { ...manifest, files: [...parts.values()].flat() } : manifest;
}
