import { deskStateSchema, lookedAtListSchema, type OperatorCommand } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import { getRunningEstate } from '#estate/run.ts';
import { followQuarantine, followRecoveries } from '#operator/following.ts';
import { orderAtDesk } from '#operator/request.ts';
import { readTarget } from '#operator/restore-target.ts';
import { AS_OPTION, type Command, EXIT, type Given, JSON_OPTION, type Surroundings, textOf } from '../command.ts';
import { fitColumns } from '../table.ts';

export const command: Command = {
  summary: "Restore a compartment from off-site, through every gate, up to a second operator's approval.",
  words: '[compartment]',
  count: [0, 1],
  options: {
    all: { type: 'boolean', help: 'every compartment that off-site has a copy of, those that others need first' },
    to: { type: 'string', value: 'end', help: 'now, an instant with its zone, how long ago (15m), or a position (0/16B3748)' },
    before: { type: 'string', value: 'xid', help: 'end with the last commit before that of a transaction' },
    quarantine: { type: 'boolean', help: 'only into quarantine, to look at it; nothing that runs is touched' },
    release: { type: 'string', value: 'quarantine', help: 'end a quarantine that was looked at, and delete it' },
    list: { type: 'boolean', help: 'the quarantines that stand' },
    follow: { type: 'boolean', help: 'show the progress until it waits for somebody; on a terminal this is what happens' },
    as: AS_OPTION,
    reason: { type: 'string', value: 'text', help: 'why; goes into the ledger' },
    json: JSON_OPTION,
  },
  details: `
It is sealed if it is not yet; base and WAL are replayed into quarantine and verified; the difference is shown.
Then it waits: a second operator looks at the difference and approves it with "bulkhead approve".
After that it is swapped in, protected again, probed from outside and opened.

Without --to it ends at the newest position, and nothing that was acknowledged is left out. With --to or --before what
came later is not in the copy: the difference says so, and "bulkhead acknowledged" names each such transaction, its request
and its account. An instant becomes a position by the index of history. Where the archive does not reach, nothing is begun.

Examples:
  bulkhead restore website --reason "the data directory was wiped"
  bulkhead restore --all --reason "headquarters was wiped"
  bulkhead restore website --to 2026-11-21T14:05+01:00 --reason "before the import"
  bulkhead restore website --before 8412 --quarantine
  bulkhead restore --release q1a2b3c4d5e6`,
  run: async (given, surroundings) => {
    const released = textOf(given, 'release');
    if (released !== undefined) return release(given, surroundings, released);
    if (given.options['list']) return list(given, surroundings);
    const names = await readCompartments(given, surroundings);
    return given.options['quarantine'] ? lookAt(given, surroundings, names) : restore(given, surroundings, names);
  },
};

async function restore(given: Given, surroundings: Surroundings, names: readonly string[]): Promise<number> {
  const target = readTarget(given, surroundings.now());
  const ids: string[] = [];
  const answers: unknown[] = [];
  for (const compartment of names) {
    const asked: OperatorCommand = { kind: 'restore', compartment, reason: reasonOf(given), ...(target ? { target } : {}) };
    const answer = await orderAtDesk(given, surroundings, asked, 'first-operator');
    answers.push(answer);
    ids.push(answer.recovery ?? '');
    if (!given.options['json']) surroundings.print(`The restore of ${compartment} has begun: ${answer.recovery}`);
  }
  if (given.options['json']) surroundings.print(JSON.stringify(given.options['all'] ? { recoveries: ids } : answers[0]));
  else if (given.options['follow'] || surroundings.isTerminal) await follow(surroundings, ids);
  else surroundings.print('Watch it with "bulkhead status".');
  if (!given.options['json'])
    surroundings.print(`A second operator looks at the difference: ${ids.map((id) => `bulkhead approve ${id}`).join(', ')}`);
  return EXIT.done;
}

async function follow(surroundings: Surroundings, ids: readonly string[]): Promise<void> {
  const { desk } = await getRunningEstate(surroundings.paths);
  const [failed] = (await followRecoveries(desk, ids, surroundings)).filter(({ step }) => step === 'failed');
  if (failed) throw new EstateError('restore.failed', `restoring ${failed.compartment}: ${failed.failure ?? 'no reason given'}`);
}

async function lookAt(given: Given, surroundings: Surroundings, names: readonly string[]): Promise<number> {
  const target = readTarget(given, surroundings.now());
  for (const compartment of names) {
    const asked: OperatorCommand = { kind: 'quarantine', compartment, reason: reasonOf(given), ...(target ? { target } : {}) };
    const { quarantine: id = '' } = await orderAtDesk(given, surroundings, asked, 'first-operator');
    if (!given.options['json']) surroundings.print(`${compartment} is being restored apart: ${id}`);
    const { desk } = await getRunningEstate(surroundings.paths);
    const ready = await followQuarantine(desk, id, surroundings);
    if (given.options['json']) surroundings.print(JSON.stringify(ready));
    if (ready.state === 'failed') throw new EstateError('restore.failed', `restoring ${compartment} apart: ${ready.message}`);
    if (given.options['json']) continue;
    surroundings.print(`It stands, restored to ${ready.replayLsn}. As root, with PostgreSQL's client:`);
    surroundings.print(`  psql -h ${ready.socketDirectory} -U postgres ${compartment}`);
    surroundings.print(
      'What it tells may be an attacker\'s; its catalog can run code as its user. Look with "set default_transaction_read_only = on".',
    );
    surroundings.print(`To end it: bulkhead restore --release ${id}`);
  }
  return EXIT.done;
}

async function release(given: Given, surroundings: Surroundings, quarantine: string): Promise<number> {
  await orderAtDesk(given, surroundings, { kind: 'release', quarantine, reason: reasonOf(given) }, 'first-operator');
  surroundings.print(given.options['json'] ? JSON.stringify({ released: quarantine }) : `${quarantine} is gone.`);
  return EXIT.done;
}

async function list(given: Given, { paths, print }: Surroundings): Promise<number> {
  const { desk } = await getRunningEstate(paths);
  const { quarantines } = await callWire(desk, { method: 'GET', path: '/quarantines', timeoutMs: 130_000 }, lookedAtListSchema);
  if (given.options['json']) print(JSON.stringify({ quarantines }));
  else if (quarantines.length === 0) print('No quarantine stands that was asked for to be looked at.');
  else
    for (const line of fitColumns(
      quarantines.map((one) => [
        one.id,
        one.compartment,
        one.state,
        one.replayLsn ?? '',
        one.socketDirectory ?? '',
        one.requestedBy,
      ]),
      120,
    ))
      print(line);
  return EXIT.done;
}

async function readCompartments(given: Given, { paths }: Surroundings): Promise<string[]> {
  const [named] = given.words;
  if ((named === undefined) === !given.options['all'])
    throw new EstateError(
      'input.invalid',
      'reading the words: name a compartment, or say --all; for example "bulkhead restore website"',
    );
  if (named !== undefined) return [named];
  const { desk } = await getRunningEstate(paths);
  const { compartments } = await callWire(desk, { method: 'GET', path: '/state' }, deskStateSchema);
  return compartments.filter(({ stream }) => stream !== 'none').map(({ name }) => name);
}

function reasonOf(given: Given): string {
  return textOf(given, 'reason') ?? 'ordered by an operator';
}
