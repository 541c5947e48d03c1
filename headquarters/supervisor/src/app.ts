import { randomBytes, randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type SiteStatus, trustWith } from '@bulkhead/contracts';
import { type Log, sleepMs } from '@bulkhead/kernel';
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
  type Runtime,
  type Supervision,
  takeSiteLock,
  type UidAllocator,
} from '@bulkhead/supervision';
import { createWireApp, serveWire } from '@bulkhead/wire';
import { SecretStore } from '#cluster/secret.store.ts';
import type { Compartment } from '#compartment/compartment.actions.ts';
import { relocateEstate } from '#compartment/process.actions.ts';
import { inviteAdministrator } from '#control/administrator.actions.ts';
import { addControlRoutes } from '#control/control.routes.ts';
import { type GatewayDeps, prepareGateway } from '#gateway/gateway.actions.ts';
import { GatewayKeeper } from '#gateway/gateway-keeper.actions.ts';
import { type AskedKey, GatewaySigningKey } from '#gateway/signing-key.actions.ts';
import { type Layout, layOut, layOutCompartment } from '#layout/layout.rules.ts';
import { Leases } from '#lease/lease.actions.ts';
import { LeaseKeeper } from '#lease/lease.jobs.ts';
import { prepareLink } from '#link/link.actions.ts';
import { OrderBook } from '#order/order.actions.ts';
import { OrderFollower } from '#order/order.jobs.ts';
import { OrderStore } from '#order/order.store.ts';
import { Reports } from '#report/report.actions.ts';
import { ReportStore } from '#report/report.store.ts';
import { Windows } from '#window/window.actions.ts';
import { WindowStore } from '#window/window.store.ts';
import { composeCompartment } from './compose-compartment.ts';
import type { Config } from './config.ts';
import { type Given, makeSiteDirectories, publish, readGiven, secretOf } from './given.ts';

/** How many uids headquarters takes from UID_BASE on. */
const UIDS = 300;
/** How long a start waits for off-site's first lease before compartments begin reading only. */
const ANSWER_GRACE_MS = 10_000;

const now = () => new Date();
const newSecret = () => randomBytes(32).toString('hex');

export type RunningHeadquarters = { readonly stop: () => Promise<void>; readonly stopAsked: Promise<void> };

/** Starts headquarters and returns when its control socket answers; the compartments come up behind it. */
export async function startHeadquarters(config: Config, log: Log): Promise<RunningHeadquarters> {
  const layout = layOut(config.DATA_DIRECTORY, config.RUNTIME_DIRECTORY);
  const given = await readGiven(config);
  const names = given.estate.compartments.map(({ manifest }) => manifest.name);
  for (const name of names) layOutCompartment(layout, name);
  await makeSiteDirectories(layout, config.RUNTIME_DIRECTORY);
  const lock = await takeSiteLock(layout.supervisor);
  const pidFile = join(layout.supervisor, 'pids.json');
  await endLeftovers(pidFile, log);
  const runtime = await prepareRuntime({ checkout: config.CHECKOUT, dataDirectory: layout.data });
  const estate = relocateEstate(given.estate, config.CHECKOUT, runtime);
  const signingKey = await GatewaySigningKey.load({
    directory: layout.supervisor,
    givenFile: config.GATEWAY_KEY_FILE,
    jobKey: given.jobKey,
    recovery: { socket: layout.offsite.recovery, secret: given.link.recoverySecret },
  });
  const publishTrust = () => publish(layout, estate, trustWith(given.trust, signingKey.enrolled));
  await publishTrust();
  const supervision = createSupervision({
    log,
    node: runtime.node,
    compiled: runtime.compiled,
    now,
    logDirectory: layout.logs,
    pidFile,
  });
  const uids = createUidAllocator({ file: join(layout.supervisor, 'uids.json'), base: config.UID_BASE, count: UIDS });
  await endStrays(uids);
  const isolation = await findIsolation(join(layout.supervisor, 'root'), await uids.ownerOf('link'));
  const site: Site = { config, log, layout, given: { ...given, estate }, signingKey, runtime, supervision, uids, isolation };

  await startLink(site);
  const offsite = await composeOffsite(site);
  const compartments = await composeCompartments(site, offsite);
  offsite.tell.orders = (name) => compartments.get(name)?.ordersChanged();
  const forget = reportEnds(site, compartments, offsite.reports);
  const stopAsked = Promise.withResolvers<void>();
  const gatewaySecret = newSecret();
  const gateway = new GatewayKeeper({
    supervision,
    describe: async () => prepareGateway(await gatewayOf(site, offsite, gatewaySecret)),
    control: { socket: layout.gateway.controlSocket, secret: gatewaySecret },
    internalSecretOf: (name) => offsite.internalSecrets.get(name),
    cookieKeyFile: rotatedCookieKey(layout),
    newSecret,
    log,
    signal: offsite.ending.signal,
  });
  offsite.gateway.tellSecret = (name) => gateway.tellSecret(name);
  offsite.gateway.rotateCookieKey = () => gateway.rotateCookieKey();
  offsite.gateway.rotateGatewayKey = (asked, signal) => {
    const putInForce = async () => {
      await publishTrust();
      await gateway.start();
      for (const [name, compartment] of compartments) if (name !== asked.compartment) compartment.restart();
    };
    return signingKey.rotate(asked, putInForce, signal);
  };
  const control = await serveControl(site, { compartments, offsite, gatewaySecret, stop: () => stopAsked.resolve() });

  const nudgeAll = () => {
    for (const compartment of compartments.values()) compartment.nudge();
  };
  nudgeAll();
  void sleepMs(ANSWER_GRACE_MS + 10, offsite.ending.signal).then(nudgeAll, () => undefined);
  const loops = followOffsite(site, offsite, nudgeAll);
  await gateway.start();
  const stop = async () => {
    offsite.ending.abort();
    await supervision.stop('gateway');
    await Promise.all([...compartments.values()].map((compartment) => compartment.stop()));
    forget();
    await Promise.all(loops);
    await supervision.stop('link');
    await control.close();
    await lock.release();
  };
  return { stop, stopAsked: stopAsked.promise };
}

type Site = {
  readonly config: Config;
  readonly log: Log;
  readonly layout: Layout;
  readonly given: Given;
  readonly signingKey: GatewaySigningKey;
  readonly runtime: Runtime;
  readonly supervision: Supervision;
  readonly uids: UidAllocator;
  readonly isolation: Isolation | undefined;
};

/** On one machine the sites meet by their sockets, and nothing is started. */
async function startLink({ config, given, layout, runtime, supervision, uids }: Site): Promise<void> {
  const { LINK_DIRECTORY: directory, LINK_HOST: host, LINK_PORT: port, LOG_LEVEL: logLevel } = config;
  if (directory === undefined || host === undefined || port === undefined) return;
  const owner = await uids.ownerOf('link');
  await supervision.start(
    await prepareLink({ estate: given.estate, layout, runtime, owner, directory, address: { host, port }, logLevel }),
  );
}

/** What stands between headquarters and off-site: orders, leases, reports. */
async function composeOffsite({ config, log, layout, given }: Site) {
  const { estate, trust, link } = given;
  const kept = (name: string) => join(layout.supervisor, name);
  const recovery = { socket: layout.offsite.recovery, secret: link.recoverySecret };
  const reports = await Reports.load({ store: new ReportStore(kept('reports.json')), log, now });
  const windows = new Windows({ store: new WindowStore(kept('windows.jsonl')), reports, now });
  await windows.endLeftovers();
  const leaseKeeper = new LeaseKeeper();
  const tell: { orders: (compartment: string) => void } = { orders: () => undefined };
  const book = await OrderBook.load({
    compartments: estate.compartments.map(({ manifest }) => manifest.name),
    trust,
    store: new OrderStore(kept('orders.json')),
    startsAside: config.HANDED_DIRECTORY !== undefined,
    log,
    now,
    changed: (name) => {
      tell.orders(name);
      leaseKeeper.renewNow();
    },
  });
  const leases = new Leases({
    recovery,
    keys: trust.orderKeys,
    leaseMs: estate.leaseMs,
    clocks: () => ({ monotonicMs: performance.now(), wallMs: now().getTime() }),
    newNonce: newSecret,
  });
  const internalSecrets = new Map(estate.compartments.map(({ manifest }) => [manifest.name, newSecret()]));
  const graceEndsMs = performance.now() + ANSWER_GRACE_MS;
  return {
    recovery,
    reports,
    windows,
    book,
    leases,
    leaseKeeper,
    tell,
    internalSecrets,
    mayStillAnswer: () => !leases.wasGranted && performance.now() < graceEndsMs,
    ending: new AbortController(),
    /** What compartments ask of the gateway's keeper, which comes after them. */
    gateway: {
      tellSecret: (_compartment: string): void => undefined,
      rotateCookieKey: (): Promise<void> => Promise.resolve(),
      rotateGatewayKey: (_asked: AskedKey, _signal: AbortSignal): Promise<void> => Promise.resolve(),
    },
    logLevel: config.LOG_LEVEL,
  };
}
type Offsite = Awaited<ReturnType<typeof composeOffsite>>;

async function composeCompartments(site: Site, offsite: Offsite): Promise<ReadonlyMap<string, Compartment>> {
  const { config, given, layout } = site;
  const { book, leases, internalSecrets, ending } = offsite;
  const binaries = await locateBinaries({
    ...(config.POSTGRES_INSTALLATION === undefined ? {} : { installation: config.POSTGRES_INSTALLATION }),
    copyInto: join(layout.data, 'postgres'),
    mustBeReadableByOthers: isRoot(),
  });
  const compartments = new Map<string, Compartment>();
  for (const { directory, manifest } of given.estate.compartments) {
    const { name } = manifest;
    const composed = await composeCompartment({
      ...site,
      ...offsite,
      manifest,
      directory,
      binaries,
      secrets: new SecretStore(join(layout.supervisor, `secrets-${name}.json`)),
      internalSecret: () => internalSecrets.get(name) ?? '',
      rotateInternalSecret: () => {
        internalSecrets.set(name, newSecret());
        offsite.gateway.tellSecret(name);
      },
      rotateCookieKey: () => offsite.gateway.rotateCookieKey(),
      rotateGatewayKey: (asked, signal) => offsite.gateway.rotateGatewayKey(asked, signal),
      vaultSecret: secretOf(given.link.vaultSecrets, name),
      replicationPassword: secretOf(given.link.replicationPasswords, name),
      jobKey: given.jobKey,
      handed: config.HANDED_DIRECTORY,
      newSecret,
      newId: randomUUID,
      now,
      standing: () => book.standingOf(name),
      leave: (epoch) => leases.judge(manifest, epoch),
      signal: ending.signal,
    });
    compartments.set(name, composed);
  }
  return compartments;
}

/** Each change of a process makes its compartment look again; one that was ended by somebody else is a finding. */
function reportEnds({ supervision }: Site, compartments: ReadonlyMap<string, Compartment>, reports: Reports): () => void {
  return supervision.onChange(({ status, exit }) => {
    compartments.get(status.name)?.nudge();
    if (exit === undefined || exit.asked || exit.signal === null) return;
    reports.finding({
      rule: 'process.killed',
      compartment: compartments.has(status.name) ? status.name : null,
      summary: `The process ${status.name} was ended unasked`,
      evidence: { process: status.name, pid: String(exit.pid), signal: exit.signal },
    });
  });
}

function serveControl(
  site: Site,
  parts: {
    readonly compartments: ReadonlyMap<string, Compartment>;
    readonly offsite: Offsite;
    readonly gatewaySecret: string;
    readonly stop: () => void;
  },
) {
  const { config, log, layout, given } = site;
  const { compartments, offsite, gatewaySecret, stop } = parts;
  const app = createWireApp({ secrets: { operator: config.CONTROL_SECRET }, log });
  const hasIdentity = offsite.internalSecrets.has('identity');
  const identity = () => ({
    socket: layOutCompartment(layout, 'identity').socket,
    secret: offsite.internalSecrets.get('identity') ?? '',
  });
  addControlRoutes(app, {
    book: offsite.book,
    reports: offsite.reports,
    compartments,
    gateway: { socket: layout.gateway.controlSocket, secret: gatewaySecret },
    log,
    status: () => describeSite(site, compartments),
    identity: given.estate.isSample && hasIdentity ? identity : undefined,
    inviteAdministrator: hasIdentity
      ? (asked) => inviteAdministrator({ identity: identity(), jobKey: given.jobKey, newId: randomUUID, now }, asked)
      : undefined,
    stop,
  });
  return serveWire({ app, socket: layout.controlSocket, mode: 0o600 });
}

function followOffsite({ given, log }: Site, offsite: Offsite, changed: () => void): Promise<void>[] {
  const { book, reports, recovery, leases, leaseKeeper, ending } = offsite;
  const { signal } = ending;
  const follower = new OrderFollower({ book, reports, log });
  return [
    follower.run(recovery, signal),
    reports.run(recovery, signal),
    leaseKeeper.run({
      leases,
      leaseMs: given.estate.leaseMs,
      manifests: given.estate.compartments.map(({ manifest }) => manifest),
      listEpochs: () => book.listEpochs(),
      missedOrders: () => follower.askAgain(),
      changed,
      log,
      signal,
    }),
  ];
}

/** Where a cookie key lies that took the place of the one given. */
function rotatedCookieKey(layout: Layout): string {
  return join(layout.supervisor, 'cookie-key');
}

function cookieKeyOf({ config, layout }: Site): Promise<string> {
  const rotated = rotatedCookieKey(layout);
  return access(rotated).then(
    () => rotated,
    () => config.COOKIE_KEY_FILE,
  );
}

function listSockets({ given, layout }: Site, offsite: Offsite) {
  return given.estate.compartments.map(({ manifest: { name, adopted } }) => {
    const { socket } = layOutCompartment(layout, name);
    const port = adopted && adopted.listens !== 'socket' ? { port: adopted.listens.port } : {};
    return [name, { socket, internalSecret: offsite.internalSecrets.get(name) ?? newSecret(), ...port }] as const;
  });
}

async function gatewayOf(site: Site, offsite: Offsite, controlSecret: string): Promise<GatewayDeps> {
  const { config, given, layout, runtime, uids, signingKey } = site;
  return {
    estate: given.estate,
    runtime,
    layout,
    owner: await uids.ownerOf('gateway'),
    keyFiles: { signing: signingKey.file, cookie: await cookieKeyOf(site) },
    controlSecret,
    offsite: given.link,
    compartments: () => Object.fromEntries(listSockets(site, offsite)),
    logLevel: config.LOG_LEVEL,
  };
}

function describeSite(
  { supervision, runtime, isolation }: Pick<Site, 'supervision' | 'runtime' | 'isolation'>,
  compartments: ReadonlyMap<string, Compartment>,
): SiteStatus {
  const all = [...compartments.values()];
  return {
    site: 'headquarters',
    ready: all.every((compartment) => compartment.isSettled) && supervision.statusOf('gateway')?.state === 'running',
    processes: [...supervision.status(), ...all.flatMap((compartment) => compartment.databaseStatus() ?? [])],
    compartments: all.map((compartment) => compartment.status()),
    boundary: runtime.boundary,
    isolation: isolation ? 'namespaces' : 'simulated',
  };
}
