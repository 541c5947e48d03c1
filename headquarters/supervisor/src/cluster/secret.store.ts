import { readJson, writeJsonDurably } from '@bulkhead/supervision';
import { z } from 'zod';

const secretsSchema = z.object({ superusers: z.record(z.string(), z.string().regex(/^[0-9a-f]{32,}$/)) });

/** The superusers' passwords, which must outlive this process. Nobody else's do. */
export class SecretStore {
  readonly #path: string;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** The password of a compartment's superuser; undefined if there is none, or if the file was damaged. */
  async findSuperuser(compartment: string): Promise<string | undefined> {
    return (await this.#read()).superusers[compartment];
  }

  saveSuperuser(compartment: string, password: string): Promise<void> {
    const saved = this.#turn.then(async () => {
      const { superusers } = await this.#read();
      await writeJsonDurably(this.#path, { superusers: { ...superusers, [compartment]: password } });
    });
    this.#turn = saved.catch(() => undefined);
    return saved;
  }

  // A lost password is no lost cluster: it is set anew through a socket that nobody else can reach.
  async #read(): Promise<z.infer<typeof secretsSchema>> {
    return (await readJson(this.#path, secretsSchema).catch(() => undefined)) ?? { superusers: {} };
  }
}
