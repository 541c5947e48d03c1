import { dirname } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import {
  type ChainHead,
  type ChainLine,
  encodeLine,
  genesisOf,
  isUnchained,
  parseHead,
  readChain,
  readUnchained,
} from './chain.rules.ts';
import { DISK, type Disk } from './disk.actions.ts';
import { writeDurably } from './files.actions.ts';

export type IndexOptions = {
  readonly path: string;
  readonly systemId: string;
  /** How long off-site has run, in all, when a line is added. */
  readonly ranMs: () => number;
  readonly disk?: Disk;
  readonly isReadOnly?: boolean;
};

/** What stands in the index of one artefact. */
export type Indexed = { readonly sha256: string; readonly ranMs: number; readonly isPruned: boolean };

/**
 * The digests of a lineage's segments, histories and bases: an append-only file of JSON lines, each with the digest of
 * the line before. `<path>.head` notes now and then how far it had come.
 */
export class SegmentIndex {
  readonly #options: IndexOptions;
  readonly #disk: Disk;
  readonly #indexed = new Map<string, Indexed>();
  #head: ChainHead;
  #validBytes = 0;
  #isNew = false;
  #noted = 0;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(options: IndexOptions) {
    this.#options = options;
    this.#disk = options.disk ?? DISK;
    this.#head = { lines: 0, sha256: genesisOf(options.systemId) };
  }

  /** Opens an index; one from before the chain is taken over, once. @throws EstateError `archive.damaged` */
  static async open(options: IndexOptions): Promise<SegmentIndex> {
    const index = new SegmentIndex(options);
    await index.#load();
    return index;
  }

  /** The digest under which something was recorded, also of what was pruned since. */
  get(name: string): string | undefined {
    return this.#indexed.get(name)?.sha256;
  }

  find(name: string): Indexed | undefined {
    return this.#indexed.get(name);
  }

  entries(): IterableIterator<[string, Indexed]> {
    return this.#indexed.entries();
  }

  /** The highest running time in it. */
  get newestRanMs(): number {
    return [...this.#indexed.values()].reduce((newest, { ranMs }) => Math.max(newest, ranMs), 0);
  }

  /** Adds a digest durably. A known one is never replaced. */
  add(name: string, sha256: string): Promise<void> {
    return this.#inTurn(async () => {
      const known = this.#indexed.get(name);
      if (known?.sha256 === sha256) return;
      if (known) throw new EstateError('archive.damaged', `adding the digest of ${name}: another one is recorded`);
      await this.#append({ name, sha256, ranMs: this.#options.ranMs(), prev: this.#head.sha256 });
    });
  }

  /** Records durably what is about to be removed, before it is [A15]. */
  addPruned(names: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      const standing = names.filter((name) => this.#indexed.get(name)?.isPruned === false);
      if (standing.length > 0) await this.#append({ pruned: standing, ranMs: this.#options.ranMs(), prev: this.#head.sha256 });
    });
  }

  /** Notes how far the index has come, so that a cut is seen; not on the way of an acknowledgement. */
  noteHead(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#options.isReadOnly || this.#noted === this.#head.lines) return;
      const head = this.#head;
      await writeDurably(`${this.#options.path}.head`, `${JSON.stringify(head)}\n`, this.#disk);
      this.#noted = head.lines;
    });
  }

  async #load(): Promise<void> {
    const { path, systemId, isReadOnly = false } = this.#options;
    const bytes = await this.#disk.read(path);
    const text = bytes?.toString('utf8') ?? '';
    const noted = await this.#disk.read(`${path}.head`);
    this.#isNew = bytes === undefined;
    if (!noted && isUnchained(text)) return this.#takeOver(readUnchained(text), isReadOnly);
    const head = noted && parseHead(noted);
    const chain = readChain(text, genesisOf(systemId), head);
    for (const line of chain.lines) this.#remember(line);
    this.#head = chain.head;
    this.#validBytes = chain.validBytes;
    this.#noted = head?.lines ?? 0;
  }

  async #takeOver(digests: ReadonlyMap<string, string>, isReadOnly: boolean): Promise<void> {
    let text = '';
    for (const [name, sha256] of digests) {
      const line = { name, sha256, ranMs: this.#options.ranMs(), prev: this.#head.sha256 };
      const encoded = encodeLine(line);
      text += encoded.text;
      this.#head = { lines: this.#head.lines + 1, sha256: encoded.sha256 };
      this.#remember(line);
    }
    if (isReadOnly) return;
    await writeDurably(this.#options.path, text, this.#disk);
    this.#validBytes = Buffer.byteLength(text);
    await this.noteHead();
  }

  async #append(line: ChainLine): Promise<void> {
    if (this.#options.isReadOnly)
      throw new EstateError('archive.read_only', 'adding to the index of an archive that is only read');
    const { text, sha256 } = encodeLine(line);
    // Written behind what is whole: a line that a crash tore goes, and cannot swallow this one.
    const file = await this.#disk.openWriting(this.#options.path, this.#validBytes);
    try {
      await file.write(Buffer.from(text));
      await file.sync();
    } finally {
      await file.close();
    }
    if (this.#isNew) await this.#disk.syncDirectory(dirname(this.#options.path));
    this.#isNew = false;
    this.#validBytes += Buffer.byteLength(text);
    this.#head = { lines: this.#head.lines + 1, sha256 };
    this.#remember(line);
  }

  #remember(line: ChainLine): void {
    if ('name' in line) this.#indexed.set(line.name, { sha256: line.sha256, ranMs: line.ranMs, isPruned: false });
    else
      for (const name of line.pruned) {
        const known = this.#indexed.get(name);
        if (known) this.#indexed.set(name, { ...known, isPruned: true });
      }
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => undefined);
    return done;
  }
}
