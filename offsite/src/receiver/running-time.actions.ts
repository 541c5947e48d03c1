import { readFile } from 'node:fs/promises';
import type { Log } from '@bulkhead/kernel';
import { z } from 'zod';
import { writeDurably } from '#archive/files.actions.ts';

const SAVE_EVERY_MS = 60_000;
const savedSchema = z.object({ ranMs: z.number().int().min(0) });

/**
 * How long off-site has run, in all: counted by the clock that cannot be set, and recorded. Time during which it did
 * not run does not count, nor does the last minute before a crash: retention only grows longer by that.
 */
export class RunningTime {
  readonly #path: string;
  readonly #elapsedMs: () => number;
  #before: number;
  #timer: NodeJS.Timeout | undefined;

  private constructor(path: string, before: number, elapsedMs: () => number) {
    this.#path = path;
    this.#before = before;
    this.#elapsedMs = elapsedMs;
  }

  /** @param elapsedMs a clock that only goes forward, 0 now */
  static async open(path: string, elapsedMs: () => number): Promise<RunningTime> {
    const text = await readFile(path, 'utf8').catch(() => '');
    return new RunningTime(path, parseSaved(text), elapsedMs);
  }

  readonly ranMs = (): number => this.#before + Math.floor(this.#elapsedMs());

  /** What the archive itself tells: a record that was lost must not make new artefacts seem older than old ones. */
  atLeast(ranMs: number): void {
    if (ranMs > this.ranMs()) this.#before += ranMs - this.ranMs();
  }

  keepSaving(log: Log): void {
    this.#timer = setInterval(() => {
      this.save().catch((error: Error) => log.warn({ err: error }, 'recording the running time failed'));
    }, SAVE_EVERY_MS).unref();
  }

  save(): Promise<void> {
    return writeDurably(this.#path, `${JSON.stringify({ ranMs: this.ranMs() })}\n`);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.save().catch(() => undefined);
  }
}

function parseSaved(text: string): number {
  try {
    return savedSchema.parse(JSON.parse(text)).ranMs;
  } catch {
    return 0;
  }
}
