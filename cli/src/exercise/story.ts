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
import type { HonestRequest, PeopleCount } from './people/at-work.ts';
import { type LibraryCount, LibraryPeople } from './people/library.ts';
import { People } from './people/people.ts';
import { Registrars, type Size } from './people/registrars.ts';
import { REGISTRY } from './people/registry-staff.ts';
import type { Origin } from './people/staff.ts';
import { createCalm, type Played, play } from './play.ts';
import { createChance } from './random.ts';
import { Readers } from './readers.ts';
import { readRegistry } from './registry-rows.store.ts';
import { readRows, type Snapshot } from './rows.store.ts';
import { listTransactions } from './scenario/finding.ts';
import { COMPARTMENT, isOfRegistry, isRepaired, LIBRARY, type Scenario, type Stage } from './scenario/scenario.ts';

export type Story = {
  readonly running: RunningEstate;
  readonly paths: EstatePaths;
  readonly scenarios: readonly Scenario[];
  /** Builds of the website that the exercise lets run; none in an estate that was there before. */
  readonly builds: Builds | undefined;
  readonly seed: number;
  /** How many honest requests are to be answered at the least. */
  readonly honest: number;
  /** How many records of the registry one officer's session alters, about. */
  readonly records: number;
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
  /** What people of the registry did; null where no scenario is about it. */
  readonly registry: (PeopleCount & { readonly rows: Snapshot }) | null;
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
  const readOwn = () => readWebsite({ running, paths });
  const people = await People.gather({
    ...origin,
    chance: createChance(seed + 1),
    label,
    wanted: story.honest,
    readRows: readOwn,
  });
  const readers = new Readers({
    witness,
    origin: originUrl(running.estate, 'www'),
    isLive: livePages(running.estate, 'www'),
    address: running.estate.listenAddress,
    chance: createChance(seed + 2),
    ...(origin.certificates ? { certificates: origin.certificates } : {}),
  });
  const library = await joinLibrary(story, origin, label);
  const registrars = await gatherRegistrars(story, origin, label);
  if (story.scenarios.some((scenario) => !isOfRegistry(scenario))) people.begin();
  library?.work();
  tell(`people read, sign in, edit, review and publish${library ? ', and lend books' : ''}`);
  try {
    const desk = await ExerciseDesk.create(running.desk, filesOf(paths).operators, { now, stopAsked: story.stopAsked });
    const those = { people, library, registrars, readers, desk, witness, ...origin, certificates: origin.certificates };
    const played = await playAll(story, those, startedAt);
    await people.atWork.stop();
    await library?.stop();
    const read = await readers.stop();
    const { acknowledged, inDoubt, refused } = people.atWork.count;
    const requests = await orderByCommit(running, acknowledged, played);
    const registry = registrars ? { ...registrars.atWork.count, rows: await registrars.readRows() } : null;
    const others = { library: library?.count ?? null, registry };
    return { startedAt, boundary, played, requests, inDoubt, refused, read, ...others, rows: await readOwn() };
  } finally {
    await rm(markerFile, { force: true });
    await people.atWork.stop();
    people.staff.leave();
    await registrars?.atWork.stop();
    registrars?.staff.leave();
    await library?.stop();
    await readers.stop();
    witness.stop();
  }
}

type Everybody = Omit<
  Stage,
  'running' | 'paths' | 'now' | 'tell' | 'nextBuild' | 'compartment' | 'crew' | 'chance' | 'mark' | 'boards'
>;

async function playAll(story: Story, those: Everybody, startedAt: Date): Promise<Played[]> {
  const { running, paths, now, tell, seed } = story;
  const { people, registrars } = those;
  const played: Played[] = [];
  const calm = createCalm(() => people.atWork.count.acknowledged.length, listShares(story), story);
  const nextBuild: Stage['nextBuild'] = async (patch) => story.builds?.describe(patch);
  for (const scenario of story.scenarios) {
    const mark = `mark-${scenario.name}-${startedAt.getTime().toString(36)}`;
    const compartment = scenario.compartment ?? COMPARTMENT;
    const shared = { running, paths, now, tell, nextBuild, compartment, mark, chance: createChance(seed + 3 + played.length) };
    if (scenario.registrySize && registrars) {
      const size = scenario.registrySize(story.records);
      // Nobody changes thousands of records while others are attacked, and the newsroom rests meanwhile.
      await people.atWork.pause();
      registrars.begin(size);
      const stage = { ...those, ...shared, crew: registrars, boards: [] };
      played.push(
        await play(
          scenario,
          stage,
          createCalm(() => registrars.answered, sharesOf(size), story),
        ),
      );
      await registrars.atWork.stop();
      people.atWork.goOn();
      continue;
    }
    const boards = isRepaired(scenario) ? await people.beginBoards(scenario.name) : [];
    played.push(await play(scenario, { ...those, ...shared, crew: people, boards }, calm));
  }
  return played;
}

/** Members of the library, where a scenario is about it. */
async function joinLibrary({ running, scenarios }: Story, origin: Origin, label: string): Promise<LibraryPeople | undefined> {
  if (!scenarios.some(({ compartment }) => compartment === LIBRARY)) return undefined;
  const { address, certificates } = origin;
  return LibraryPeople.join({ origin: originUrl(running.estate, 'library'), address, certificates, label });
}

async function gatherRegistrars(story: Story, origin: Origin, label: string): Promise<Registrars | undefined> {
  const { running, paths, seed, scenarios } = story;
  if (!scenarios.some(isOfRegistry)) return undefined;
  return Registrars.gather({
    ...inRegistry(running, origin),
    chance: createChance(seed + 7),
    label,
    readRows: () => readRegistryOf({ running, paths }),
  });
}

/** Three quarters of what honest people do comes before the attack; the last of it after it was taken back. */
function sharesOf({ honest }: Size): number[] {
  return [Math.ceil(honest * 0.75), honest];
}

/** The same people, at the registry's door. */
export function inRegistry(running: RunningEstate, origin: Origin): Origin {
  return { ...origin, origin: originUrl(running.estate, REGISTRY) };
}

/** All rows of the registry that two runs of one story must have alike. */
export function readRegistryOf({ running, paths }: Pick<Story, 'running' | 'paths'>): Promise<Snapshot> {
  const own = running.estate.compartments.find(({ manifest }) => manifest.name === REGISTRY);
  return readRegistry(paths, own?.manifest.repair?.volatile ?? []);
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
  const calms = scenarios.filter((scenario) => !isOfRegistry(scenario)).length * 2;
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
  const own = played.filter(({ scenario }) => !isOfRegistry(scenario));
  if (!own.some(({ scenario }) => isRepaired(scenario))) return [...acknowledged];
  const transactions = await listTransactions({ running, compartment: COMPARTMENT }, {});
  const place = new Map(transactions.map(({ tokens, sequence }) => [tokens[0]?.claims?.requestId ?? '', sequence]));
  const cuts = [0, ...own.flatMap(({ atSeal, atReopening }) => [atSeal?.requests ?? 0, atReopening.requests])];
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
