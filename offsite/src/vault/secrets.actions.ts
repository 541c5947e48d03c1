import { join } from 'node:path';
import { compartmentNameSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { readJson, writeJsonDurably } from '@bulkhead/supervision';
import { z } from 'zod';

const keptSchema = z.record(compartmentNameSchema, z.string().min(32));

/** The secrets by which compartments are known: those of the joining, until a recovery replaces them. */
export class VaultSecrets {
  readonly #path: string;
  /** Compartment → secret; the one object that callers are compared with. */
  readonly current: Record<string, string>;
  #replaced: Readonly<Record<string, string>>;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(path: string, joined: Readonly<Record<string, string>>, replaced: Readonly<Record<string, string>>) {
    this.#path = path;
    this.#replaced = replaced;
    this.current = { ...joined };
    for (const [name, secret] of Object.entries(replaced)) if (name in joined) this.current[name] = secret;
  }

  /** @throws EstateError `config.invalid` if the kept file was tampered with: nobody is let in on a secret that was replaced */
  static async open(directory: string, joined: Readonly<Record<string, string>>): Promise<VaultSecrets> {
    const path = join(directory, '.secrets.json');
    return new VaultSecrets(path, joined, (await readJson(path, keptSchema)) ?? {});
  }

  /**
   * Replaces a compartment's secret: on disk first, then at once for every caller [V10].
   * @throws EstateError `compartment.unknown`
   */
  replace(compartment: string, secret: string): Promise<void> {
    if (!(compartment in this.current))
      throw new EstateError('compartment.unknown', `replacing a secret of the vault: it knows no compartment "${compartment}"`);
    const replaced = this.#turn.then(async () => {
      if (this.current[compartment] === secret) return;
      const next = { ...this.#replaced, [compartment]: secret };
      await writeJsonDurably(this.#path, next);
      this.#replaced = next;
      this.current[compartment] = secret;
    });
    this.#turn = replaced.catch(() => undefined);
    return replaced;
  }
}
