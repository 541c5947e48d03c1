import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { forEachAtOnce, sha256Hex, sleepMs, syncDirectory } from '@bulkhead/kernel';

/** So much is held in memory before it is written, and so much is read from there until it is in place. */
const HELD_BYTES = 67_108_864;
const SETTLED_BYTES = 134_217_728;
/** Few and late, as nobody waits for what is put in place behind a journal, and headquarters fetches just then. */
const AT_ONCE = 2;
const AT_ONCE_IN_A_HURRY = 16;
const PLACED_AFTER_MS = 1500;
const JOURNAL = /^(\d{12})\.journal$/;

/**
 * Files on their way to a shelf. Many are made durable by one journal, a file that holds all of them and is flushed once,
 * and are read from memory. Each is put in place and flushed by itself afterwards, when nobody waits, and then the journal
 * goes. A start puts in place what a journal holds.
 */
export class Staging {
  readonly #directory: string;
  readonly #pathOf: (sha256: string) => string;
  readonly #held = new Map<string, Uint8Array>();
  #heldBytes = 0;
  #number = 0;
  /** Durable, and not yet in place. */
  readonly #settled = new Map<string, Uint8Array>();
  #settledBytes = 0;
  #placing: Promise<void> = Promise.resolve();
  #hurry = new AbortController();

  constructor(options: { readonly directory: string; readonly pathOf: (sha256: string) => string }) {
    this.#directory = options.directory;
    this.#pathOf = options.pathOf;
  }

  has(sha256: string): boolean {
    return this.#held.has(sha256) || this.#settled.has(sha256);
  }

  /** The bytes of a file that is durable and not yet in place. */
  find(sha256: string): Uint8Array | undefined {
    return this.#settled.get(sha256);
  }

  /** Puts in place what journals hold, as the last process may not have. */
  async prepare(): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    for (const name of (await readdir(this.#directory)).sort()) {
      const path = join(this.#directory, name);
      const number = JOURNAL.exec(name)?.[1];
      if (number === undefined) {
        await rm(path, { recursive: true, force: true });
        continue;
      }
      this.#number = Math.max(this.#number, Number(number));
      await this.#place(path, readJournal(await readFile(path)), { isWanted: () => true, isInAHurry: () => true });
    }
  }

  /** Takes a file in. It is durable, and can be read, after `settle`. */
  async stage(sha256: string, bytes: Uint8Array): Promise<void> {
    if (this.has(sha256)) return;
    this.#held.set(sha256, bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > HELD_BYTES) await this.settle();
  }

  /** Lets go of a file, wherever it is on its way. */
  drop(sha256: string): void {
    this.#heldBytes -= this.#held.get(sha256)?.length ?? 0;
    this.#held.delete(sha256);
    this.#leave(sha256);
  }

  /** Makes all that was taken in durable. */
  async settle(): Promise<void> {
    const entries = [...this.#held];
    if (entries.length === 0) return;
    // Who brings more than the disk takes waits for it.
    if (this.#settledBytes > SETTLED_BYTES) await this.putInPlace();
    this.#number += 1;
    const journal = join(this.#directory, `${String(this.#number).padStart(12, '0')}.journal`);
    await writeJournal(journal, entries);
    await syncDirectory(this.#directory);
    for (const [sha256, bytes] of entries) this.#settled.set(sha256, bytes);
    this.#settledBytes += this.#heldBytes;
    this.#held.clear();
    this.#heldBytes = 0;
    const { signal } = this.#hurry;
    const isWanted = (sha256: string) => this.#settled.has(sha256);
    // What fails stays in its journal, which the next start reads, and in memory until then.
    this.#placing = this.#placing
      .then(() => sleepMs(PLACED_AFTER_MS, signal).catch(() => undefined))
      .then(() => this.#place(journal, entries, { isWanted, isInAHurry: () => signal.aborted }))
      .catch(() => undefined);
  }

  /** Puts all that is durable in place now. */
  async putInPlace(): Promise<void> {
    this.#hurry.abort();
    this.#hurry = new AbortController();
    await this.#placing;
  }

  async #place(journal: string, entries: readonly Entry[], { isWanted, isInAHurry }: Placing): Promise<void> {
    const atOnce = isInAHurry() ? AT_ONCE_IN_A_HURRY : AT_ONCE;
    const directories = new Set(entries.map(([sha256]) => join(this.#pathOf(sha256), '..')));
    for (const directory of directories) await mkdir(directory, { recursive: true, mode: 0o700 });
    await forEachAtOnce(entries, atOnce, async ([sha256, bytes]) => {
      if (!isWanted(sha256)) return;
      const incoming = join(this.#directory, sha256);
      await writeDurably(incoming, bytes);
      await rename(incoming, this.#pathOf(sha256));
      // Nobody names it any more: it was let go of in the meantime.
      if (!isWanted(sha256)) await rm(this.#pathOf(sha256), { force: true });
      else this.#leave(sha256);
    });
    await forEachAtOnce([...directories], atOnce, (directory) => syncDirectory(directory));
    await rm(journal, { force: true });
  }

  #leave(sha256: string): void {
    this.#settledBytes -= this.#settled.get(sha256)?.length ?? 0;
    this.#settled.delete(sha256);
  }
}

type Placing = { readonly isWanted: (sha256: string) => boolean; readonly isInAHurry: () => boolean };
type Entry = readonly [sha256: string, bytes: Uint8Array];

/** A line with the digest and the length, and then the bytes. */
async function writeJournal(path: string, entries: readonly Entry[]): Promise<void> {
  const lines = entries.flatMap(([sha256, bytes]) => [Buffer.from(`${sha256} ${bytes.length}\n`), bytes]);
  await writeDurably(path, Buffer.concat(lines));
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What stands in a journal; one that was cut off names nothing that was signed, and is read as far as it is whole. */
function readJournal(journal: Buffer): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < journal.length; ) {
    const end = journal.indexOf(10, at);
    const head = /^([0-9a-f]{64}) (\d{1,9})$/.exec(journal.toString('latin1', at, end < 0 ? at : end));
    const sha256 = head?.[1] ?? '';
    const bytes = journal.subarray(end + 1, end + 1 + Number(head?.[2] ?? '0'));
    if (!head || sha256Hex(bytes) !== sha256) break;
    entries.push([sha256, bytes]);
    at = end + 1 + bytes.length;
  }
  return entries;
}
