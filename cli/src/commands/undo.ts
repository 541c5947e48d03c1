import { type Build, REPAIR_WAYS, type RepairPlan, type ScopeCount } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { getRunningEstate } from '#estate/run.ts';
import { describeBuild } from '#investigation/build.ts';
import { listOf, readScope, SCOPE_OPTIONS } from '#investigation/scope.ts';
import { countScope, planRepair, requireUndo, tellDependent } from '#operator/desk.ts';
import { orderAtDesk } from '#operator/request.ts';
import { AS_OPTION, type Command, EXIT, type Given, JSON_OPTION, type Surroundings, textOf } from '../command.ts';
import { fitColumns } from '../table.ts';
import { tellCount } from './incident.ts';

const DEPENDENTS_SHOWN = 20;
type Way = (typeof REPAIR_WAYS)[number];

export const command: Command = {
  summary: 'Take back what an attacker changed and keep what honest people did since: first shown, then done.',
  words: '<compartment>',
  count: [1, 1],
  options: {
    ...SCOPE_OPTIONS,
    way: { type: 'string', value: 'way', help: 'undo: take the scope back; redo: do all else again from a clean point' },
    preview: { type: 'boolean', help: 'only show what would be done; this is what happens unless told' },
    apply: { type: 'boolean', help: 'begin: seal, restore, repair, close the hole; a second operator approves' },
    revert: { type: 'string', value: 'plan', help: 'take back what a repair did' },
    'close-route': { type: 'string', value: 'routes', help: 'routes that stay closed after reopening, joined by commas' },
    build: { type: 'string', value: 'directory', help: 'a patched build of the compartment to run after reopening' },
    reason: { type: 'string', value: 'text', help: 'why; goes into the ledger' },
    as: AS_OPTION,
    json: JSON_OPTION,
  },
  details: `
Without --apply nothing is changed: the plan is computed and shown, with everything that a person must look at.
With --apply a recovery begins. It works on a restored copy, never on the live database, and ends at the second
operator's approval of exactly the difference that it shows.

First say which transactions count as the attacker's (--incident, --session, …). Then the way: undo where an attacker
reached rows only; redo where the schema was changed, too ("bulkhead incident" says so). Then how the hole is closed:
a patched build, or routes that stay closed until there is one. Sessions and addresses of the scope are refused anyway.

Examples:
  bulkhead undo website --incident 3
  bulkhead undo website --incident 3 --apply --reason "defaced through stolen sessions"
  bulkhead undo website --untagged --from 2h --apply --reason "direct writes to the database"
  bulkhead undo website --incident 4 --way redo --apply --reason "the schema was changed"
  bulkhead undo website --session <id> --apply --build /srv/website-2 --reason "injection, patched"
  bulkhead undo website --session <id> --apply --close-route picture.change --reason "injection, not mended yet"
  bulkhead undo website --revert u1a2b3c4d5e6 --reason "the scope was wrong"`,
  run: async (given, surroundings) => {
    if (given.options['apply'] && given.options['preview'])
      throw new EstateError('input.invalid', 'reading the words: give --preview to look or --apply to begin, not both');
    const plan = textOf(given, 'revert');
    if (plan !== undefined) return revert(given, surroundings, plan);
    return given.options['apply'] ? apply(given, surroundings) : preview(given, surroundings);
  },
};

async function preview(given: Given, surroundings: Surroundings): Promise<number> {
  const way = readWay(given);
  const { desk } = await getRunningEstate(surroundings.paths);
  const compartment = given.words[0] ?? '';
  await requireUndo(desk, compartment);
  const scope = await readScope(given, desk, compartment, surroundings.now());
  const count = await countScope(desk, compartment, scope);
  const plan = await planRepair(desk, compartment, { way, scope });
  if (given.options['json']) surroundings.print(JSON.stringify({ count, plan }));
  else for (const line of tellPlan(plan, count)) surroundings.print(line);
  return EXIT.done;
}

async function apply(given: Given, surroundings: Surroundings): Promise<number> {
  const [way, reason, build] = [readWay(given), readReason(given), await readBuild(given)];
  const { desk } = await getRunningEstate(surroundings.paths);
  const compartment = given.words[0] ?? '';
  const scope = await readScope(given, desk, compartment, surroundings.now());
  return order(given, surroundings, {
    kind: 'undo',
    compartment,
    reason,
    way,
    scope,
    closeRoutes: listOf(given, 'close-route'),
    ...(build ? { build } : {}),
  });
}

function revert(given: Given, surroundings: Surroundings, plan: string): Promise<number> {
  return order(given, surroundings, { kind: 'revert', compartment: given.words[0] ?? '', plan, reason: readReason(given) });
}

async function order(given: Given, surroundings: Surroundings, command: Parameters<typeof orderAtDesk>[2]): Promise<number> {
  const answer = await orderAtDesk(given, surroundings, command, 'first-operator');
  const id = answer.recovery ?? '';
  if (given.options['json']) surroundings.print(JSON.stringify(answer));
  else {
    surroundings.print(`It has begun: ${id}. Watch it with "bulkhead status".`);
    surroundings.print(`A second operator looks at the difference: bulkhead approve ${id} --as <operator>`);
  }
  return EXIT.done;
}

function readWay(given: Given): Way {
  const text = textOf(given, 'way') ?? 'undo';
  const way = REPAIR_WAYS.find((each) => each === text);
  if (way) return way;
  throw new EstateError('input.invalid', `reading --way ${text}: it is ${REPAIR_WAYS.join(' or ')}, for example --way redo`);
}

function readReason(given: Given): string {
  const reason = textOf(given, 'reason');
  if (reason !== undefined) return reason;
  throw new EstateError('input.invalid', 'reading the words: say why, for example --reason "defaced through stolen sessions"');
}

async function readBuild(given: Given): Promise<Build | undefined> {
  const directory = textOf(given, 'build');
  return directory === undefined ? undefined : describeBuild(directory);
}

function tellPlan(plan: RepairPlan, count: ScopeCount): string[] {
  const tables = plan.tables.map(({ table, updates, inserts, deletes }) => [
    `  ${table}`,
    `${updates} cells or rows set back`,
    `${inserts} brought back`,
    `${deletes} removed`,
  ]);
  const dependents = plan.dependents.slice(0, DEPENDENTS_SHOWN).map((dependent) => `  ${tellDependent(dependent)}`);
  return [
    `${plan.way === 'undo' ? 'Taking back' : 'Doing again all but'} ${plan.transactions} transactions of ${plan.compartment}`,
    ...tellCount(count),
    '',
    `What would be done, in ${plan.steps} steps:`,
    ...(tables.length > 0 ? fitColumns(tables) : ['  nothing']),
    ...plan.fromCopy.map(({ table, beforeLsn }) => `  ${table}: its rows from a copy restored to just before ${beforeLsn}`),
    '',
    plan.dependentCount === 0
      ? 'Nothing rests on what would be taken back.'
      : `For a person to look at (${plan.dependentCount}):`,
    ...dependents,
    ...(plan.dependentCount > dependents.length ? [`  and ${plan.dependentCount - dependents.length} more; see --json`] : []),
    '',
    plan.transactions === 0
      ? `The scope holds no transaction: look for it with "bulkhead history ${plan.compartment}". Nothing was changed.`
      : `Nothing was changed. To begin: the same words with --apply --reason "…"`,
  ];
}
