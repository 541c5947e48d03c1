import { join } from 'node:path';
import {
  gatewayKeysSchema,
  generateSigningKey,
  PURPOSES,
  type SigningKey,
  signingKeySchema,
  signMessage,
  type TokenKey,
  verifyingKeySchema,
} from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { readJson, writeJsonDurably } from '@bulkhead/supervision';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

const ENROL_MS = 150_000;

const stateSchema = z.object({
  /** The restored compartment whose order asked for the key. */
  compartment: z.string(),
  verifying: verifyingKeySchema,
  /** The key before: worth nothing but to be tried. */
  previous: signingKeySchema,
  /** All keys with their ranges, as off-site answered; null until it has. */
  gatewayKeys: gatewayKeysSchema.shape.gatewayKeys.nullable(),
});
type State = z.infer<typeof stateSchema>;

export type SigningKeyDeps = {
  readonly directory: string;
  /** Of the joining. */
  readonly givenFile: string;
  readonly jobKey: SigningKey;
  readonly recovery: WirePeer;
};

export type AskedKey = { readonly keyId: string; readonly compartment: string; readonly epoch: number };

/** The gateway's signing key: the one it was given, or one that was drawn when a recovery asked for another [O15]. */
export class GatewaySigningKey {
  readonly #deps: SigningKeyDeps;
  #state: State | undefined;
  /** The key with which gateway and compartments were started. */
  #inForce: string | undefined;

  private constructor(deps: SigningKeyDeps, state: State | undefined) {
    this.#deps = deps;
    this.#state = state;
    this.#inForce = state?.gatewayKeys ? state.verifying.keyId : undefined;
  }

  static async load(deps: SigningKeyDeps): Promise<GatewaySigningKey> {
    return new GatewaySigningKey(deps, await readJson(join(deps.directory, 'gateway-key.json'), stateSchema));
  }

  /** Where the key lies that the gateway signs with. */
  get file(): string {
    return this.#state?.gatewayKeys ? this.#drawnFile : this.#deps.givenFile;
  }

  /** Keys that recoveries enrolled since the trust file was written. */
  get enrolled(): readonly TokenKey[] {
    return this.#state?.gatewayKeys ?? [];
  }

  /** The key that this compartment's recovery replaced: the restored compartment must take nothing that it signs. */
  replacedFor(compartment: string): SigningKey | undefined {
    return this.#state?.gatewayKeys && this.#state.compartment === compartment ? this.#state.previous : undefined;
  }

  /**
   * Draws the key that an order asks for and has it enrolled off-site; done once, however often it is asked and interrupted.
   * @param putInForce starts whoever signs or verifies anew
   * @throws EstateError `wire.unreachable`: a key that nobody trusts is not put in force
   */
  async rotate(asked: AskedKey, putInForce: () => Promise<void>, signal: AbortSignal): Promise<void> {
    if (this.#inForce === asked.keyId) return;
    const state = this.#state?.verifying.keyId === asked.keyId ? this.#state : await this.#draw(asked);
    if (state.gatewayKeys === null) await this.#enrol(state, asked, signal);
    await putInForce();
    this.#inForce = asked.keyId;
  }

  async #enrol(state: State, asked: AskedKey, signal: AbortSignal): Promise<void> {
    const { jobKey, recovery } = this.#deps;
    const { keyId, compartment, epoch } = asked;
    const body = signMessage(jobKey, PURPOSES.gatewayKey, { keyId, publicKey: state.verifying.publicKey, compartment, epoch });
    const call = { method: 'POST', path: '/gateway-keys', body, timeoutMs: ENROL_MS, signal } as const;
    const { gatewayKeys } = await callWire(recovery, call, gatewayKeysSchema);
    if (!gatewayKeys.some((key) => key.publicKey === state.verifying.publicKey && key.until === undefined))
      throw new EstateError('signature.invalid', `replacing the gateway's key: off-site does not trust ${keyId}`);
    await this.#save({ ...state, gatewayKeys });
  }

  async #draw({ keyId, compartment }: AskedKey): Promise<State> {
    const previous = await readJson(this.file, signingKeySchema);
    if (!previous) throw new EstateError('config.invalid', `replacing the gateway's key: there is no file ${this.file}`);
    const { signing, verifying } = generateSigningKey(keyId);
    await writeJsonDurably(this.#nextFile(keyId), signing);
    const state = { compartment, verifying, previous, gatewayKeys: null };
    await this.#save(state);
    return state;
  }

  get #drawnFile(): string {
    return this.#nextFile(this.#state?.verifying.keyId ?? '');
  }

  #nextFile(keyId: string): string {
    return join(this.#deps.directory, `${keyId}.key.json`);
  }

  async #save(state: State): Promise<void> {
    await writeJsonDurably(join(this.#deps.directory, 'gateway-key.json'), state);
    this.#state = state;
  }
}
