import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '@bulkhead/kernel';
import type { TailEnd } from './tail.actions.ts';

const EVERY_MS = 200;

/**
 * Notes beside a growing segment what it was: its complete successor has a digest in the index, and what grows would have
 * none until then. Not synced, since nothing is acknowledged on it: after a power failure it may be an older note, or none.
 */
export class TailNotes {
  readonly #directory: string;
  readonly #describe: () => TailEnd | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** @param describe the growing segment, if all of it is durable and seen */
  constructor(directory: string, describe: () => TailEnd | undefined) {
    this.#directory = directory;
    this.#describe = describe;
  }

  /** The segment grew: within a moment that is noted, with whatever it grows by then. */
  grew(): void {
    this.#timer ??= setTimeout(() => void this.note(), EVERY_MS).unref();
  }

  /** Notes what stands now. A disk that takes no note takes no WAL either, and says so there. */
  note(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const end = this.#describe();
    if (end) this.#writing = this.#writing.then(() => writeNote(this.#directory, end)).catch(() => undefined);
    return this.#writing;
  }

  /** The segment is complete, and in the index. */
  async forget(name: string): Promise<void> {
    await this.#writing;
    await rm(pathOf(this.#directory, name), { force: true });
  }
}

/** Notes what a growing segment is by now. */
export async function writeNote(directory: string, { name, bytes, sha256 }: TailEnd): Promise<void> {
  const path = pathOf(directory, name);
  const line = `${bytes} ${sha256}`;
  await writeFile(`${path}.tmp`, `${line} ${sha256Hex(line)}\n`, { mode: 0o600 });
  await rename(`${path}.tmp`, path);
}

/** What was noted of a growing segment. A note that is not whole says nothing: it is not the WAL that is damaged then. */
export async function readNote(directory: string, name: string): Promise<TailEnd | undefined> {
  const text = await readFile(pathOf(directory, name), 'utf8').catch(() => '');
  const [bytes = '', sha256 = '', check = ''] = text.trim().split(' ');
  return check === sha256Hex(`${bytes} ${sha256}`) ? { name, bytes: Number(bytes), sha256 } : undefined;
}

function pathOf(directory: string, name: string): string {
  return join(directory, `${name}.noted`);
}
