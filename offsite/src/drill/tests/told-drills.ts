import type { composeReceipt } from '../receipt.rules.ts';

type Told = Parameters<typeof composeReceipt>[0];

/** A drill of which everything is told. */
export const DRILL = {
  id: 'd1a2b3c4d5e6',
  compartment: 'website',
  mode: 'full',
  seed: 7,
  requestedBy: 'schedule',
  organisation: 'Sample Maritime Organization',
  startedAt: new Date('2026-01-01T00:00:00Z'),
  endedAt: new Date('2026-01-01T00:00:05Z'),
  result: 'passed',
  sentence: 'website was restored.',
  outcome: {
    base: null,
    timeline: 1,
    targetLsn: null,
    acknowledgedLsn: '0/4000000',
    reachedLsn: '0/4000000',
    restoreMs: 4200,
    verifiedMs: 5100,
    rpoBytes: 0,
    rpoSeconds: 0.5,
    checks: [
      { name: 'page checksums', ok: true, detail: '  no\n fault ' },
      { name: 'a check', ok: true, detail: '' },
    ],
    blobs: { named: 1, read: 1, bytes: 10 },
    controls: [{ kind: 'segment', outcome: 'refused', detail: 'archive.damaged' }],
  },
} satisfies Told;

/** What checks, peers and people have said, or may say. */
const TEXTS = [
  '',
  ' ',
  '\n\t',
  'a line\nand another\r\n',
  `${'x'.repeat(999)} and more`,
  `${'x'.repeat(999)}🛟🛟`,
  '\ud83d alone',
  'منظمة بحرية',
  '国际海事组织',
  '\u0000\u0001',
  '\u2028',
  '"quoted" <b>&amp;</b> {{ insert: param }}',
];

/** Drills that ended in every way, with every text in every place. */
export const DRILLS: readonly Told[] = TEXTS.flatMap((text) =>
  (['passed', 'failed', 'not-believed'] as const).map((result) => ({
    ...DRILL,
    result,
    mode: result === 'passed' ? 'random' : 'full',
    seed: 2 ** 32 - 1,
    requestedBy: text,
    organisation: text,
    sentence: text,
    outcome: {
      ...DRILL.outcome,
      base: text,
      targetLsn: '0/1',
      acknowledgedLsn: null,
      reachedLsn: null,
      rpoBytes: null,
      rpoSeconds: null,
      checks: [{ name: text, ok: false, detail: text }],
      controls: (['refused', 'accepted', 'absent'] as const).map((outcome, at) => ({
        kind: (['segment', 'base', 'key'] as const)[at] ?? 'blob',
        outcome,
        detail: text,
      })),
    },
  })),
);
