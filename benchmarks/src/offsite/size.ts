/** How much is measured. The whole is for a quiet machine and takes hours; the quick one shows in minutes that all of it runs. */
export type Size = {
  /** Before each arm all is written to the disk and the system's cache is emptied: it is everybody's on this machine. */
  readonly isCold: boolean;
  readonly rounds: number;
  readonly database: { readonly rows: number; readonly changedShare: number };
  readonly files: { readonly count: number; readonly bytes: number; readonly largeBytes: number };
  readonly commit: { readonly roundTripsMs: readonly number[]; readonly writers: readonly number[]; readonly roundMs: number };
  readonly trials: number;
  readonly peerTrials: number;
};

/** Rows have about 1.1 kB: 1,750,000 are 2 GB, and changing a quarter of them writes 500 MB of WAL. */
const WHOLE: Size = {
  isCold: true,
  rounds: 3,
  database: { rows: 1_750_000, changedShare: 0.22 },
  files: { count: 20_000, bytes: 300_000_000, largeBytes: 5_000_000_000 },
  commit: { roundTripsMs: [0, 5, 20, 50], writers: [1, 8, 32], roundMs: 3000 },
  trials: 200,
  peerTrials: 20,
};

const QUICK: Size = {
  isCold: false,
  rounds: 1,
  database: { rows: 100_000, changedShare: 0.22 },
  files: { count: 500, bytes: 7_500_000, largeBytes: 120_000_000 },
  commit: { roundTripsMs: [0, 20], writers: [1, 8], roundMs: 1000 },
  trials: 3,
  peerTrials: 2,
};

export function chooseSize(asked: {
  readonly isQuick: boolean;
  readonly trials: number | undefined;
  readonly rounds: number | undefined;
}): Size {
  const size = asked.isQuick ? QUICK : WHOLE;
  const { rounds = size.rounds, trials } = asked;
  if (trials === undefined) return { ...size, rounds };
  return { ...size, rounds, trials, peerTrials: Math.max(1, Math.round(trials / 10)) };
}
