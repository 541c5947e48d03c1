import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { originUrl, type SiteStatus } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import { type EstatePaths, filesOf } from '#estate/paths.ts';
import type { RunningEstate } from '#estate/run.ts';
import { listSampleAccounts } from '#sample/accounts.ts';
import { askSite } from '#site/launch.ts';
import { ExerciseDesk } from './desk.ts';
import { EditionWitness } from './editions.ts';
import type { Builds } from './implant/builds.ts';
import { MARKER_FILE } from './implant/implant.ts';
import { livePages } from './live-pages.ts';
import { type LibraryCount, LibraryPeople } from './people/library.ts';
import { type HonestRequest, People } from './people/people.ts';
import type { Origin } from './people/staff.ts';
import { createCalm, type Played, play } from './play.ts';
import { createChance } from './random.ts';
import { Readers } from './readers.ts';
import { readRows, type Snapshot } from './rows.store.ts';
import { listTransactions } from './scenario/finding.ts';
import { COMPARTMENT, isRepaired, LIBRARY, type Scenario, type Stage } from './scenario/scenario.ts';

export type Story = {
  readonly running: RunningEstate;
  readonly paths: EstatePaths;
  readonly scenarios: readonly Scenario[];
  /** Builds of the website that the exercise lets run; none in an estate that was there before. */
  readonly builds: Builds | undefined;
  readonly seed: number;
  /** How many honest requests are to be answered at the least. */
  readonly honest: number;
  readonly now: Now;
  readonly tell: (line: string) => void;
  /** Ends the story before its end. */
  readonly stopAsked?: AbortSignal | undefined;
};

/** What was played in the attacked estate, and what honest people did in it, in the order of its commits. */
export type Told = {
  readonly startedAt: Date;
  readonly boundary: SiteStatus['boundary'];
  readonly played: readonly Played[];
  readonly requests: readonly HonestRequest[];
  readonly inDoubt: ReadonlySet<string>;
  readonly refused: number;
  readonly read: Readers['count'];
  /** What people of the adopted library did; null where none was adopted. */
  readonly library: LibraryCount | null;
  /** Rows at the very end. */
  readonly rows: Snapshot;
};

/** Plays all scenarios against a running sample estate, one after the other. @throws EstateError `estate.not_a_sample` */
export async function tellStory(story: Story): Promise<Told> {
  const { running, paths, seed, now, tell } = story;
  if (!running.estate.isSample)
    throw new EstateError('estate.not_a_sample', 'exercising: this estate is not a sample; exercises attack samples only');
  const startedAt = now();
  const boundary = (await getStatus(running)).boundary;
  const markerFile = join(filesOf(paths).headquarters.directory, 'public', MARKER_FILE);
  await writeFile(markerFile, JSON.stringify({ startedAt, seed }), { mode: 0o644 });
  const witness = await EditionWitness.create(filesOf(paths), join(paths.runtime, 'offsite', 'publisher.sock'), running.desk);
  await witness.follow(COMPARTMENT);
  const origin = await describeOrigin(running, now);
  const label = `exercise-${seed}-${startedAt.getTime().toString(36)}`;
  const people = await People.gather({ ...origin, chance: createChance(seed + 1), label, wanted: story.honest });
  const readers = new Readers({
    witness,
    origin: originUrl(running.estate, 'www'),
    isLive: livePages(running.estate, 'www'),
    address: running.estate.listenAddress,
    chance: createChance(seed + 2),
    ...(origin.certificates ? { certificates: origin.certificates } : {}),
  });
  const library = await joinLibrary(story, origin, label);
  people.work();
  library?.work();
  tell(`people read, sign in, edit, review and publish${library ? ', and lend books' : ''}`);
  try {
    const desk = await ExerciseDesk.create(running.desk, filesOf(paths).operators, { now, stopAsked: story.stopAsked });
    const played: Played[] = [];
    const calm = createCalm(people, listShares(story));
    for (const scenario of story.scenarios) {
      const mark = `mark-${scenario.name}-${startedAt.getTime().toString(36)}`;
      const boards = isRepaired(scenario) ? await people.beginBoards(scenario.name) : [];
      const nextBuild: Stage['nextBuild'] = async (patch) => story.builds?.describe(patch);
      const compartment = scenario.compartment ?? COMPARTMENT;
      const shared = { running, paths, desk, witness, people, library, readers, now, tell, nextBuild, compartment };
      const chance = createChance(seed + 3 + played.length);
      played.push(await play(scenario, { ...shared, ...origin, certificates: origin.certificates, chance, mark, boards }, calm));
    }
    await people.stop();
    await library?.stop();
    const read = await readers.stop();
    const { acknowledged, inDoubt, refused } = people.count;
    const requests = await orderByCommit(running, acknowledged, played);
    const rows = await readWebsite({ running, paths });
    return { startedAt, boundary, played, requests, inDoubt, refused, read, library: library?.count ?? null, rows };
  } finally {
    await rm(markerFile, { force: true });
    await people.stop();
    people.staff.leave();
    await library?.stop();
    await readers.stop();
    witness.stop();
  }
}

/** Members of the library, where a scenario is about it. */
async function joinLibrary({ running, scenarios }: Story, origin: Origin, label: string): Promise<LibraryPeople | undefined> {
  if (!scenarios.some(({ compartment }) => compartment === LIBRARY)) return undefined;
  const { address, certificates } = origin;
  return LibraryPeople.join({ origin: originUrl(running.estate, 'library'), address, certificates, label });
}

/** Where the people of an estate go, and who they are. */
export async function describeOrigin(running: RunningEstate, now: Now): Promise<Origin> {
  return {
    origin: originUrl(running.estate, 'newsroom'),
    address: running.estate.listenAddress,
    accounts: await listSampleAccounts(running.headquarters),
    now,
    certificates: running.estate.tls ? await readFile(running.estate.tls.certificateFile, 'utf8') : undefined,
  };
}

/** All rows of the website, without what its manifest declares volatile. */
export function readWebsite({ running, paths }: Pick<Story, 'running' | 'paths'>): Promise<Snapshot> {
  const own = running.estate.compartments.find(({ manifest }) => manifest.name === COMPARTMENT);
  return readRows(paths, own?.manifest.repair?.volatile ?? []);
}

/** Honest requests to be answered by the end of each calm: two for each scenario. */
function listShares({ honest, scenarios }: Story): number[] {
  const calms = scenarios.length * 2;
  return Array.from({ length: calms }, (_, at) => Math.ceil((honest * (at + 1)) / calms));
}

/**
 * Honest requests as the database committed them; moments stay where they were. Where history does not know a request,
 * the order of answers stands.
 */
async function orderByCommit(
  running: RunningEstate,
  acknowledged: readonly HonestRequest[],
  played: readonly Played[],
): Promise<HonestRequest[]> {
  if (!played.some(({ scenario }) => isRepaired(scenario))) return [...acknowledged];
  const transactions = await listTransactions({ running, compartment: COMPARTMENT }, {});
  const place = new Map(transactions.map(({ tokens, sequence }) => [tokens[0]?.claims?.requestId ?? '', sequence]));
  const cuts = [0, ...played.flatMap(({ atSeal, atReopening }) => [atSeal?.requests ?? 0, atReopening.requests])];
  const ordered: HonestRequest[] = [];
  for (const [at, from] of cuts.toSorted((one, other) => one - other).entries()) {
    const to = cuts.toSorted((one, other) => one - other)[at + 1] ?? acknowledged.length;
    const part = acknowledged.slice(from, to);
    const isKnown = part.every(({ requestId }) => place.has(requestId));
    const byPlace = (one: HonestRequest, other: HonestRequest) =>
      (place.get(one.requestId) ?? 0) - (place.get(other.requestId) ?? 0);
    ordered.push(...(isKnown ? part.toSorted(byPlace) : part));
  }
  return ordered;
}

async function getStatus(running: RunningEstate): Promise<SiteStatus> {
  const status = await askSite(running.headquarters);
  if (!status) throw new EstateError('wire.unreachable', 'asking headquarters for its state');
  return status;
}
