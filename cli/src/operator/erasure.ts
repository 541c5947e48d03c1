import { type Erasure, erasureSchema } from '@bulkhead/contracts';

/** Contents that are destroyed everywhere, or allowed again. */
export const ERASURE = { path: '/erasures', schema: erasureSchema, describe };

function describe({ id, compartment, sha256, allows, reason, requestedBy, state, digest }: Erasure): string[] {
  const what = allows
    ? `contents ${sha256} of ${compartment} may be brought again`
    : `contents ${sha256} of ${compartment} are destroyed, everywhere and for good`;
  const lines = [`${id}, asked for by ${requestedBy}: ${what}`, `  reason: ${reason}`];
  if (state !== 'waiting') return [...lines, `It is ${state}.`];
  return [...lines, `To approve: bulkhead approve ${id} --as second-operator --digest ${digest}`];
}
