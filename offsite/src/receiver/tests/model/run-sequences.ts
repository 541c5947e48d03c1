import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { type Deed, Sequence } from './sequence.ts';

/** In memory, where there is such a place: a sequence is about what is written when, not about a disk's speed. */
const MEMORY = '/dev/shm';
/** One of so many lies on a real disk, where syncing takes its time. */
const EVERY_ON_DISK = 8;
/** In one of so many whole segments are filled, packed and read, which costs more than all else. */
const EVERY_WITH_SEGMENTS = 4;

export type Tally = {
  readonly sequences: number;
  readonly restores: number;
  readonly acknowledgedBytes: number;
  readonly deeds: Readonly<Partial<Record<Deed, number>>>;
  readonly failures: readonly { readonly seed: number; readonly error: string }[];
};

/** Runs the sequences of some seeds, several at a time: most of each is waiting. */
export async function runSequences(options: {
  readonly seeds: Iterable<number>;
  readonly steps: number;
  readonly atOnce: number;
  readonly onDone?: (done: number) => void;
}): Promise<Tally> {
  const root = await mkdtemp(join(tmpdir(), 'bhs-'));
  const memory = existsSync(MEMORY) ? await mkdtemp(join(MEMORY, 'bhs-')) : root;
  const outcomes: Omit<Tally, 'failures'>[] = [];
  const failures: { seed: number; error: string }[] = [];
  const seeds = options.seeds[Symbol.iterator]();
  const work = async () => {
    for (let next = seeds.next(); !next.done; next = seeds.next()) {
      const seed = next.value;
      const place = join(seed % EVERY_ON_DISK === 0 ? root : memory, String(seed));
      const weights = seed % EVERY_WITH_SEGMENTS === 0 ? {} : { 'fill a segment': 0 };
      await new Sequence(seed, place, weights).run(options.steps).then(
        (outcome) => outcomes.push({ sequences: 1, ...outcome }),
        (error: unknown) => failures.push({ seed, error: inspect(error, { depth: 8 }) }),
      );
      options.onDone?.(outcomes.length + failures.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: options.atOnce }, work));
  } finally {
    for (const place of new Set([root, memory])) await rm(place, { recursive: true, force: true, maxRetries: 5 });
  }
  return { ...sum(outcomes), failures };
}

/** What the outcomes come to. */
export function sum(outcomes: readonly Omit<Tally, 'failures'>[]): Omit<Tally, 'failures'> {
  const deeds: Partial<Record<Deed, number>> = {};
  for (const outcome of outcomes) {
    for (const [deed, times] of Object.entries(outcome.deeds) as [Deed, number][]) deeds[deed] = (deeds[deed] ?? 0) + times;
  }
  const total = (count: (outcome: Omit<Tally, 'failures'>) => number) =>
    outcomes.reduce((whole, outcome) => whole + count(outcome), 0);
  return {
    sequences: total(({ sequences }) => sequences),
    restores: total(({ restores }) => restores),
    acknowledgedBytes: total(({ acknowledgedBytes }) => acknowledgedBytes),
    deeds,
  };
}
