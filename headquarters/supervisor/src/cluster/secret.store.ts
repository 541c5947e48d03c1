import { readJson, writeJsonDurably } from '@bulkhead/supervision';
import { z } from 'zod';

const secretsSchema = z.object({
  superusers: z.record(z.string(), z.string().regex(/^[0-9a-f]{32,}$/)),
  /** Secrets at the vault that replaced those of the joining. */
  vaults: z.record(z.string(), z.string().min(32)).default({}),
  /** Passwords of the replication that replaced those of the joining. */
  replications: z.record(z.string(), z.string().min(32)).default({}),
  /** Passwords from before the last image: worth nothing but to be tried. */
  retired: z
    .object({ epoch: z.number().int(), passwords: z.array(z.object({ role: z.string(), password: z.string() })).max(100) })
    .nullable()
    .default(null),
});
type Secrets = z.infer<typeof secretsSchema>;
export type OldPassword = NonNullable<Secrets['retired']>['passwords'][number];

/** Secrets that must outlive this process: the superuser's password, and that at the vault. Nobody else's do. */
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
    return this.#change((kept) => ({ ...kept, superusers: { ...kept.superusers, [compartment]: password } }));
  }

  async findReplication(compartment: string): Promise<string | undefined> {
    return (await this.#read()).replications[compartment];
  }

  saveReplication(compartment: string, password: string): Promise<void> {
    return this.#change((kept) => ({ ...kept, replications: { ...kept.replications, [compartment]: password } }));
  }

  async findVaultSecret(compartment: string): Promise<string | undefined> {
    return (await this.#read()).vaults[compartment];
  }

  saveVaultSecret(compartment: string, secret: string): Promise<void> {
    return this.#change((kept) => ({ ...kept, vaults: { ...kept.vaults, [compartment]: secret } }));
  }

  /**
   * Puts passwords aside that must open nothing any more; those of an earlier image are forgotten. Of one image the first of
   * each role counts: what is known of it later may be what replaced it.
   */
  retire(epoch: number, passwords: readonly OldPassword[]): Promise<void> {
    return this.#change((kept) => {
      const known = kept.retired?.epoch === epoch ? kept.retired.passwords : [];
      const added = passwords.filter((one) => !known.some((old) => old.role === one.role));
      return { ...kept, retired: { epoch, passwords: [...known, ...added].slice(-100) } };
    });
  }

  async listRetired(): Promise<readonly OldPassword[]> {
    return (await this.#read()).retired?.passwords ?? [];
  }

  #change(change: (kept: Secrets) => Secrets): Promise<void> {
    const saved = this.#turn.then(async () => writeJsonDurably(this.#path, change(await this.#read())));
    this.#turn = saved.catch(() => undefined);
    return saved;
  }

  // A lost password is no lost cluster: it is set anew through a socket that nobody else can reach.
  async #read(): Promise<Secrets> {
    const kept = await readJson(this.#path, secretsSchema).catch(() => undefined);
    return kept ?? { superusers: {}, vaults: {}, replications: {}, retired: null };
  }
}
