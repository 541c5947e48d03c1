import { join } from 'node:path';
import { type CompartmentManifest, type Estate, hasCluster, type SigningKey } from '@bulkhead/contracts';
import { EstateError, hasCode, type Log, type Now, sleepMs } from '@bulkhead/kernel';
import { type PostgresBinaries, readControlFile } from '@bulkhead/postgres';
import {
  adoptTree,
  type Isolation,
  makeDirectory,
  type Owner,
  type Runtime,
  type Supervision,
  type UidAllocator,
} from '@bulkhead/supervision';
import type { WirePeer } from '@bulkhead/wire';
import { Closure } from '#closure/closure.actions.ts';
import { Code } from '#closure/code.actions.ts';
import { tryOldKey } from '#closure/old-key.actions.ts';
import { Cluster, type ClusterDeps } from '#cluster/cluster.actions.ts';
import { NO_CLUSTER } from '#cluster/no-cluster.actions.ts';
import type { SecretStore } from '#cluster/secret.store.ts';
import { describeAdopted } from '#compartment/adopted-process.actions.ts';
import { keepClockwork } from '#compartment/clockwork.jobs.ts';
import { Compartment } from '#compartment/compartment.actions.ts';
import { RecordStore } from '#compartment/compartment.store.ts';
import type { Driver } from '#compartment/driver.rules.ts';
import { describeProcess, mintJobToken, type ProcessDeps } from '#compartment/process.actions.ts';
import { startWorkers } from '#compartment/worker.actions.ts';
import type { AskedKey, GatewaySigningKey } from '#gateway/signing-key.actions.ts';
import { layImage } from '#image/image.actions.ts';
import { type CompartmentLayout, type Layout, layOutCompartment } from '#layout/layout.rules.ts';
import type { Leave } from '#lease/lease.rules.ts';
import type { Standing } from '#order/order.actions.ts';
import type { Reports } from '#report/report.actions.ts';
import { lookAtStorage } from '#storage/storage.actions.ts';
import { watchStorage } from '#storage/storage.jobs.ts';
import { findLoss } from '#storage/storage.rules.ts';
import type { Windows } from '#window/window.actions.ts';

const SNAPSHOT_MS = 5_000;

export type ComposeOptions = {
  readonly manifest: CompartmentManifest;
  readonly directory: string;
  readonly given: { readonly estate: Pick<Estate, 'domain' | 'port' | 'tls' | 'mail'> };
  readonly layout: Layout;
  readonly runtime: Runtime;
  readonly binaries: PostgresBinaries;
  readonly isolation: Isolation | undefined;
  readonly uids: UidAllocator;
  readonly supervision: Supervision;
  readonly windows: Windows;
  readonly reports: Reports;
  readonly secrets: SecretStore;
  /** With which the gateway and this supervisor come to it; another one after a restore. */
  readonly internalSecret: () => string;
  readonly rotateInternalSecret: () => void;
  /** Signs the gateway's cookies with another key: everybody signs in again. */
  readonly rotateCookieKey: () => Promise<void>;
  readonly rotateGatewayKey: (asked: AskedKey, signal: AbortSignal) => Promise<void>;
  readonly signingKey: Pick<GatewaySigningKey, 'replacedFor'>;
  readonly vaultSecret: string;
  readonly replicationPassword: string;
  readonly recovery: WirePeer;
  readonly jobKey: SigningKey;
  /** Where off-site lays promoted clusters for its stand-in. */
  readonly handed: string | undefined;
  readonly newSecret: () => string;
  readonly newId: () => string;
  readonly log: Log;
  readonly now: Now;
  readonly logLevel: string;
  readonly standing: () => Standing;
  readonly leave: (epoch: number) => Leave;
  readonly mayStillAnswer: () => boolean;
  readonly signal: AbortSignal;
};

/** Builds the keeper of one compartment with its database, and begins to watch over its data. */
export async function composeCompartment(options: ComposeOptions): Promise<Compartment> {
  const { manifest, layout, log, signal } = options;
  const own = layOutCompartment(layout, manifest.name);
  const kept = await RecordStore.open(own.record);
  // Whatever a stand-in begins with, it is no data of this estate: only an image is.
  if (options.handed !== undefined && kept.record.firstEpoch === null) await kept.change({ firstEpoch: 1, isLost: true });
  const driver = await composeDriver(options, own, kept, (exit) => compartment.databaseDied(exit));
  const compartment: Compartment = new Compartment({ ...options, ...driver, kept });
  void driver.code?.watch(signal);
  void keepClockwork({
    ...options,
    isServing: () => compartment.isServing,
    peer: () => ({ socket: own.socket, secret: options.internalSecret() }),
  });
  if (!driver.hasCopy) return compartment;
  void watchStorage({
    // An adopted application writes and deletes there as it likes.
    places: { ...own, mayChange: manifest.adopted !== undefined },
    shouldStand: () => compartment.shouldStand,
    lost: (what) => compartment.lost(what),
    log,
    signal,
  });
  void logSnapshots(driver.cluster, log, signal);
  return compartment;
}

/** What knows of the kind of application: a native one, or one that knows nothing of us. */
async function composeDriver(
  options: ComposeOptions,
  own: CompartmentLayout,
  kept: RecordStore,
  died: ClusterDeps['died'],
): Promise<Driver & { readonly closure: Closure; readonly code: Code | undefined }> {
  const { manifest, given, layout } = options;
  const { name, adopted } = manifest;
  const hasCopy = hasCluster(manifest);
  const owner = await options.uids.ownerOf(name);
  const workerEnvironment = await startWorkers(options);
  const pgOwner = hasCopy ? await options.uids.ownerOf(`${name}-pg`) : undefined;
  const processDeps = {
    ...options,
    internalSecret: options.internalSecret(),
    mail: given.estate.mail,
    name,
    own,
    owner,
    workerEnvironment,
  };
  const code = adopted ? undefined : composeCode(options, kept);
  const cluster = hasCopy ? composeCluster(options, own, { pgOwner, died, processDeps, code }) : undefined;
  const closure = composeClosure(options, kept, { cluster, code });
  const describe = adopted
    ? (mode: 'app' | 'reader', password: string) =>
        describeAdopted({ ...processDeps, ...closure.startsWith(), manifest, adopted, estate: given.estate }, mode, password)
    : (mode: 'app' | 'reader', password: string) => describeProcess({ ...processDeps, ...closure.startsWith() }, mode, password);
  return {
    hasCopy,
    closure,
    code,
    cluster: cluster ?? NO_CLUSTER,
    describe,
    makeDirectories: ({ withBlobs }) => makeDirectories(own, { owner, pgOwner, hasCopy, withBlobs: withBlobs || !hasCopy }),
    findLoss: (systemIdentifier) => (hasCopy ? findLossAtStart(own, systemIdentifier) : Promise.resolve(undefined)),
    layImage: async (image, epoch, steps, attempt) => {
      if (!cluster) throw new EstateError('restore.failed', `laying down an image of ${name}: at level L0 there is none`);
      const places = { directory: own.directory, pgOwner, blobOwner: owner };
      const vault = { socket: layout.offsite.vault, secret: closure.vaultSecret };
      const replaceSuperuser = () => cluster.replaceSuperuser();
      return layImage({ ...options, ...steps, ...places, vault, replaceSuperuser }, image, epoch, attempt);
    },
  };
}

function composeCluster(
  options: ComposeOptions,
  own: CompartmentLayout,
  given: {
    readonly pgOwner: Owner | undefined;
    readonly died: ClusterDeps['died'];
    readonly processDeps: ProcessDeps;
    readonly code: Code | undefined;
  },
): Cluster {
  const { manifest, layout, binaries, directory } = options;
  return new Cluster({
    ...options,
    compartment: manifest.name,
    database: manifest.name,
    dataDirectory: own.pg,
    socketDirectory: own.pgSockets,
    templateDirectory: join(layout.supervisor, `template-${binaries.version}`),
    owner: given.pgOwner,
    migrations: () => join(given.code?.directory ?? directory, 'migrations'),
    ownedBy: manifest.adopted?.database,
    extensions: manifest.extensions ?? manifest.adopted?.database?.extensions,
    migrationToken: () => mintJobToken(given.processDeps, 'migrate'),
    preparationToken: () => mintJobToken(given.processDeps, 'prepare'),
    rolesToken: () => mintJobToken(given.processDeps, 'roles'),
    died: given.died,
  });
}

function composeCode({ manifest, directory, layout, runtime, reports, log }: ComposeOptions, kept: RecordStore): Code {
  return new Code({
    compartment: manifest.name,
    usual: directory,
    builds: join(layout.data, 'builds'),
    modules: join(runtime.checkout, 'node_modules'),
    noted: () => kept.record.code,
    note: (sha256) => kept.change({ code: sha256 }),
    reports,
    log,
  });
}

function composeClosure(
  options: ComposeOptions,
  kept: RecordStore,
  { cluster, code }: { readonly cluster: Cluster | undefined; readonly code: Code | undefined },
): Closure {
  const { manifest, vaultSecret, rotateCookieKey } = options;
  return new Closure({
    ...options,
    compartment: manifest.name,
    cluster,
    code,
    joinedVaultSecret: vaultSecret,
    rotateCookieKey: async (epoch) => {
      if (kept.record.cookieEpoch === epoch) return;
      await rotateCookieKey();
      await kept.change({ cookieEpoch: epoch });
    },
    tryReplacedKey: async () => {
      const key = code ? options.signingKey.replacedFor(manifest.name) : undefined;
      if (key === undefined) return undefined;
      const { socket } = layOutCompartment(options.layout, manifest.name);
      return tryOldKey(key, { compartment: manifest.name, socket, requestId: options.newId(), now: options.now });
    },
  });
}

async function logSnapshots(cluster: Driver['cluster'], log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleepMs(SNAPSHOT_MS, signal).catch(() => undefined);
    await cluster.logSnapshot().catch((error: unknown) => log.warn({ err: error }, 'logging a snapshot for standbys'));
  }
}

async function makeDirectories(
  own: CompartmentLayout,
  options: {
    readonly owner: Owner | undefined;
    readonly pgOwner: Owner | undefined;
    readonly hasCopy: boolean;
    readonly withBlobs: boolean;
  },
): Promise<void> {
  const { owner, pgOwner, hasCopy, withBlobs } = options;
  await makeDirectory(own.directory, { mode: 0o711 });
  await makeDirectory(own.sockets, { mode: 0o711, owner });
  if (hasCopy) await makeDirectory(own.pgSockets, { mode: 0o711, owner: pgOwner });
  if (withBlobs) await makeDirectory(own.blobs, { mode: 0o700, owner });
  // An estate that ran as an ordinary user before belongs to that user.
  await adoptTree(own.pg, pgOwner);
  await adoptTree(own.blobs, owner);
}

async function findLossAtStart(own: CompartmentLayout, systemIdentifier: string): Promise<string | undefined> {
  const loss = findLoss(undefined, await lookAtStorage(own));
  if (loss !== undefined) return loss;
  try {
    const found = await readControlFile(own.pg);
    return found.systemIdentifier === systemIdentifier
      ? undefined
      : `another database (system ${found.systemIdentifier}) stands in its place`;
  } catch (error) {
    if (hasCode(error, 'archive.damaged')) return 'the control file of the database is damaged';
    throw error;
  }
}
