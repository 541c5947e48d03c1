import { randomBytes } from 'node:crypto';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Estate, estateOfStandIn, hasCluster, type RestoreTarget, type SigningKey, type Trust } from '@bulkhead/contracts';
import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import { connectionTo } from '@bulkhead/postgres/connection';
import { migrate } from '@bulkhead/postgres/migrate';
import { listMigrations } from '@bulkhead/postgres/migration-file';
import { createWireApp, serveWire, type WireApp } from '@bulkhead/wire';
import { addAcknowledgementRoutes } from '#acknowledgement/acknowledgement.routes.ts';
import { createAcknowledgementStore } from '#acknowledgement/acknowledgement.store.ts';
import { addCollectionRoutes } from '#collection/collection.routes.ts';
import { type OffsiteDatabase, openOffsiteDatabase } from '#database/database.store.ts';
import { addArchiveRoutes } from '#desk/archive.routes.ts';
import { createCommandStore } from '#desk/command.store.ts';
import { addDeskRoutes } from '#desk/desk.routes.ts';
import { addEditionRoutes } from '#desk/edition.routes.ts';
import { addReadingRoutes } from '#desk/reading.routes.ts';
import { addDrillRoutes } from '#drill/drill.routes.ts';
import { type ErasureDeps } from '#erasure/erasure.actions.ts';
import { addErasureRoutes } from '#erasure/erasure.routes.ts';
import { createErasureStore } from '#erasure/erasure.store.ts';
import { Charge } from '#failover/charge.actions.ts';
import { addMoveRoutes } from '#failover/failover.routes.ts';
import { createFailoverStore } from '#failover/failover.store.ts';
import { createIncidentStore } from '#incident/incident.store.ts';
import { createNoticeStore } from '#notice/notice.store.ts';
import { loadOrders, type OrderDeps } from '#order/order.actions.ts';
import { addOrderRoutes } from '#order/order.routes.ts';
import { createOrderStore } from '#order/order.store.ts';
import { OrderBook } from '#order/order-book.actions.ts';
import { addAppliedRoutes } from '#order/seal/applied.routes.ts';
import { type SealDeps } from '#order/seal/seal.actions.ts';
import { createSealStore } from '#order/seal/seal.store.ts';
import { reachArchive } from '#peer/archive.actions.ts';
import { reachHistory } from '#peer/history.actions.ts';
import { reachJail } from '#peer/jail.actions.ts';
import { reachLedger } from '#peer/ledger.actions.ts';
import { reachPublisher } from '#peer/publisher.actions.ts';
import { reachReceiver } from '#peer/receiver.actions.ts';
import { withoutStreams } from '#peer/streamless.actions.ts';
import { reachSupervisor } from '#peer/supervisor.actions.ts';
import { reachVault } from '#peer/vault.actions.ts';
import { probeCompartment } from '#probe/probe.actions.ts';
import { addPublicReadingRoutes } from '#public-reading/public-reading.routes.ts';
import { type QuarantineDeps } from '#quarantine/quarantine.actions.ts';
import { addQuarantineRoutes } from '#quarantine/quarantine.routes.ts';
import { createQuarantineStore } from '#quarantine/quarantine.store.ts';
import { type ReadmissionDeps } from '#readmission/readmission.actions.ts';
import { addReadmissionRoutes } from '#readmission/readmission.routes.ts';
import { createReadmissionStore } from '#readmission/readmission.store.ts';
import { createRecorder } from '#record/record.actions.ts';
import { createRecordStore } from '#record/record.store.ts';
import type { FindingDeps } from '#watch/finding.actions.ts';
import { createFindingStore } from '#watch/finding.store.ts';
import { KeyWatch } from '#watch/key-watch.actions.ts';
import { ReceiptListeners } from '#watch/receipt.actions.ts';
import { createReceiptStore } from '#watch/receipt.store.ts';
import { StreamWatch } from '#watch/stream.actions.ts';
import { addFindingRoutes, addReceiptReading, addTestimonyRoutes } from '#watch/watch.routes.ts';
import { createWindowStore } from '#watch/window.store.ts';
import { isInScope } from './attack.rules.ts';
import { addClosingRoutes } from './closing.routes.ts';
import { composeCollection } from './compose-collection.ts';
import { composeDesk, composeReading } from './compose-desk.ts';
import { composeDrill } from './compose-drill.ts';
import { composeMoving, composePublicReading } from './compose-moving.ts';
import type { RecoveryConfig } from './config.ts';
import { GatewayKeys } from './gateway-key.actions.ts';
import { keepGoing } from './keep-going.ts';
import { addImageRoutes } from './recovery.routes.ts';
import { createRecoveryStore } from './recovery.store.ts';
import { launchRecoveryEngine, type RecoveryEngine } from './recovery.workflow.ts';
import type { RecoveryDeps } from './recovery-step.actions.ts';
import { ReplayDesk } from './replay-desk.actions.ts';
import { resolveTarget } from './target.actions.ts';
import { Turns } from './turns.actions.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url));

export type RecoverySetting = {
  readonly config: RecoveryConfig;
  readonly estate: Estate;
  readonly trust: Trust;
  readonly key: SigningKey;
  readonly log: Log;
  readonly now: Now;
  readonly newId: () => string;
};

export type RecoveryParts = ReturnType<typeof composeRecovery>;

/** Brings up recovery: orders first, then the desk; whoever else is not there yet is waited for in the background. */
export async function startRecovery(setting: RecoverySetting): Promise<{ readonly stop: () => Promise<void> }> {
  requireDistinctOperators(setting.trust);
  const stopping = new AbortController();
  const database = await openMigrated(setting.config, setting.now);
  const parts = composeRecovery(setting, database, stopping.signal);
  await loadOrders(parts.order);
  await parts.charge.load();
  await parts.publicReading.load();
  const engine = await launchRecoveryEngine(parts.recovery, database.workflowPool);
  const moving = composeMoving(setting, parts, engine);
  const serving = await serve(setting, parts, { engine, moving, database });
  const background = [...keepGoing(setting, parts, stopping.signal), moving.keeper.run(setting.log, stopping.signal)];
  setting.log.info({ compartments: [...parts.order.manifests.keys()] }, 'recovery is up');
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all([...serving.map((server) => server.close()), parts.recorder.close()]);
      await Promise.all(background);
    },
  };
}

/** Builds stores, peers and what the actions need of them. */
export function composeRecovery(setting: RecoverySetting, { db }: OffsiteDatabase, stopping: AbortSignal) {
  const { config, estate, trust, key, log, now } = setting;
  const manifests = new Map(estate.compartments.map(({ manifest }) => [manifest.name, manifest]));
  const streamless = new Set([...manifests.values()].flatMap((manifest) => (hasCluster(manifest) ? [] : [manifest.name])));
  const receiver = withoutStreams(reachReceiver(peerOf(config, 'RECEIVER')), streamless, now);
  const publisher = reachPublisher(peerOf(config, 'PUBLISHER'), trust.editionKeys);
  const recorder = createRecorder({ store: createRecordStore(db), ledger: reachLedger(peerOf(config, 'LEDGER')), now, log });
  const order: OrderDeps = { orders: createOrderStore(db), book: new OrderBook(), recorder, manifests, key, now };
  const seal: SealDeps = { ...order, seals: createSealStore(db), receiver, log, underWay: new Map() };
  const incident = { incidents: createIncidentStore(db), now };
  const queue = { waiting: 0, last: Promise.resolve() };
  const finding: FindingDeps = { ...incident, findings: createFindingStore(db), recorder, manifests, seal, queue, log };
  const moves = createFailoverStore(db);
  const charge = new Charge(moves, { now: now(), monotonicMs: () => performance.now() });
  const standIn = config.STAND_IN_JSON;
  const estateInForce = () => (charge.site === 'stand-in' ? (estateOfStandIn(estate) ?? estate) : estate);
  const reopening = { incidents: incident.incidents, listNamed: finding.findings.listSubjects, recorder, now };
  const history = reachHistory(peerOf(config, 'HISTORY'));
  const receipts = createReceiptStore(db);
  const recovery: RecoveryDeps = {
    recoveries: createRecoveryStore(db),
    seal,
    incident,
    reopening,
    recorder,
    receiver,
    supervisor: reachSupervisor(peerOf(config, 'SUPERVISOR')),
    vault: reachVault(peerOf(config, 'VAULT')),
    history,
    acknowledgement: {
      acknowledgements: createAcknowledgementStore(db),
      history,
      receiver,
      recorder,
      listReceipts: (before, limit) => receipts.listNewest(before, limit),
      isInScope,
      standing: new Map(),
      underWay: new Map(),
      now,
    },
    replays: new ReplayDesk(),
    key,
    gatewayKeys: new GatewayKeys(trust.gatewayKeys),
    jobKeyIds: trust.jobKeys.map(({ keyId }) => keyId),
    newSecret: () => randomBytes(32).toString('hex'),
    socketsOf: (compartment) =>
      standIn && join(charge.site === 'stand-in' ? standIn.sockets : standIn.homeSockets, `${compartment}-pg`),
    publisher,
    reachJail,
    standbys: new Map(Object.entries(config.JAILS_JSON).map(([name, peer]) => [name, reachJail(peer)])),
    manifests,
    listMigrations: (compartment) => listMigrationsOf(estate, compartment),
    probe: (manifest) =>
      probeCompartment({ estate: estateInForce(), publisher, now }, manifest, config.PATIENCE_JSON.probeMs, stopping),
    patience: config.PATIENCE_JSON,
    turns: new Turns(),
    progress: new Map(),
    now,
    log,
    stopping,
  };
  const resolve = (compartment: string, target: RestoreTarget) => resolveTarget(recovery, compartment, target);
  const quarantine: QuarantineDeps = {
    ...recovery,
    quarantines: createQuarantineStore(db),
    resolve,
    newId: () => `q${randomBytes(6).toString('hex')}`,
  };
  const testimony = {
    receipts,
    listeners: new ReceiptListeners(),
    gatewayKeys: () => recovery.gatewayKeys.all,
    finding,
    windows: createWindowStore(db),
    announce: () => order.book.announce(),
    recorder,
    manifests,
    now,
  };
  const streams = new StreamWatch({ receiver, finding });
  const archive = reachArchive(peerOf(config, 'RECEIVER'));
  // A sample estate has nobody to hold an escrow identity.
  const keyed = estate.isSample ? [] : [...manifests.keys()].filter((name) => !streamless.has(name));
  const keys = new KeyWatch({ archive, finding }, keyed);
  const { vault } = recovery;
  const erasures = createErasureStore(db);
  const erasure: ErasureDeps = { erasures, vault, publisher, manifests, recorder, now, newId: setting.newId, log };
  const readmissions = createReadmissionStore(db);
  const readmission: ReadmissionDeps = { readmissions, seal, charge, recorder, now, newId: setting.newId };
  const drill = composeDrill(setting, { db, recovery, finding });
  const collection = composeCollection(setting, {
    db,
    recovery,
    archive,
    finding,
    mustWait: async () => charge.site !== 'headquarters' || drill.isRecovering(),
  });
  return {
    erasure,
    readmission,
    collection,
    order,
    seal,
    recorder,
    finding,
    testimony,
    streams,
    recovery,
    drill,
    quarantine,
    resolve,
    moves,
    charge,
    publicReading: composePublicReading(setting, { db, order, charge, recovery }),
    commands: createCommandStore(db),
    notices: createNoticeStore(db),
    archive,
    keys,
  };
}

type Served = {
  readonly engine: RecoveryEngine;
  readonly moving: ReturnType<typeof composeMoving>;
  readonly database: OffsiteDatabase;
};

async function serve(setting: RecoverySetting, parts: RecoveryParts, { engine, moving, database }: Served) {
  const { config, estate, trust, log, now } = setting;
  const { order, seal, finding, testimony, recovery, charge } = parts;
  const standIn = config.STAND_IN_JSON;

  const secrets = { headquarters: config.HQ_SECRET, ...(standIn ? { 'stand-in': standIn.secret } : {}) };
  const headquarters = createWireApp({ secrets, log });
  headquarters.use(async (c, next) => {
    charge.admit(c.get('caller'), now());
    testimony.listeners.hear(now());
    await next();
  });
  addOrderRoutes(headquarters, {
    ...order,
    leaseMs: estate.leaseMs,
    granted: (lease) => charge.noteLease(lease),
    requireHeard: (caller) => charge.admit(caller, now()),
  });
  addAppliedRoutes(headquarters, seal);
  addFindingRoutes(headquarters, finding, 'headquarters');
  addTestimonyRoutes(headquarters, testimony);
  addImageRoutes(headquarters, recovery);
  const jobKeys = [...trust.jobKeys, ...(standIn ? [standIn.jobKey] : [])];
  addClosingRoutes(headquarters, recovery, { ...recovery, keys: recovery.gatewayKeys, jobKeys, book: order.book });

  const offsite = createWireApp({ secrets: { offsite: config.INTERNAL_SECRET }, log });
  addFindingRoutes(offsite, finding, 'offsite');
  addReceiptReading(offsite, testimony);

  const desk = createWireApp({ secrets: { desk: config.DESK_SECRET }, log });
  addDeskRoutes(desk, composeDesk(setting, parts, engine, moving.requests));
  addMoveRoutes(desk, moving.requests);
  addPublicReadingRoutes(desk, parts.publicReading);
  addArchiveRoutes(desk, parts);
  addReadingRoutes(desk, composeReading(setting, parts));
  addErasureRoutes(desk, parts.erasure);
  addReadmissionRoutes(desk, parts.readmission);
  addAcknowledgementRoutes(desk, { ...recovery.acknowledgement, getRecovery: recovery.recoveries.getRecovery });
  addDrillRoutes(desk, parts.drill);
  addCollectionRoutes(desk, parts.collection);
  addQuarantineRoutes(desk, parts.quarantine);
  addEditionRoutes(desk, { publisher: recovery.publisher, compartments: new Set(order.manifests.keys()) });

  const servers = [
    { app: headquarters, socket: config.HQ_SOCKET },
    { app: offsite, socket: config.INTERNAL_SOCKET },
    { app: desk, socket: config.DESK_SOCKET },
  ];
  for (const { app } of servers) addHealth(app, database, order.book);
  // Whoever reaches the directory may connect; each socket asks for a secret of its own.
  return Promise.all(servers.map((server) => serveWire({ ...server, mode: 0o666 })));
}

export async function openMigrated(config: RecoveryConfig, now: Now): Promise<OffsiteDatabase> {
  const connection = connectionTo(config.DATABASE_SOCKET_DIRECTORY, {
    database: config.DATABASE_NAME,
    role: config.DATABASE_ROLE,
    password: config.DATABASE_PASSWORD,
    applicationName: 'recovery',
  });
  await migrate({ connection, directory: MIGRATIONS, now });
  return openOffsiteDatabase(connection);
}

type PeerName = 'RECEIVER' | 'LEDGER' | 'VAULT' | 'HISTORY' | 'PUBLISHER' | 'STATUS' | 'SUPERVISOR';

function peerOf(config: RecoveryConfig, name: PeerName) {
  return { socket: config[`${name}_SOCKET`], secret: config[`${name}_SECRET`] };
}

// Two names with one key would let one person be both operators.
function requireDistinctOperators({ operatorKeys }: Trust): void {
  const keys = new Set(operatorKeys.map(({ publicKey }) => publicKey));
  const names = new Set(operatorKeys.map(({ keyId }) => keyId));
  const isNamed = operatorKeys.every(({ keyId }) => /^operator:[a-z][a-z0-9-]{0,40}$/.test(keyId));
  if (keys.size === operatorKeys.length && names.size === operatorKeys.length && isNamed) return;
  throw new EstateError(
    'config.invalid',
    'reading TRUST_FILE: each operator needs a key of their own, named like operator:alice; enrol two different people',
  );
}

async function listMigrationsOf(estate: Estate, compartment: string) {
  const found = estate.compartments.find(({ manifest }) => manifest.name === compartment);
  // An adopted application makes its tables as it likes: there is nothing to compare them with.
  if (found?.manifest.adopted) return [];
  const directory = found?.directory ?? compartment;
  const path = isAbsolute(directory) ? directory : resolve(CHECKOUT, directory);
  return (await listMigrations(join(path, 'migrations'))).map(({ name, sha256 }) => ({ name, sha256 }));
}

function addHealth(app: WireApp, database: OffsiteDatabase, book: OrderBook): void {
  app.get('/health', async (c) => {
    const ok = await database.isAnswering();
    return c.json({ ok, database: ok, orders: book.listReleased().length }, ok ? 200 : 503);
  });
}
