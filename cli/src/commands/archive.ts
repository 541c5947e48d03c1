import { resolve } from 'node:path';
import {
  type ArchiveReport,
  archiveReportSchema,
  type Base,
  basesSchema,
  inventorySchema,
  type ListedBase,
  prunedSchema,
  type Retention,
  retentionSchema,
  type WholeBecause,
} from '@bulkhead/contracts';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import { writeExport } from '#archive/exported.ts';
import { FROM_OPTIONS, withArchive } from '#archive/reader.ts';
import { chooseWay } from '#archive/way.ts';
import { getRunningEstate } from '#estate/run.ts';
import { orderAtDesk } from '#operator/request.ts';
import { type Act, runAct } from '../acts.ts';
import { AS_OPTION, type Command, EXIT, type Given, JSON_OPTION, type Surroundings, textOf } from '../command.ts';
import { requireEmpty } from '../empty-directory.ts';
import { alignColumns } from '../table.ts';

const VERIFY_LIMIT_MS = 86_400_000;
const PRUNE_LIMIT_MS = 600_000;

const ACTS: Readonly<Record<string, Act>> = {
  list: { words: [0, 1], usage: 'list [compartment]', run: list },
  verify: { words: [0, 1], usage: 'verify [compartment]', run: verify },
  export: { words: [1, 1], usage: 'export <compartment> --to <directory>', run: exportOne },
  retention: { words: [1, 1], usage: 'retention <compartment>', run: retention },
  prune: { words: [1, 1], usage: 'prune <compartment>', run: prune },
};

export const command: Command = {
  summary: 'List, verify and export what off-site keeps of the databases, and rule how long it is kept.',
  words: '<act> [compartment]',
  count: [1, 2],
  options: {
    ...FROM_OPTIONS,
    to: { type: 'string', value: 'directory', help: 'export: a new or empty directory' },
    base: { type: 'string', value: 'id', help: 'export: begin with this base, not with the newest' },
    hours: { type: 'string', value: 'n', help: 'retention: keep at least so many hours, by the clock and by running time' },
    drills: { type: 'string', value: 'n', help: 'retention: and until so many drills have proved a base' },
    as: AS_OPTION,
    reason: { type: 'string', value: 'text', help: 'retention: why; goes into the ledger' },
    json: JSON_OPTION,
  },
  details: `
  bulkhead archive list website                         bases, segments, keys and what they take
  bulkhead archive verify                               reads everything and compares it; exit code 1 if something is wrong
  bulkhead archive export website --to /srv/out         what stock PostgreSQL 18 restores by itself: sh restore.sh
  bulkhead archive retention website                    what may go, and why nothing more
  bulkhead archive retention website --hours 360 --drills 7 --as first-operator --reason "…"
  bulkhead archive prune website                        removes what may go now; off-site does it with each scheduled base
list, verify and export read the files where they lie and need no running estate: with --from and --identity they work on
a copy of an archive and an escrow identity alone. To keep less, two operators must order the same within a day.`,
  run: (given, around) => runAct('archive', ACTS, given, around),
};

function list(given: Given, { paths, print }: Surroundings): Promise<number> {
  return withArchive(given, paths, given.words[0], async ({ peer, compartments }) => {
    for (const compartment of compartments) {
      const { bases } = await callWire(peer, { method: 'GET', path: at(compartment, 'bases') }, basesSchema);
      const inventory = await callWire(peer, { method: 'GET', path: at(compartment, 'inventory') }, inventorySchema);
      if (given.options['json']) print(JSON.stringify({ ...inventory, bases }));
      else for (const line of describe(compartment, bases, inventory.artefacts)) print(line);
    }
    return EXIT.done;
  });
}

type Listed = { readonly kind: string; readonly bytes: number };

function describe(
  compartment: string,
  bases: readonly Pick<ListedBase, 'id' | 'startLsn' | 'bytes' | 'origin' | 'isReached'>[],
  kept: readonly Listed[],
) {
  const kinds = [...new Set(kept.map(({ kind }) => kind))].map((kind) => {
    const ofKind = kept.filter((one) => one.kind === kind);
    return [`  ${kind}`, `${ofKind.length} files`, `${megabytes(ofKind.reduce((sum, { bytes }) => sum + bytes, 0))} MB`];
  });
  const rows = bases.map(({ id, startLsn, bytes, origin, isReached }) => [
    `  base ${id}`,
    `from ${startLsn}`,
    `${megabytes(bytes)} MB`,
    origin ? describeOrigin(origin) : '',
    isReached ? '' : 'its WAL has yet to come',
  ]);
  return [`${compartment}:`, ...alignColumns(rows), ...alignColumns(kinds)];
}

const WHOLE_WORDS: Readonly<Record<WholeBecause, string>> = {
  'no-base-before': 'there was none before it',
  turn: 'it was the turn of a whole one',
  'base-before-unusable': 'the one before it could not be used',
  refused: 'headquarters could not tell what had changed',
  'did-not-fit': 'what had changed did not fit the one before it',
};

/** How much of a base headquarters sent, and why all of it. */
function describeOrigin({ before, because, sentBytes }: NonNullable<Base['origin']>): string {
  const sent = `${megabytes(sentBytes)} MB sent`;
  if (before !== null) return `${sent}, the rest from the one before`;
  return because === null ? sent : `${sent}: ${WHOLE_WORDS[because]}`;
}

function verify(given: Given, { paths, print }: Surroundings): Promise<number> {
  return withArchive(given, paths, given.words[0], async ({ peer, compartments }) => {
    let faults = 0;
    for (const compartment of compartments) {
      const call = { method: 'POST', path: at(compartment, 'verify'), body: {}, timeoutMs: VERIFY_LIMIT_MS } as const;
      const report = await callWire(peer, call, archiveReportSchema).catch(tellUnopened);
      faults += report.faultCount;
      if (given.options['json']) print(JSON.stringify({ compartment, ...report }));
      else {
        const read = `${report.segments} segments, ${report.bases} bases, ${report.histories} histories, ${report.keys} keys, ${megabytes(report.bytes)} MB read`;
        print(`${report.faultCount === 0 ? 'Whole' : 'NOT whole'}: ${compartment}: ${read}`);
        for (const { path, code, message } of report.faults) print(`  ${path}: ${message} (${code})`);
      }
    }
    return faults === 0 ? EXIT.done : EXIT.failed;
  });
}

/** An archive that cannot even be opened is not whole either. */
function tellUnopened(error: unknown): ArchiveReport {
  if (!hasCode(error, 'wire.refused') || !(error instanceof Error && error.cause instanceof EstateError)) throw error;
  const { code, message } = error.cause;
  return { segments: 0, bases: 0, histories: 0, keys: 0, bytes: 0, faultCount: 1, faults: [{ path: '.', code, message }] };
}

async function exportOne(given: Given, { paths, print }: Surroundings): Promise<number> {
  const compartment = given.words[0] ?? '';
  const to = textOf(given, 'to');
  if (to === undefined)
    throw new EstateError('input.invalid', `exporting ${compartment}: say where to, for example --to /srv/out`);
  const directory = resolve(to);
  await requireEmpty(directory);
  return withArchive(given, paths, compartment, async ({ peer }) => {
    const way = await chooseWay(peer, compartment, textOf(given, 'base'));
    const bytes = await writeExport(peer, compartment, way, directory);
    const { base, wal } = way;
    if (given.options['json']) print(JSON.stringify({ compartment, directory, base: base.id, endLsn: wal.endLsn, bytes }));
    else
      print(
        `${compartment} up to ${wal.endLsn} is in ${directory}: base ${base.id} and ${wal.files.length} files of WAL, not encrypted.\nPostgreSQL 18 restores it without Bulkhead: sh ${directory}/restore.sh <new directory>`,
      );
    return EXIT.done;
  });
}

async function retention(given: Given, around: Surroundings): Promise<number> {
  const compartment = given.words[0] ?? '';
  const [hours, drills] = [textOf(given, 'hours'), textOf(given, 'drills')];
  const { desk } = await getRunningEstate(around.paths);
  const path = `/archive/${encodeURIComponent(compartment)}/retention`;
  const standing = await callWire(desk, { method: 'GET', path }, retentionSchema);
  if (hours === undefined && drills === undefined) {
    if (given.options['json']) around.print(JSON.stringify(standing));
    else for (const line of tellRetention(compartment, standing)) around.print(line);
    return EXIT.done;
  }
  const rule = {
    minimumHours: hours === undefined ? standing.rule.minimumHours : numberIn(hours, '--hours'),
    drills: drills === undefined ? standing.rule.drills : numberIn(drills, '--drills'),
  };
  const reason = textOf(given, 'reason') ?? 'ordered by an operator';
  const { retained } = await orderAtDesk(given, around, { kind: 'retain', compartment, rule, reason }, 'first-operator');
  if (given.options['json']) around.print(JSON.stringify(retained));
  else if (retained?.state === 'done') around.print(`Done. ${tellRule(rule)}`);
  else around.print('Noted. It keeps less than before: it takes effect when another operator orders the same within a day.');
  return EXIT.done;
}

function tellRetention(compartment: string, { rule, pending, proofs, anchor, why }: Retention): string[] {
  const last = proofs.at(-1);
  return [
    `${compartment}: ${tellRule(rule)}`,
    last ? `  proven up to ${last.lsn} by drill ${last.drill}, ${last.at}` : '  no drill has proved anything yet',
    anchor ? `  what is older than base ${anchor} may go` : `  nothing may go: ${why}`,
    ...(pending
      ? [
          `  ${pending.by.join()} ordered ${pending.rule.minimumHours} hours and ${pending.rule.drills} drills; another operator must too`,
        ]
      : []),
  ];
}

function tellRule({ minimumHours, drills }: Retention['rule']): string {
  return `kept for at least ${minimumHours} hours, and until ${drills} drills have proved what comes after`;
}

async function prune(given: Given, { paths, print }: Surroundings): Promise<number> {
  const compartment = given.words[0] ?? '';
  const { desk } = await getRunningEstate(paths);
  const path = `/archive/${encodeURIComponent(compartment)}/prune`;
  const pruned = await callWire(desk, { method: 'POST', path, body: {}, timeoutMs: PRUNE_LIMIT_MS }, prunedSchema);
  if (given.options['json']) print(JSON.stringify(pruned));
  else
    print(
      `${compartment}: removed ${pruned.bases.length} bases, ${pruned.segments} segments and ${pruned.packs} packs, ${megabytes(pruned.bytes)} MB. ${pruned.why}.`,
    );
  return EXIT.done;
}

function at(compartment: string, path: string): string {
  return `/compartments/${encodeURIComponent(compartment)}/${path}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}

function numberIn(text: string, what: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new EstateError('input.invalid', `reading ${what}: "${text}" is no whole number`);
}
