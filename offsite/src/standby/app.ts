import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { EstateError, type Log } from '@bulkhead/kernel';
import { locateBinaries } from '@bulkhead/postgres';
import { createWireApp, serveWire } from '@bulkhead/wire';
import { parseLsn } from '#archive/wal.rules.ts';
import { ArchiveClient } from './archive-client.actions.ts';
import type { JailConfig } from './config.ts';
import { addDecodingRoutes } from './decoding.routes.ts';
import type { Jail, JailOptions } from './jail.actions.ts';
import { addJailRoutes } from './jail.routes.ts';
import { QuarantineJail } from './quarantine.actions.ts';
import { StandbyJail } from './standby.actions.ts';

const BYTES_PER_MB = 1_048_576;

/** Starts a jail: its API answers at once, its cluster when it is built. */
export async function startJail(config: JailConfig, log: Log): Promise<{ readonly close: () => Promise<void> }> {
  if (process.getuid?.() === 0) {
    throw new EstateError('config.invalid', 'starting a jail: it must not run as root; start it under a uid of its own');
  }
  const binaries = await locateBinaries({
    mustBeReadableByOthers: false,
    ...(config.POSTGRES_BINARIES === undefined ? {} : { installation: config.POSTGRES_BINARIES }),
  });
  await mkdir(config.DATA_DIRECTORY, { recursive: true, mode: 0o700 });
  await mkdir(config.SOCKET_DIRECTORY, { recursive: true, mode: 0o700 });
  const jail = createJail(config, {
    compartment: config.COMPARTMENT,
    directory: config.DATA_DIRECTORY,
    socketDirectory: config.SOCKET_DIRECTORY,
    archive: new ArchiveClient({ socket: config.RECEIVER_SOCKET, secret: config.RECEIVER_SECRET }, config.COMPARTMENT),
    binaries,
    limitBytes: config.SIZE_LIMIT_MB * BYTES_PER_MB,
    instance: randomUUID(),
    log,
  });
  const app = createWireApp({ secrets: { recovery: config.JAIL_SECRET }, log });
  addJailRoutes(app, jail, config.DATA_DIRECTORY, log);
  addDecodingRoutes(app, jail);
  const server = await serveWire({ app, socket: config.CONTROL_SOCKET, mode: 0o666 });
  return {
    close: async () => {
      await server.close();
      await jail.stop();
    },
  };
}

function createJail(config: JailConfig, options: JailOptions): Jail {
  if (config.MODE === 'standby') {
    const { WAL_SOCKET_DIRECTORY: walSocketDirectory, RECEIVER_SECRET: secret } = config;
    if (walSocketDirectory !== undefined) return new StandbyJail(options, { walSocketDirectory, secret });
    throw new EstateError(
      'config.invalid',
      'starting a standby: WAL_SOCKET_DIRECTORY is needed, for example WAL_SOCKET_DIRECTORY=/run/bulkhead/offsite/receiver-website',
    );
  }
  return new QuarantineJail(options, {
    followTimeline: config.FOLLOW_TIMELINE,
    newTimeline: config.NEW_TIMELINE,
    lsn: config.TARGET_LSN === undefined ? undefined : parseLsn(config.TARGET_LSN),
    isInclusive: config.TARGET_INCLUSIVE === 'yes',
  });
}
