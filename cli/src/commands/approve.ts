import { type Hole, type Recovery, type RecoveryDiff, type RepairReport, recoverySchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { getRunningEstate } from '#estate/run.ts';
import { decideOn, giveWord } from '#operator/decide.ts';
import { tellDependent } from '#operator/desk.ts';
import { ERASURE } from '#operator/erasure.ts';
import { describeMove, getMove, isMoveId, watchMove } from '#operator/moves.ts';
import { READMISSION } from '#operator/readmission.ts';
import { AS_OPTION, type Command, EXIT, type Given, JSON_OPTION, type Surroundings } from '../command.ts';
import { alignColumns, fitColumns } from '../table.ts';

const DEPENDENTS_SHOWN = 30;

export const command: Command = {
  summary: 'Show what a recovery would put live, and approve (or refuse) it as the second operator.',
  words: '<request>',
  count: [1, 1],
  options: {
    as: AS_OPTION,
    digest: { type: 'string', value: 'sha256', help: 'the digest that was shown; without it the difference is only shown' },
    refuse: { type: 'string', value: 'reason', help: 'refuse, with a reason; the compartment stays sealed' },
    json: JSON_OPTION,
  },
  details: `
First without --digest: the difference and its digest are shown and nothing is approved.
Then with the digest: what was looked at is what goes live, or the approval is refused.
The operator who asked for the recovery cannot approve it.`,
  run: async (given, surroundings) => {
    const { desk } = await getRunningEstate(surroundings.paths);
    const id = given.words[0] ?? '';
    if (id.startsWith('erasure-')) return decideOn(given, surroundings, id, ERASURE);
    if (id.startsWith('readmission-')) return decideOn(given, surroundings, id, READMISSION);
    if (isMoveId(id)) return approveMove(given, surroundings, desk, id);
    const word = await giveWord(given, surroundings, id);
    const recovery = await callWire(desk, { method: 'GET', path: `/recoveries/${encodeURIComponent(id)}` }, recoverySchema);
    if (word === 'none' && !recovery.awaiting) {
      throw new EstateError('compartment.wrong_state', `looking at ${id}: it waits for nobody, it is at "${recovery.step}"`);
    }
    for (const line of given.options['json'] ? [JSON.stringify(recovery)] : describe(recovery, word)) surroundings.print(line);
    return EXIT.done;
  },
};

async function approveMove(given: Given, surroundings: Surroundings, desk: WirePeer, id: string): Promise<number> {
  const word = await giveWord(given, surroundings, id);
  const move = word === 'approved' ? await watchMove(desk, id, surroundings.tell) : await getMove(desk, id);
  for (const line of given.options['json'] ? [JSON.stringify(move)] : describeMove(move)) surroundings.print(line);
  return move.state === 'failed' ? EXIT.failed : EXIT.done;
}

function describe(recovery: Recovery, word: 'none' | 'approved' | 'refused'): string[] {
  if (word === 'refused') return [`Refused. ${recovery.compartment} stays sealed.`];
  if (word === 'approved')
    return [`Approved. ${recovery.compartment} goes on to swap, probe and open; watch it with "bulkhead status".`];
  const { awaiting } = recovery;
  const diff = awaiting?.diff;
  const lines = [`${recovery.kind} of ${recovery.compartment}, asked for by ${recovery.requestedBy}`];
  if (diff) {
    lines.push(
      `sealed at ${diff.sealLsn} (${diff.sealedAt}), restored to ${diff.restoredLsn} from base ${diff.base}, timeline ${diff.timeline}`,
    );
    lines.push(...alignColumns(diff.checks.map(({ name, ok, detail }) => [ok ? '  ok' : '  FAILED', name, detail])));
    lines.push(
      ...alignColumns(
        diff.tables.map(({ table, rows, isSame }) => [
          `  ${table}`,
          `${rows} rows`,
          isSame ? 'as at the seal' : 'DIFFERS from the standby',
        ]),
      ),
    );
    lines.push(
      `  blobs: ${diff.blobs.named} named, ${diff.blobs.missing.length} missing; pages: ${diff.pages.same} the same, ${diff.pages.changed.length} changed, ${diff.pages.missing.length} missing`,
    );
    lines.push(...(diff.pages.leaving?.subjects ?? []).slice(0, 20).map((subject) => `    leaves the public: ${subject}`));
    lines.push(...diff.pages.changed.slice(0, 20).map((page) => `    changed: ${page}`));
    lines.push(...describeCut(diff, recovery.id));
    if (diff.repair) lines.push(...describeRepair(diff.repair));
    if (diff.hole) lines.push(...describeHole(diff.hole, recovery.id));
  }
  lines.push(`To approve: bulkhead approve ${recovery.id} --as second-operator --digest ${awaiting?.digest ?? ''}`);
  return lines;
}

/** Where the copy ends, and what that means for those who wrote last. */
function describeCut({ target, acknowledged }: RecoveryDiff, id: string): string[] {
  const aimed = target ? [`  AIMED at ${tellTarget(target)}: what came later is not in the copy`] : [];
  if (!acknowledged) return [...aimed, '  what was acknowledged near the cut cannot be told: history does not answer'];
  const { guaranteed, inDoubt, lost, unknown } = acknowledged;
  return [
    ...aimed,
    `  near the cut: ${guaranteed} guaranteed, ${inDoubt} in doubt, ${lost} LOST (bulkhead acknowledged ${id} names them)`,
    ...(unknown === null ? [] : [`  not whole: ${unknown}`]),
  ];
}

function tellTarget({ asked, lsn }: NonNullable<RecoveryDiff['target']>): string {
  if (asked.to === 'time') return `${asked.at} (${lsn})`;
  return asked.to === 'before' ? `before transaction ${asked.xid} (${lsn})` : lsn;
}

function describeRepair(repair: RepairReport): string[] {
  const { dependents, dependentCount } = repair;
  const tables = repair.tables.map(({ table, updates, inserts, deletes }) => [
    `    ${table}`,
    `${updates} set back`,
    `${inserts} brought back`,
    `${deletes} removed`,
  ]);
  const shown = dependents.slice(0, DEPENDENTS_SHOWN).map((dependent) => `    ${tellDependent(dependent)}`);
  return [
    `repair ${repair.plan} (${repair.way}): ${repair.transactions} transactions, ${repair.applied} steps done, ${repair.kept} left as they stood, ${repair.tombstones} tombstones, ${repair.validated} constraints validated`,
    ...fitColumns(tables),
    dependentCount === 0 ? '  nothing rests on what was taken back' : `  for a person to look at (${dependentCount}):`,
    ...shown,
    ...(dependentCount > shown.length ? [`    and ${dependentCount - shown.length} more; see --json`] : []),
  ];
}

function describeHole({ rotated, blocks, build, replay, open, waivedBy }: Hole, recovery: string): string[] {
  const { sessions, accounts, addresses, routes } = blocks;
  const closed = [
    `${sessions.length} sessions, ${accounts.length} accounts, ${addresses.length} addresses refused`,
    ...(routes.length > 0 ? [`routes closed: ${routes.join(', ')}`] : []),
    ...(build ? [`build ${build.directory}`] : []),
    ...(replay
      ? [`${replay.refused} of ${replay.requests} recorded requests refused, ${replay.leftToBuild} left to the build`]
      : []),
  ];
  return [
    `the hole: ${rotated.length > 0 ? `replaced: ${rotated.join(', ')}; ` : ''}${closed.join('; ')}`,
    ...open.map((why) => `  NOT CLOSED: ${why}`),
    ...(open.length > 0
      ? [`  close it, or two operators waive it: bulkhead waive ${recovery} --as <operator> --reason "…"`]
      : []),
    ...waivedBy.map(({ operator, reason }) => `  waived by ${operator}: ${reason}`),
  ];
}
