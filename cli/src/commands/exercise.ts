import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EstateError, wholeNumber } from '@bulkhead/kernel';
import type { EstatePaths } from '#estate/paths.ts';
import { getRunningEstate, type RunningEstate } from '#estate/run.ts';
import { conclude, type TwinTold } from '#exercise/conclusion.ts';
import { Builds } from '#exercise/implant/builds.ts';
import { replayRegistry } from '#exercise/registry-twin.ts';
import { type ExerciseReport, writeMarkdown, writeReport } from '#exercise/report.ts';
import type { Snapshot } from '#exercise/rows.store.ts';
import { COMPARTMENT, isOfRegistry, LIBRARY, needsOwnEstate, type Scenario } from '#exercise/scenario/scenario.ts';
import { SCENARIOS } from '#exercise/scenario/scenarios.ts';
import { describeOrigin, inRegistry, readRegistryOf, readWebsite, type Story, type Told, tellStory } from '#exercise/story.ts';
import { replayHonest } from '#exercise/twin.ts';
import { startEstate } from '#site/estate.ts';
import { findFreePort } from '#site/port.ts';
import { type Command, EXIT, type Given, JSON_OPTION, type Surroundings, textOf } from '../command.ts';

const NAMES = SCENARIOS.map(({ name }) => name);
const MOST_HONEST = 100_000;
const RECORDS = 200;
const MOST_RECORDS = 5000;

export const command: Command = {
  summary: 'Attack a sample estate by the clock, take the attacks back, and report what was undone, kept and lost.',
  words: '',
  count: [0, 0],
  options: {
    seed: { type: 'string', value: 'number', help: 'equal seeds give equal stories; 1 unless told' },
    scenario: { type: 'string', value: 'names', help: `only these, joined by commas: ${NAMES.join(', ')}` },
    honest: { type: 'string', value: 'number', help: 'honest requests at the least, such as 10000; as many as come unless told' },
    records: {
      type: 'string',
      value: 'number',
      help: `records of the registry that one officer's session alters, among ten times as many honest changes; ${RECORDS} unless told, ${MOST_RECORDS} at most`,
    },
    running: { type: 'boolean', help: 'against the running sample estate: only what needs no build and no twin' },
    markdown: { type: 'boolean', help: "print the README's table, and tell the whole report beside it" },
    json: JSON_OPTION,
  },
  details: `
Simulated people read, edit, review and publish all the time, before each attack, on top of it and after it. Each
scenario is found, sealed, taken back, and tried again after reopening. Then a twin estate without any attack goes
through the same honest requests, and both are compared row by row. Effects only, against samples on this machine:
any other estate is refused.

Exit code 0 only if nothing acknowledged was lost, no public read failed, no unverified byte was served, nothing was
written after a seal; if recall, precision and what honest people did are whole where attribution is possible, and
the listed window holds every attack change where it is not; and if no attack worked again.

Examples:
  bulkhead exercise
  bulkhead exercise --scenario defacement --seed 7
  bulkhead exercise --honest 10000 --markdown
  bulkhead exercise --scenario officer --records 5000
  bulkhead exercise --scenario import`,
  run: async (given, surroundings) => {
    const report = await exercise(given, surroundings);
    const print = given.options['markdown'] ? writeMarkdown : writeReport;
    if (given.options['json']) surroundings.print(JSON.stringify(report));
    else for (const line of print(report)) surroundings.print(line);
    if (given.options['markdown']) for (const line of writeReport(report)) surroundings.tell(line);
    return report.isPassed ? EXIT.done : EXIT.failed;
  },
};

async function exercise(given: Given, surroundings: Surroundings): Promise<ExerciseReport> {
  const begunMs = performance.now();
  const seed = readCount(given, 'seed', 1, 999_999_999);
  const honest = readCount(given, 'honest', 0, MOST_HONEST);
  const records = readCount(given, 'records', RECORDS, MOST_RECORDS);
  const tell = (line: string) => surroundings.tell(`${clock(performance.now() - begunMs)}  ${line}`);
  const { now, paths } = surroundings;
  if (given.options['running']) {
    const scenarios = readRunningScenarios(given);
    const told = await tellStory({
      running: await getRunningEstate(paths),
      paths,
      scenarios,
      builds: undefined,
      seed,
      honest,
      records,
      now,
      tell,
    });
    return conclude(told, null, { seed, tookMs: performance.now() - begunMs });
  }
  return inTemporaryDirectory(async (directory, stopAsked) => {
    const at = { surroundings: { ...surroundings, tell }, directory, stopAsked };
    const story = { scenarios: readScenarios(given), seed, honest, records, now, tell };
    const told = await playAttacked(at, story);
    tell('the twin: the same people, the same honest requests, no attack');
    const twin = await playTwin(at, told);
    return conclude(told, twin, { seed, tookMs: performance.now() - begunMs });
  });
}

type At = { readonly surroundings: Surroundings; readonly directory: string; readonly stopAsked: AbortSignal };

async function playAttacked(at: At, story: Omit<Story, 'running' | 'paths' | 'builds'>): Promise<Told> {
  const paths = pathsIn(at, 'attacked');
  const builds = await Builds.make(join(at.directory, 'builds'), paths);
  const isAdopting = story.scenarios.some(({ compartment }) => compartment === LIBRARY);
  const adopted = isAdopting ? [join(paths.checkout, 'examples', LIBRARY, 'bulkhead.json')] : [];
  const compartments = listOwn(story.scenarios);
  return onEstate(at, paths, { builds: { website: builds.directoryOf('first') }, adopted, compartments }, (running) =>
    tellStory({ ...story, running, paths, builds, stopAsked: at.stopAsked }),
  );
}

/** The compartments of ours that scenarios are about: an estate of the exercise has no others. */
function listOwn(scenarios: readonly Scenario[]): string[] {
  const own = scenarios.filter(isOfRegistry).map(({ compartment = '' }) => compartment);
  return ['identity', COMPARTMENT, ...new Set(own)];
}

async function playTwin(at: At, { played, requests, registry }: Told): Promise<TwinTold> {
  const paths = pathsIn(at, 'twin');
  const { now, tell } = at.surroundings;
  const momentsOf = (isWanted: (scenario: Scenario) => boolean) =>
    played
      .filter(({ scenario }) => isWanted(scenario))
      .flatMap(({ atSeal, atReopening }) => [atReopening.requests, ...(atSeal ? [atSeal.requests] : [])]);
  const compartments = listOwn(played.map(({ scenario }) => scenario));
  return onEstate(at, paths, { compartments }, async (running) => {
    const origin = await describeOrigin(running, now);
    const website = await replayHonest({
      origin,
      requests,
      moments: momentsOf((scenario) => !isOfRegistry(scenario)),
      readRows: () => readWebsite({ running, paths }),
      tell,
    });
    if (!registry) return { rows: twinRows(website.rows), registry: null, refused: website.refused };
    const own = await replayRegistry({
      origin: inRegistry(running, origin),
      requests: registry.acknowledged,
      moments: momentsOf(isOfRegistry),
      readRows: () => readRegistryOf({ running, paths }),
      tell,
    });
    return { rows: twinRows(website.rows), registry: twinRows(own.rows), refused: [...website.refused, ...own.refused] };
  });
}

function twinRows(rows: ReadonlyMap<number, Snapshot>): (requests: number) => Snapshot {
  return (count) => {
    const found = rows.get(count);
    if (found) return found;
    throw new EstateError('process.unhealthy', `comparing with the twin: its rows after ${count} requests were not read`);
  };
}

/** An estate for this exercise alone, on free ports and in a directory of its own, stopped at the end. */
async function onEstate<Result>(
  { surroundings, stopAsked }: At,
  paths: EstatePaths,
  given: { readonly builds?: Readonly<Record<string, string>>; readonly adopted?: string[]; readonly compartments: string[] },
  use: (running: RunningEstate) => Promise<Result>,
): Promise<Result> {
  const { postgres } = surroundings.configuration;
  const configuration = {
    file: null,
    sample: true,
    port: await findFreePort(),
    statusPort: await findFreePort(),
    ...given,
    ...(postgres ? { postgres } : {}),
  };
  const started = await startEstate({ ...surroundings, configuration, paths }, stopAsked);
  try {
    return await Promise.race([use(started), untilAborted(stopAsked)]);
  } finally {
    await started.stop();
  }
}

async function inTemporaryDirectory<Result>(
  use: (directory: string, stopAsked: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'bhx-'));
  await chmod(directory, 0o711);
  const stopAsked = new AbortController();
  const onSignal = () => stopAsked.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    return await use(directory, stopAsked.signal);
  } finally {
    process.removeListener('SIGINT', onSignal).removeListener('SIGTERM', onSignal);
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

function pathsIn({ directory, surroundings }: At, name: 'attacked' | 'twin'): EstatePaths {
  // Short: sockets live below it.
  const run = name === 'twin' ? 'rt' : 'ra';
  return { checkout: surroundings.paths.checkout, data: join(directory, name), runtime: join(directory, run) };
}

function readScenarios(given: Given): readonly Scenario[] {
  const text = textOf(given, 'scenario');
  if (text === undefined) return SCENARIOS;
  const wanted = text.split(',').map((name) => name.trim());
  for (const name of wanted)
    if (!NAMES.includes(name))
      throw new EstateError(
        'input.invalid',
        `reading --scenario ${name}: there are ${NAMES.join(', ')}; for example --scenario defacement`,
      );
  return SCENARIOS.filter(({ name }) => wanted.includes(name));
}

/** In an estate that was there before, only what needs no build, no twin and no adopted application. */
function readRunningScenarios(given: Given): readonly Scenario[] {
  const asked = readScenarios(given);
  const possible = asked.filter((scenario) => !needsOwnEstate(scenario));
  const left = asked.filter(needsOwnEstate).map(({ name }) => name);
  if (textOf(given, 'scenario') !== undefined && left.length > 0)
    throw new EstateError(
      'input.invalid',
      `reading --scenario ${left.join(',')}: with --running there are ${possibleNames()}; the others need an estate made for them`,
    );
  return possible;
}

function possibleNames(): string {
  return SCENARIOS.filter((scenario) => !needsOwnEstate(scenario))
    .map(({ name }) => name)
    .join(' and ');
}

function readCount(given: Given, option: string, otherwise: number, most: number): number {
  const parsed = wholeNumber(0, most).safeParse(textOf(given, option) ?? String(otherwise));
  if (parsed.success) return parsed.data;
  throw new EstateError(
    'input.invalid',
    `reading --${option}: it must be a whole number up to ${most}, for example --${option} 7`,
  );
}

function clock(ms: number): string {
  const seconds = ms / 1000;
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${(seconds % 60).toFixed(2).padStart(5, '0')}`;
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
