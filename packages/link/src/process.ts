import type { Address } from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import { chownTree, type Owner, type ProcessSpec, readJson } from '@bulkhead/supervision';
import type { z } from 'zod';
import { serveLinkControl } from './control.ts';
import type { LinkEnd } from './end.ts';
import { controlSchema, filesOfLink, Keyring } from './identity/keyring.ts';
import type { linkSettingsSchema } from './settings.ts';

const MEMORY_MB = 256;
const GRACE_MS = 5_000;
/** Connections of one service at once. */
const AT_MOST = 256;

type Health = { readonly socket: string; readonly secret: string; readonly path: string };
type Services = Readonly<Record<string, string>>;

/**
 * What a site's supervisor starts its link process with; its keys are handed to its owner.
 * @throws EstateError `config.invalid` where there are no keys
 */
export async function describeLinkProcess(asked: {
  readonly entry: string;
  readonly owner: Owner | undefined;
  /** Its keys. */
  readonly directory: string;
  /** Where off-site listens. */
  readonly address: Address;
  readonly calls: Services;
  /** What this end has besides: `OFFERS_JSON` at headquarters, `REACHES_JSON` off-site. */
  readonly services: Readonly<Record<string, Services>>;
  readonly controlSocket: string;
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly logLevel: string;
}): Promise<ProcessSpec & { readonly health: Health }> {
  const { entry, owner, directory, address, controlSocket, read } = asked;
  const control = await readJson(filesOfLink(directory).control, controlSchema);
  if (!control) throw new EstateError('config.invalid', `reading LINK_DIRECTORY: there are no keys in ${directory}`);
  await chownTree(directory, owner);
  const services = Object.entries(asked.services).map(([name, sockets]) => [name, JSON.stringify(sockets)]);
  return {
    name: 'link',
    entry,
    environment: {
      DIRECTORY: directory,
      HOST: address.host,
      PORT: String(address.port),
      CALLS_JSON: JSON.stringify(asked.calls),
      ...Object.fromEntries(services),
      CONTROL_SOCKET: controlSocket,
      CONTROL_SECRET: control.secret,
      LOG_LEVEL: asked.logLevel,
    },
    owner,
    read,
    write: [directory, ...asked.write],
    memoryMb: MEMORY_MB,
    health: { socket: controlSocket, secret: control.secret, path: '/health' },
    graceMs: GRACE_MS,
    restart: 'always',
  };
}

/** What both ends are opened with. */
export type EndParts = {
  readonly keyring: Keyring;
  readonly address: Address;
  readonly calls: Services;
  readonly atMost: number;
  readonly log: Log;
  readonly now: () => Date;
};

/** Opens a site's end of the link and its control socket, and returns when the sockets that stand for the other site are there. */
export async function startLinkProcess(
  config: Readonly<z.infer<typeof linkSettingsSchema>>,
  given: { readonly log: Log; readonly now: () => Date; readonly open: (parts: EndParts) => Promise<LinkEnd> },
): Promise<{ readonly stop: () => Promise<void> }> {
  const { log, now, open } = given;
  const address = { host: config.HOST, port: config.PORT };
  const keyring = await Keyring.open(config.DIRECTORY);
  const end = await open({ keyring, address, calls: config.CALLS_JSON, atMost: AT_MOST, log, now });
  const control = await serveLinkControl({ end, socket: config.CONTROL_SOCKET, secret: config.CONTROL_SECRET, log });
  return {
    stop: async () => {
      await Promise.all([control.close(), end.close()]);
    },
  };
}
