import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { EstateError, makeOwnDirectory, refuseFullDisk } from '@bulkhead/kernel';

/** Large bodies on their way, on disk until their hash is known. All of them together have one limit. */
export class Spool {
  readonly #directory: string;
  readonly #limitBytes: number;
  readonly #newId: () => string;
  #bytes = 0;

  private constructor(directory: string, limitBytes: number, newId: () => string) {
    this.#directory = directory;
    this.#limitBytes = limitBytes;
    this.#newId = newId;
  }

  /** Opens the spool and removes what a killed process left. */
  static async open(given: {
    readonly directory: string;
    readonly limitBytes: number;
    readonly newId: () => string;
  }): Promise<Spool> {
    await makeOwnDirectory(given.directory);
    for (const name of await readdir(given.directory)) await rm(join(given.directory, name), { force: true, recursive: true });
    return new Spool(given.directory, given.limitBytes, given.newId);
  }

  async create(): Promise<SpooledBody> {
    const path = join(this.#directory, this.#newId());
    return SpooledBody.create(path, (bytes) => this.#account(bytes));
  }

  #account(bytes: number): void {
    if (bytes > 0 && this.#bytes + bytes > this.#limitBytes)
      throw new EstateError('disk.full', `spooling a body: all bodies together would be over ${this.#limitBytes} bytes`);
    this.#bytes += bytes;
  }
}

/** One body on disk. */
export class SpooledBody {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #account: (bytes: number) => void;
  #bytes = 0;
  #isOpen = true;

  private constructor(path: string, file: FileHandle, account: (bytes: number) => void) {
    this.#path = path;
    this.#file = file;
    this.#account = account;
  }

  /** @throws EstateError `disk.full` */
  static async create(path: string, account: (bytes: number) => void): Promise<SpooledBody> {
    const file = await open(path, 'w', 0o600).catch((cause: unknown) => {
      throw refuseFullDisk(cause, 'spooling a body');
    });
    return new SpooledBody(path, file, account);
  }

  /** @throws EstateError `disk.full` */
  async write(chunk: Uint8Array): Promise<void> {
    this.#account(chunk.length);
    this.#bytes += chunk.length;
    await this.#file.appendFile(chunk).catch((cause: unknown) => {
      throw refuseFullDisk(cause, 'spooling a body');
    });
  }

  read(): Readable {
    return createReadStream(this.#path);
  }

  /** Gives its room back; the file stays. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#account(-this.#bytes);
    await this.#file.close();
  }

  async remove(): Promise<void> {
    if (!this.#isOpen) return;
    await this.close();
    await rm(this.#path, { force: true });
  }
}
