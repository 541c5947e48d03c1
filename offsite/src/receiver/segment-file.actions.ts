import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError, isDiskFull } from '@bulkhead/kernel';

const APPEND = constants.O_WRONLY | constants.O_APPEND;

/** A segment that grows: `<name>.partial`, opened for appending only. The kernel itself places every write at the end. */
export class SegmentFile {
  readonly name: string;
  readonly #path: string;
  readonly #fd: number;
  /** The same file with O_DSYNC: a write that returns is durable. */
  #durableFd: number | undefined;
  /** Node's permission model refuses fs.fdatasync, but not a FileHandle's. */
  #handle: FileHandle | undefined;

  /**
   * @param heldBytes how much of it was received; what stands beyond that was never acknowledged, and goes
   * @throws EstateError `disk.full`, `archive.damaged`, `receiver.stream_broken`
   */
  constructor(walDirectory: string, name: string, heldBytes: number) {
    this.name = name;
    this.#path = join(walDirectory, `${name}.partial`);
    try {
      this.#fd = openSync(this.#path, APPEND | constants.O_CREAT, 0o600);
      this.trim(heldBytes);
    } catch (cause) {
      throw new EstateError(isDiskFull(cause) ? 'disk.full' : 'receiver.stream_broken', `opening ${name}`, { cause });
    }
    if (fstatSync(this.#fd).size === heldBytes) return;
    closeSync(this.#fd);
    throw new EstateError('archive.damaged', `opening ${name}: it is shorter than the bytes received`);
  }

  /** Appends, perhaps not all; gives how much. With `isDurable` it is on disk when this returns. */
  write(bytes: Buffer, isDurable: boolean): number {
    if (!isDurable) return writeSync(this.#fd, bytes);
    this.#durableFd ??= openSync(this.#path, APPEND | constants.O_DSYNC);
    return writeSync(this.#durableFd, bytes);
  }

  /** Takes away what a failed write left behind the bytes received. */
  trim(heldBytes: number): void {
    if (fstatSync(this.#fd).size > heldBytes) ftruncateSync(this.#fd, heldBytes);
  }

  /** Makes all that was written durable. */
  async sync(): Promise<void> {
    this.#handle ??= await open(this.#path, 'r+');
    await this.#handle.datasync();
  }

  async close(): Promise<void> {
    closeSync(this.#fd);
    if (this.#durableFd !== undefined) closeSync(this.#durableFd);
    await this.#handle?.close();
  }
}
