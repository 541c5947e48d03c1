import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { RepairStep } from '@bulkhead/contracts';

const BUFFERED_BYTES = 262_144;

/** Writes steps to a file, a line each, and their SHA-256 as it goes. */
export class StepFile {
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');
  #lines: string[] = [];
  #length = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(path: string): Promise<StepFile> {
    return new StepFile(await open(path, 'w', 0o600));
  }

  /** Resolves when there is room for more. */
  put(step: RepairStep): Promise<void> | undefined {
    const line = formatStep(step);
    this.#lines.push(line);
    this.#length += line.length;
    return this.#length < BUFFERED_BYTES ? undefined : this.#flush();
  }

  /** Makes the file durable. */
  async finish(): Promise<{ readonly digest: string }> {
    await this.#flush();
    await this.#file.sync();
    await this.#file.close();
    return { digest: this.#hash.digest('hex') };
  }

  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined);
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#lines.join(''));
    this.#lines = [];
    this.#length = 0;
    this.#hash.update(bytes);
    await this.#file.writeFile(bytes);
  }
}

/** A step as it stands in a plan, with its line break: what digests are made of. */
export function formatStep(step: RepairStep): string {
  return `${JSON.stringify(step)}\n`;
}
