import { callWire } from '@bulkhead/wire';
import type { z } from 'zod';
import { getRunningEstate } from '#estate/run.ts';
import { EXIT, type Given, type Surroundings, textOf } from '../command.ts';
import { orderAtDesk } from './request.ts';

/** What the second operator says of a request: nothing yet, or yes to what the digest stands for, or no for a reason. */
export async function giveWord(
  given: Given,
  surroundings: Surroundings,
  request: string,
): Promise<'none' | 'approved' | 'refused'> {
  const refusal = textOf(given, 'refuse');
  const digest = textOf(given, 'digest');
  if (refusal !== undefined) {
    await orderAtDesk(given, surroundings, { kind: 'refuse', request, reason: refusal }, 'second-operator');
    return 'refused';
  }
  if (digest === undefined) return 'none';
  await orderAtDesk(given, surroundings, { kind: 'approve', request, digest }, 'second-operator');
  return 'approved';
}

/** A kind of request that two operators decide on: where the desk has it, and how it is told to a person. */
export type Asked<Schema extends z.ZodType> = {
  readonly path: string;
  readonly schema: Schema;
  readonly describe: (request: z.infer<Schema>) => readonly string[];
};

/** Takes the second operator's word, if there is one, and shows the request as it stands then. */
export async function decideOn<Schema extends z.ZodType>(
  given: Given,
  surroundings: Surroundings,
  request: string,
  { path, schema, describe }: Asked<Schema>,
): Promise<number> {
  await giveWord(given, surroundings, request);
  const { desk } = await getRunningEstate(surroundings.paths);
  const found = await callWire(desk, { method: 'GET', path: `${path}/${encodeURIComponent(request)}` }, schema);
  for (const line of given.options['json'] ? [JSON.stringify(found)] : describe(found)) surroundings.print(line);
  return EXIT.done;
}
