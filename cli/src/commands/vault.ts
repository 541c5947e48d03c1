import { type Collection, type Collections, collectionSchema, collectionsSchema } from '@bulkhead/contracts';
import { EstateError, sleepMs } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import { getRunningEstate } from '#estate/run.ts';
import { shortInstant } from '#investigation/instant.ts';
import { orderAtDesk } from '#operator/request.ts';
import { type Act, runAct } from '../acts.ts';
import { AS_OPTION, type Command, EXIT, type Given, JSON_OPTION, type Surroundings, textOf } from '../command.ts';
import { fitColumns } from '../table.ts';

const LOOK_MS = 500;
const WAIT_LIMIT_MS = 3_600_000;
const SHOWN = 20;

const ACTS: Readonly<Record<string, Act>> = {
  list: { words: [0, 0], usage: 'list', run: list },
  collect: { words: [1, 1], usage: 'collect <compartment> --preview|--apply', run: collect },
};

export const command: Command = {
  summary: 'Take away file contents that nothing kept names any more, or only tell what would go.',
  words: '<act> [compartment]',
  count: [1, 2],
  options: {
    preview: { type: 'boolean', help: 'collect: look, and tell what would go' },
    apply: { type: 'boolean', help: 'collect: do now what off-site does by itself' },
    reason: { type: 'string', value: 'text', help: 'collect: why; goes into the ledger' },
    as: AS_OPTION,
    json: JSON_OPTION,
  },
  details: `
Contents go when nothing that is kept names them: no base, no WAL, no change that history can bring back, no row. Every byte
of the archive is looked through for it. It takes two rounds: the first marks, a later one takes away, once a drill has proved
a restore behind the mark, and if nobody asked for the contents meanwhile. Off-site does it by itself, weekly unless
BULKHEAD_COLLECT_EVERY_HOURS says otherwise, with what nobody asked for during BULKHEAD_COLLECT_AFTER_DAYS (30). By hand it takes
nothing more and nothing earlier than by itself: so one operator may order it. What is taken away stands in the ledger first.

Examples:
  bulkhead vault list
  bulkhead vault collect website --preview
  bulkhead vault collect website --apply --reason "room before the conference"`,
  run: (given, around) => runAct('vault', ACTS, given, around),
};

async function list(given: Given, { paths, print }: Surroundings): Promise<number> {
  const { desk } = await getRunningEstate(paths);
  const all = await callWire(desk, { method: 'GET', path: '/collections' }, collectionsSchema);
  for (const line of given.options['json'] ? [JSON.stringify(all)] : describe(all)) print(line);
  return all.compartments.every(({ name }) => !newestOf(all, name)?.failure) ? EXIT.done : EXIT.failed;
}

async function collect(given: Given, around: Surroundings): Promise<number> {
  const [compartment = ''] = given.words;
  const isPreview = given.options['preview'] === true;
  if (isPreview === (given.options['apply'] === true))
    throw new EstateError('input.invalid', 'collecting contents: say either --preview or --apply');
  const reason = textOf(given, 'reason') ?? 'ordered by an operator';
  const order = { kind: 'collect', compartment, isPreview, reason } as const;
  const { collection } = await orderAtDesk(given, around, order, 'first-operator');
  const ended = await untilEnded(around, collection ?? '');
  if (given.options['json']) around.print(JSON.stringify(ended));
  else for (const line of tell(ended)) around.print(line);
  return ended.failure === null ? EXIT.done : EXIT.failed;
}

async function untilEnded({ paths, now, tell: say }: Surroundings, id: string): Promise<Collection> {
  const { desk } = await getRunningEstate(paths);
  const endsMs = now().getTime() + WAIT_LIMIT_MS;
  say(`${id}: looking through all that is kept …`);
  for (;;) {
    const found = await callWire(desk, { method: 'GET', path: `/collections/${encodeURIComponent(id)}` }, collectionSchema);
    if (found.endedAt !== null) return found;
    if (now().getTime() > endsMs)
      throw new EstateError('compartment.wrong_state', `waiting for ${id}: it goes on; look with "bulkhead vault list"`);
    await sleepMs(LOOK_MS);
  }
}

/** What one round found and did, for a person. */
export function tell({ compartment, isPreview, outcome, failure }: Collection): string[] {
  if (outcome === null) return [`${compartment}: nothing went: ${failure ?? 'it has not ended'}`];
  const { judged, named, marked, taken, locked, read, controls, provenLsn } = outcome;
  if (judged === 0 && taken.blobs === 0)
    return [`${compartment}: nothing to judge: everything was asked for not long ago, or is named by rows that drills read.`];
  const would = isPreview ? 'would be ' : '';
  return [
    `${compartment}: ${judged} contents that nobody asked for were judged; ${named} are named by something that is kept.`,
    `  ${would}taken away: ${amount(taken)}${locked > 0 ? `; ${locked} more are locked where they lie` : ''}`,
    `  ${would}marked, to go in a later round: ${amount(marked)}`,
    `  looked through: ${read.bases} bases, ${read.segments} segments, ${megabytes(read.bytes)} MB; tried with ${controls} names that rows have now`,
    ...(provenLsn === null
      ? ['  nothing is taken away before a drill has proved a restore, or while no row names contents']
      : [`  proved by a drill up to ${provenLsn}`]),
  ];
}

function describe({ collections, compartments }: Collections): string[] {
  const rows = compartments.map(({ name, nextAt }) => [`  ${name}`, `next ${shortInstant(nextAt)}`]);
  const shown = collections
    .slice(0, SHOWN)
    .map(({ id, compartment, isPreview, requestedBy, endedAt, outcome, failure }) => [
      `  ${id}`,
      compartment,
      isPreview ? 'preview' : 'round',
      `by ${requestedBy}`,
      endedAt === null ? 'waits or runs' : shortInstant(endedAt),
      failure ?? (outcome ? `${amount(outcome.taken)} ${isPreview ? 'would go' : 'taken'}, ${outcome.marked.blobs} marked` : ''),
    ]);
  return ['compartments', ...fitColumns(rows), ...(shown.length > 0 ? ['rounds', ...fitColumns(shown)] : [])];
}

function newestOf({ collections }: Collections, name: string): Collection | undefined {
  return collections.find(({ compartment, endedAt }) => compartment === name && endedAt !== null);
}

function amount({ blobs, bytes }: { readonly blobs: number; readonly bytes: number }): string {
  return `${blobs} (${megabytes(bytes)} MB)`;
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
