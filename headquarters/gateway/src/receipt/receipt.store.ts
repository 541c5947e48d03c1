import { type FileHandle, open, readdir, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Receipt, receiptSchema } from '@bulkhead/contracts';
import { EstateError, type Log, makeOwnDirectory, readFileIfAny, refuseFullDisk, replaceFile } from '@bulkhead/kernel';
import { z } from 'zod';

const BATCH_LIMIT = 1000;
/** Off-site takes messages up to 2 MiB. */
const BATCH_BYTES = 1_000_000;
const SYNC_AFTER_MS = 20;
/** After a failed write, so long until another is tried. */
const RETRY_MS = 2000;
const progressSchema = z.object({
  /** The last batch that off-site has acknowledged. */
  sequence: z.number().int().min(0),
  /** The last file whose batch was acknowledged. */
  file: z.number().int().min(0),
});

export type Batch = { readonly sequence: number; readonly receipts: readonly Receipt[] };
type Waiter = { readonly lines: readonly string[]; readonly resolve: () => void; readonly reject: (error: unknown) => void };

/**
 * The journal of receipts: numbered files, each of them one batch. A file that was once offered to off-site never changes,
 * so that a batch sent again after a kill is the same batch [G11].
 */
export class ReceiptJournal {
  readonly #directory: string;
  readonly #limitBytes: number;
  readonly #log: Log;
  #progress = { sequence: 0, file: 0 };
  #closed: number[] = [];
  #bytes = 0;
  #current: { readonly number: number; readonly handle: FileHandle; count: number; bytes: number } | null = null;
  #nextNumber = 1;
  #waiters: Waiter[] = [];
  #lock: Promise<unknown> = Promise.resolve();
  #isScheduled = false;
  #isFailing = false;
  #syncTimer: NodeJS.Timeout | null = null;

  private constructor(given: { readonly directory: string; readonly limitBytes: number; readonly log: Log }) {
    this.#directory = given.directory;
    this.#limitBytes = given.limitBytes;
    this.#log = given.log;
  }

  static async open(given: {
    readonly directory: string;
    readonly limitBytes: number;
    readonly log: Log;
  }): Promise<ReceiptJournal> {
    const journal = new ReceiptJournal(given);
    await makeOwnDirectory(given.directory);
    await journal.#load();
    return journal;
  }

  /**
   * Refuses a writing request before it is passed on when its receipt could not be kept.
   * @throws EstateError `disk.full`
   */
  requireRoom(): void {
    if (this.#isFailing) throw new EstateError('disk.full', 'keeping receipts: the last one could not be written');
    if (this.#bytes > this.#limitBytes)
      throw new EstateError('disk.full', `keeping receipts: over ${this.#limitBytes} bytes wait for off-site`);
  }

  /**
   * Adds receipts; resolves when they are with the operating system. The disk follows within milliseconds.
   * @throws EstateError `disk.full`
   */
  add(receipts: readonly Receipt[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ lines: receipts.map((receipt) => JSON.stringify(receipt)), resolve, reject });
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      void this.#locked(() => this.#write());
    });
  }

  /** Finds the batch to send next, closing the file in use if there is no older one; null when nothing waits. */
  async findNext(): Promise<Batch | null> {
    for (;;) {
      if (this.#closed.length === 0) await this.#locked(() => this.#closeCurrent());
      const number = this.#closed[0];
      if (number === undefined) return null;
      const receipts = await this.#read(number);
      if (receipts.length > 0) return { sequence: this.#progress.sequence + 1, receipts };
      await this.#forget(number);
    }
  }

  /** Marks the batch that `findNext` gave as kept off-site. */
  async acknowledge(sequence: number): Promise<void> {
    const number = this.#closed[0];
    if (number === undefined) return;
    this.#progress = { sequence, file: number };
    await this.#saveProgress();
    await this.#forget(number);
  }

  /** Goes on behind a sequence that off-site already holds, when this journal had forgotten it. */
  async skipTo(sequence: number): Promise<void> {
    this.#progress = { ...this.#progress, sequence };
    await this.#saveProgress();
  }

  async close(): Promise<void> {
    await this.#locked(() => this.#closeCurrent());
    if (this.#syncTimer) clearTimeout(this.#syncTimer);
  }

  async #load(): Promise<void> {
    const kept = await readFileIfAny(join(this.#directory, 'progress.json'));
    const progress = progressSchema.safeParse(parseOrNothing(kept?.toString('utf8') ?? ''));
    // Without it the sequence begins anew; off-site's answer then tells where it stands.
    if (progress.success) this.#progress = progress.data;
    else if (kept) this.#log.error('reading how far receipts have come: damaged');
    const names = await readdir(this.#directory);
    const numbers = names.flatMap((name) => /^(\d{12})\.jsonl$/.exec(name)?.[1] ?? []).map(Number);
    for (const number of numbers.sort((left, right) => left - right)) {
      if (number <= this.#progress.file) await unlink(this.#pathOf(number));
      else {
        this.#closed.push(number);
        this.#bytes += (await stat(this.#pathOf(number))).size;
      }
    }
    this.#nextNumber = Math.max(this.#progress.file, this.#closed.at(-1) ?? 0) + 1;
  }

  async #write(): Promise<void> {
    while (this.#waiters.length > 0) {
      const waiters = this.#waiters.splice(0, BATCH_LIMIT);
      try {
        await this.#append(waiters.flatMap((waiter) => waiter.lines));
        for (const waiter of waiters) waiter.resolve();
      } catch (cause) {
        await this.#failFor(waiters, refuseFullDisk(cause, 'keeping a receipt'));
      }
    }
    this.#isScheduled = false;
  }

  // A torn line may end the file now: the next line goes into a new one.
  async #failFor(waiters: readonly Waiter[], fault: unknown): Promise<void> {
    await this.#closeCurrent().catch((error: unknown) => this.#log.error({ err: error }, 'closing a file of receipts'));
    this.#isFailing = true;
    setTimeout(() => {
      this.#isFailing = false;
    }, RETRY_MS).unref();
    for (const waiter of waiters) waiter.reject(fault);
  }

  async #append(lines: readonly string[]): Promise<void> {
    for (let at = 0; at < lines.length; ) {
      const current = this.#current ?? (await this.#openNext());
      this.#current = current;
      const count = countFitting(lines, at, current);
      const text = `${lines.slice(at, at + count).join('\n')}\n`;
      await current.handle.appendFile(text);
      const bytes = Buffer.byteLength(text);
      this.#bytes += bytes;
      current.bytes += bytes;
      current.count += count;
      at += count;
      if (current.count >= BATCH_LIMIT || current.bytes >= BATCH_BYTES) await this.#closeCurrent();
      else this.#syncSoon();
    }
  }

  async #openNext() {
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    return { number, handle: await open(this.#pathOf(number), 'ax', 0o600), count: 0, bytes: 0 };
  }

  // One fsync serves all receipts of these milliseconds.
  #syncSoon(): void {
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = null;
      this.#current?.handle.datasync().catch((error: unknown) => this.#log.error({ err: error }, 'syncing receipts to disk'));
    }, SYNC_AFTER_MS).unref();
  }

  async #closeCurrent(): Promise<void> {
    const current = this.#current;
    if (!current) return;
    this.#current = null;
    this.#closed.push(current.number);
    try {
      await current.handle.datasync();
    } finally {
      await current.handle.close();
    }
  }

  // A file must not be closed while lines are being written to it.
  #locked(work: () => Promise<void>): Promise<void> {
    const run = this.#lock.then(work);
    this.#lock = run.catch(() => undefined);
    return run;
  }

  async #read(number: number): Promise<Receipt[]> {
    const text = await readFile(this.#pathOf(number), 'utf8');
    // The last line may be torn by a power cut; its reply was never released.
    const lines = text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line !== '');
    return lines.flatMap((line) => {
      const receipt = receiptSchema.safeParse(parseOrNothing(line));
      if (receipt.success) return [receipt.data];
      this.#log.error({ file: number }, 'reading a receipt that was kept: it is damaged');
      return [];
    });
  }

  async #forget(number: number): Promise<void> {
    const path = this.#pathOf(number);
    this.#bytes -= (await stat(path)).size;
    this.#closed = this.#closed.filter((other) => other !== number);
    await unlink(path);
  }

  #saveProgress(): Promise<void> {
    return replaceFile(join(this.#directory, 'progress.json'), JSON.stringify(this.#progress));
  }

  #pathOf(number: number): string {
    return join(this.#directory, `${String(number).padStart(12, '0')}.jsonl`);
  }
}

/** How many further lines a file takes; at least one, so that a long one finds its place. */
function countFitting(lines: readonly string[], from: number, file: { readonly count: number; readonly bytes: number }): number {
  let bytes = file.bytes;
  let count = 0;
  while (from + count < lines.length && file.count + count < BATCH_LIMIT && bytes < BATCH_BYTES) {
    bytes += Buffer.byteLength(lines[from + count] ?? '') + 1;
    count += 1;
  }
  return Math.max(1, count);
}

function parseOrNothing(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
