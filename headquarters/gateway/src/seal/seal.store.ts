import { join } from 'node:path';
import { type Signed, signedSchema } from '@bulkhead/contracts';
import { readFileIfAny, replaceFile } from '@bulkhead/kernel';
import { z } from 'zod';

const keptSchema = z.object({
  /** The order carried out last, per compartment, as it was signed. */
  orders: z.record(z.string(), signedSchema),
  /** Operators' own seals that no later order has lifted. */
  localSeals: z.record(
    z.string(),
    z.object({ command: signedSchema, sealedAt: z.iso.datetime({ precision: 3 }), epoch: z.number().int().min(0) }),
  ),
  /** Nonces of operators' commands used here. */
  nonces: z.array(z.string()).max(1000),
  /** Off-site said that another site runs the compartments. */
  isAside: z.boolean().default(false),
});
export type KeptOrders = z.infer<typeof keptSchema>;
export type LocalSeal = { readonly command: Signed; readonly sealedAt: string; readonly epoch: number };

/** Orders on disk, so that a start finds the compartments as they were left. */
export class OrderStore {
  readonly #path: string;
  #writing: Promise<void> = Promise.resolve();

  constructor(directory: string) {
    this.#path = join(directory, 'orders.json');
  }

  /** @returns null when nothing was kept yet; `damaged` when what stands there is not what was written */
  async find(): Promise<KeptOrders | null | 'damaged'> {
    const text = await readFileIfAny(this.#path);
    if (text === null) return null;
    try {
      return keptSchema.parse(JSON.parse(text.toString('utf8')));
    } catch {
      return 'damaged';
    }
  }

  /** Writes one after the other, in the order of the calls. */
  save(kept: KeptOrders): Promise<void> {
    const text = JSON.stringify(kept);
    this.#writing = this.#writing.catch(() => undefined).then(() => replaceFile(this.#path, text));
    return this.#writing;
  }
}
