import {
  DRILL_MODES,
  type Drill,
  type DrillMode,
  type Drills,
  deskStateSchema,
  drillsSchema,
  drillWithReceiptSchema,
} from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import { getRunningEstate } from '#estate/run.ts';
import { shortInstant } from '#investigation/instant.ts';
import { orderAtDesk } from '#operator/request.ts';
import { AS_OPTION, type Command, EXIT, type Given, JSON_OPTION, type Surroundings, textOf } from '../command.ts';
import { fitColumns, wrapText } from '../table.ts';

const SHOWN = 20;

export const command: Command = {
  summary: 'Show when each compartment was last proved restorable; drill now; print a receipt.',
  words: '[compartment]',
  count: [0, 1],
  options: {
    run: { type: 'boolean', help: 'drill now: the compartment, or all of them one after the other' },
    mode: { type: 'string', value: 'mode', help: 'full: the newest position, every file; random: both drawn; full unless told' },
    receipt: { type: 'string', value: 'drill', help: 'print the signed receipt of a drill (OSCAL assessment results)' },
    reason: { type: 'string', value: 'text', help: 'why; goes into the ledger' },
    as: AS_OPTION,
    json: JSON_OPTION,
  },
  details: `
A drill restores a compartment from off-site alone into quarantine, looks whether it is sound, reads its files, measures
and throws it away; nothing that runs is touched. With each, damage is planted in copies of every kind of artefact and
must be refused: a drill that does not see it is not believed. Drills run by themselves (BULKHEAD_DRILL_HOURS, a day
unless told), one at a time, and give way to recoveries. The exit code is 1 when the newest of any compartment failed or
it is late.

Examples:
  bulkhead drills
  bulkhead drills --run website --mode random
  bulkhead drills --receipt d1a2b3c4d5e6 > receipt.json`,
  run: async (given, surroundings) => {
    const receipt = textOf(given, 'receipt');
    if (receipt !== undefined) return printReceipt(receipt, surroundings);
    return given.options['run'] ? runDrills(given, surroundings) : listDrills(given, surroundings);
  },
};

async function printReceipt(id: string, { paths, print }: Surroundings): Promise<number> {
  const { desk } = await getRunningEstate(paths);
  const { receipt } = await callWire(desk, { method: 'GET', path: `/drills/${encodeURIComponent(id)}` }, drillWithReceiptSchema);
  if (!receipt) throw new EstateError('compartment.wrong_state', `printing the receipt of ${id}: the drill has not ended`);
  print(JSON.stringify(receipt));
  return EXIT.done;
}

async function runDrills(given: Given, surroundings: Surroundings): Promise<number> {
  const mode = readMode(given);
  const reason = textOf(given, 'reason') ?? 'ordered by an operator';
  const [named] = given.words;
  const { desk } = await getRunningEstate(surroundings.paths);
  const names = named === undefined ? await listCopied(desk) : [named];
  const drills: string[] = [];
  for (const compartment of names) {
    const { drill } = await orderAtDesk(given, surroundings, { kind: 'drill', compartment, mode, reason }, 'first-operator');
    drills.push(drill ?? '');
    if (!given.options['json']) surroundings.print(`${drill} of ${compartment} has been asked for.`);
  }
  surroundings.print(given.options['json'] ? JSON.stringify({ drills }) : 'They run one at a time: look with "bulkhead drills".');
  return EXIT.done;
}

async function listDrills(given: Given, { paths, print }: Surroundings): Promise<number> {
  const { desk } = await getRunningEstate(paths);
  const all = await callWire(desk, { method: 'GET', path: '/drills' }, drillsSchema);
  const [named] = given.words;
  const isMeant = (name: string) => named === undefined || name === named;
  const compartments = all.compartments.filter(({ name }) => isMeant(name));
  if (named !== undefined && compartments.length === 0)
    throw new EstateError('compartment.unknown', `listing drills: off-site keeps no copy of a compartment ${named}`);
  const told: Drills = { compartments, drills: all.drills.filter(({ compartment }) => isMeant(compartment)) };
  for (const line of given.options['json'] ? [JSON.stringify(told)] : tellDrills(told)) print(line);
  return compartments.every((one) => !one.isOverdue && isWell(newestOf(told.drills, one.name))) ? EXIT.done : EXIT.failed;
}

function isWell(newest: Drill | undefined): boolean {
  return newest === undefined || newest.result === 'passed';
}

function newestOf(drills: readonly Drill[], compartment: string): Drill | undefined {
  return drills.findLast((drill) => drill.compartment === compartment && drill.result !== null);
}

/** What there is to see of drills, for a person. */
export function tellDrills({ compartments, drills }: Drills): string[] {
  const rows = compartments.map(({ name, lastPassedAt, nextAt, isOverdue }) => [
    `  ${name}`,
    lastPassedAt === null ? 'never proved' : `proved ${shortInstant(lastPassedAt)}`,
    `next ${shortInstant(nextAt)}`,
    isOverdue ? 'LATE' : '',
  ]);
  const shown = drills.slice(-SHOWN);
  const heads = fitColumns(
    shown.map((drill) => [`  ${drill.id}`, drill.compartment, drill.mode, `seed ${drill.seed}`, stateOf(drill)]),
  );
  return [
    'compartments',
    ...fitColumns(rows),
    ...(shown.length > 0 ? ['drills'] : []),
    ...shown.flatMap(({ sentence }, at) => [heads[at] ?? '', ...(sentence === null ? [] : wrapText(sentence))]),
  ];
}

function stateOf({ result, startedAt, endedAt }: Drill): string {
  if (result !== null)
    return `${result.toUpperCase().replace('PASSED', 'passed')} ${endedAt === null ? '' : shortInstant(endedAt)}`;
  return startedAt === null ? 'waits' : 'runs';
}

function readMode(given: Given): DrillMode {
  const text = textOf(given, 'mode') ?? 'full';
  const mode = DRILL_MODES.find((each) => each === text);
  if (mode) return mode;
  throw new EstateError('input.invalid', `reading --mode ${text}: it is ${DRILL_MODES.join(' or ')}, for example --mode random`);
}

async function listCopied(desk: Parameters<typeof callWire>[0]): Promise<string[]> {
  const { compartments } = await callWire(desk, { method: 'GET', path: '/state' }, deskStateSchema);
  return compartments.filter(({ stream }) => stream !== 'none').map(({ name }) => name);
}
