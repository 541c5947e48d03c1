import type { CompartmentManifest } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Seal } from '#order/seal/seal.rules.ts';
import { furthestSeal } from './recovery.rules.ts';
import type { RecoveryRecord } from './recovery.store.ts';
import type { RecoveryDeps } from './recovery-step.actions.ts';

/** The seal that a copy must reach: the furthest since the compartment was open, were there several [C17]. */
export async function sealOf(deps: RecoveryDeps, recovery: Pick<RecoveryRecord, 'compartment'>): Promise<Seal> {
  const seal = furthestSeal(await deps.seal.seals.listSinceOpen(recovery.compartment));
  if (seal) return seal;
  throw new EstateError('compartment.wrong_state', `recovering ${recovery.compartment}: it is not sealed`);
}

export function manifestOf(deps: Pick<RecoveryDeps, 'manifests'>, compartment: string): CompartmentManifest {
  const manifest = deps.manifests.get(compartment);
  if (manifest) return manifest;
  throw new EstateError('compartment.unknown', `recovering ${compartment}: there is no such compartment`);
}
