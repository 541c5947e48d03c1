import { tellDependent } from '#operator/desk.ts';
import type { AdoptedKept } from './adopted.ts';
import { type Cell, type Counted, measureRepair, ratio } from './comparison.ts';
import { explain } from './explanation.ts';
import type { HonestRequest } from './people/at-work.ts';
import { type Moment, nameTransaction, type Played } from './play.ts';
import type { Snapshot } from './rows.store.ts';
import { isRepaired, type Scenario } from './scenario/scenario.ts';
import type { Window } from './window.ts';

const CELLS_SHOWN = 20;
const DEPENDENTS_SHOWN = 20;

/** What one scenario came to. Times in milliseconds; null where there is nothing to measure. */
export type ScenarioReport = {
  readonly name: string;
  readonly question: string;
  readonly way: Scenario['way'];
  readonly isAttributable: boolean;
  /** Until history told of what was written when the scenario began: after a recovery its jail is built anew. */
  readonly historyMs: number;
  readonly rule: string;
  readonly findingMs: number;
  /** Changes of rows that history has of the attack. */
  readonly attackChanges: number;
  /** Cells in which the attacked estate differed from its twin at the seal. */
  readonly attackCells: number;
  readonly recall: number | null;
  readonly precision: number | null;
  readonly honestKept: number | null;
  readonly dependents: {
    /** Honest transactions that the plan lists for a person, and those that truly changed what the attack had changed. */
    readonly listed: number;
    readonly expected: number;
    readonly recall: number;
    readonly precision: number;
    /** All that the difference named for a person, by reason, and the first of it in words. */
    readonly named: number;
    readonly reasons: Readonly<Record<string, number>>;
    readonly told: readonly string[];
    /** Of these, what left the house and cannot be taken back. */
    readonly effectsOutside: number;
  };
  /** How the hole was closed, as the difference said it. */
  readonly hole: { readonly closed: readonly string[]; readonly refused: number; readonly replayed: number } | null;
  readonly exposureMs: number;
  readonly reattackTried: number;
  readonly reattackSucceeded: number;
  readonly reattacks: Played['again'];
  /** Where nothing tells whose writes are whose: whether the listed windows hold all of the attack. */
  readonly window: Window | null;
  /** What stands again of an adopted application, and what its level cannot promise; null for ours. */
  readonly adopted: AdoptedKept | null;
  /** Honest requests that went with the attack, since nothing told them apart: their authors are told. */
  readonly takenBackWithIt: number;
  readonly sealMs: number | null;
  readonly reopenMs: number;
  readonly humanMs: number;
  readonly steps: readonly { readonly step: string; readonly tookMs: number; readonly detail: string }[];
  /** What is not as in the twin: the first of it. */
  readonly left: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;
  /** Why a figure is not whole, a sentence each; empty if all are. */
  readonly explanations: readonly string[];
  readonly isPassed: boolean;
};

/** Rows of the twin after as many honest requests as the attacked estate had answered. */
export type TwinRows = (requests: number) => Snapshot;

/**
 * Measures what was played against the twin.
 * @param known what differed before this scenario; @returns the report, and what differs after it
 */
export function reportScenario(
  played: Played,
  twin: TwinRows | null,
  context: { readonly isCounted: Counted; readonly known: readonly Cell[]; readonly acknowledged: readonly HonestRequest[] },
): { readonly report: ScenarioReport; readonly left: readonly Cell[] } {
  const { scenario, attack, found, atSeal, atReopening, recovered } = played;
  // Without a twin nothing is compared: then the rows stand for themselves, and no share is told.
  const rowsOf = (moment: Moment) => ({ attacked: moment.rows, twin: twin?.(moment.requests) ?? moment.rows });
  const after = rowsOf(atReopening);
  const before = atSeal ? rowsOf(atSeal) : after;
  const measured = measureRepair(before, after, context.isCounted, context.known);
  const isUndone = isRepaired(scenario) && twin !== null;
  const recall = isUndone ? ratio(measured.undone, measured.standing) : null;
  const precision = isUndone ? ratio(measured.changedOfAttack, measured.changed) : null;
  const honestKept = twin === null ? null : ratio(measured.honest.kept, measured.honest.cells);
  const reattackSucceeded = played.again.filter(({ succeeded }) => succeeded).length;
  const isExact = (recall ?? 1) === 1 && (precision ?? 1) === 1 && (honestKept ?? 1) === 1;
  const report = {
    name: scenario.name,
    question: scenario.question,
    way: scenario.way,
    isAttributable: scenario.isAttributable,
    historyMs: played.historyMs,
    rule: found.rule,
    findingMs: found.findingMs,
    attackChanges: played.attackTransactions.reduce((sum, { changes }) => sum + changes, 0),
    attackCells: isUndone ? measured.standing : 0,
    recall,
    precision,
    honestKept,
    dependents: scoreDependents(played, measured.left),
    exposureMs: played.exposureMs,
    reattackTried: played.again.length,
    reattackSucceeded,
    reattacks: played.again,
    window: played.window,
    adopted: played.adopted,
    hole: tellHole(played),
    takenBackWithIt: listTakenBack(played, context.acknowledged).length,
    sealMs: played.sealed ? Math.round(played.sealed.tookMs) : null,
    reopenMs: played.reopenMs,
    humanMs: Math.round(recovered?.humanMs ?? 0),
    steps: (recovered?.recovery.steps ?? []).map(({ step, startedAt, endedAt, detail }) => ({
      step,
      tookMs: endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : 0,
      detail,
    })),
    left: measured.left.slice(0, CELLS_SHOWN).map(({ table, key, column }) => `${table} ${key} ${column}`),
    details: { ...attack.details, rowsByAttackersAccount: attack.rows },
    isPassed: isPassed(played, reattackSucceeded, isExact, honestKept),
  };
  return { report: { ...report, explanations: explain(report) }, left: [...context.known, ...measured.left] };
}

/** Where nothing tells whose writes are whose, the listed window must hold the attack; of an adopted application all must be back. */
function isPassed(
  { scenario, window, adopted }: Played,
  reattackSucceeded: number,
  isExact: boolean,
  honestKept: number | null,
): boolean {
  if (reattackSucceeded > 0) return false;
  if (adopted) {
    const isBack = adopted.rowsBack === adopted.rows && adopted.lost.length === 0 && adopted.acknowledged > 0;
    return isBack && adopted.notPromised.length > 0 && window?.isListed === true && (honestKept ?? 1) === 1;
  }
  return scenario.isAttributable ? isExact : window?.isListed === true;
}

function tellHole({ recovered }: Played): ScenarioReport['hole'] {
  const hole = recovered?.recovery.awaiting?.diff?.hole;
  if (!hole) return null;
  const { sessions, accounts, addresses, routes } = hole.blocks;
  const counted = [
    ['sessions refused', sessions.length],
    ['accounts sign in anew', accounts.length],
    ['addresses refused', addresses.length],
    ['secrets replaced', hole.rotated.length],
  ] as const;
  const closed = [
    ...counted.filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what}`),
    ...(routes.length > 0 ? [`routes closed: ${routes.join(', ')}`] : []),
    ...(hole.build ? ['a patched build'] : []),
  ];
  return { closed, refused: hole.replay?.refused ?? 0, replayed: hole.replay?.requests ?? 0 };
}

/** Honest requests whose transactions were in the scope where nothing told them from the attack. */
export function listTakenBack(played: Played, acknowledged: readonly HonestRequest[]): HonestRequest[] {
  if (played.scenario.isAttributable || !isRepaired(played.scenario)) return [];
  const gone = new Set(played.attackTransactions.map(({ tokens }) => tokens[0]?.claims?.requestId ?? ''));
  return acknowledged.filter(({ requestId }) => gone.has(requestId));
}

/** Which honest transactions the plan listed, against those that changed rows which the attack had changed. */
function scoreDependents(played: Played, left: readonly Cell[]): ScenarioReport['dependents'] {
  const listed = new Map<string, HonestRequest>();
  for (const { by } of played.dependents) {
    const request = by ? played.honestTransactions.get(nameTransaction(by)) : undefined;
    if (request) listed.set(request.requestId, request);
  }
  const isTouched = ({ intent }: HonestRequest) =>
    played.onTop.some((request) => request.intent.slug === intent.slug) || left.some(({ key }) => key.startsWith(intent.slug));
  const expected = played.expected.map(({ requestId }) => requestId);
  const repair = played.recovered?.recovery.awaiting?.diff?.repair;
  const reasons: Record<string, number> = {};
  for (const { reason } of played.dependents) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return {
    listed: listed.size,
    expected: expected.length,
    recall: ratio(expected.filter((id) => listed.has(id)).length, expected.length),
    precision: ratio([...listed.values()].filter(isTouched).length, listed.size),
    named: repair?.dependentCount ?? 0,
    reasons,
    told: played.dependents.slice(0, DEPENDENTS_SHOWN).map(tellDependent),
    effectsOutside: repair?.effectsOutside ?? 0,
  };
}
