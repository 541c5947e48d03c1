import type { DeskState, Order } from '@bulkhead/contracts';
import type { Seal } from '#order/seal/seal.rules.ts';

/** Of the newest seals, the one that an order stands on: a seal under way does not show the record of the one before it. */
export function sealUnder<Known extends Pick<Seal, 'compartment' | 'epoch'>>(
  { compartment, epoch, state }: Pick<Order, 'compartment' | 'epoch' | 'state'>,
  seals: readonly Known[],
): Known | undefined {
  return seals.find(
    (seal) => seal.compartment === compartment && (state === 'sealed' ? seal.epoch === epoch : seal.epoch < epoch),
  );
}

type ShownSeal = NonNullable<DeskState['compartments'][number]['seal']>;

/** A seal for people; null while the receiver's position is not known. `tookMs` runs from the request to the last effect known. */
export function tellSeal(seal: Seal): (ShownSeal & { readonly timeline: number | null }) | null {
  if (seal.sealedAt === null) return null;
  const lastEffectAt = seal.effectiveAt ?? seal.recordedAt ?? seal.sealedAt;
  return {
    lsn: seal.lsn ?? '0/0',
    timeline: seal.timeline,
    at: seal.sealedAt.toISOString(),
    by: [...seal.by],
    tookMs: Math.max(0, lastEffectAt.getTime() - seal.requestedAt.getTime()),
  };
}
