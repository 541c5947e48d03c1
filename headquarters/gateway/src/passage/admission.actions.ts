import { admits, type CompartmentManifest } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Leases } from '#lease/lease.actions.ts';
import type { SealBoard } from '#seal/seal.actions.ts';

export type AdmissionDeps = { readonly board: SealBoard; readonly leases: Leases };

/**
 * Holds a request against seal, state and lease as they are at this moment.
 * @returns whether what it writes would be kept at headquarters alone
 * @throws EstateError `compartment.sealed`, `compartment.read_only`, `lease.expired`
 */
export function requireAdmission(
  deps: AdmissionDeps,
  manifest: CompartmentManifest,
  isWrite: boolean,
): { readonly isUnprotected: boolean } {
  const { state, epoch } = deps.board.standingOf(manifest.name);
  const admitted = admits(state);
  if (admitted === 'nothing') throw new EstateError('compartment.sealed', `passing on to ${manifest.name}: it is ${state}`);
  if (admitted === 'reads' && isWrite)
    throw new EstateError('compartment.read_only', `passing on to ${manifest.name}: it is ${state}`);
  const leave = deps.leases.judge(manifest, epoch);
  if (isWrite && leave === 'none')
    throw new EstateError('lease.expired', `passing on to ${manifest.name}: there is no lease to write under`);
  return { isUnprotected: leave === 'unprotected' };
}
