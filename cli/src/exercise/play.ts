import type { Dependent, TransactionSummary } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import { type AdoptedKept, compareAdopted } from './adopted.ts';
import { listOverlapping } from './overlap.ts';
import type { HonestRequest } from './people/at-work.ts';
import { type Recovered, recover, type Sealed, untilSealed } from './recovering.ts';
import type { Snapshot } from './rows.store.ts';
import { listTransactions, untilHistoryFollows } from './scenario/finding.ts';
import { type Attack, type Found, isRepaired, type Scenario, type Stage } from './scenario/scenario.ts';
import { readWindow, type Window } from './window.ts';

/** Undisturbed work before and after each attack. */
const CALM_MS = 2000;
/** How long a rule of the manifest may take to seal by itself. */
const SEAL_BY_RULE_MS = 3000;
/** How long history may take to tell of what somebody honest wrote. */
const TOLD_LIMIT_MS = 60_000;
/** Where many honest requests are waited for, how many of them are worth a word. */
const TOLD_EACH = 5000;
/** More requests of an attack are looked for all at once. */
const ONE_BY_ONE = 100;

/** A moment of the attacked estate: its rows, and how many honest requests had been answered. */
export type Moment = { readonly rows: Snapshot; readonly requests: number };
/** What was seen of one scenario. */
export type Played = {
  readonly scenario: Scenario;
  readonly mark: string;
  /** Until history told of what was written when the scenario began. */
  readonly historyMs: number;
  readonly attack: Attack;
  readonly found: Found;
  readonly sealed: Sealed | null;
  /** At the seal; none where the rows were gone by then. */
  readonly atSeal: Moment | null;
  readonly atReopening: Moment;
  readonly recovered: Recovered | null;
  readonly reopenMs: number;
  readonly exposureMs: number;
  readonly again: readonly { readonly what: string; readonly succeeded: boolean }[];
  /** Honest changes of what the attack had changed before. */
  readonly onTop: readonly HonestRequest[];
  /** Of these, what wrote a cell that the attack had written. */
  readonly expected: readonly HonestRequest[];
  readonly attackTransactions: readonly TransactionSummary[];
  readonly dependents: readonly Dependent[];
  /** Honest transactions that a dependent names, by xid and position. */
  readonly honestTransactions: ReadonlyMap<string, HonestRequest>;
  readonly window: Window | null;
  /** What stands again of an adopted application; null for ours. */
  readonly adopted: AdoptedKept | null;
};

/** Plays one scenario: calm, honest changes, the attack, honest changes on top of it, finding, seal, recovery, and the same attack again. */
export async function play(scenario: Scenario, stage: Stage, calm: (least: number) => Promise<void>): Promise<Played> {
  const { crew, readers, mark, tell } = stage;
  tell(`--- ${scenario.name}: ${scenario.question}`);
  const historyMs = isRepaired(scenario) ? await untilHistoryFollows(stage, scenario.name) : 0;
  await calm(CALM_MS);
  await changeBoards(stage, 'before');
  readers.lookOutFor(mark);
  const attack = await scenario.attack(stage);
  const onTop = attack.onTop ?? (isRepaired(scenario) ? await changeBoards(stage, 'after') : []);
  const found = await scenario.find(stage, attack);
  const transactions = await listAttack(stage, attack, found, scenario);
  const window = scenario.isAttributable && scenario.way !== 'redo' ? null : await readWindow(stage, attack, transactions);
  // Now, since after a redo history tells of what was done again, and not of what stood before.
  for (const { requestId } of onTop) await untilTold(stage, requestId);
  const expected = attack.onTop ?? (await listOverlapping(stage.running.desk, onTop, transactions));
  const contained = scenario.way === 'mended by itself' ? null : await contain(stage, scenario, found);
  await letAllIn(stage);
  const atReopening = await takeMoment(stage);
  const reopenMs = contained ? Math.round(performance.now() - attack.begunMs - contained.recovered.humanMs) : 0;
  if (contained) tell(`${stage.compartment} is open again after ${reopenMs} ms of the machines' time`);
  const adopted = attack.before ? await compareAdopted(stage, attack.before) : null;
  await calm(CALM_MS);
  const seen = await scenario.look?.(stage);
  const again = await attack.again();
  for (const { what, succeeded } of again) tell(`again: ${what}: ${succeeded ? 'SUCCEEDED' : 'failed, as it must'}`);
  const dependents = contained?.recovered.recovery.awaiting?.diff?.repair?.dependents ?? [];
  return {
    scenario,
    mark,
    historyMs,
    attack: { ...attack, details: { ...attack.details, ...seen } },
    found,
    sealed: contained?.sealed ?? null,
    atSeal: contained?.atSeal ?? null,
    atReopening,
    recovered: contained?.recovered ?? null,
    reopenMs,
    exposureMs: readers.exposureMs(mark),
    again,
    onTop,
    attackTransactions: transactions,
    expected,
    dependents,
    honestTransactions: await findHonest(stage, dependents, crew.atWork.count.acknowledged),
    window,
    adopted,
  };
}

/** The name of a transaction across what history, plans and dependents say of it. */
export function nameTransaction({ xid, commitLsn }: { readonly xid: string; readonly commitLsn: string }): string {
  return `${xid} ${commitLsn}`;
}

/** Two people change the first notice boards: one another cell than the attack, one the same. The rest is left as it is. */
async function changeBoards({ people, boards }: Stage, when: 'before' | 'after'): Promise<HonestRequest[]> {
  const [editor = '', other = editor] = people.staff.editors;
  if (boards.length === 0) return [];
  const done = [
    await people.atWork.act(editor, {
      kind: 'change',
      slug: boards[0] ?? '',
      fields: { 'note-en': `Changed ${when} by the first editor.` },
    }),
    await people.atWork.act(other, {
      kind: 'change',
      slug: boards[1] ?? '',
      fields: { 'title-en': `A title of ${when}`, 'summary-en': `A summary of ${when}.` },
    }),
  ];
  return done.filter((request) => request !== undefined);
}

type Contained = { readonly sealed: Sealed; readonly atSeal: Moment | null; readonly recovered: Recovered };

async function contain(stage: Stage, scenario: Scenario, found: Found): Promise<Contained> {
  const sealed = await untilSealed(stage, scenario.way === 'restore' ? SEAL_BY_RULE_MS : 0, `exercise: ${scenario.name}`);
  const atSeal = scenario.way === 'restore' ? null : await takeMoment(stage);
  return { sealed, atSeal, recovered: await recover(stage, scenario, found) };
}

/** Rows and honest requests of the same moment: people finish what is under way and wait. */
async function takeMoment({ crew }: Stage): Promise<Moment> {
  await crew.atWork.pause();
  try {
    return { rows: await crew.readRows(), requests: crew.atWork.count.acknowledged.length };
  } finally {
    crew.atWork.goOn();
  }
}

/** Whoever was signed out with the hole signs in anew. */
async function letAllIn({ crew }: Stage): Promise<void> {
  await crew.atWork.pause();
  await crew.letIn();
  crew.atWork.goOn();
}

/** The transactions of the attack as history has them. */
async function listAttack(stage: Stage, attack: Attack, found: Found, scenario: Scenario): Promise<TransactionSummary[]> {
  if (!isRepaired(scenario)) return [];
  if (!scenario.isAttributable) {
    const named = new Set(found.scope.transactions.map(({ commitLsn }) => commitLsn));
    return (await listTransactions(stage, { text: stage.mark })).filter(({ commitLsn }) => named.has(commitLsn));
  }
  const listed: TransactionSummary[] = [];
  if (attack.requests.length > ONE_BY_ONE) return listMarked(stage, attack);
  for (const request of attack.requests) listed.push(...(await listTransactions(stage, { request })));
  const fromAt = attack.begunAt.toISOString();
  for (const xid of attack.xids) listed.push(...(await listTransactions(stage, { xid, fromAt })));
  return listed;
}

/** Of thousands of requests, those that history finds by what stands in all of them. */
async function listMarked(stage: Stage, { requests }: Attack): Promise<TransactionSummary[]> {
  const own = new Set(requests);
  const marked = await listTransactions(stage, { text: stage.mark });
  return marked.filter(({ tokens }) => own.has(tokens[0]?.claims?.requestId ?? ''));
}

/** Waits until history tells of a request, or is late: then what it does not tell of is expected of nobody. */
async function untilTold(stage: Stage, request: string): Promise<void> {
  const deadline = performance.now() + TOLD_LIMIT_MS;
  while ((await listTransactions(stage, { request })).length === 0 && performance.now() < deadline) await sleepMs(100);
}

async function findHonest(
  stage: Stage,
  dependents: readonly Dependent[],
  acknowledged: readonly HonestRequest[],
): Promise<ReadonlyMap<string, HonestRequest>> {
  const byRequest = new Map(acknowledged.map((request) => [request.requestId, request]));
  const found = new Map<string, HonestRequest>();
  const named = new Map(dependents.flatMap(({ by }) => (by ? [[nameTransaction(by), by] as const] : [])));
  for (const [name, { xid, commitLsn }] of named) {
    const transactions = await listTransactions(stage, { xid });
    const own = transactions.find((transaction) => transaction.commitLsn === commitLsn);
    const request = byRequest.get(own?.tokens[0]?.claims?.requestId ?? '');
    if (request) found.set(name, request);
  }
  return found;
}

/** Calm for at least `leastMs`, and until so many honest requests were answered. */
export function createCalm(
  answered: () => number,
  shares: readonly number[],
  { tell, stopAsked }: { readonly tell: (line: string) => void; readonly stopAsked?: AbortSignal | undefined },
): (leastMs: number) => Promise<void> {
  let at = 0;
  return async (leastMs) => {
    const wanted = shares[Math.min(at, shares.length - 1)] ?? 0;
    at += 1;
    await sleepMs(leastMs);
    let told = answered();
    while (answered() < wanted && !stopAsked?.aborted) {
      await sleepMs(50);
      if (answered() - told < TOLD_EACH) continue;
      told = answered();
      tell(`${told} of ${wanted} honest requests are answered`);
    }
  };
}
