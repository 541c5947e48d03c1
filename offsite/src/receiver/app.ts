import { join } from 'node:path';
import type { Log } from '@bulkhead/kernel';
import { createWireApp, serveWire } from '@bulkhead/wire';
import { CompartmentReceiver } from './compartment.actions.ts';
import type { ReceiverConfig } from './config.ts';
import { addReceiverRoutes, ORDERS, readerOf } from './receiver.routes.ts';
import { WalServer } from './wal-server.actions.ts';

/** Starts the receiver: its streams, the WAL servers of its standbys, its API. `close` ends them in the other order. */
export async function startReceiver(config: ReceiverConfig, log: Log): Promise<{ readonly close: () => Promise<void> }> {
  const now = () => new Date();
  const receivers = new Map<string, CompartmentReceiver>();
  const walServers: WalServer[] = [];
  for (const { name, socketDirectory, user, password, walSocketDirectory, readerSecret } of config.COMPARTMENTS) {
    const source = { name, socketDirectory, user, password };
    const receiver = await CompartmentReceiver.open({ source, directory: join(config.DATA_DIRECTORY, name), now, log });
    receivers.set(name, receiver);
    walServers.push(await WalServer.listen({ receiver, directory: walSocketDirectory, secret: readerSecret, now, log }));
  }
  const readers = Object.fromEntries(config.COMPARTMENTS.map(({ name, readerSecret }) => [readerOf(name), readerSecret]));
  const app = createWireApp({ secrets: { [ORDERS]: config.RECEIVER_SECRET, ...readers }, log });
  addReceiverRoutes(app, receivers);
  const server = await serveWire({ app, socket: config.RECEIVER_SOCKET, mode: 0o666 });
  return {
    close: async () => {
      await server.close();
      await Promise.all(walServers.map((walServer) => walServer.close()));
      await Promise.all([...receivers.values()].map((receiver) => receiver.stop()));
    },
  };
}
