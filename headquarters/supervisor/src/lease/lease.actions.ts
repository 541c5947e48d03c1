import {
  type CompartmentManifest,
  leaseSchema,
  openSigned,
  PURPOSES,
  signedSchema,
  type VerifyingKey,
} from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { type Clocks, type GrantedLease, judgeLeave, type Leave, nextChangeMs } from './lease.rules.ts';

export type LeaseDeps = {
  readonly recovery: WirePeer;
  readonly keys: readonly VerifyingKey[];
  readonly leaseMs: number;
  readonly clocks: () => Clocks;
  readonly newNonce: () => string;
};

/** The leave that off-site gives for a short time. It is kept in memory only: after a restart it must be given anew. */
export class Leases {
  readonly #deps: LeaseDeps;
  #granted: GrantedLease | undefined;

  constructor(deps: LeaseDeps) {
    this.#deps = deps;
  }

  /**
   * Asks for a new lease. Its time runs from before the question: no delay on the way prolongs it [O5].
   * @returns the compartments that off-site left out: it knows another order than we do
   * @throws EstateError `wire.unreachable`, `signature.invalid`, `lease.expired` for an answer to another question
   */
  async renew(
    compartments: readonly { readonly name: string; readonly epoch: number }[],
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<readonly string[]> {
    const { clocks, newNonce, keys, leaseMs, recovery } = this.#deps;
    const nonce = newNonce();
    const asked = clocks();
    const signed = await callWire(
      recovery,
      { method: 'POST', path: '/lease', body: { nonce, compartments }, ...options },
      signedSchema,
    );
    const { value } = openSigned(signed, { purpose: PURPOSES.lease, keys, schema: leaseSchema });
    if (value.nonce !== nonce) throw new EstateError('lease.expired', 'reading a lease: it answers another question');
    const ttlMs = Math.min(value.ttlMs, leaseMs);
    const epochs = new Map(value.compartments.map(({ name, epoch }) => [name, epoch]));
    this.#granted = { epochs, untilMonotonicMs: asked.monotonicMs + ttlMs, untilWallMs: asked.wallMs + ttlMs };
    return compartments.filter(({ name, epoch }) => epochs.get(name) !== epoch).map(({ name }) => name);
  }

  judge(manifest: Pick<CompartmentManifest, 'name' | 'seal'>, epoch: number): Leave {
    const { name, seal } = manifest;
    return judgeLeave(this.#granted, { name, epoch, unreachable: seal.unreachable }, this.#deps.clocks());
  }

  /** Whether off-site has ever answered in this process's life. */
  get wasGranted(): boolean {
    return this.#granted !== undefined;
  }

  nextChangeMs(manifests: readonly Pick<CompartmentManifest, 'seal'>[]): number | undefined {
    const minutes = manifests.flatMap(({ seal }) => (seal.unreachable === 'stop' ? [] : [seal.unreachable.degradeMinutes]));
    return nextChangeMs(this.#granted, minutes, this.#deps.clocks());
  }
}
