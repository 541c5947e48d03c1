import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { estateSchema, linkSchema, type SiteStatus, signingKeySchema, trustSchema } from '@bulkhead/contracts';
import { EstateError, type Log, sleepMs } from '@bulkhead/kernel';
import { locateBinaries } from '@bulkhead/postgres';
import {
  createSupervision,
  createUidAllocator,
  endLeftovers,
  isRoot,
  makeDirectory,
  prepareRuntime,
  readJson,
  requireOwnDirectory,
  type Supervision,
  takeSiteLock,
  writeJsonDurably,
} from '@bulkhead/supervision';
import { createWireApp, serveWire } from '@bulkhead/wire';
import type { z } from 'zod';
import { SecretStore } from '#cluster/secret.store.ts';
import type { Compartment } from '#compartment/compartment.actions.ts';
import { relocateEstate } from '#compartment/process.actions.ts';
import { addControlRoutes } from '#control/control.routes.ts';
import { prepareGateway } from '#gateway/gateway.actions.ts';
import { type Layout, layOut, layOutCompartment } from '#layout/layout.rules.ts';
import { Leases } from '#lease/lease.actions.ts';
import { LeaseKeeper } from '#lease/lease.jobs.ts';
import { OrderBook } from '#order/order.actions.ts';
import { OrderFollower } from '#order/order.jobs.ts';
import { OrderStore } from '#order/order.store.ts';
import { Reports } from '#report/report.actions.ts';
import { ReportStore } from '#report/report.store.ts';
import { Windows } from '#window/window.actions.ts';
import { WindowStore } from '#window/window.store.ts';
import { composeCompartment } from './compose-compartment.ts';
import type { Config } from './config.ts';

/** How many uids headquarters takes from UID_BASE on. */
const UIDS = 400;
/** How long a start waits for off-site's first lease before compartments begin reading only. */
const ANSWER_GRACE_MS = 10_000;

/** Starts headquarters and returns when its control socket answers; compartments come up behind it. */
export async function startHeadquarters(config: Config, log: Log) {
  const now = () => new Date();
  const newSecret = () => randomBytes(32).toString('hex');
  const layout = layOut(config.DATA_DIRECTORY, config.RUNTIME_DIRECTORY);
  const given = await readGiven(config);
  const estateNames = given.estate.compartments.map(({ manifest }) => manifest.name);
  for (const name of estateNames) layOutCompartment(layout, name);
  await makeSiteDirectories(layout, config.RUNTIME_DIRECTORY);
  const lock = await takeSiteLock(layout.supervisor);
  const pidFile = join(layout.supervisor, 'pids.json');
  await endLeftovers(pidFile, log);

  const runtime = await prepareRuntime({ checkout: config.CHECKOUT, dataDirectory: layout.data });
  const binaries = await locateBinaries({
    ...(config.POSTGRES_INSTALLATION === undefined ? {} : { installation: config.POSTGRES_INSTALLATION }),
    copyInto: join(layout.data, 'postgres'),
    mustBeReadableByOthers: isRoot(),
  });
  const estate = relocateEstate(given.estate, config.CHECKOUT, runtime);
  await writeJsonDurably(layout.estateFile, estate, 0o644);
  await writeJsonDurably(layout.trustFile, given.trust, 0o644);
  const uids = createUidAllocator({ file: join(layout.supervisor, 'uids.json'), base: config.UID_BASE, count: UIDS });
  const supervision = createSupervision({ log, node: runtime.node, now, logDirectory: layout.logs, pidFile });
  const recovery = { socket: layout.offsite.recovery, secret: given.link.recoverySecret };
  const reports = await Reports.load({ store: new ReportStore(join(layout.supervisor, 'reports.json')), log, now });
  const windows = new Windows({ store: new WindowStore(join(layout.supervisor, 'windows.jsonl')), reports, now });
  await windows.endLeftovers();

  const compartments = new Map<string, Compartment>();
  const leaseKeeper = new LeaseKeeper();
  const book = await OrderBook.load({
    compartments: estateNames,
    trust: given.trust,
    store: new OrderStore(join(layout.supervisor, 'orders.json')),
    log,
    now,
    changed: (name) => {
      compartments.get(name)?.ordersChanged();
      leaseKeeper.renewNow();
    },
  });
  const leases = new Leases({
    recovery,
    keys: given.trust.orderKeys,
    leaseMs: estate.leaseMs,
    clocks: () => ({ monotonicMs: performance.now(), wallMs: now().getTime() }),
    newNonce: newSecret,
  });
  const graceEndsMs = performance.now() + ANSWER_GRACE_MS;
  const mayStillAnswer = () => !leases.wasGranted && performance.now() < graceEndsMs;
  const ending = new AbortController();
  const internalSecrets = new Map(estateNames.map((name) => [name, newSecret()]));
  for (const { directory, manifest } of estate.compartments) {
    const { name } = manifest;
    const composed = await composeCompartment({
      manifest,
      directory,
      layout,
      runtime,
      binaries,
      uids,
      supervision,
      windows,
      reports,
      secrets: new SecretStore(join(layout.supervisor, `secrets-${name}.json`)),
      internalSecret: internalSecrets.get(name) ?? newSecret(),
      vaultSecret: secretOf(given.link.vaultSecrets, name),
      replicationPassword: secretOf(given.link.replicationPasswords, name),
      recovery,
      jobKey: given.jobKey,
      newSecret,
      newId: randomUUID,
      log,
      now,
      logLevel: config.LOG_LEVEL,
      standing: () => book.standingOf(name),
      leave: (epoch) => leases.judge(manifest, epoch),
      mayStillAnswer,
      signal: ending.signal,
    });
    compartments.set(name, composed);
  }

  const controlSecret = newSecret();
  const sockets = Object.fromEntries(
    estateNames.map((name) => [
      name,
      { socket: layOutCompartment(layout, name).socket, internalSecret: internalSecrets.get(name) ?? '' },
    ]),
  );
  const nudgeAll = () => {
    for (const compartment of compartments.values()) compartment.nudge();
  };
  const forget = supervision.onChange(({ status, exit }) => {
    compartments.get(status.name)?.nudge();
    if (exit === undefined || exit.asked || exit.signal === null) return;
    reports.finding({
      rule: 'process.killed',
      compartment: compartments.has(status.name) ? status.name : null,
      summary: `The process ${status.name} was ended unasked`,
      evidence: { process: status.name, pid: String(exit.pid), signal: exit.signal },
    });
  });

  const stopAsked = Promise.withResolvers<void>();
  const identity = sockets['identity'];
  const app = createWireApp({ secrets: { operator: config.CONTROL_SECRET }, log });
  addControlRoutes(app, {
    book,
    compartments,
    gateway: { socket: layout.gateway.controlSocket, secret: controlSecret },
    reports,
    log,
    status: () => describeSite(supervision, compartments, runtime.boundary),
    identity: estate.isSample && identity ? { socket: identity.socket, secret: identity.internalSecret } : undefined,
    stop: () => stopAsked.resolve(),
  });
  const control = await serveWire({ app, socket: layout.controlSocket, mode: 0o600 });

  nudgeAll();
  void sleepMs(ANSWER_GRACE_MS + 10, ending.signal).then(nudgeAll, () => undefined);
  const gateway = prepareGateway({
    estate,
    runtime,
    layout,
    owner: await uids.ownerOf('gateway'),
    keyFiles: { signing: config.GATEWAY_KEY_FILE, cookie: config.COOKIE_KEY_FILE },
    controlSecret,
    offsite: given.link,
    compartments: sockets,
    logLevel: config.LOG_LEVEL,
  }).then((spec) => supervision.start(spec));
  await gateway;
  const follower = new OrderFollower({ book, reports, log });
  const loops = [
    follower.run(recovery, ending.signal),
    reports.run(recovery, ending.signal),
    leaseKeeper.run({
      leases,
      leaseMs: estate.leaseMs,
      manifests: estate.compartments.map(({ manifest }) => manifest),
      listEpochs: () => book.listEpochs(),
      missedOrders: () => follower.askAgain(),
      changed: nudgeAll,
      log,
      signal: ending.signal,
    }),
  ];

  const stop = async () => {
    ending.abort();
    await supervision.stop('gateway');
    await Promise.all([...compartments.values()].map((compartment) => compartment.stop()));
    forget();
    await Promise.all(loops);
    await control.close();
    await lock.release();
  };
  return { stop, stopAsked: stopAsked.promise };
}

function describeSite(
  supervision: Supervision,
  compartments: ReadonlyMap<string, Compartment>,
  boundary: SiteStatus['boundary'],
): SiteStatus {
  const all = [...compartments.values()];
  return {
    site: 'headquarters',
    ready: all.every((compartment) => compartment.isSettled) && supervision.statusOf('gateway')?.state === 'running',
    processes: [...supervision.status(), ...all.map((compartment) => compartment.databaseStatus())],
    compartments: all.map((compartment) => compartment.status()),
    boundary,
  };
}

async function readGiven(config: Config) {
  return {
    estate: await readFileOf(config.ESTATE_FILE, estateSchema),
    trust: await readFileOf(config.TRUST_FILE, trustSchema),
    link: await readFileOf(config.LINK_FILE, linkSchema),
    jobKey: await readFileOf(config.SIGNING_KEY_FILE, signingKeySchema),
  };
}

async function readFileOf<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> {
  const found = await readJson(path, schema);
  if (found !== undefined) return found;
  throw new EstateError('config.invalid', `reading ${path}: there is no such file`);
}

async function makeSiteDirectories(layout: Layout, runtimeDirectory: string): Promise<void> {
  await makeDirectory(layout.data, { mode: 0o711 });
  await makeDirectory(layout.supervisor, { mode: 0o700 });
  await makeDirectory(layout.logs, { mode: 0o700 });
  await makeDirectory(layout.published, { mode: 0o755 });
  await makeDirectory(runtimeDirectory, { mode: 0o711 });
  await requireOwnDirectory(runtimeDirectory);
  await makeDirectory(layout.sockets, { mode: 0o711 });
}

function secretOf(secrets: Readonly<Record<string, string>>, name: string): string {
  const secret = secrets[name];
  if (secret !== undefined) return secret;
  throw new EstateError(
    'config.invalid',
    `reading the link to off-site: it has no secret for compartment ${name}; join the sites again`,
  );
}
