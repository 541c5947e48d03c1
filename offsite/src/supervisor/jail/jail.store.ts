import { readJson, writeJsonDurably } from '@bulkhead/supervision';
import { z } from 'zod';

const quarantineSchema = z.object({
  id: z.string(),
  compartment: z.string(),
  secret: z.string(),
  targetLsn: z.string().optional(),
  newTimeline: z.number().int().optional(),
});
const fileSchema = z.array(quarantineSchema).max(100);

/** A quarantine that recovery asked for and has not given back. */
export type Quarantine = z.infer<typeof quarantineSchema>;

/** The quarantines that stand, on disk: a recovery that waits for one finds it again, with the same secret. */
export class QuarantineStore {
  readonly #path: string;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  async listQuarantines(): Promise<readonly Quarantine[]> {
    return (await readJson(this.#path, fileSchema)) ?? [];
  }

  /** Replaces the list by what `change` makes of it, one change after the other. */
  changeQuarantines(change: (standing: readonly Quarantine[]) => readonly Quarantine[]): Promise<void> {
    const changed = this.#turn.then(async () => writeJsonDurably(this.#path, change(await this.listQuarantines())));
    this.#turn = changed.catch(() => undefined);
    return changed;
  }
}
