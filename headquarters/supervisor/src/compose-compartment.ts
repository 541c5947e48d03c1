import { join } from 'node:path';
import type { CompartmentManifest, SigningKey } from '@bulkhead/contracts';
import { hasCode, type Log, type Now, sleepMs } from '@bulkhead/kernel';
import { type PostgresBinaries, readControlFile } from '@bulkhead/postgres';
import { adoptTree, makeDirectory, type Owner, type Runtime, type Supervision, type UidAllocator } from '@bulkhead/supervision';
import type { WirePeer } from '@bulkhead/wire';
import { Cluster } from '#cluster/cluster.actions.ts';
import type { SecretStore } from '#cluster/secret.store.ts';
import { Compartment } from '#compartment/compartment.actions.ts';
import { RecordStore } from '#compartment/compartment.store.ts';
import { describeProcess, mintJobToken } from '#compartment/process.actions.ts';
import { layImage } from '#image/image.actions.ts';
import { type CompartmentLayout, type Layout, layOutCompartment } from '#layout/layout.rules.ts';
import type { Leave } from '#lease/lease.rules.ts';
import type { Standing } from '#order/order.actions.ts';
import type { Reports } from '#report/report.actions.ts';
import { lookAtStorage } from '#storage/storage.actions.ts';
import { watchStorage } from '#storage/storage.jobs.ts';
import { findLoss } from '#storage/storage.rules.ts';
import type { Windows } from '#window/window.actions.ts';

const SNAPSHOT_MS = 60_000;

export type ComposeOptions = {
  readonly manifest: CompartmentManifest;
  readonly directory: string;
  readonly layout: Layout;
  readonly runtime: Runtime;
  readonly binaries: PostgresBinaries;
  readonly uids: UidAllocator;
  readonly supervision: Supervision;
  readonly windows: Windows;
  readonly reports: Reports;
  readonly secrets: SecretStore;
  readonly internalSecret: string;
  readonly vaultSecret: string;
  readonly replicationPassword: string;
  readonly recovery: WirePeer;
  readonly jobKey: SigningKey;
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
  const { name } = manifest;
  const own = layOutCompartment(layout, name);
  const owner = await options.uids.ownerOf(name);
  const pgOwner = await options.uids.ownerOf(`${name}-pg`);
  const kept = await RecordStore.open(own.record);
  const processDeps = { ...options, name, own, owner };
  const cluster = new Cluster({
    ...options,
    compartment: name,
    database: name,
    dataDirectory: own.pg,
    socketDirectory: own.pgSockets,
    templateDirectory: join(layout.supervisor, `template-${options.binaries.version}`),
    owner: pgOwner,
    migrations: join(options.directory, 'migrations'),
    migrationToken: () => mintJobToken(processDeps, 'migrate'),
    died: (exit) => compartment.databaseDied(exit),
  });
  const compartment: Compartment = new Compartment({
    ...options,
    kept,
    cluster,
    describe: (mode, password) => describeProcess(processDeps, mode, password),
    makeDirectories: ({ withBlobs }) => makeDirectories(own, { owner, pgOwner, withBlobs }),
    findLoss: (systemIdentifier) => findLossAtStart(own, systemIdentifier),
    layImage: (image, epoch, steps, attempt) =>
      layImage(
        {
          ...steps,
          recovery: options.recovery,
          vault: { socket: layout.offsite.vault, secret: options.vaultSecret },
          binaries: options.binaries,
          directory: own.directory,
          pgOwner,
          blobOwner: owner,
          log,
          replaceSuperuser: () => cluster.replaceSuperuser(),
        },
        image,
        epoch,
        attempt,
      ),
  });
  void watchStorage({
    places: own,
    shouldStand: () => compartment.shouldStand,
    lost: (what) => compartment.lost(what),
    log,
    signal,
  });
  void logSnapshots(cluster, log, signal);
  return compartment;
}

async function logSnapshots(cluster: Cluster, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleepMs(SNAPSHOT_MS, signal).catch(() => undefined);
    await cluster.logSnapshot().catch((error: unknown) => log.warn({ err: error }, 'logging a snapshot for standbys'));
  }
}

async function makeDirectories(
  own: CompartmentLayout,
  options: { readonly owner: Owner | undefined; readonly pgOwner: Owner | undefined; readonly withBlobs: boolean },
): Promise<void> {
  const { owner, pgOwner, withBlobs } = options;
  await makeDirectory(own.directory, { mode: 0o711 });
  await makeDirectory(own.sockets, { mode: 0o711, owner });
  await makeDirectory(own.pgSockets, { mode: 0o711, owner: pgOwner });
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
