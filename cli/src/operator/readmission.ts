import { type Readmission, readmissionSchema } from '@bulkhead/contracts';
import { callWire } from '@bulkhead/wire';
import { getRunningEstate } from '#estate/run.ts';
import { EXIT, type Given, type Surroundings, textOf } from '../command.ts';
import { orderAtDesk } from './request.ts';

/** Shows a readmission that waits, and approves or refuses it as the second operator. */
export async function decideOnReadmission(given: Given, surroundings: Surroundings, request: string): Promise<number> {
  const refusal = textOf(given, 'refuse');
  const digest = textOf(given, 'digest');
  if (refusal !== undefined)
    await orderAtDesk(given, surroundings, { kind: 'refuse', request, reason: refusal }, 'second-operator');
  else if (digest !== undefined) await orderAtDesk(given, surroundings, { kind: 'approve', request, digest }, 'second-operator');
  const { desk } = await getRunningEstate(surroundings.paths);
  const path = `/readmissions/${encodeURIComponent(request)}`;
  const readmission = await callWire(desk, { method: 'GET', path }, readmissionSchema);
  for (const line of given.options['json'] ? [JSON.stringify(readmission)] : describe(readmission)) surroundings.print(line);
  return EXIT.done;
}

function describe({ id, reason, requestedBy, state, digest }: Readmission): string[] {
  const lines = [
    `${id}, asked for by ${requestedBy}: headquarters is given up, all it runs is sealed, and a new one may join`,
    `  reason: ${reason}`,
  ];
  if (state === 'approved')
    return [...lines, 'It is approved. Next, on the off-site host, within the hour: bulkhead site invite'];
  if (state !== 'waiting') return [...lines, `It is ${state}.`];
  return [...lines, `To approve: bulkhead approve ${id} --as second-operator --digest ${digest}`];
}
