import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Estate, SiteStatus } from '@bulkhead/contracts';
import { EstateError, sleepMs } from '@bulkhead/kernel';
import { identifyProcess, requireOwnDirectory } from '@bulkhead/supervision';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { foundEstate } from '#estate/found.ts';
import { decideUidBase, type EstatePaths, filesOf, SITES, type SiteName } from '#estate/paths.ts';
import { findPlacing, type Placing, SHOWN, startableSites } from '#estate/placing.ts';
import { refoundHeadquarters } from '#estate/refound.ts';
import { findRun, forgetRun, getRunningEstate, hasLeftover, noteRun, type RunningEstate } from '#estate/run.ts';
import { prepareHeadquarters } from '#joining/headquarters.ts';
import { prepareOffsite } from '#joining/offsite.ts';
import { seedSample } from '#sample/seed.ts';
import type { Surroundings } from '../command.ts';
import { drawRunSecrets, launchSite, type Site, stopSite, untilReady } from './launch.ts';
import { isPortTaken, isSocketTaken } from './port.ts';

/** A busy machine takes its time, as long as one process after another gets on. */
const STILL_LIMIT_MS = 120_000;
const START_LIMIT_MS = 600_000;
const LEFTOVER_LIMIT_MS = 45_000;
const REJOIN_LIMIT_MS = 60_000;
const OPEN_TO_OTHERS =
  'Warning: this sample estate listens beyond this machine, and its accounts are those of every sample estate: whoever reaches it can sign in. Try it with BULKHEAD_LISTEN_ADDRESS=127.0.0.1';

/** An estate, or one site of it, that this process started and keeps alive. */
export type StartedEstate = RunningEstate & {
  readonly allEnded: Promise<void>;
  readonly stop: () => Promise<void>;
};

/**
 * Founds the estate if need be, starts its sites as siblings, waits until they are ready and, in a sample
 * estate's first run, has the sample people write its content. One site alone can be started while the other runs
 * or is away.
 * @throws EstateError `estate.already_running`, `port.taken`, `process.start_failed`, `config.invalid`
 */
export async function startEstate(
  surroundings: Surroundings,
  stopAsked: AbortSignal,
  asked: readonly SiteName[] = SITES,
): Promise<StartedEstate> {
  const { paths, tell } = surroundings;
  const placing = await findPlacing(paths);
  const wanted = startableSites(placing, asked);
  await refuseRunning(paths, wanted);
  const isAnew = wanted.includes('headquarters') && (await refoundHeadquarters(filesOf(paths)));
  const estate = await prepareEstate(surroundings, placing, wanted);
  if (isAnew) await tellFoundedAnew(surroundings);
  if (isOpenToOthers(estate)) tell(OPEN_TO_OTHERS);
  if (wanted.some((name) => hasLeftover(paths, name))) await untilLeftoverGone(estate, paths, wanted);
  await refuseTakenPorts(estate, wanted);
  await clearSockets(paths, placing ? SITES : wanted);
  tell(`Starting ${wanted.map((name) => SHOWN[name]).join(' and ')} (data in ${paths.data})`);
  const sites = await Promise.all(wanted.map((name) => launch(name, surroundings, placing)));
  let isStopping = false;
  const stop = async () => {
    isStopping = true;
    for (const site of sites) {
      await stopSite(site);
      await forgetRun(paths, site.name);
    }
  };
  try {
    await untilAllReady(sites, surroundings, stopAsked);
    const running = await getRunningEstate(paths);
    // On two hosts what is public comes from the other site, and off-site may have another in charge: nobody waits for it.
    const isFirst = placing?.site === 'headquarters' && !existsSync(filesOf(paths).seeded);
    if (estate.isSample && (wanted.length === SITES.length || isFirst)) await seedSample(running, surroundings);
    const told = sites.map(async (site) => {
      const code = await site.exited;
      if (!isStopping) tell(tellEnd(site.name, code));
    });
    const allEnded = Promise.all(told).then(() => undefined);
    return Object.assign(running, { allEnded, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

/** On one machine both sites are founded here; on two hosts each prepares its own half. */
async function prepareEstate(
  surroundings: Surroundings,
  placing: Placing | undefined,
  wanted: readonly SiteName[],
): Promise<Estate> {
  const { configuration, paths, now } = surroundings;
  if (placing?.site === 'headquarters') return prepareHeadquarters(surroundings, placing);
  if (placing) return prepareOffsite(surroundings, placing);
  return foundEstate(configuration, paths, now, await listOthersRunning(paths, wanted));
}

/** Off-site runs on with the keys and secrets that it read: it must know the new ones. */
async function tellFoundedAnew({ paths, tell }: Surroundings): Promise<void> {
  tell('Headquarters was gone: it is founded anew, with other keys and secrets. Its data come back by a restore.');
  if (!(await findRun(paths, 'offsite'))) return;
  const { offsite } = await getRunningEstate(paths);
  await callWire(
    offsite,
    { method: 'POST', path: '/rejoin', body: {}, timeoutMs: REJOIN_LIMIT_MS },
    z.object({ ok: z.literal(true) }),
  );
}

function isOpenToOthers({ isSample, listenAddress }: Estate): boolean {
  return isSample && !listenAddress.startsWith('127.') && listenAddress !== '::1';
}

async function refuseRunning(paths: EstatePaths, wanted: readonly SiteName[]): Promise<void> {
  for (const name of wanted) {
    const run = await findRun(paths, name);
    if (!run) continue;
    throw new EstateError(
      'estate.already_running',
      `starting: ${SHOWN[name]} of the estate in ${paths.data} runs already (process ${run.keeper.pid}); "bulkhead stop" stops the estate, "bulkhead start --site" starts a site that is away`,
    );
  }
}

async function listOthersRunning(paths: EstatePaths, wanted: readonly SiteName[]): Promise<SiteName[]> {
  const others: SiteName[] = [];
  for (const name of SITES) if (!wanted.includes(name) && (await findRun(paths, name))) others.push(name);
  return others;
}

async function launch(
  name: SiteName,
  { configuration, paths, environment, now }: Surroundings,
  placing: Placing | undefined,
): Promise<Site> {
  const secrets = drawRunSecrets();
  const site = await launchSite(name, paths, secrets, {
    postgres: configuration.postgres,
    logLevel: environment['LOG_LEVEL'],
    uidBase: decideUidBase(configuration, paths.data),
    link: placing?.site === 'headquarters' ? placing.offsite : placing?.listen,
  });
  const identify = (pid: number) => identifyProcess(pid) ?? { pid, startTime: null };
  const supervisor = identify(site.process.pid ?? process.pid);
  await noteRun(paths, name, { keeper: identify(process.pid), supervisor, startedAt: now().toISOString(), secrets });
  return site;
}

async function untilAllReady(sites: readonly Site[], { paths, tell }: Surroundings, stopAsked: AbortSignal): Promise<void> {
  const logs = filesOf(paths).logs;
  const onChange = (status: SiteStatus) => tell(tellProgress(status));
  const ready = sites.map((site) => untilReady(site, { stillMs: STILL_LIMIT_MS, timeoutMs: START_LIMIT_MS, logs, onChange }));
  await Promise.race([Promise.all(ready), rejectOn(stopAsked)]);
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = () => reject(new EstateError('process.start_failed', 'starting: asked to stop before all was ready'));
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
}

function tellEnd(name: SiteName, code: number | null): string {
  return `${SHOWN[name]} ended with ${code ?? 'a signal'}; the other site goes on. Start it again with "bulkhead start --site ${name}"`;
}

function tellProgress({ site, processes }: SiteStatus): string {
  const running = processes.filter(({ state }) => state === 'running').map(({ name }) => name);
  const waiting = processes.filter(({ state }) => state !== 'running').map(({ name, state }) => `${name} (${state})`);
  return `  ${site === 'offsite' ? 'off-site' : site}: ${running.length} of ${processes.length} ready${waiting.length > 0 ? `, next ${waiting.slice(0, 4).join(', ')}` : ''}`;
}

/** After a kill of its starter, a site sees the end of its standard input and stops by itself; the next start waits for that. */
async function untilLeftoverGone(estate: Estate, paths: EstatePaths, wanted: readonly SiteName[]): Promise<void> {
  const deadline = performance.now() + LEFTOVER_LIMIT_MS;
  const isThere = async (name: SiteName) =>
    (await isSocketTaken(filesOf(paths)[name].control)) || (await isPortTaken(estate.listenAddress, portOf(estate, name).port));
  for (const name of wanted) while ((await isThere(name)) && performance.now() < deadline) await sleepMs(100);
}

/** Sockets and locks of an earlier run, whose users may have been others; nobody listens on them any more. */
async function clearSockets({ runtime }: EstatePaths, wanted: readonly SiteName[]): Promise<void> {
  const directories = { headquarters: 'hq', offsite: 'offsite' } as const;
  // In /tmp somebody else may have made it first, to have us delete what its links lead to.
  if (existsSync(runtime)) await requireOwnDirectory(runtime);
  await Promise.all(wanted.map((name) => rm(join(runtime, directories[name]), { recursive: true, force: true })));
}

async function refuseTakenPorts(estate: Estate, wanted: readonly SiteName[]): Promise<void> {
  for (const { port, setting } of wanted.map((name) => portOf(estate, name))) {
    if (!(await isPortTaken(estate.listenAddress, port))) continue;
    throw new EstateError(
      'port.taken',
      `starting: port ${port} of ${estate.listenAddress} is taken by another program; stop it, or choose another, for example ${setting}=${port + 10}`,
    );
  }
}

/** The port at which a site answers the public. */
function portOf(estate: Estate, site: SiteName): { readonly port: number; readonly setting: string } {
  return site === 'headquarters'
    ? { port: estate.port, setting: 'BULKHEAD_PORT' }
    : { port: estate.statusPort, setting: 'BULKHEAD_STATUS_PORT' };
}
