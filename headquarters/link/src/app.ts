import { randomBytes } from 'node:crypto';
import type { Log } from '@bulkhead/kernel';
import { Keyring, openHeadquartersEnd, serveLinkControl } from '@bulkhead/link';
import type { Config } from './config.ts';

/** Connections of one service at once. */
const AT_MOST = 256;

/** Connects headquarters with off-site, and returns when the sockets that stand for off-site are there. */
export async function startLink(config: Config, log: Log): Promise<{ readonly stop: () => Promise<void> }> {
  const end = await openHeadquartersEnd({
    keyring: await Keyring.open(config.DIRECTORY),
    address: { host: config.HOST, port: config.PORT },
    calls: config.CALLS_JSON,
    offers: config.OFFERS_JSON,
    atMost: AT_MOST,
    newSession: () => randomBytes(8).toString('hex'),
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
