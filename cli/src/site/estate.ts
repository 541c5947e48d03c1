import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Estate, SiteStatus } from '@bulkhead/contracts';
import { EstateError, sleepMs } from '@bulkhead/kernel';
import { identifyProcess } from '@bulkhead/supervision';
import { foundEstate } from '#estate/found.ts';
import { decideUidBase, type EstatePaths, filesOf } from '#estate/paths.ts';
import { findRun, forgetRun, getRunningEstate, hasLeftover, noteRun, type RunningEstate } from '#estate/run.ts';
import { seedSample } from '#sample/seed.ts';
import type { Surroundings } from '../command.ts';
import { drawRunSecrets, launchSite, type Site, stopSite, untilReady } from './launch.ts';
import { isPortTaken, isSocketTaken } from './port.ts';

const START_LIMIT_MS = 120_000;
const LEFTOVER_LIMIT_MS = 45_000;

/** An estate that this process started and keeps alive. */
export type StartedEstate = RunningEstate & {
  readonly sites: readonly Site[];
  readonly statuses: Readonly<Record<'headquarters' | 'offsite', SiteStatus>>;
  readonly bothSitesEnded: Promise<void>;
  readonly stop: () => Promise<void>;
};

/**
 * Founds the estate if need be, starts both sites as siblings, waits until they are ready and, in a sample
 * estate's first run, has the sample people write its content.
 * @throws EstateError `estate.already_running`, `port.taken`, `process.start_failed`, `config.invalid`
 */
export async function startEstate(surroundings: Surroundings, stopAsked: AbortSignal): Promise<StartedEstate> {
  const { configuration, paths, now, environment, tell } = surroundings;
  const run = await findRun(paths);
  if (run)
    throw new EstateError(
      'estate.already_running',
      `starting: the estate in ${paths.data} runs already (process ${run.pid}); "bulkhead stop" stops it`,
    );
  const estate = await foundEstate(configuration, paths, now);
  if (hasLeftover(paths)) await untilLeftoverGone(estate, paths);
  await refuseTakenPorts(estate);
  await clearSockets(paths);
  const secrets = drawRunSecrets();
  tell(`Starting headquarters and off-site (data in ${paths.data})`);
  const options = {
    postgres: configuration.postgres,
    logLevel: environment['LOG_LEVEL'],
    uidBase: decideUidBase(configuration, paths.data),
  };
  const sites = await Promise.all([
    launchSite('headquarters', paths, secrets, options),
    launchSite('offsite', paths, secrets, options),
  ]);
  let isStopping = false;
  const stop = async () => {
    isStopping = true;
    for (const site of sites) await stopSite(site);
    await forgetRun(paths);
  };
  try {
    await noteRun(paths, {
      pid: process.pid,
      startTime: identifyProcess(process.pid)?.startTime ?? null,
      startedAt: now().toISOString(),
      secrets,
    });
    const ready = sites.map((site) =>
      untilReady(site, {
        timeoutMs: START_LIMIT_MS,
        logs: filesOf(paths).logs,
        onChange: (status) => tell(tellProgress(status)),
      }),
    );
    const [headquarters, offsite] = await Promise.race([Promise.all(ready), rejectOn(stopAsked)]);
    if (!headquarters || !offsite) throw new EstateError('process.start_failed', 'starting: a site gave no status');
    const running = await getRunningEstate(paths);
    if (estate.isSample) await seedSample(running, surroundings);
    const bothSitesEnded = Promise.all(
      sites.map((site) =>
        site.exited.then((code) => (isStopping ? undefined : tell(`${site.name} ended with ${code}; the other site goes on`))),
      ),
    ).then(() => undefined);
    return { ...running, sites, statuses: { headquarters, offsite }, bothSitesEnded, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = () => reject(new EstateError('process.start_failed', 'starting: asked to stop before all was ready'));
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
}

function tellProgress({ site, processes }: SiteStatus): string {
  const running = processes.filter(({ state }) => state === 'running').map(({ name }) => name);
  const waiting = processes.filter(({ state }) => state !== 'running').map(({ name, state }) => `${name} (${state})`);
  return `  ${site === 'offsite' ? 'off-site' : site}: ${running.length} of ${processes.length} ready${waiting.length > 0 ? `, next ${waiting.slice(0, 4).join(', ')}` : ''}`;
}

/** After a kill of its starter, a site sees the end of its standard input and stops by itself; the next start waits for that. */
async function untilLeftoverGone(estate: Estate, paths: EstatePaths): Promise<void> {
  const { headquarters, offsite } = filesOf(paths);
  const deadline = performance.now() + LEFTOVER_LIMIT_MS;
  const isThere = async () =>
    (await isSocketTaken(headquarters.control)) ||
    (await isSocketTaken(offsite.control)) ||
    (await isPortTaken(estate.listenAddress, estate.port)) ||
    (await isPortTaken(estate.listenAddress, estate.statusPort));
  while ((await isThere()) && performance.now() < deadline) await sleepMs(100);
}

/** Sockets and locks of an earlier run, whose users may have been others; nobody listens on them any more. */
async function clearSockets({ runtime }: EstatePaths): Promise<void> {
  await Promise.all(['hq', 'offsite'].map((site) => rm(join(runtime, site), { recursive: true, force: true })));
}

async function refuseTakenPorts(estate: Estate): Promise<void> {
  const ports = [
    { port: estate.port, setting: 'BULKHEAD_PORT' },
    { port: estate.statusPort, setting: 'BULKHEAD_STATUS_PORT' },
  ];
  for (const { port, setting } of ports) {
    if (!(await isPortTaken(estate.listenAddress, port))) continue;
    throw new EstateError(
      'port.taken',
      `starting: port ${port} of ${estate.listenAddress} is taken by another program; stop it, or choose another, for example ${setting}=${port + 10}`,
    );
  }
}
