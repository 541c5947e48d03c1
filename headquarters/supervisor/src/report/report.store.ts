import { readJson, writeJsonDurably } from '@bulkhead/supervision';
import { z } from 'zod';
import { type Report, reportSchema } from './report.rules.ts';

const keptSchema = z.array(reportSchema).max(10_000);

/** What off-site has not heard yet, on disk: it outlives this process and off-site's absence. */
export class ReportStore {
  readonly #path: string;
  #turn: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** A file that was tampered with counts as empty: it must not keep headquarters from starting. */
  async list(): Promise<Report[]> {
    return (await readJson(this.#path, keptSchema).catch(() => undefined)) ?? [];
  }

  /** Writes one after the other, the newest content last. */
  save(reports: readonly Report[]): Promise<void> {
    const content = [...reports];
    this.#turn = this.#turn.catch(() => undefined).then(() => writeJsonDurably(this.#path, content));
    return this.#turn;
  }
}
