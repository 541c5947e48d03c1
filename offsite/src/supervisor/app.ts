import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { estateSchema, linkSchema, type ProcessStatus, type SiteStatus, type TokenKey, trustSchema } from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import { locateBinaries } from '@bulkhead/postgres';
import {
  createSupervision,
  createUidAllocator,
  endLeftovers,
  endStrays,
  findIsolation,
  type Isolation,
  isRoot,
  prepareRuntime,
  readJson,
  type Supervision,
  takeSiteLock,
  type UidAllocator,
  writeJsonDurably,
} from '@bulkhead/supervision';
import { serveWire } from '@bulkhead/wire';
import { z } from 'zod';
import { createFindingQueue, type FindingQueue } from '#finding/finding-queue.actions.ts';
import { listMovingNames } from '#reading-room/reading-room.rules.ts';
import type { Config } from './config.ts';
import { createControlApp } from './control/control.routes.ts';
import { KeptDatabase } from './database/database.actions.ts';
import { type JailDeps, resumeQuarantines, startStandby } from './jail/jail.actions.ts';
import { QuarantineStore } from './jail/jail.store.ts';
import { type ArchiveReader, createArchiveReader } from './jail/reader.actions.ts';
import { checkSocketPaths, innerSocket, type Layout, layOut } from './layout/layout.rules.ts';
import { prepareLink } from './link/link.actions.ts';
import { watchLink } from './link/link-watch.actions.ts';
import {
  describeProcess,
  type ProcessName,
  processesOf,
  type RunSecrets,
  type Sites,
  streamsOf,
} from './process/process.rules.ts';
import { GatewayKeyStore } from './site/gateway-key.store.ts';
import { handOutIdentity } from './site/identity.actions.ts';
import { type Given, handOutKeys, prepareDirectories, prepareSupervisor, publish, relocateEstate } from './site/site.actions.ts';
import { runNameHook } from './stand-in/names.actions.ts';
import { StandIn } from './stand-in/stand-in.actions.ts';
import { layOutStandIn } from './stand-in/stand-in.rules.ts';
import { StandInKeeper } from './stand-in/stand-in-keeper.actions.ts';

/** How many uids off-site takes from UID_BASE on. */
const UIDS = 300;
/** The stand-in's users come after them. */
const STAND_IN_UIDS_FROM = UIDS;
/** Who verifies what the gateway signed, and reads its keys when it starts. */
const VERIFIERS = ['history', 'publisher'] as const;
const keptSecretsSchema = z.object({ superuserPassword: z.string().min(32) });
const now = () => new Date();

export type OffsiteSupervisor = { readonly close: () => Promise<void> };

/** Starts off-site and returns when its control sockets answer; the processes come up behind them. */
export async function startOffsite(config: Config, log: Log, askedToStop: () => void): Promise<OffsiteSupervisor> {
  let given = await readGiven(config);
  const names = streamsOf(given.estate);
  const unlocked = layOut(config.DATA_DIRECTORY, config.RUNTIME_DIRECTORY, config.CHECKOUT, config.HEADQUARTERS_SOCKETS);
  checkSocketPaths(unlocked, names);
  await prepareSupervisor(unlocked);
  const lock = await takeSiteLock(unlocked.supervisor);
  const pidFile = join(unlocked.supervisor, 'pids.json');
  await endLeftovers(pidFile, log);
  const runtime = await prepareRuntime({ checkout: config.CHECKOUT, dataDirectory: config.DATA_DIRECTORY });
  const layout = { ...unlocked, checkout: runtime.checkout };
  let estate = relocateEstate(given.estate, config.CHECKOUT, runtime.checkout);
  const uids = createUidAllocator({ file: join(layout.supervisor, 'uids.json'), base: config.UID_BASE, count: UIDS });
  await endStrays(uids);
  const gid = (await uids.ownerOf('group'))?.uid;
  await prepareDirectories(layout, names, uids, gid);
  const isolation = await findIsolation(join(layout.supervisor, 'root'), await uids.ownerOf('database', gid));
  if (isolation === undefined) log.warn('this system gives no namespaces: the isolation of jails is simulated');
  const gatewayKeys = new GatewayKeyStore(layout);
  const enrolled = async () => (await gatewayKeys.addTo(given.trust)).gatewayKeys;
  const place = layOutStandIn(layout);
  const standInKeeper = new StandInKeeper({
    place,
    layout,
    supervision: { stop: (name) => supervision.stop(name) },
    standIn: new StandIn({
      place,
      offsiteSockets: layout.sockets,
      checkout: config.CHECKOUT,
      uidBase: config.UID_BASE + STAND_IN_UIDS_FROM,
      postgres: config.POSTGRES_INSTALLATION,
      logLevel: config.LOG_LEVEL,
      log,
      now,
    }),
    estate: given.estate,
    trust: given.trust,
    listEnrolled: enrolled,
    chargeChanged: async (credentials, isInCharge) => {
      sites = { ...sites, standIn: { credentials, sockets: place.sockets, isInCharge } };
      await start('publisher');
    },
  });
  const credentials = given.estate.standIn ? await standInKeeper.ready() : undefined;
  // History must know the stand-in's jobs when it reads what they wrote.
  const publishAll = async () => {
    const trust = await gatewayKeys.addTo(given.trust);
    await publish(layout, estate, { ...trust, jobKeys: [...trust.jobKeys, ...(credentials ? [credentials.jobKey] : [])] });
  };
  await publishAll();

  const supervision = createSupervision({
    log,
    node: runtime.node,
    compiled: runtime.compiled,
    now,
    logDirectory: layout.logs,
    pidFile,
  });
  const secrets = drawSecrets(names);
  const originals = { order: config.ORDER_KEY_FILE, edition: config.EDITION_KEY_FILE, ledger: config.LEDGER_KEY_FILE };
  let sites: Sites = {
    layout,
    estate,
    link: given.link,
    standIn: credentials && { credentials, sockets: place.sockets, isInCharge: false },
    secrets,
    deskSecret: config.DESK_SECRET,
    ...(await handOutKeys(layout, estate, originals, (name) => uids.ownerOf(name, gid))),
    archiveIdentity: await handOutIdentity(layout, await uids.ownerOf('receiver', gid)),
    logLevel: config.LOG_LEVEL,
  };
  const start = (name: ProcessName) => startProcess(sites, { supervision, uids, gid }, name);
  const findings = createFindingQueue({ peer: { socket: innerSocket(layout, 'recovery'), secret: secrets.findings }, now, log });
  const installation = await locateInstallation(config);
  const database = new KeptDatabase({
    binaries: installation.binaries,
    dataDirectory: layout.databaseDirectory,
    socketDirectory: layout.databaseSockets,
    templateDirectory: join(layout.supervisor, `template-${installation.binaries.version}`),
    owner: await uids.ownerOf('database', gid),
    superuserPassword: await keepSuperuserPassword(layout),
    password: secrets.database,
    log,
    now,
    died: (pid, signal) => tellKilled(findings, 'database', pid, signal),
  });
  const jails: JailDeps = {
    layout,
    supervision,
    uids,
    gid,
    installation: installation.directory,
    isolation,
    readers: secrets.readers,
    standbys: secrets.standbys,
    store: new QuarantineStore(join(layout.supervisor, 'quarantines.json')),
    newSecret,
    logLevel: config.LOG_LEVEL,
  };
  const forget = supervision.onChange(({ status, exit }) => {
    if (exit && !exit.asked && exit.signal !== null) tellKilled(findings, status.name, exit.pid, exit.signal);
  });
  const ending = new AbortController();
  let watching: Promise<void> | undefined;
  const startLink = async () => {
    const { LINK_DIRECTORY: directory, LINK_HOST: host, LINK_PORT: port } = config;
    if (directory === undefined || host === undefined || port === undefined) return;
    const address = { host, port };
    const spec = await prepareLink({ estate, layout, uids, gid, directory, address, logLevel: config.LOG_LEVEL });
    await supervision.start(spec);
    watching ??= watchLink({ peer: spec.health, findings, now, log, signal: ending.signal });
  };
  const closeControl = await serveControl({
    config,
    layout,
    jails,
    secrets,
    supervision,
    processes: processesOf(estate),
    database,
    boundary: runtime.boundary,
    reader: createArchiveReader({ sites, supervision, owner: () => uids.ownerOf('receiver', gid), newSecret }),
    enrolGatewayKeys: async (keys) => {
      await gatewayKeys.save(keys);
      await publishAll();
      // Recovery, which asked, knows them.
      await Promise.all(VERIFIERS.map(start));
    },
    standIn: standInKeeper,
    moveReadersNames: (way) =>
      runNameHook(estate.readingRoom?.names, way, { to: 'reading-room', names: listMovingNames(estate) }),
    rejoin: async () => {
      given = await readGiven(config);
      // The rest of the estate is what everybody here runs by.
      const { gatewayAddress } = given.estate;
      estate = { ...estate, ...(gatewayAddress ? { gatewayAddress } : {}) };
      sites = { ...sites, estate, link: given.link };
      await publishAll();
      await Promise.all(['recovery' as const, ...VERIFIERS].map(start));
    },
    listen: (isWanted) => (isWanted ? startLink() : supervision.stop('link')),
    askedToStop,
    log,
  });
  const started = Promise.all([startLink(), startAll(sites, { supervision, uids, gid, database, jails })]).catch(
    (error: unknown) => {
      log.fatal({ err: error }, 'starting off-site');
      askedToStop();
    },
  );
  return {
    close: async () => {
      await started;
      ending.abort();
      await watching;
      await standInKeeper.stop();
      await stopAll(supervision, database);
      forget();
      await Promise.all([findings.close(), closeControl()]);
      await lock.release();
    },
  };
}

type Parts = {
  readonly supervision: Supervision;
  readonly uids: UidAllocator;
  readonly gid: number | undefined;
  readonly database: KeptDatabase;
  readonly jails: JailDeps;
};

async function startProcess(
  sites: Sites,
  { supervision, uids, gid }: Pick<Parts, 'supervision' | 'uids' | 'gid'>,
  name: ProcessName,
): Promise<void> {
  await supervision.start(describeProcess(name, sites, await uids.ownerOf(name, gid)));
}

/** Everything at once: whoever needs another that is not there yet asks again. */
async function startAll(sites: Sites, { supervision, uids, gid, database, jails }: Parts): Promise<void> {
  const start = (name: ProcessName) => startProcess(sites, { supervision, uids, gid }, name);
  await Promise.all([
    database.start().then(() => start('recovery')),
    ...processesOf(sites.estate)
      .filter((name) => name !== 'recovery')
      .map(start),
    ...streamsOf(sites.estate).map((name) => startStandby(jails, name)),
    resumeQuarantines(jails),
  ]);
}

/** Who gives orders first, then who reads the archive, then who keeps. */
async function stopAll(supervision: Supervision, database: KeptDatabase): Promise<void> {
  await Promise.all(['recovery', 'publisher', 'reading-room', 'history', 'status'].map((name) => supervision.stop(name)));
  const jails = supervision.status().filter(({ name }) => /^(standby|quarantine)-|^reader$/.test(name));
  await Promise.all(jails.map(({ name }) => supervision.stop(name)));
  await Promise.all(['receiver', 'vault', 'ledger', 'link'].map((name) => supervision.stop(name)));
  await database.stop();
}

/** The same API twice: for the command line, and for recovery, which runs under another uid and has its own secret. */
async function serveControl(options: {
  readonly config: Config;
  readonly layout: Layout;
  readonly jails: JailDeps;
  readonly secrets: RunSecrets;
  readonly supervision: Supervision;
  /** Those without which it is not ready. */
  readonly processes: readonly ProcessName[];
  readonly database: KeptDatabase;
  readonly boundary: SiteStatus['boundary'];
  readonly enrolGatewayKeys: (gatewayKeys: readonly TokenKey[]) => Promise<void>;
  readonly reader: ArchiveReader;
  readonly standIn: StandInKeeper;
  readonly moveReadersNames: (way: 'away' | 'home') => Promise<string | null>;
  readonly rejoin: () => Promise<void>;
  readonly listen: (isWanted: boolean) => Promise<void>;
  readonly askedToStop: () => void;
  readonly log: Log;
}): Promise<() => Promise<void>> {
  const { config, layout, jails, secrets, supervision, database, boundary, askedToStop, log } = options;
  const { enrolGatewayKeys, reader, standIn, moveReadersNames, rejoin, listen, processes } = options;
  const told = { boundary, isolation: jails.isolation };
  const status = async () => describeSite(processes, supervision, database, told, await standIn.status());
  const serve = (secret: string, socket: string, mode: number) =>
    serveWire({
      app: createControlApp({
        jails,
        enrolGatewayKeys,
        reader,
        standIn,
        moveReadersNames,
        rejoin,
        listen,
        status,
        stop: askedToStop,
        secret,
        log,
      }),
      socket,
      mode,
    });
  const outer = await serve(config.CONTROL_SECRET, layout.controlSocket, 0o600);
  const inner = await serve(secrets.supervisor, layout.innerControlSocket, 0o666);
  return async () => {
    await Promise.all([outer.close(), inner.close()]);
  };
}

function describeSite(
  wanted: readonly ProcessName[],
  supervision: Supervision,
  database: KeptDatabase,
  told: { readonly boundary: SiteStatus['boundary']; readonly isolation: Isolation | undefined },
  standIn: readonly ProcessStatus[],
): SiteStatus {
  return {
    site: 'offsite',
    ready: wanted.every((name) => supervision.statusOf(name)?.state === 'running') && database.status().state === 'running',
    processes: [database.status(), ...supervision.status(), ...standIn],
    compartments: [],
    boundary: told.boundary,
    isolation: told.isolation ? 'namespaces' : 'simulated',
  };
}

function tellKilled(findings: FindingQueue, name: string, pid: number, signal: string | null): void {
  findings.raise({
    rule: 'process.killed',
    compartment: /^standby-(.+)$/.exec(name)?.[1] ?? null,
    summary: `The process ${name} off-site was ended unasked`,
    evidence: { process: name, pid: String(pid), signal: signal ?? '' },
  });
}

async function locateInstallation(config: Config) {
  const binaries = await locateBinaries({
    mustBeReadableByOthers: isRoot(),
    copyInto: join(config.DATA_DIRECTORY, 'postgres'),
    ...(config.POSTGRES_INSTALLATION ? { installation: config.POSTGRES_INSTALLATION } : {}),
  });
  return { binaries, directory: dirname(dirname(binaries.postgres)) };
}

function drawSecrets(compartments: readonly string[]): RunSecrets {
  const each = () => Object.fromEntries(compartments.map((name) => [name, newSecret()]));
  return {
    receiver: newSecret(),
    vault: newSecret(),
    findings: newSecret(),
    supervisor: newSecret(),
    publisher: newSecret(),
    history: newSecret(),
    status: newSecret(),
    readingRoom: newSecret(),
    health: newSecret(),
    ledger: { recovery: newSecret(), publisher: newSecret() },
    readers: each(),
    standbys: each(),
    database: newSecret(),
  };
}

function newSecret(): string {
  return randomBytes(32).toString('hex');
}

async function keepSuperuserPassword(layout: Layout): Promise<string> {
  const file = join(layout.supervisor, 'secrets.json');
  const kept = await readJson(file, keptSecretsSchema);
  if (kept) return kept.superuserPassword;
  const superuserPassword = newSecret();
  await writeJsonDurably(file, { superuserPassword });
  return superuserPassword;
}

async function readGiven(config: Config): Promise<Given> {
  return {
    estate: await readNamed('ESTATE_FILE', config.ESTATE_FILE, estateSchema),
    trust: await readNamed('TRUST_FILE', config.TRUST_FILE, trustSchema),
    link: await readNamed('LINK_FILE', config.LINK_FILE, linkSchema),
  };
}

async function readNamed<Schema extends z.ZodType>(variable: string, path: string, schema: Schema): Promise<z.infer<Schema>> {
  const found = await readJson(path, schema);
  if (found !== undefined) return found;
  throw new EstateError('config.invalid', `reading ${variable}: there is no file ${path}`);
}
