import type { DefacedOutcome } from './defaced.ts';
import type { WiperOutcome } from './wiper.ts';

/** What an exercise came to: the object of `--json`. Times in milliseconds. */
export type ExerciseReport = {
  readonly seed: number;
  readonly isPassed: boolean;
  readonly startedAt: string;
  readonly tookMs: number;
  readonly boundaries: { readonly shown: 'api' | 'uid'; readonly sites: 'one machine'; readonly notShown: readonly string[] };
  readonly scenarios: readonly (DefacedOutcome | WiperOutcome)[];
  readonly sealMs: number;
  readonly writesAfterSeal: number;
  readonly acknowledged: number;
  readonly lostAcknowledged: number;
  readonly lost: readonly string[];
  /** Writes whose answer never came: the connection was cut with the seal. */
  readonly inDoubt: number;
  readonly refused: number;
  readonly publicReads: number;
  readonly publicFailures: number;
  readonly unverifiedBytesServed: number;
  readonly readerFaults: readonly string[];
  /** From the attack to reopening, without the time that operators took. */
  readonly reopenMs: number;
  /** Of the simulated operators; apart, since people differ. */
  readonly humanMs: number;
  readonly steps: readonly { readonly step: string; readonly tookMs: number; readonly detail: string }[];
};

/** The report for a manager: what was tried, what came of it, and what it does not show. */
export function writeReport(report: ExerciseReport): string[] {
  const seconds = (ms: number) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
  const [defaced, wiper] = [
    report.scenarios.find(({ name }) => name === 'defaced-on-disk'),
    report.scenarios.find(({ name }) => name === 'wiper'),
  ];
  const rows: string[][] = [
    ['Public pages read during the attacks', `${report.publicReads}, of which ${report.publicFailures} failed`],
    ['Bytes served that nobody had signed', String(report.unverifiedBytesServed)],
    ['Defaced files at headquarters: noticed after', defaced ? seconds(defaced.findingMs) : 'not run'],
    ['Wiped database: noticed after', wiper ? seconds(wiper.findingMs) : 'not run'],
    ['Seal: from order to last effect', seconds(report.sealMs)],
    ['Writes after the seal', String(report.writesAfterSeal)],
    ['Writes acknowledged, and lost', `${report.acknowledged}, ${report.lostAcknowledged} lost`],
    [
      'Attempts to alter off-site with what headquarters holds',
      wiper && 'attempts' in wiper ? `${wiper.attempts}, of which ${wiper.refused} refused` : 'not run',
    ],
    ['Attack to reopening, without human time', seconds(report.reopenMs)],
    ['Human time (two simulated operators)', seconds(report.humanMs)],
  ];
  const lines = [
    '',
    report.isPassed
      ? 'PASSED: nothing acknowledged was lost, the public read throughout.'
      : 'NOT PASSED: see the figures that are not zero.',
    '',
  ];
  const width = Math.max(...rows.map(([what = '']) => what.length));
  lines.push(...rows.map(([what = '', figure = '']) => `  ${what.padEnd(width)}  ${figure}`));
  lines.push(
    '',
    '  Steps of the recovery:',
    ...report.steps.map(({ step, tookMs, detail }) => `    ${step.padEnd(10)} ${seconds(tookMs).padStart(8)}  ${detail}`),
  );
  lines.push(
    '',
    `  Boundary shown: ${report.boundaries.shown === 'uid' ? 'users of one machine' : 'interfaces of processes'}; not shown: ${report.boundaries.notShown.join('; ')}.`,
  );
  for (const fault of [...report.lost, ...report.readerFaults]) lines.push(`  FAULT: ${fault}`);
  lines.push('', `  Seed ${report.seed}; the same story again: npm run exercise -- --seed ${report.seed}`, '');
  return lines;
}
