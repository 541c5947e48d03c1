import { lstatSync } from 'node:fs';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeOwnDirectory, readFileIfAny, refuseFullDisk, replaceFile } from '@bulkhead/kernel';

const MANIFEST = 'manifest.json';
const QUARANTINED_LIMIT = 50;

/** One compartment's edition on disk: `manifest.json`, `files/<sha256>`, and `quarantine/` for what was tampered with. */
export class EditionStore {
  readonly #directory: string;
  #drafts = 0;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async open(directory: string): Promise<EditionStore> {
    const store = new EditionStore(directory);
    await makeOwnDirectory(join(directory, 'files'));
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
    const draft = join(this.#directory, 'files', `.${sha256}.${this.#drafts}.draft`);
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
  fingerprint(name: string): string | null {
    const path = name === MANIFEST ? join(this.#directory, MANIFEST) : this.#pathOf(name);
    const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return found?.isFile() ? `${found.size}.${found.mtimeNs}.${found.ctimeNs}.${found.ino}` : null;
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
    const directory = join(this.#directory, 'files');
    for (const name of await readdir(directory)) {
      if (!needed.has(name)) await rm(join(directory, name), { force: true, recursive: true });
    }
  }

  #pathOf(sha256: string): string {
    return join(this.#directory, 'files', sha256);
  }
}

export const MANIFEST_NAME = MANIFEST;
