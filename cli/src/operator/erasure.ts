import { type Erasure, erasureSchema } from '@bulkhead/contracts';
import { callWire } from '@bulkhead/wire';
import { getRunningEstate } from '#estate/run.ts';
import { EXIT, type Given, type Surroundings, textOf } from '../command.ts';
import { orderAtDesk } from './request.ts';

/** Shows an erasure that waits, and approves or refuses it as the second operator. */
export async function decideOnErasure(given: Given, surroundings: Surroundings, request: string): Promise<number> {
  const refusal = textOf(given, 'refuse');
  const digest = textOf(given, 'digest');
  if (refusal !== undefined)
    await orderAtDesk(given, surroundings, { kind: 'refuse', request, reason: refusal }, 'second-operator');
  else if (digest !== undefined) await orderAtDesk(given, surroundings, { kind: 'approve', request, digest }, 'second-operator');
  const { desk } = await getRunningEstate(surroundings.paths);
  const path = `/erasures/${encodeURIComponent(request)}`;
  const erasure = await callWire(desk, { method: 'GET', path }, erasureSchema);
  for (const line of given.options['json'] ? [JSON.stringify(erasure)] : describe(erasure)) surroundings.print(line);
  return EXIT.done;
}

function describe({ id, compartment, sha256, allows, reason, requestedBy, state, digest }: Erasure): string[] {
  const what = allows
    ? `contents ${sha256} of ${compartment} may be brought again`
    : `contents ${sha256} of ${compartment} are destroyed, everywhere and for good`;
  const lines = [`${id}, asked for by ${requestedBy}: ${what}`, `  reason: ${reason}`];
  if (state !== 'waiting') return [...lines, `It is ${state}.`];
  return [...lines, `To approve: bulkhead approve ${id} --as second-operator --digest ${digest}`];
}
