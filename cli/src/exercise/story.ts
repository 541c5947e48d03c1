import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SiteStatus } from '@bulkhead/contracts';
import { originUrl, type Recovery } from '@bulkhead/contracts';
import { EstateError, type Now, sleepMs } from '@bulkhead/kernel';
import { type EstatePaths, filesOf } from '#estate/paths.ts';
import type { RunningEstate } from '#estate/run.ts';
import { listSampleAccounts } from '#sample/accounts.ts';
import { askSite } from '#site/launch.ts';
import { defaceOnDisk } from './defaced.ts';
import { ExerciseDesk } from './desk.ts';
import { EditionWitness } from './editions.ts';
import { listLost, People } from './people.ts';
import { createChance } from './random.ts';
import { Readers } from './readers.ts';
import type { ExerciseReport } from './report.ts';
import { type WiperOutcome, wipe } from './wiper.ts';

const COMPARTMENT = 'website';
/** Undisturbed work before, between and after the attacks. */
const CALM_MS = 3000;
/** How long a simulated operator looks before deciding. */
const LOOK_MS = 400;

export type Story = {
  readonly running: RunningEstate;
  readonly paths: EstatePaths;
  readonly seed: number;
  readonly now: Now;
  readonly tell: (line: string) => void;
};

/** Tells the whole story against a running sample estate and measures it. @throws EstateError `estate.not_a_sample` */
export async function tellStory(story: Story): Promise<ExerciseReport> {
  const { running, paths, seed, now } = story;
  if (!running.estate.isSample)
    throw new EstateError('estate.not_a_sample', 'exercising: this estate is not a sample; exercises attack samples only');
  const begunAt = performance.now();
  const startedAt = now();
  const tell = (line: string) => story.tell(`${clock(performance.now() - begunAt)}  ${line}`);
  const boundary = (await getStatus(running)).boundary;
  const chance = createChance(seed);
  const certificates = running.estate.tls ? await readFile(running.estate.tls.certificateFile, 'utf8') : undefined;
  const desk = await ExerciseDesk.create(running.desk, filesOf(paths).operators, now);
  const witness = await EditionWitness.create(filesOf(paths), join(paths.runtime, 'offsite', 'publisher.sock'));
  await witness.follow(COMPARTMENT);
  const address = running.estate.listenAddress;
  const people = await People.gather({
    origin: originUrl(running.estate, 'newsroom'),
    address,
    accounts: await listSampleAccounts(running.headquarters),
    chance: createChance(seed + 1),
    now,
    label: `exercise-${seed}-${startedAt.getTime().toString(36)}`,
    certificates,
  });
  const readers = new Readers({
    witness,
    origin: originUrl(running.estate, 'www'),
    address,
    chance: createChance(seed + 2),
    ...(certificates ? { certificates } : {}),
  });
  people.work();
  tell('people read, sign in, edit, review and publish');
  try {
    await sleepMs(CALM_MS);
    const editionDirectory = join(filesOf(paths).headquarters.directory, 'gateway', 'editions', COMPARTMENT);
    tell('attack: the published files at headquarters are defaced on disk');
    const defaced = await defaceOnDisk({ editionDirectory, desk, witness, chance, tell });
    await sleepMs(CALM_MS);
    tell('attack: a wiper');
    const attackedAt = performance.now();
    const wiper = await wipe({ compartment: COMPARTMENT, running, paths, desk, tell });
    const recovered = await recover(desk, tell);
    const reopenMs = performance.now() - attackedAt - recovered.humanMs;
    tell(`${COMPARTMENT} is open again after ${Math.round(reopenMs)} ms of the machines' time`);
    await sleepMs(CALM_MS);
    await people.stop();
    const read = await readers.stop();
    tell('every acknowledged write is looked for');
    const lost = await listLost(people);
    return composeReport({
      story,
      startedAt,
      tookMs: performance.now() - begunAt,
      boundary,
      scenarios: [defaced, wiper],
      wiper,
      people,
      read,
      lost,
      recovered,
      reopenMs,
    });
  } finally {
    await people.stop();
    people.leave();
    await readers.stop();
    witness.stop();
  }
}

type Recovered = { readonly recovery: Recovery; readonly humanMs: number };

/** Two operators: the first asks for the restore, the second looks at the difference and approves it. */
async function recover(desk: ExerciseDesk, tell: (line: string) => void): Promise<Recovered> {
  const asksAt = performance.now();
  await sleepMs(LOOK_MS);
  const id = await desk.restore(COMPARTMENT, 'exercise: restore after the wiper');
  let humanMs = performance.now() - asksAt;
  tell(`the first operator asks for a restore: ${id}`);
  const waiting = await desk.untilRecovery(id, 'the difference', ({ awaiting }) => awaiting !== null);
  tell('restored into quarantine and verified; the second operator looks at the difference');
  const looksAt = performance.now();
  await sleepMs(LOOK_MS);
  await desk.approve(waiting);
  humanMs += performance.now() - looksAt;
  tell('approved');
  const recovery = await desk.untilRecovery(id, 'reopening', ({ step }) => step === 'done');
  return { recovery, humanMs };
}

function composeReport(found: {
  readonly story: Story;
  readonly startedAt: Date;
  readonly tookMs: number;
  readonly boundary: SiteStatus['boundary'];
  readonly scenarios: ExerciseReport['scenarios'];
  readonly wiper: WiperOutcome;
  readonly people: People;
  readonly read: Readers['count'];
  readonly lost: readonly string[];
  readonly recovered: Recovered;
  readonly reopenMs: number;
}): ExerciseReport {
  const { story, wiper, people, read, lost, recovered } = found;
  const { acknowledged, refused, inDoubt } = people.count;
  const sealedAt = Date.parse(wiper.sealedAt);
  const openedAt = Date.parse(recovered.recovery.steps.find(({ step }) => step === 'open')?.startedAt ?? '');
  const acknowledgedAfterSeal = acknowledged.filter(
    ({ sentAt }) => sentAt.getTime() > sealedAt && sentAt.getTime() < openedAt,
  ).length;
  const writesAfterSeal = acknowledgedAfterSeal + (wiper.isArchiveSilent ? 0 : 1);
  const zeroes = [
    writesAfterSeal,
    lost.length,
    read.failures,
    read.unverified,
    wiper.altered.length,
    wiper.attempts - wiper.refused,
  ];
  return {
    seed: story.seed,
    isPassed: zeroes.every((figure) => figure === 0) && acknowledged.length > 0 && read.reads > 0,
    startedAt: found.startedAt.toISOString(),
    tookMs: Math.round(found.tookMs),
    boundaries: { shown: found.boundary, sites: 'one machine', notShown: listNotShown(found.boundary) },
    scenarios: found.scenarios,
    sealMs: wiper.sealMs,
    writesAfterSeal,
    acknowledged: acknowledged.length,
    lostAcknowledged: lost.length,
    lost,
    inDoubt: inDoubt.length,
    refused,
    publicReads: read.reads,
    publicFailures: read.failures,
    unverifiedBytesServed: read.unverified,
    readerFaults: read.faults,
    reopenMs: Math.round(found.reopenMs),
    humanMs: Math.round(recovered.humanMs),
    steps: recovered.recovery.steps.map(({ step, startedAt, endedAt, detail }) => ({
      step,
      tookMs: endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : 0,
      detail,
    })),
  };
}

function listNotShown(boundary: SiteStatus['boundary']): string[] {
  const always = ['two hosts and the network between them', 'root at headquarters'];
  return boundary === 'uid' ? always : ['users of the machine: all processes share one, so its files were not tried', ...always];
}

async function getStatus(running: RunningEstate): Promise<SiteStatus> {
  const status = await askSite(running.headquarters);
  if (!status) throw new EstateError('wire.unreachable', 'asking headquarters for its state');
  return status;
}

function clock(ms: number): string {
  const seconds = ms / 1000;
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${(seconds % 60).toFixed(2).padStart(5, '0')}`;
}
