import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError, isDiskFull, syncDirectory } from '@bulkhead/kernel';
import { lengthOf, nameOfSegment, SEGMENT_BYTES, type Segment } from './segment.rules.ts';

/** Adds lines to the end of the last segment, and begins a new one when it is full. */
export class SegmentWriter {
  readonly #directory: string;
  readonly #segments: Segment[];
  readonly #segmentBytes: number;
  #file: FileHandle | undefined;

  /** @param segments what is on the disk; grows with what is added */
  constructor(directory: string, segments: Segment[], segmentBytes = SEGMENT_BYTES) {
    this.#directory = directory;
    this.#segments = segments;
    this.#segmentBytes = segmentBytes;
  }

  /**
   * Writes lines with one flush; resolves when they would survive a power failure, else none of them is there.
   * @throws EstateError `disk.full`; `ledger.broken_chain` when it is not known what is on the disk
   */
  async append(lines: readonly Buffer[], firstSequence: number): Promise<void> {
    const { segment, file } = await this.#openLast(firstSequence);
    const from = lengthOf(segment);
    const content = Buffer.concat(lines);
    try {
      for (let at = 0; at < content.length; ) at += (await file.write(content, at, content.length - at, from + at)).bytesWritten;
    } catch (cause) {
      await takeBack(file, from);
      throw tellFullDisk(cause);
    }
    // A failed flush may have dropped pages that a second flush would report as clean: only a restart reads what is there.
    await file.datasync().catch((cause: unknown) => {
      throw new EstateError('ledger.broken_chain', 'flushing entries: it is not known what is on the disk until a restart', {
        cause,
      });
    });
    for (const line of lines) segment.ends.push(lengthOf(segment) + line.length);
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #openLast(firstSequence: number): Promise<{ readonly segment: Segment; readonly file: FileHandle }> {
    const last = this.#segments.at(-1);
    try {
      if (!last || lengthOf(last) >= this.#segmentBytes) return await this.#beginSegment(firstSequence);
      this.#file ??= await open(join(this.#directory, nameOfSegment(last.firstSequence)), 'r+');
      return { segment: last, file: this.#file };
    } catch (cause) {
      throw tellFullDisk(cause);
    }
  }

  async #beginSegment(firstSequence: number) {
    await this.close();
    const segment: Segment = { firstSequence, ends: [] };
    const file = await open(join(this.#directory, nameOfSegment(firstSequence)), 'w', 0o600);
    this.#file = file;
    this.#segments.push(segment);
    await syncDirectory(this.#directory);
    return { segment, file };
  }
}

async function takeBack(file: FileHandle, bytes: number): Promise<void> {
  try {
    await file.truncate(bytes);
    await file.datasync();
  } catch (cause) {
    throw new EstateError('ledger.broken_chain', 'taking back entries that found no room: it is not known what is on the disk', {
      cause,
    });
  }
}

function tellFullDisk(cause: unknown): unknown {
  return isDiskFull(cause)
    ? new EstateError('disk.full', 'adding entries: the disk of the ledger has no room', { cause })
    : cause;
}
