import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readJson, writeJsonDurably } from '@bulkhead/supervision';
import { z } from 'zod';
import { LAYING_STEPS } from '#image/image.rules.ts';

const recordSchema = z.object({
  /** The system identifier of the cluster that must stand here; null before there was one. */
  systemIdentifier: z.string().nullable(),
  /** Whether the blob directory was made: from then on it must stand. */
  hasBlobs: z.boolean(),
  /** The epoch of the first order that was ever seen here. Any other than 1 for a new cluster means that one was lost. */
  firstEpoch: z.number().int().positive().nullable(),
  /** The image that was ordered last, and how far it was laid down. */
  laying: z.object({ epoch: z.number().int().positive(), image: z.string(), step: z.enum(LAYING_STEPS) }).nullable(),
  /** The data are gone or are not the ones that should stand here; only an image mends that. */
  isLost: z.boolean(),
  /** Digest of the code's files at the last start. */
  code: z.string().nullable().default(null),
  /** The order for which the gateway's cookie key was replaced. */
  cookieEpoch: z.number().int().nullable().default(null),
});
export type CompartmentRecord = z.infer<typeof recordSchema>;

const FRESH: CompartmentRecord = {
  systemIdentifier: null,
  hasBlobs: false,
  firstEpoch: null,
  laying: null,
  isLost: false,
  code: null,
  cookieEpoch: null,
};

/** What the supervisor knows of a compartment's data, kept where no process of the compartment can reach it. */
export class RecordStore {
  readonly #path: string;
  #record: CompartmentRecord;
  #turn: Promise<void> = Promise.resolve();

  private constructor(path: string, record: CompartmentRecord) {
    this.#path = path;
    this.#record = record;
  }

  static async open(path: string): Promise<RecordStore> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return new RecordStore(path, (await readJson(path, recordSchema)) ?? FRESH);
  }

  get record(): CompartmentRecord {
    return this.#record;
  }

  /** Counts at once; on return it is on disk. */
  change(part: Partial<CompartmentRecord>): Promise<void> {
    const next = { ...this.#record, ...part };
    this.#record = next;
    this.#turn = this.#turn.catch(() => undefined).then(() => writeJsonDurably(this.#path, next));
    return this.#turn;
  }
}
