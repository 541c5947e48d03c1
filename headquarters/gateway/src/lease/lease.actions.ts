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
import { type GrantedLease, judgeLeave, type Leave } from './lease.rules.ts';

/** The leave that off-site gives for a short time, and that is asked for again long before it ends. */
export class Leases {
  readonly #recovery: WirePeer;
  readonly #keys: readonly VerifyingKey[];
  readonly #monotonicMs: () => number;
  readonly #newNonce: () => string;
  #granted: GrantedLease | null = null;

  constructor(given: {
    readonly recovery: WirePeer;
    readonly keys: readonly VerifyingKey[];
    readonly monotonicMs: () => number;
    readonly newNonce: () => string;
  }) {
    this.#recovery = given.recovery;
    this.#keys = given.keys;
    this.#monotonicMs = given.monotonicMs;
    this.#newNonce = given.newNonce;
  }

  /**
   * Asks for a new lease. Its time runs from before the question, by the monotonic clock: no delay on the way prolongs it.
   * @returns names of compartments for which off-site knows a later order than we do, and whether there was no lease meanwhile
   */
  async renew(given: {
    readonly compartments: readonly { readonly name: string; readonly epoch: number }[];
    readonly longestMs: number;
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
  }): Promise<{ readonly missed: readonly string[]; readonly hadRunOut: boolean }> {
    const nonce = this.#newNonce();
    const askedAtMs = this.#monotonicMs();
    const { timeoutMs, signal } = given;
    const body = { nonce, compartments: given.compartments };
    const signed = await callWire(this.#recovery, { method: 'POST', path: '/lease', body, timeoutMs, signal }, signedSchema);
    const { value } = openSigned(signed, { purpose: PURPOSES.lease, keys: this.#keys, schema: leaseSchema });
    if (value.nonce !== nonce) throw new EstateError('lease.expired', 'reading a lease: it answers another question');
    const epochs = new Map(value.compartments.map(({ name, epoch }) => [name, epoch]));
    const hadRunOut = this.hasRunOut();
    this.#granted = { epochs, untilMs: askedAtMs + Math.min(value.ttlMs, given.longestMs) };
    const missed = given.compartments.filter(({ name, epoch }) => (epochs.get(name) ?? 0) > epoch).map(({ name }) => name);
    return { missed, hadRunOut };
  }

  judge(manifest: Pick<CompartmentManifest, 'name' | 'seal'>, epoch: number): Leave {
    return judgeLeave(this.#granted, { manifest, epoch, nowMs: this.#monotonicMs() });
  }

  /** Whether a lease was granted in this process's life and its time is over. */
  hasRunOut(): boolean {
    return this.#granted !== null && this.#monotonicMs() >= this.#granted.untilMs;
  }
}
