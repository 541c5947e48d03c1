import { alignColumns } from '../table.ts';
import type { ScenarioReport } from './measures.ts';
import { isRepaired } from './scenario/scenario.ts';

const DEPENDENTS_SHOWN = 3;

/** What an exercise came to: the object of `--json`. Times in milliseconds. */
export type ExerciseReport = {
  readonly seed: number;
  readonly isPassed: boolean;
  readonly startedAt: string;
  readonly tookMs: number;
  readonly boundaries: { readonly shown: 'api' | 'uid'; readonly sites: 'one machine'; readonly notShown: readonly string[] };
  readonly scenarios: readonly ScenarioReport[];
  readonly writesAfterSeal: number;
  /** Honest requests that were answered with yes. */
  readonly acknowledged: number;
  readonly lostAcknowledged: number;
  readonly lost: readonly string[];
  /** Writes whose answer never came: the connection was cut with the seal. */
  readonly inDoubt: number;
  readonly refused: number;
  /** Requests that the twin, which knew no attack, did not let through: they rested on the attack. */
  readonly refusedByTwin: number;
  readonly publicReads: number;
  readonly publicFailures: number;
  readonly unverifiedBytesServed: number;
  readonly readerFaults: readonly string[];
};

/** The report for a manager: what was tried, what came of it, and what it does not show. */
export function writeReport(report: ExerciseReport): string[] {
  const rows: string[][] = [
    ['Public pages read during the attacks', `${report.publicReads}, of which ${report.publicFailures} failed`],
    ['Bytes served that nobody had signed', String(report.unverifiedBytesServed)],
    ['Writes after a seal', String(report.writesAfterSeal)],
    ['Writes acknowledged, and lost', `${report.acknowledged}, ${report.lostAcknowledged} lost`],
    ['Writes refused, and not answered, while it was closed', `${report.refused}, ${report.inDoubt}`],
  ];
  return [
    '',
    report.isPassed
      ? 'PASSED: what was attacked is taken back, what honest people did is kept, nothing acknowledged is lost.'
      : 'NOT PASSED: see the scenarios and the figures below.',
    '',
    ...alignColumns(rows.map(([what = '', figure = '']) => [`  ${what}`, figure])),
    ...report.scenarios.flatMap(describeScenario),
    '',
    `  Boundary shown: ${report.boundaries.shown === 'uid' ? 'users of one machine' : 'interfaces of processes'}; not shown: ${report.boundaries.notShown.join('; ')}.`,
    ...[...report.lost, ...report.readerFaults].map((fault) => `  FAULT: ${fault}`),
    '',
    `  Seed ${report.seed}; the same story again: npm run exercise -- --seed ${report.seed}`,
    '',
  ];
}

function describeScenario(scenario: ScenarioReport): string[] {
  const { dependents, adopted } = scenario;
  const rows: readonly (readonly [string, string])[] = [
    ['found', `after ${tellMs(scenario.findingMs)} by ${scenario.rule}`],
    ...(isRepaired(scenario) ? describeRepair(scenario) : []),
    ...(adopted ? describeAdopted(adopted) : []),
    ['kept', `${tellShare(scenario.honestKept)} of what honest people did${adopted ? ' elsewhere meanwhile' : ''}`],
    ...(isRepaired(scenario) ? describeDependents(dependents) : []),
    ...(scenario.window ? [['window', describeWindow(scenario, scenario.window)] as const] : []),
    ...(scenario.exposureMs > 0 ? [['public', `for ${tellMs(scenario.exposureMs)}`] as const] : []),
    ...(scenario.way === 'mended by itself'
      ? []
      : [
          [
            'open again',
            `after ${tellMs(scenario.reopenMs)} of the machines' time; sealed in ${tellMs(scenario.sealMs ?? 0)}`,
          ] as const,
        ]),
    ...(scenario.hole && scenario.hole.closed.length > 0 ? [['the hole', describeHole(scenario.hole)] as const] : []),
    ...(scenario.reattackTried > 0
      ? [['again', `${scenario.reattackTried} tried, ${scenario.reattackSucceeded} succeeded`] as const]
      : []),
    ...(scenario.left.length > 0 ? [['left', scenario.left.slice(0, 5).join('; ')] as const] : []),
    ...scenario.explanations.map((why) => ['why', why] as const),
  ];
  return [
    '',
    `  ${scenario.isPassed ? 'PASSED' : 'NOT PASSED'}  ${scenario.name}: ${scenario.question}`,
    ...alignColumns(rows.map(([what, figure]) => [`    ${what}`, figure])),
  ];
}

function describeRepair({ way, attackChanges, attackCells, recall, precision }: ScenarioReport) {
  const how = way === 'redo' ? 'left out of what was done again' : 'undone';
  return [
    ['changed', `${attackChanges} rows by the attack, ${attackCells} cells still standing at the seal`],
    [how, `${tellShare(recall)} of them; ${tellShare(precision)} of what was changed back was the attack's`],
  ] as const;
}

function describeDependents({ listed, expected, named, reasons, told, effectsOutside }: ScenarioReport['dependents']) {
  const counted = Object.entries(reasons).map(([reason, count]) => `${count} ${reason}`);
  return [
    [
      'for a person',
      `${listed} honest changes on top of the attack listed, of ${expected}; ${named} things named in all${counted.length > 0 ? `: ${counted.join(', ')}` : ''}`,
    ],
    ...told.slice(0, DEPENDENTS_SHOWN).map((one) => ['', one] as const),
    [
      'outside',
      effectsOutside === 0 ? 'no effect that cannot be taken back' : `${effectsOutside} effects that cannot be taken back`,
    ],
  ] as const;
}

function describeAdopted(adopted: NonNullable<ScenarioReport['adopted']>) {
  const { level, rows, rowsBack, acknowledged, lost, refused, rowsOfAttack, notPromised } = adopted;
  return [
    [
      'back',
      `${rowsBack} of ${rows} rows as they stood; ${lost.length} of ${acknowledged} acknowledged requests lost, ${refused} refused`,
    ],
    ['not undone', `${rowsOfAttack} rows that the attack wrote before the seal: ${level} restores, and takes nothing back`],
    ...notPromised.map((sentence, at) => [at === 0 ? `not promised` : '', sentence] as const),
  ] as const;
}

function describeWindow(
  { isAttributable, takenBackWithIt }: ScenarioReport,
  window: NonNullable<ScenarioReport['window']>,
): string {
  const holds = `${window.isListed ? 'holds' : 'DOES NOT HOLD'} all of the attack, among ${window.transactions} transactions`;
  return isAttributable ? holds : `unattributable window: it ${holds}; ${takenBackWithIt} honest requests went with it`;
}

function describeHole({ closed, refused, replayed }: NonNullable<ScenarioReport['hole']>): string {
  return `${closed.join('; ')}${replayed > 0 ? `; ${refused} of ${replayed} recorded requests refused at the door` : ''}`;
}

/** The table of the README: a line a scenario. */
export function writeMarkdown(report: ExerciseReport): string[] {
  const rows = report.scenarios.map((scenario) => [
    `**${scenario.name}**: ${scenario.question}`,
    isRepaired(scenario) ? `${scenario.attackChanges} rows` : '',
    `${tellMs(scenario.findingMs)}, \`${scenario.rule}\``,
    tellTakenBack(scenario),
    tellShare(scenario.honestKept),
    scenario.way === 'mended by itself' ? '' : tellMs(scenario.reopenMs),
    scenario.reattackTried > 0 ? `${scenario.reattackSucceeded} of ${scenario.reattackTried}` : '',
  ]);
  const head = [
    'what the press asked',
    'changed',
    'found after, by',
    'undone',
    'honest kept',
    'open again after',
    'again: succeeded',
  ];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

function tellTakenBack({ way, recall }: ScenarioReport): string {
  if (way === 'undo') return tellShare(recall);
  if (way === 'redo') return `${tellShare(recall)}, all else done again`;
  return way === 'restore' ? 'restored' : way;
}

export function tellMs(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A share in percent; 100 % only if it is whole. */
function tellShare(share: number | null): string {
  if (share === null) return '–';
  return share === 1 ? '100 %' : `${Math.min(99.99, share * 100).toFixed(2)} %`;
}
