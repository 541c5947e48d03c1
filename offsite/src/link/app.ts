import type { Log } from '@bulkhead/kernel';
import { filesOfLink, Keyring, openOffsiteEnd, serveLinkControl } from '@bulkhead/link';
import type { Config } from './config.ts';

/** Connections of one service at once. */
const AT_MOST = 256;

/** Listens for headquarters, and returns when the sockets that stand for headquarters are there. */
export async function startLink(config: Config, log: Log): Promise<{ readonly stop: () => Promise<void> }> {
  const end = await openOffsiteEnd({
    keyring: await Keyring.open(config.DIRECTORY),
    address: { host: config.HOST, port: config.PORT },
    calls: config.CALLS_JSON,
    reaches: config.REACHES_JSON,
    descriptionFile: filesOfLink(config.DIRECTORY).description,
    atMost: AT_MOST,
    log,
    now: () => new Date(),
  });
  const control = await serveLinkControl({ end, socket: config.CONTROL_SOCKET, secret: config.CONTROL_SECRET, log });
  return {
    stop: async () => {
      await Promise.all([control.close(), end.close()]);
    },
  };
}
