import { alignColumns } from '../table.ts';
import type { ScenarioReport } from './measures.ts';

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
  const { dependents, window } = scenario;
  const rows = [
    ['found', `after ${tellMs(scenario.findingMs)} by ${scenario.rule}`],
    ...(scenario.way === 'undo'
      ? [
          ['changed', `${scenario.attackChanges} rows by the attack, ${scenario.attackCells} cells still standing at the seal`],
          [
            'undone',
            `${tellShare(scenario.recall)} of them; ${tellShare(scenario.precision)} of what was changed back was the attack's`,
          ],
        ]
      : []),
    ['kept', `${tellShare(scenario.honestKept)} of what honest people did`],
    ...(scenario.way === 'undo'
      ? [['for a person', `${dependents.listed} honest changes on top of the attack listed, of ${dependents.expected}`]]
      : []),
    ...(window
      ? [
          [
            'window',
            `${window.isListed ? 'holds' : 'DOES NOT HOLD'} all of the attack; ${scenario.takenBackWithIt} honest requests went with it`,
          ],
        ]
      : []),
    ...(scenario.exposureMs > 0 ? [['public', `for ${tellMs(scenario.exposureMs)}`]] : []),
    ...(scenario.way === 'mended by itself'
      ? []
      : [['open again', `after ${tellMs(scenario.reopenMs)} of the machines' time; sealed in ${tellMs(scenario.sealMs ?? 0)}`]]),
    ...(scenario.reattackTried > 0
      ? [['again', `${scenario.reattackTried} tried, ${scenario.reattackSucceeded} succeeded`]]
      : []),
    ...(scenario.left.length > 0 ? [['left', scenario.left.slice(0, 5).join('; ')]] : []),
  ];
  return [
    '',
    `  ${scenario.isPassed ? 'PASSED' : 'NOT PASSED'}  ${scenario.name}: ${scenario.question}`,
    ...alignColumns(rows.map(([what = '', figure = '']) => [`    ${what}`, figure])),
  ];
}

/** The table of the README: a line a scenario. */
export function writeMarkdown(report: ExerciseReport): string[] {
  const rows = report.scenarios.map((scenario) => [
    `**${scenario.name}**: ${scenario.question}`,
    scenario.way === 'undo' ? `${scenario.attackChanges} rows` : '',
    `${tellMs(scenario.findingMs)}, \`${scenario.rule}\``,
    scenario.way === 'undo' ? tellShare(scenario.recall) : scenario.way === 'restore' ? 'restored' : scenario.way,
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

export function tellMs(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A share in percent; 100 % only if it is whole. */
function tellShare(share: number | null): string {
  if (share === null) return '–';
  return share === 1 ? '100 %' : `${Math.min(99.99, share * 100).toFixed(2)} %`;
}
