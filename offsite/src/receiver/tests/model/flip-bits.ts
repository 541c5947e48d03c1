import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge, listFiles, makeArchive, readFlipped } from './flipped.ts';
import { Seeded } from './seeded.ts';

const MEMORY = '/dev/shm';
/** What a restore is made of: a flip anywhere in it must be told. Anything else must at least change no answer. */
const IS_ARTEFACT = /\.(zst|enc|partial|history|tar)$|base\.json$|\/pack\//;

export type FlipTally = {
  readonly flips: number;
  readonly found: number;
  readonly harmless: number;
  /** Of which files, and at which byte: must be none. */
  readonly served: readonly string[];
  /** Flips in an artefact that nobody was told of: must be none. */
  readonly unseen: readonly string[];
};

/** Flips bits all over an archive, one at a time, and asks each damaged copy for everything. */
export async function flipBits(options: { readonly perFile: number; readonly seed: number }): Promise<FlipTally> {
  const root = await mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'bhf-'));
  const random = new Seeded(options.seed);
  const served: string[] = [];
  const unseen: string[] = [];
  const counts = { flips: 0, found: 0, harmless: 0 };
  try {
    const { directory, answers } = await makeArchive(root);
    for (const { path, bytes } of listFiles(directory)) {
      const step = bytes / Math.min(bytes, options.perFile);
      for (let from = 0; from < bytes; from += step) {
        const at = Math.min(bytes - 1, Math.floor(from + random.fraction() * step));
        const place = join(root, `c${(counts.flips += 1)}`);
        const damaged = await readFlipped({ directory, place }, { path, at, bit: random.between(0, 7) });
        const judged = judge(answers, damaged);
        for (const question of judged.served) served.push(`${path} at ${at}: ${question}`);
        if (!judged.isFound && IS_ARTEFACT.test(path)) unseen.push(`${path} at ${at}`);
        counts[judged.isFound ? 'found' : 'harmless'] += 1;
      }
    }
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  }
  return { ...counts, served, unseen };
}
