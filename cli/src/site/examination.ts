import { accessSync, constants, existsSync } from 'node:fs';
import { readdir, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deskStateSchema, hasCluster, type SiteStatus } from '@bulkhead/contracts';
import { locateBinaries } from '@bulkhead/postgres';
import { callWire } from '@bulkhead/wire';
import { describeConfiguredEstate, readFounded } from '#estate/found.ts';
import { filesOf } from '#estate/paths.ts';
import { SHOWN } from '#estate/placing.ts';
import { getRunningEstate, listRuns, type RunningEstate } from '#estate/run.ts';
import { readArchiveKeys } from '#operator/archive-keys.ts';
import type { Surroundings } from '../command.ts';
import { askSite } from './launch.ts';
import { isPortTaken } from './port.ts';

export type Remark = { readonly ok: boolean; readonly what: string; readonly mend?: string };

const DAY_MS = 86_400_000;
const LEAST_FREE_BYTES = 2_147_483_648;
/** `/hq/` and the longest socket's name below the runtime directory, within what Linux keeps for a socket's path. */
const LONGEST_RUNTIME = 55;

/** Looks at an installation and tells what it found; each remark that is not `ok` says what to do. */
export async function examine(surroundings: Surroundings): Promise<readonly Remark[]> {
  const runs = await listRuns(surroundings.paths);
  const own = [examineNode(), examinePlatform(), await examinePostgres(surroundings), await examineConfiguration(surroundings)];
  const places = [
    examineData(surroundings),
    await examineSpace(surroundings),
    examineRuntime(surroundings),
    await examineOperators(surroundings),
  ];
  const life = runs.length > 0 ? await examineRunning(surroundings) : await examinePorts(surroundings);
  return [...own, ...places, ...life];
}

function examineNode(): Remark {
  const major = Number(process.versions.node.split('.')[0]);
  return {
    ok: major >= 24,
    what: `Node ${process.versions.node}`,
    mend: 'run "npm ci" in the checkout (Linux), or install Node 24',
  };
}

function examinePlatform(): Remark {
  const isRoot = process.getuid?.() === 0;
  const what = `${process.platform} on ${process.arch}, as ${isRoot ? 'root: every process gets a user of its own' : 'an ordinary user: all processes share it'}`;
  return { ok: process.platform !== 'win32', what, mend: 'Windows is not supported; use Linux, or WSL' };
}

async function examinePostgres({ configuration }: Surroundings): Promise<Remark> {
  try {
    const { version } = await locateBinaries({
      ...(configuration.postgres ? { installation: configuration.postgres } : {}),
      mustBeReadableByOthers: false,
    });
    return { ok: true, what: `PostgreSQL ${version} (${configuration.postgres ?? 'the embedded one, to try and develop'})` };
  } catch (error) {
    return {
      ok: false,
      what: `PostgreSQL: ${tell(error)}`,
      mend: 'run "npm ci" again, or set BULKHEAD_POSTGRES to a PostgreSQL 18, such as /usr/lib/postgresql/18',
    };
  }
}

async function examineConfiguration({ configuration, paths }: Surroundings): Promise<Remark> {
  try {
    const { compartments, organisation, isSample } = await describeConfiguredEstate(configuration, paths);
    const names = compartments.map(({ manifest }) => manifest.name).join(', ');
    return {
      ok: true,
      what: `configuration from ${configuration.file ?? 'defaults and environment'}: ${organisation}${isSample ? ' (sample)' : ''}, with ${names}`,
    };
  } catch (error) {
    return { ok: false, what: `configuration: ${tell(error)}`, mend: 'correct what it names' };
  }
}

function examineData({ paths }: Surroundings): Remark {
  const existing = nearestExisting(paths.data);
  return {
    ok: canWrite(existing),
    what: `data directory ${paths.data}`,
    mend: `let this user write to ${existing}, or set BULKHEAD_DATA to another place`,
  };
}

async function examineSpace({ paths }: Surroundings): Promise<Remark> {
  const { bavail, bsize } = await statfs(nearestExisting(paths.data));
  const free = bavail * bsize;
  return {
    ok: free > LEAST_FREE_BYTES,
    what: `${(free / 1_073_741_824).toFixed(1)} GB free for data`,
    mend: 'free at least 2 GB, or set BULKHEAD_DATA to another disk: writing stops where off-site has no room',
  };
}

function examineRuntime({ paths }: Surroundings): Remark {
  const isShort = Buffer.byteLength(paths.runtime) <= LONGEST_RUNTIME;
  const isWritable = canWrite(nearestExisting(paths.runtime));
  return {
    ok: isShort && isWritable,
    what: `runtime directory ${paths.runtime}`,
    mend: `set BULKHEAD_RUNTIME to a writable path of at most ${LONGEST_RUNTIME} bytes, such as /run/bulkhead`,
  };
}

async function examineOperators({ paths }: Surroundings): Promise<Remark> {
  const files = filesOf(paths);
  if (!existsSync(files.founded)) return { ok: true, what: 'no estate stands here yet; "npm start" founds one' };
  const keys = await readdir(files.operators).catch(() => []);
  const isSample = (await readFounded(files))?.isSample === true;
  return isSample || keys.length === 0
    ? { ok: true, what: `an estate stands here${isSample ? ' (a sample)' : ''}` }
    : {
        ok: false,
        what: `the keys of ${keys.length} operators lie beside the data`,
        mend: `hand each file in ${files.operators} to its person and remove it from here`,
      };
}

async function examinePorts({ configuration }: Surroundings): Promise<Remark[]> {
  const port = configuration.port ?? 8400;
  const wanted = [port, configuration.statusPort ?? port + 100];
  return Promise.all(
    wanted.map(async (number) => ({
      ok: !(await isPortTaken(configuration.listenAddress ?? '127.0.0.1', number)),
      what: `port ${number}`,
      mend: `another program listens there: stop it, or set BULKHEAD_PORT (and BULKHEAD_STATUS_PORT)`,
    })),
  );
}

async function examineRunning({ paths, now }: Surroundings): Promise<Remark[]> {
  const running = await getRunningEstate(paths);
  const isOffsiteHere = running.here !== 'headquarters';
  const [headquarters, offsite, desk] = await Promise.all([
    askSite(running.headquarters),
    askSite(running.offsite),
    isOffsiteHere
      ? callWire(running.desk, { method: 'GET', path: '/state', timeoutMs: 3000 }, deskStateSchema).catch(() => undefined)
      : undefined,
  ]);
  const ofHeadquarters: Remark[] = [
    {
      ok: headquarters !== undefined,
      what: 'headquarters answers',
      mend: `look at ${filesOf(paths).logs}/headquarters-supervisor.log; "bulkhead stop" and start again keeps all data`,
    },
  ];
  const ofOffsite: Remark[] = [
    { ok: offsite !== undefined, what: 'off-site answers', mend: 'see docs/runbooks/off-site-unreachable.md' },
    { ok: desk !== undefined, what: 'the desk answers', mend: `look at ${join(paths.data, 'offsite', 'logs')}` },
  ];
  const isolations = [headquarters, offsite].flatMap((status) =>
    status ? [describeIsolation(status, running.estate.isSample)] : [],
  );
  const sites = [...(running.here === 'offsite' ? [] : ofHeadquarters), ...(isOffsiteHere ? ofOffsite : [])];
  const processes = [...(headquarters?.processes ?? []), ...(offsite?.processes ?? [])]
    .filter(({ state }) => state !== 'running')
    .map(
      ({ name, state, detail }): Remark => ({
        ok: false,
        what: `${name} is ${state}${detail ? `: ${detail}` : ''}`,
        mend: 'its log lies in the logs of its site',
      }),
    );
  // What the watch found of the link is told from the desk, where it stands once.
  const told = (desk?.findings ?? []).filter(({ rule, receivedAt }) => rule.startsWith('link.') && isOfToday(receivedAt, now()));
  const link = told.map(
    ({ summary, receivedAt }): Remark => ({
      ok: false,
      what: `${summary} (${receivedAt})`,
      mend: 'close the port to all but headquarters; docs/runbooks/join-two-sites.md',
    }),
  );
  const compartments = (desk?.compartments ?? []).map(({ name, desired, stream }): Remark => {
    const ok = desired === 'open' && stream === 'streaming';
    return {
      ok,
      what: `${name} is ${desired}, its WAL is ${stream}`,
      mend:
        desired === 'open'
          ? 'writes wait until the receiver streams again'
          : `bulkhead restore ${name}, or bulkhead open ${name}`,
    };
  });
  return [...sites, ...isolations, ...processes, ...link, ...compartments, ...(await examineKeys(running))];
}

function isOfToday(at: string, now: Date): boolean {
  return now.getTime() - Date.parse(at) < DAY_MS;
}

/** What an operator must know of a run: whether a hostile database is held by namespaces, or by its user alone. */
function describeIsolation({ site, isolation }: SiteStatus, isSample: boolean): Remark {
  const isReal = isolation === 'namespaces';
  return {
    ok: isReal || isSample,
    what: `${SHOWN[site]}: the isolation of databases and jails is ${isReal ? 'real: each in mount and network namespaces of its own' : 'simulated: no namespaces'}`,
    mend: 'start as root, with util-linux (unshare, setpriv, mount, pivot_root), outside of a container that forbids namespaces',
  };
}

/** A key that only this site opens is lost with it: said before it is needed. A sample estate has nobody to hold one. */
async function examineKeys(running: RunningEstate): Promise<Remark[]> {
  const remarks: Remark[] = [];
  for (const { manifest } of running.estate.compartments) {
    if (!hasCluster(manifest)) continue;
    const { keys, worries } = await readArchiveKeys(running, manifest.name).catch((error: unknown) => ({
      keys: [],
      worries: [`the archive's keys cannot be read: ${tell(error)}`],
    }));
    const proved = keys.flatMap(({ escrow }) => escrow.flatMap(({ provedAt }) => provedAt ?? [])).toSorted();
    const told = worries[0] ?? `every key opens with an escrow identity, proved ${proved.at(-1) ?? 'never'}`;
    remarks.push({
      ok: worries.length === 0 || running.estate.isSample,
      what: `${manifest.name}, keys of the archive: ${told}${worries.length > 1 ? ` (and ${worries.length - 1} more)` : ''}`,
      mend: '"bulkhead keys list" tells all; set archiveRecipients, then "bulkhead keys rotate" and "bulkhead keys prove"',
    });
  }
  return remarks;
}

function nearestExisting(path: string): string {
  let at = path;
  while (!existsSync(at)) at = dirname(at);
  return at;
}

function canWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function tell(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
