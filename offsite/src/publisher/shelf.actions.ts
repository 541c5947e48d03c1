import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { readVerified, syncDirectory } from '@bulkhead/blobs';
import {
  type EditionManifest,
  editionManifestSchema,
  openSigned,
  PURPOSES,
  type Signed,
  signedSchema,
  type VerifyingKey,
} from '@bulkhead/contracts';
import { EstateError, sha256Hex } from '@bulkhead/kernel';
import { z } from 'zod';

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

  constructor(options: { readonly directory: string; readonly compartment: string; readonly keys: readonly VerifyingKey[] }) {
    this.#directory = options.directory;
    this.#compartment = options.compartment;
    this.#keys = options.keys;
  }

  async prepare(): Promise<void> {
    await mkdir(join(this.#directory, 'files'), { recursive: true, mode: 0o700 });
    await mkdir(join(this.#directory, 'editions'), { recursive: true, mode: 0o700 });
    await rm(join(this.#directory, 'incoming'), { recursive: true, force: true });
    await mkdir(join(this.#directory, 'incoming'), { mode: 0o700 });
  }

  /** Stores a file, and mends one that this disk damaged. Returns its digest. */
  async putFile(bytes: Uint8Array): Promise<string> {
    const sha256 = sha256Hex(bytes);
    const path = this.#pathOf(sha256);
    const found = await readFile(path).catch(() => undefined);
    if (!found?.equals(bytes)) await this.#writeDurably(path, bytes);
    return sha256;
  }

  async hasFile(sha256: string): Promise<boolean> {
    return (await stat(this.#pathOf(sha256)).catch(() => undefined))?.isFile() === true;
  }

  /**
   * The bytes of a file, verified while they are read: damaged ones never arrive whole.
   * @throws EstateError `blob.not_found`, in the stream `blob.hash_mismatch`
   */
  async openFile(sha256: string): Promise<{ readonly stream: Readable; readonly bytes: number }> {
    return readVerified(this.#pathOf(sha256), sha256).catch((cause: unknown) => {
      throw new EstateError('blob.not_found', `reading file ${sha256} of an edition`, { cause });
    });
  }

  async readFile(sha256: string): Promise<Buffer> {
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
  async putPending(signed: Signed): Promise<void> {
    await this.#writeDurably(join(this.#directory, 'editions', PENDING), Buffer.from(JSON.stringify(signed)));
  }

  /** Makes the pending edition the latest one. */
  async acceptPending(number: number): Promise<void> {
    const directory = join(this.#directory, 'editions');
    await rename(join(directory, PENDING), this.#pathOfEdition(number));
    await syncDirectory(directory);
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

  /** Lets go of editions but the newest `keep`, and of files that no kept edition names. */
  async prune(keep: number): Promise<void> {
    const numbers = await this.listNumbers();
    for (const number of numbers.slice(0, -keep)) await rm(this.#pathOfEdition(number), { force: true });
    const named = new Set<string>();
    for (const number of numbers.slice(-keep))
      for (const file of (await this.readEdition(number)).manifest.files) named.add(file.sha256);
    for (const part of await readdir(join(this.#directory, 'files')))
      for (const name of await readdir(join(this.#directory, 'files', part)))
        if (!named.has(name)) await rm(join(this.#directory, 'files', part, name), { force: true });
  }

  async #readManifest(path: string): Promise<Shelved> {
    const signed = signedSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    const opened = openSigned(signed, { purpose: PURPOSES.edition, keys: this.#keys, schema: editionManifestSchema });
    if (opened.value.compartment !== this.#compartment)
      throw new EstateError(
        'edition.invalid',
        `reading an edition: it is of ${opened.value.compartment}, not ${this.#compartment}`,
      );
    return { signed, manifest: opened.value };
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
