import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trustSchema, type VerifyingKey } from '@bulkhead/contracts';
import type { Log, Now } from '@bulkhead/kernel';
import { createWireApp, serveWire } from '@bulkhead/wire';
import { keepBasesFresh } from './base-schedule.actions.ts';
import { CompartmentReceiver } from './compartment.actions.ts';
import type { ReceiverConfig } from './config.ts';
import { removeCopies } from './copy.actions.ts';
import { addCopyRoutes } from './copy.routes.ts';
import { readIdentity } from './identity.actions.ts';
import { addKeepingRoutes } from './keeping.routes.ts';
import { addReceiverRoutes, createFinder, ORDERS, readerOf } from './receiver.routes.ts';
import { RunningTime } from './running-time.actions.ts';
import { WalServer } from './wal-server.actions.ts';

const HOUR_MS = 3_600_000;

/** Starts the receiver: its streams, the WAL servers of its standbys, its API. `close` ends them in the other order. */
export async function startReceiver(
  config: ReceiverConfig,
  log: Log,
  now: Now = () => new Date(),
): Promise<{ readonly close: () => Promise<void> }> {
  const isReadOnly = config.READ_ONLY === '1';
  if (!isReadOnly) await mkdir(config.DATA_DIRECTORY, { recursive: true, mode: 0o700 });
  const startedMs = performance.now();
  const running = await RunningTime.open(join(config.DATA_DIRECTORY, 'running.json'), () => performance.now() - startedMs);
  const archive = {
    identity: await readIdentity(config.IDENTITY_FILE ?? join(config.DATA_DIRECTORY, 'identity.txt'), isReadOnly),
    recipients: config.ARCHIVE_RECIPIENTS,
    operatorKeys: await readOperatorKeys(config.TRUST_FILE),
    ranMs: running.ranMs,
    now,
    isReadOnly,
  };
  const receivers = new Map<string, CompartmentReceiver>();
  const walServers: WalServer[] = [];
  if (!isReadOnly) await removeCopies(config.DATA_DIRECTORY);
  for (const { name, socketDirectory, user, password, walSocketDirectory, readerSecret } of config.COMPARTMENTS) {
    const source = { name, socketDirectory, user, password };
    const directory = join(config.DATA_DIRECTORY, name);
    const receiver = await CompartmentReceiver.open({ source, archive: { ...archive, name, directory }, log });
    receivers.set(name, receiver);
    running.atLeast(receiver.archive?.lineage.index.newestRanMs ?? 0);
    if (!isReadOnly)
      walServers.push(await WalServer.listen({ receiver, directory: walSocketDirectory, secret: readerSecret, now, log }));
  }
  const readers = Object.fromEntries(config.COMPARTMENTS.map(({ name, readerSecret }) => [readerOf(name), readerSecret]));
  const app = createWireApp({ secrets: { [ORDERS]: config.RECEIVER_SECRET, ...readers }, log });
  addReceiverRoutes(app, receivers);
  addKeepingRoutes(app, createFinder(receivers));
  if (!isReadOnly) addCopyRoutes(app, config.DATA_DIRECTORY, new Set(receivers.keys()));
  const server = await serveWire({ app, socket: config.RECEIVER_SOCKET, mode: 0o666 });
  if (!isReadOnly) running.keepSaving(log);
  const endLooking = isReadOnly ? undefined : keepBasesFresh(receivers, config.BASE_EVERY_HOURS * HOUR_MS, log);
  return {
    close: async () => {
      endLooking?.();
      await server.close();
      await Promise.all(walServers.map((walServer) => walServer.close()));
      await Promise.all([...receivers.values()].map((receiver) => receiver.stop()));
      if (!isReadOnly) await running.close();
    },
  };
}

async function readOperatorKeys(trustFile: string | undefined): Promise<readonly VerifyingKey[]> {
  return trustFile === undefined ? [] : trustSchema.parse(JSON.parse(await readFile(trustFile, 'utf8'))).operatorKeys;
}
