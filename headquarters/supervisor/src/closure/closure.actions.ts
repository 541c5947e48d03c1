import { type Applied, type Order, rotatedSecretsSchema } from '@bulkhead/contracts';
import type { Log } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import type { Cluster } from '#cluster/cluster.actions.ts';
import type { AskedKey } from '#gateway/signing-key.actions.ts';
import type { Code } from './code.actions.ts';

export type ClosureDeps = {
  readonly compartment: string;
  /** Undefined where no database of ours stands. */
  readonly cluster: Pick<Cluster, 'retirePasswords' | 'tryRetired'> | undefined;
  /** Undefined for an application that is not ours: what it does with its files is its own matter. */
  readonly code: Code | undefined;
  readonly recovery: WirePeer;
  readonly secrets: {
    readonly findVaultSecret: (compartment: string) => Promise<string | undefined>;
    readonly saveVaultSecret: (compartment: string, secret: string) => Promise<void>;
    readonly saveReplication: (compartment: string, password: string) => Promise<void>;
  };
  /** Of the joining. */
  readonly joinedVaultSecret: string;
  readonly internalSecret: () => string;
  /** Draws another, and lets the gateway know. */
  readonly rotateInternalSecret: () => void;
  /** Signs everybody out, once for each order. */
  readonly rotateCookieKey: (epoch: number) => Promise<void>;
  /** Gives the gateway another signing key, once for each id, and starts anew whoever verifies with it. */
  readonly rotateGatewayKey: (asked: AskedKey, signal: AbortSignal) => Promise<void>;
  /** Holds a token of the key before against the compartment that runs; undefined where its recovery replaced none. */
  readonly tryReplacedKey: () => Promise<{ readonly tried: number; readonly refused: number } | undefined>;
  readonly log: Log;
};

/** What headquarters does to close the hole when a restored compartment takes the place of the old: secrets and code [O12, O13]. */
export class Closure {
  readonly #deps: ClosureDeps;
  #vaultSecret: string;
  #hasAsked = false;
  #tokens: { readonly tried: number; readonly refused: number } | undefined;
  #tried: { readonly tried: number; readonly refused: number } | undefined;

  constructor(deps: ClosureDeps) {
    this.#deps = deps;
    this.#vaultSecret = deps.joinedVaultSecret;
  }

  get vaultSecret(): string {
    return this.#vaultSecret;
  }

  /** What a process of the compartment is started with. */
  startsWith(): { readonly internalSecret: string; readonly vaultSecret: string; readonly directory?: string } {
    const { code, internalSecret } = this.#deps;
    return {
      internalSecret: internalSecret(),
      vaultSecret: this.#vaultSecret,
      ...(code ? { directory: code.directory } : {}),
    };
  }

  /**
   * Before an image is laid down: old passwords are put aside to be tried, and the other secrets replaced.
   * @param isLaid whether the old database is gone already: what is known now are new passwords
   * @throws EstateError `wire.unreachable`: without off-site's word of the vault's secret nothing can be fetched from there
   */
  async beforeImage(order: Order, isLaid: boolean, signal: AbortSignal): Promise<void> {
    const { cluster, rotateInternalSecret, rotateCookieKey } = this.#deps;
    if (!isLaid) await cluster?.retirePasswords(order.epoch);
    await this.#fetchSecrets(signal);
    rotateInternalSecret();
    if (order.rotatesCookieKey) await rotateCookieKey(order.epoch);
    if (order.rotatesGatewayKey) {
      const { compartment, epoch, rotatesGatewayKey: keyId } = order;
      await this.#deps.rotateGatewayKey({ keyId, compartment, epoch }, signal);
    }
    this.#tried = undefined;
    this.#tokens = undefined;
  }

  /** Before anything is started: the code that is to run, and the secrets that are in force. */
  async beforeStart(order: Order | undefined, signal: AbortSignal): Promise<void> {
    await this.#deps.code?.prepare(order?.build);
    if (this.#hasAsked) return;
    const kept = await this.#deps.secrets.findVaultSecret(this.#deps.compartment);
    this.#vaultSecret = kept ?? this.#deps.joinedVaultSecret;
    // Off-site may be away, and was asked with the last image: what is kept here is right then.
    await this.#fetchSecrets(signal).catch((error: unknown) =>
      this.#deps.log.warn({ err: error, compartment: this.#deps.compartment }, 'asking for replaced secrets'),
    );
  }

  /** With the database open: each password from before is tried once. */
  async tryOldPasswords(): Promise<void> {
    this.#tried ??= await this.#deps.cluster?.tryRetired();
  }

  /** With the compartment running: the gateway's key from before is tried once. */
  async tryReplacedKey(): Promise<void> {
    this.#tokens ??= await this.#deps.tryReplacedKey();
  }

  /** What off-site is told of it. */
  evidence(): NonNullable<Applied['closure']> {
    const { tried, refused } = this.#tried ?? { tried: 0, refused: 0 };
    return {
      passwordsTried: tried,
      passwordsRefused: refused,
      ...(this.#tokens ? { tokens: this.#tokens } : {}),
      build: this.#deps.code?.orderedDigest ?? null,
    };
  }

  async #fetchSecrets(signal: AbortSignal): Promise<void> {
    const { compartment, recovery, secrets, joinedVaultSecret } = this.#deps;
    const path = `/compartments/${compartment}/secrets`;
    const rotated = await callWire(recovery, { method: 'GET', path, timeoutMs: 5000, signal }, rotatedSecretsSchema);
    const { vaultSecret, replicationPassword } = rotated;
    if (replicationPassword !== null) await secrets.saveReplication(compartment, replicationPassword);
    if (vaultSecret !== null) await secrets.saveVaultSecret(compartment, vaultSecret);
    this.#vaultSecret = vaultSecret ?? joinedVaultSecret;
    this.#hasAsked = true;
  }
}
