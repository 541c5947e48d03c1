import type { DeskState } from '@bulkhead/contracts';
import type { Seal } from '#order/seal/seal.rules.ts';

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
