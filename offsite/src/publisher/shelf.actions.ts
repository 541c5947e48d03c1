import { statSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { destroyFile, readVerified } from '@bulkhead/blobs';
import {
  type EditionFile,
  type EditionManifest,
  type EditionPart,
  editionManifestSchema,
  editionPartFilesSchema,
  openSigned,
  PURPOSES,
  type Signed,
  signedSchema,
  type VerifyingKey,
} from '@bulkhead/contracts';
import { EstateError, forEachAtOnce, sha256Hex, syncDirectory } from '@bulkhead/kernel';
import { z } from 'zod';
import type { Parted } from './edition.rules.ts';
import { Holdings, type Listing } from './holdings.rules.ts';
import { Staging } from './staging.actions.ts';

/** An edition as it was signed, and as it is read: with the files of its parts. */
export type Shelved = { readonly signed: Signed; readonly manifest: EditionManifest };

const KEPT = /^(\d{12})\.json$/;
const PENDING = 'pending.json';
const PAUSED = 'paused';
const VANISHING = 'may-vanish.json';
const vanishingSchema = z.array(z.string());

/**
 * The editions of one compartment on disk: files by their digest, manifests by their number, and at most one manifest
 * that is signed but not yet recorded. A manifest only names files that are stored [E6].
 */
export class Shelf {
  readonly #directory: string;
  readonly #keys: readonly VerifyingKey[];
  readonly #compartment: string;
  /** Files of the parts that kept editions name, by the digest of the part. */
  readonly #parts = new Map<string, readonly EditionFile[]>();
  #holdings: Holdings | undefined;
  /** Stored since something was let go the last time; perhaps no edition will name it. */
  #loose = new Set<string>();
  readonly #staging: Staging;

  constructor(options: { readonly directory: string; readonly compartment: string; readonly keys: readonly VerifyingKey[] }) {
    this.#directory = options.directory;
    this.#compartment = options.compartment;
    this.#keys = options.keys;
    this.#staging = new Staging({ directory: join(this.#directory, 'staged'), pathOf: (sha256) => this.#pathOf(sha256) });
  }

  async prepare(): Promise<void> {
    await mkdir(join(this.#directory, 'files'), { recursive: true, mode: 0o700 });
    await mkdir(join(this.#directory, 'editions'), { recursive: true, mode: 0o700 });
    await rm(join(this.#directory, 'incoming'), { recursive: true, force: true });
    await mkdir(join(this.#directory, 'incoming'), { mode: 0o700 });
    await this.#staging.prepare();
  }

  /** Stores a file, and mends one that this disk damaged. Returns its digest. */
  async putFile(bytes: Uint8Array): Promise<string> {
    const sha256 = sha256Hex(bytes);
    const path = this.#pathOf(sha256);
    const found = await readFile(path).catch(() => undefined);
    if (!found?.equals(bytes)) await this.#writeDurably(path, bytes);
    this.#loose.add(sha256);
    return sha256;
  }

  /** As `putFile`, but the file is durable, and can be read, only after `settle`: many at once cost less than one by one. */
  async stageFile(bytes: Uint8Array): Promise<string> {
    const sha256 = sha256Hex(bytes);
    if (this.#staging.has(sha256)) return sha256;
    const path = this.#pathOf(sha256);
    this.#loose.add(sha256);
    // Most are new; asking so takes no turn of the pool.
    const found = statSync(path, { throwIfNoEntry: false }) ? await readFile(path).catch(() => undefined) : undefined;
    if (!found?.equals(bytes)) await this.#staging.stage(sha256, bytes);
    return sha256;
  }

  /** Makes all that was staged durable. */
  settle(): Promise<void> {
    return this.#staging.settle();
  }

  /** Puts what was settled in its place on disk, where another process would look for it. */
  putInPlace(): Promise<void> {
    return this.#staging.putInPlace();
  }

  /** The first file whose bytes are not known to be stored: named by a kept edition, or put here since. */
  async findLost(files: readonly EditionFile[]): Promise<EditionFile | undefined> {
    const holdings = this.#holdings ?? (await this.#takeStock());
    return files.find(({ sha256 }) => !this.#loose.has(sha256) && !holdings.has(sha256));
  }

  async hasFile(sha256: string): Promise<boolean> {
    return (
      this.#staging.find(sha256) !== undefined || (await stat(this.#pathOf(sha256)).catch(() => undefined))?.isFile() === true
    );
  }

  /**
   * The bytes of a file, verified while they are read: damaged ones never arrive whole.
   * @throws EstateError `blob.not_found`, in the stream `blob.hash_mismatch`
   */
  async openFile(sha256: string): Promise<{ readonly stream: Readable; readonly bytes: number }> {
    const found = this.#staging.find(sha256);
    if (found) return { stream: Readable.from([found]), bytes: found.length };
    return readVerified(this.#pathOf(sha256), sha256).catch((cause: unknown) => {
      throw new EstateError('blob.not_found', `reading file ${sha256} of an edition`, { cause });
    });
  }

  async readFile(sha256: string): Promise<Buffer> {
    const found = this.#staging.find(sha256);
    if (found) return Buffer.from(found);
    const bytes = await readFile(this.#pathOf(sha256)).catch((cause: unknown) => {
      throw new EstateError('blob.not_found', `reading file ${sha256} of an edition`, { cause });
    });
    if (sha256Hex(bytes) === sha256) return bytes;
    throw new EstateError('blob.hash_mismatch', `reading file ${sha256} of an edition: its bytes have another digest`);
  }

  /** Numbers of the editions that are kept, oldest first. */
  async listNumbers(): Promise<number[]> {
    const names = await readdir(join(this.#directory, 'editions'));
    return names
      .flatMap((name) => KEPT.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((left, right) => left - right);
  }

  /** @throws EstateError `edition.invalid`, `signature.invalid` for a manifest that this publisher did not sign */
  async readEdition(number: number): Promise<Shelved> {
    return this.#readManifest(this.#pathOfEdition(number));
  }

  /** A manifest whose number is taken but which may not be recorded yet. */
  async findPending(): Promise<Shelved | undefined> {
    const path = join(this.#directory, 'editions', PENDING);
    return (await stat(path).catch(() => undefined)) ? this.#readManifest(path) : undefined;
  }

  /** Takes the number of an edition: from now on it is never given to another. */
  async putPending({ signed, manifest }: Shelved): Promise<void> {
    await this.#writeDurably(join(this.#directory, 'editions', PENDING), Buffer.from(JSON.stringify(signed)));
    this.#holdings?.add(manifest.number, this.#listingsOf(manifest));
  }

  /** Makes the pending edition the latest one. */
  async acceptPending(number: number): Promise<void> {
    const directory = join(this.#directory, 'editions');
    await rename(join(directory, PENDING), this.#pathOfEdition(number));
    await syncDirectory(directory);
  }

  /** Stages the lists that a large manifest names. */
  async stageParts(parted: readonly Parted[]): Promise<void> {
    for (const { part, files, bytes } of parted) {
      if (this.#parts.has(part.sha256)) continue;
      await this.stageFile(bytes);
      this.#parts.set(part.sha256, files);
    }
  }

  async isPaused(): Promise<boolean> {
    return (await stat(join(this.#directory, PAUSED)).catch(() => undefined)) !== undefined;
  }

  async setPaused(isPaused: boolean): Promise<void> {
    const path = join(this.#directory, PAUSED);
    if (isPaused) await this.#writeDurably(path, new Uint8Array());
    else await rm(path, { force: true });
    await syncDirectory(this.#directory);
  }

  /** What the next edition may lack though the one before it showed it. */
  async readVanishing(): Promise<readonly string[]> {
    const text = await readFile(join(this.#directory, VANISHING), 'utf8').catch(() => '[]');
    return vanishingSchema.parse(JSON.parse(text));
  }

  async setVanishing(subjects: readonly string[]): Promise<void> {
    const path = join(this.#directory, VANISHING);
    const stands = await readFile(path, 'utf8').catch(() => '[]');
    const text = JSON.stringify(subjects);
    if (stands === text) return;
    if (subjects.length > 0) await this.#writeDurably(path, Buffer.from(text));
    else await rm(path, { force: true });
    await syncDirectory(this.#directory);
  }

  /** Lets go of editions but the newest `keep`, and of files that no kept edition names [E6]. */
  async prune(keep: number): Promise<void> {
    const holdings = this.#holdings ?? (await this.#takeStock());
    await this.#letGo(holdings, holdings.numbers.slice(0, -keep));
  }

  /** Destroys a file's bytes, and lets go of every edition that names them: nobody can roll back to it. */
  async eraseFile(sha256: string): Promise<void> {
    const holdings = this.#holdings ?? (await this.#takeStock());
    const naming: number[] = [];
    for (const number of await this.listNumbers()) {
      const { manifest } = await this.readEdition(number);
      if (manifest.files.some((file) => file.sha256 === sha256)) naming.push(number);
    }
    // What is staged lies in a file with others.
    await this.putInPlace();
    await destroyFile(this.#pathOf(sha256));
    await this.#letGo(holdings, naming);
  }

  async #letGo(holdings: Holdings, numbers: readonly number[]): Promise<void> {
    const unnamed: string[] = [];
    for (const number of numbers) {
      await rm(this.#pathOfEdition(number), { force: true });
      const { digests, listings } = holdings.remove(number);
      unnamed.push(...digests);
      for (const sha256 of listings) this.#parts.delete(sha256);
    }
    unnamed.push(...[...this.#loose].filter((sha256) => !holdings.has(sha256)));
    this.#loose = new Set();
    for (const sha256 of unnamed) this.#staging.drop(sha256);
    await forEachAtOnce(unnamed, AT_ONCE, (sha256) => rm(this.#pathOf(sha256), { force: true }));
  }

  /** Once a process: what all kept editions name, and nothing else stays. */
  async #takeStock(): Promise<Holdings> {
    const holdings = new Holdings();
    for (const number of await this.listNumbers())
      holdings.add(number, this.#listingsOf((await this.readEdition(number)).manifest));
    const pending = await this.findPending();
    if (pending) holdings.add(pending.manifest.number, this.#listingsOf(pending.manifest));
    for (const part of await readdir(join(this.#directory, 'files')))
      for (const name of await readdir(join(this.#directory, 'files', part)))
        if (!holdings.has(name) && !this.#loose.has(name)) await rm(join(this.#directory, 'files', part, name), { force: true });
    this.#holdings = holdings;
    return holdings;
  }

  #listingsOf({ files, parts }: EditionManifest): Listing[] {
    if (!parts) return [{ sha256: null, files }];
    return parts.map(({ sha256 }) => ({ sha256, files: this.#parts.get(sha256) ?? [] }));
  }

  async #readManifest(path: string): Promise<Shelved> {
    const signed = signedSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    const opened = openSigned(signed, { purpose: PURPOSES.edition, keys: this.#keys, schema: editionManifestSchema });
    if (opened.value.compartment !== this.#compartment)
      throw new EstateError(
        'edition.invalid',
        `reading an edition: it is of ${opened.value.compartment}, not ${this.#compartment}`,
      );
    const { parts } = opened.value;
    if (!parts) return { signed, manifest: opened.value };
    const files: EditionFile[] = [];
    for (const part of parts) files.push(...(await this.#readPart(part)));
    return { signed, manifest: { ...opened.value, files } };
  }

  async #readPart(part: EditionPart): Promise<readonly EditionFile[]> {
    const known = this.#parts.get(part.sha256);
    if (known) return known;
    const bytes = await this.readFile(part.sha256);
    const files = editionPartFilesSchema.parse(JSON.parse(bytes.toString('utf8')));
    this.#parts.set(part.sha256, files);
    return files;
  }

  #pathOf(sha256: string): string {
    return join(this.#directory, 'files', sha256.slice(0, 2), sha256);
  }

  #pathOfEdition(number: number): string {
    return join(this.#directory, 'editions', `${String(number).padStart(12, '0')}.json`);
  }

  async #writeDurably(path: string, bytes: Uint8Array): Promise<void> {
    const directory = join(path, '..');
    const incoming = join(this.#directory, 'incoming', sha256Hex(path));
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = await open(incoming, 'w', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(incoming, path);
    await syncDirectory(directory);
  }
}

const AT_ONCE = 16;
