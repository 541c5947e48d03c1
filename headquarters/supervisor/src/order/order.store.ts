import { type Signed, signedSchema } from '@bulkhead/contracts';
import { readJson, writeJsonDurably } from '@bulkhead/supervision';
import { z } from 'zod';

const keptSchema = z.object({
  /** The order that stands, per compartment, as it was signed: what lies here is verified again. */
  orders: z.record(z.string(), signedSchema),
  localSeals: z.record(
    z.string(),
    z.object({ epoch: z.number().int().min(0), by: z.string(), reason: z.string(), sealedAt: z.string() }),
  ),
  /** Of operators' commands used here. */
  nonces: z.array(z.string()).max(1000),
  /** Off-site said that another site runs the compartments. */
  isAside: z.boolean().default(false),
});
export type KeptOrders = {
  readonly orders: Readonly<Record<string, Signed>>;
  readonly localSeals: z.infer<typeof keptSchema>['localSeals'];
  readonly nonces: readonly string[];
  readonly isAside: boolean;
};

/** Orders on disk. On return of `save` they outlast a power cut. */
export class OrderStore {
  readonly #path: string;
  #turn: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws EstateError `config.invalid` if the file was tampered with */
  find(): Promise<KeptOrders | undefined> {
    return readJson(this.#path, keptSchema);
  }

  save(kept: KeptOrders): Promise<void> {
    this.#turn = this.#turn.catch(() => undefined).then(() => writeJsonDurably(this.#path, kept));
    return this.#turn;
  }
}
