import { lstatSync, type Stats } from 'node:fs';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeOwnDirectory, readFileIfAny, refuseFullDisk, replaceFile } from '@bulkhead/kernel';

const MANIFEST = 'manifest.json';
const QUARANTINED_LIMIT = 50;

/** Times in milliseconds, to a quarter of a thousandth. */
export type Fingerprint = Readonly<Pick<Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino'>>;

/** One compartment's edition on disk: `manifest.json`, `files/<sha256>`, and `quarantine/` for what was tampered with. */
export class EditionStore {
  readonly #directory: string;
  readonly #files: string;
  #drafts = 0;

  private constructor(directory: string) {
    this.#directory = directory;
    this.#files = join(directory, 'files');
  }

  static async open(directory: string): Promise<EditionStore> {
    const store = new EditionStore(directory);
    await makeOwnDirectory(store.#files);
    await makeOwnDirectory(join(directory, 'quarantine'));
    return store;
  }

  readManifest(): Promise<Buffer | null> {
    return readFileIfAny(join(this.#directory, MANIFEST));
  }

  saveManifest(text: string): Promise<void> {
    return replaceFile(join(this.#directory, MANIFEST), text);
  }

  readFile(sha256: string): Promise<Buffer | null> {
    return readFileIfAny(this.#pathOf(sha256));
  }

  /** Writes a file whole or not at all. No fsync: each start verifies every file and fetches again what is damaged. */
  async saveFile(sha256: string, bytes: Uint8Array): Promise<void> {
    this.#drafts += 1;
    const draft = join(this.#files, `.${sha256}.${this.#drafts}.draft`);
    try {
      // Whatever somebody put there, of whomever it is.
      await rm(draft, { force: true, recursive: true });
      await writeFile(draft, bytes, { mode: 0o600, flag: 'wx' });
      await rename(draft, this.#pathOf(sha256));
    } catch (cause) {
      throw refuseFullDisk(cause, 'keeping a file of an edition');
    }
  }

  /** What changes when somebody touches a file; null when it is gone. */
  fingerprint(name: string): Fingerprint | null {
    const found = this.#look(name);
    return found && { size: found.size, mtimeMs: found.mtimeMs, ctimeMs: found.ctimeMs, ino: found.ino };
  }

  /** Whether somebody touched a file since its fingerprint was taken: asked of thousands, twice a second. */
  isTouched(name: string, { size, mtimeMs, ctimeMs, ino }: Fingerprint): boolean {
    const found = this.#look(name);
    const isSame = found?.size === size && found.mtimeMs === mtimeMs && found.ctimeMs === ctimeMs && found.ino === ino;
    return !isSame;
  }

  #look(name: string): Stats | null {
    const found = lstatSync(name === MANIFEST ? join(this.#directory, MANIFEST) : this.#pathOf(name), { throwIfNoEntry: false });
    return found?.isFile() ? found : null;
  }

  /** Takes a file out of use, and keeps it as evidence. */
  async quarantine(name: string, label: string): Promise<void> {
    const directory = join(this.#directory, 'quarantine');
    const from = name === MANIFEST ? join(this.#directory, MANIFEST) : this.#pathOf(name);
    const kept = await readdir(directory);
    if (kept.length >= QUARANTINED_LIMIT) await rm(from, { force: true, recursive: true });
    else await rename(from, join(directory, `${label}-${kept.length}-${name}`));
  }

  /** Removes a file that no edition in use names. */
  async removeFile(sha256: string): Promise<void> {
    await rm(this.#pathOf(sha256), { force: true });
  }

  /** Removes all files that an edition does not name. */
  async removeOthers(needed: ReadonlyMap<string, unknown>): Promise<void> {
    for (const name of await readdir(this.#files)) {
      if (!needed.has(name)) await rm(join(this.#files, name), { force: true, recursive: true });
    }
  }

  #pathOf(sha256: string): string {
    return `${this.#files}/${sha256}`;
  }
}

export const MANIFEST_NAME = MANIFEST;
