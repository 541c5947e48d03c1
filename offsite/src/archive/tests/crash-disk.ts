import type { Disk, Writing } from '../disk.actions.ts';

/** A write, or a cut to a length, of which the disk may not know yet. */
type Change = { readonly at: number; readonly bytes: Uint8Array } | { readonly cutTo: number };
type FileNode = { readonly kind: 'file'; readonly synced: Buffer; readonly pending: readonly Change[] };
type Entry = { readonly name: string; readonly id: number | undefined };
type DirectoryNode = {
  readonly kind: 'directory';
  readonly synced: ReadonlyMap<string, number>;
  readonly pending: readonly Entry[][];
};
type Node = FileNode | DirectoryNode;
type Tree = ReadonlyMap<number, Node>;

/** What stood at one moment, and what the code had been told by then. */
export type Moment = { readonly tree: Tree; readonly told: readonly string[] };

const ROOT = 0;
const STATES_OF_A_MOMENT = 200;

/**
 * A disk in memory that remembers what was made durable and what was not. After each operation it keeps the moment, so
 * that every state which a power cut may leave at it can be listed: a write that was not synced is absent, torn or
 * whole, also as zeros of its length; names that were not synced with their directory happened or did not.
 */
export class CrashDisk implements Disk {
  readonly moments: Moment[] = [];
  #tree = new Map<number, Node>([[ROOT, { kind: 'directory', synced: new Map(), pending: [] }]]);
  #told: string[] = [];
  #next = 1;

  /** Notes that the code under test was told something was done. */
  tell(what: string): void {
    this.#told = [...this.#told, what];
    this.#keep();
  }

  static of(tree: Tree): CrashDisk {
    const disk = new CrashDisk();
    disk.#tree = new Map(tree);
    disk.#next = Math.max(...tree.keys()) + 1;
    return disk;
  }

  read = async (path: string): Promise<Buffer | undefined> => {
    const node = this.#find(path);
    return node?.kind === 'file' ? contentOf(node) : undefined;
  };

  openReading = async (path: string) => {
    const bytes = await this.read(path);
    return (
      bytes && {
        readAt: async (offset: number, length: number) => bytes.subarray(offset, offset + length),
        close: async () => undefined,
      }
    );
  };

  list = async (path: string): Promise<string[]> => {
    const node = this.#find(path);
    return node?.kind === 'directory' ? [...entriesOf(node).keys()].toSorted() : [];
  };

  size = async (path: string): Promise<number | undefined> => (await this.read(path))?.length;

  makeDirectory = async (path: string): Promise<void> => {
    const parts = partsOf(path);
    for (const [at] of parts.entries()) {
      const here = parts.slice(0, at + 1).join('/');
      if (!this.#find(here)) this.#link(here, { kind: 'directory', synced: new Map(), pending: [] });
    }
  };

  openWriting = async (path: string, keepBytes = 0): Promise<Writing> => {
    if (!this.#find(path)) this.#link(path, { kind: 'file', synced: Buffer.alloc(0), pending: [] });
    const id = this.#idOf(path);
    let at = keepBytes;
    const change = (made: (file: FileNode) => FileNode) => {
      const node = this.#tree.get(id);
      if (node?.kind !== 'file') throw new Error(`${path} is no file`);
      this.#tree.set(id, made(node));
      this.#keep();
    };
    const found = this.#tree.get(id);
    if (found?.kind === 'file' && contentOf(found).length > keepBytes)
      change((file) => ({ ...file, pending: [...file.pending, { cutTo: keepBytes }] }));
    return {
      write: async (bytes) => {
        const from = at;
        at += bytes.length;
        change((file) => ({ ...file, pending: [...file.pending, { at: from, bytes: Buffer.from(bytes) }] }));
      },
      sync: async () => change((file) => ({ ...file, synced: contentOf(file), pending: [] })),
      close: async () => undefined,
    };
  };

  rename = async (from: string, to: string): Promise<void> => {
    const id = this.#idOf(from);
    const [directory, name] = this.#parentOf(to);
    if (this.#parentOf(from)[0] !== directory) throw new Error('all our renames stay in their directory');
    this.#change(directory, [
      { name, id },
      { name: partsOf(from).at(-1) ?? '', id: undefined },
    ]);
  };

  remove = async (path: string): Promise<void> => {
    const node = this.#find(path);
    if (!node) return;
    if (node.kind === 'directory' && entriesOf(node).size > 0) throw new Error(`${path} is not empty`);
    const [directory, name] = this.#parentOf(path);
    this.#change(directory, [{ name, id: undefined }]);
  };

  syncDirectory = async (path: string): Promise<void> => {
    const node = this.#find(path);
    if (node?.kind !== 'directory') throw new Error(`there is no directory ${path}`);
    this.#tree.set(this.#idOf(path), { kind: 'directory', synced: entriesOf(node), pending: [] });
    this.#keep();
  };

  #keep(): void {
    this.moments.push({ tree: new Map(this.#tree), told: this.#told });
  }

  #link(path: string, node: Node): void {
    const id = this.#next++;
    const [directory, name] = this.#parentOf(path);
    this.#tree.set(id, node);
    this.#change(directory, [{ name, id }]);
  }

  #change(directory: number, entries: Entry[]): void {
    const node = this.#tree.get(directory);
    if (node?.kind !== 'directory') throw new Error('no such directory');
    this.#tree.set(directory, { ...node, pending: [...node.pending, entries] });
    this.#keep();
  }

  #parentOf(path: string): [number, string] {
    const parts = partsOf(path);
    return [this.#idOf(parts.slice(0, -1).join('/')), parts.at(-1) ?? ''];
  }

  #idOf(path: string): number {
    const id = this.#walk(path);
    if (id === undefined) throw new Error(`there is no ${path}`);
    return id;
  }

  #find(path: string): Node | undefined {
    const id = this.#walk(path);
    return id === undefined ? undefined : this.#tree.get(id);
  }

  #walk(path: string): number | undefined {
    let id: number | undefined = ROOT;
    for (const part of partsOf(path)) {
      const node: Node | undefined = id === undefined ? undefined : this.#tree.get(id);
      id = node?.kind === 'directory' ? entriesOf(node).get(part) : undefined;
    }
    return id;
  }
}

/** The states that a power cut may leave at a moment; all of them, or so many taken evenly. */
export function* statesAfterCut({ tree }: Moment): Generator<Tree> {
  const choices = [...tree].flatMap(([id, node]) => {
    const options: Node[] = node.kind === 'file' ? fileOptions(node) : directoryOptions(node);
    return options.length > 1 ? [{ id, options }] : [];
  });
  const settled = new Map(
    [...tree].map(([id, node]) => [id, node.kind === 'file' ? fileOptions(node)[0] : directoryOptions(node)[0]]),
  );
  const count = choices.reduce((product, { options }) => product * options.length, 1);
  const step = Math.max(1, Math.floor(count / STATES_OF_A_MOMENT));
  for (let number = 0; number < count; number += step) {
    const state = new Map<number, Node>();
    for (const [id, node] of settled) if (node) state.set(id, node);
    let rest = number;
    for (const { id, options } of choices) {
      const node = options[rest % options.length];
      if (node) state.set(id, node);
      rest = Math.floor(rest / options.length);
    }
    yield state;
  }
}

function fileOptions(file: FileNode): FileNode[] {
  if (file.pending.length === 0) return [file];
  const whole = contentOf(file);
  const half = file.synced.length + Math.floor((whole.length - file.synced.length) / 2);
  const longer = whole.length > file.synced.length;
  const contents = [
    file.synced,
    whole,
    ...(longer ? [whole.subarray(0, half), withZeros(whole, half), withZeros(whole, file.synced.length)] : []),
    ...(file.pending.length > 1 ? [contentOf({ ...file, pending: file.pending.slice(-1) })] : []),
  ];
  return contents.map((synced) => ({ kind: 'file', synced, pending: [] }));
}

function withZeros(bytes: Buffer, from: number): Buffer {
  return Buffer.concat([bytes.subarray(0, from), Buffer.alloc(bytes.length - from)]);
}

/** Every subset of a few changes; of many, none, each prefix, and all but one. */
function directoryOptions(directory: DirectoryNode): DirectoryNode[] {
  const { pending } = directory;
  const all = pending.map((_, at) => at);
  const subsets =
    pending.length <= 3
      ? Array.from({ length: 2 ** pending.length }, (_, bits) => all.filter((at) => (bits >> at) & 1))
      : [...all.map((at) => all.slice(0, at)), all, ...all.map((at) => all.filter((one) => one !== at))];
  return subsets.map((subset) => {
    const chosen = { ...directory, pending: subset.flatMap((at) => [pending[at] ?? []]) };
    return { kind: 'directory', synced: entriesOf(chosen), pending: [] };
  });
}

function entriesOf({ synced, pending }: DirectoryNode): Map<string, number> {
  const entries = new Map(synced);
  for (const { name, id } of pending.flat()) {
    if (id === undefined) entries.delete(name);
    else entries.set(name, id);
  }
  return entries;
}

function contentOf({ synced, pending }: FileNode): Buffer {
  let content = synced;
  for (const change of pending) {
    if ('cutTo' in change) content = content.subarray(0, change.cutTo);
    else {
      const length = Math.max(content.length, change.at + change.bytes.length);
      const grown = Buffer.alloc(length);
      content.copy(grown);
      grown.set(change.bytes, change.at);
      content = grown;
    }
  }
  return content;
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
