import { type OperatorCommand, operatorCommandSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { filesOf } from '#estate/paths.ts';
import { getRunningEstate } from '#estate/run.ts';
import { type Given, type Surroundings, textOf } from '../command.ts';
import { type DeskAnswer, loadOperatorKey, sendCommand, signCommand } from './operator.ts';

/** Signs a command as the operator named by `--as` (or as the one given) and hands it to the desk of the running estate. */
export async function orderAtDesk(
  given: Given,
  { paths, now }: Surroundings,
  command: OperatorCommand,
  otherwise: string,
): Promise<DeskAnswer> {
  checkCommand(command);
  const { desk } = await getRunningEstate(paths);
  const key = await loadOperatorKey(filesOf(paths).operators, textOf(given, 'as') ?? otherwise);
  return sendCommand(desk, signCommand(key, command, now));
}

const WANTED: ReadonlyMap<unknown, string> = new Map([
  ['compartment', 'a compartment is called like website or lending-library; "bulkhead status" lists them'],
  ['reason', 'a reason has 3 to 500 signs, for example --reason "defaced through stolen sessions"'],
  ['digest', 'a digest has 64 signs; "bulkhead approve <recovery>" shows it'],
  ['request', 'a recovery is called like r1a2b3c4d5e6; "bulkhead status" lists them'],
  ['number', 'an edition has a number; "bulkhead edition list <compartment>" shows them'],
  ['plan', 'a repair is called like u1a2b3c4d5e6; "bulkhead approve <recovery>" shows it'],
]);

/** What the desk would refuse without reading it is told by the word that is wrong. @throws EstateError `input.invalid` */
export function checkCommand(command: OperatorCommand): void {
  const [issue] = operatorCommandSchema.safeParse(command).error?.issues ?? [];
  if (!issue) return;
  const wanted = WANTED.get(issue.path[0]) ?? `${issue.path.join('.')}: ${issue.message}`;
  throw new EstateError('input.invalid', `reading the words: ${wanted}`);
}
