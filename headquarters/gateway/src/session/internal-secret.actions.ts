import { join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';

/** How compartments know the gateway's own calls. The supervisor replaces a secret when it has restored a compartment. */
export class InternalSecrets {
  readonly #compartments: Map<string, { readonly socket: string; readonly internalSecret: string }>;
  readonly #nowhere: string;

  constructor(
    compartments: Readonly<Record<string, { readonly socket: string; readonly internalSecret: string }>>,
    stateDirectory: string,
  ) {
    this.#compartments = new Map(Object.entries(compartments));
    this.#nowhere = join(stateDirectory, 'no-compartment.sock');
  }

  /** Without the compartment nobody can be asked: every question fails, and nobody is signed in. */
  peerOf(compartment: string): WirePeer {
    const known = this.#compartments.get(compartment);
    return { socket: known?.socket ?? this.#nowhere, secret: known?.internalSecret ?? '' };
  }

  /** @throws EstateError `compartment.unknown` */
  replace(compartment: string, internalSecret: string): void {
    const known = this.#compartments.get(compartment);
    if (!known) throw new EstateError('compartment.unknown', `replacing a secret: there is no compartment "${compartment}" here`);
    this.#compartments.set(compartment, { ...known, internalSecret });
  }
}
