import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EstateError, wholeNumber } from '@bulkhead/kernel';
import type { EstatePaths } from '#estate/paths.ts';
import { getRunningEstate, type RunningEstate } from '#estate/run.ts';
import { type ExerciseReport, writeReport } from '#exercise/report.ts';
import { tellStory } from '#exercise/story.ts';
import { startEstate } from '#site/estate.ts';
import { findFreePort } from '#site/port.ts';
import { type Command, EXIT, JSON_OPTION, type Surroundings, textOf } from '../command.ts';

export const command: Command = {
  summary: 'Attack a sample estate by the clock, recover it, and report what was lost: it should be nothing.',
  words: '',
  count: [0, 0],
  options: {
    seed: { type: 'string', value: 'number', help: 'equal seeds give equal stories; 1 unless told' },
    running: { type: 'boolean', help: 'against the running sample estate, instead of a temporary one of its own' },
    json: JSON_OPTION,
  },
  details: `
Simulated people read, edit, review and publish all the time. Then edition files at headquarters are defaced on
disk; then a wiper kills the website's processes, deletes its database and blobs, and tries with all that
headquarters holds to alter what is off-site. Bulkhead notices, seals, restores, verifies and reopens; two
simulated operators approve. Effects only, against a sample on this machine: any other estate is refused.
Exit code 0 only if lost writes, failed reads, unverified bytes and writes after the seal are all 0.`,
  run: async (given, surroundings) => {
    const seed = readSeed(textOf(given, 'seed'));
    const isQuiet = given.options['json'] === true;
    const story = (running: RunningEstate, paths: EstatePaths) =>
      tellStory({ running, paths, seed, now: surroundings.now, tell: isQuiet ? () => undefined : surroundings.tell });
    const report = given.options['running']
      ? await story(await getRunningEstate(surroundings.paths), surroundings.paths)
      : await onTemporaryEstate(surroundings, isQuiet, story);
    if (isQuiet) surroundings.print(JSON.stringify(report));
    else for (const line of writeReport(report)) surroundings.print(line);
    return report.isPassed ? EXIT.done : EXIT.failed;
  },
};

function readSeed(given: string | undefined): number {
  const parsed = wholeNumber(0, 999_999_999).safeParse(given ?? '1');
  if (parsed.success) return parsed.data;
  throw new EstateError('input.invalid', 'reading --seed: it must be a whole number up to 999999999, for example --seed 7');
}

/** An estate for this exercise alone, on free ports and in a temporary directory, removed at the end. */
async function onTemporaryEstate(
  surroundings: Surroundings,
  isQuiet: boolean,
  story: (running: RunningEstate, paths: EstatePaths) => Promise<ExerciseReport>,
): Promise<ExerciseReport> {
  const directory = await mkdtemp(join(tmpdir(), 'bhx-'));
  await chmod(directory, 0o711);
  const paths = { checkout: surroundings.paths.checkout, data: join(directory, 'data'), runtime: join(directory, 'run') };
  const configuration = {
    file: null,
    sample: true,
    port: await findFreePort(),
    statusPort: await findFreePort(),
    ...(surroundings.configuration.postgres ? { postgres: surroundings.configuration.postgres } : {}),
  };
  const stopAsked = new AbortController();
  const onSignal = () => stopAsked.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const started = await startEstate(
      { ...surroundings, configuration, paths, tell: isQuiet ? () => undefined : surroundings.tell },
      stopAsked.signal,
    );
    try {
      return await Promise.race([story(started, paths), untilAborted(stopAsked.signal)]);
    } finally {
      await started.stop();
    }
  } finally {
    process.removeListener('SIGINT', onSignal).removeListener('SIGTERM', onSignal);
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener(
      'abort',
      () => reject(new EstateError('process.start_failed', 'exercising: asked to stop before the end')),
      { once: true },
    );
  });
}
