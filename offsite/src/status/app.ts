import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Estate, estateSchema, statusUrl } from '@bulkhead/contracts';
import type { Log } from '@bulkhead/kernel';
import { serveWire } from '@bulkhead/wire';
import type { Config } from './config.ts';
import { renderFront, renderNotices } from './site.views.ts';
import { openSite } from './site-files.actions.ts';
import { serveSite } from './site-server.ts';
import { openStatusBoard } from './status.actions.ts';
import { createStatusApp } from './status.routes.ts';

const SILENCE_CHECK_MS = 30_000;

/** Builds the status process: the page at the estate's status port, and the socket on which recovery tells the facts. */
export async function startStatus(config: Readonly<Config>, log: Log): Promise<{ readonly close: () => Promise<void> }> {
  const now = () => new Date();
  const estate = estateSchema.parse(JSON.parse(await readFile(config.ESTATE_FILE, 'utf8')));
  const options = { url: statusUrl(estate), organisation: estate.organisation, isSample: estate.isSample };
  const site = await openSite(join(config.DIRECTORY, 'site'));
  const board = await openStatusBoard({
    directory: config.DIRECTORY,
    site,
    renderFront: (shown) => renderFront(shown, options),
    renderNotices: (shown) => renderNotices(shown, options),
    now,
    log,
  });
  const server = await serveSite({
    site,
    host: `status.${estate.domain}`,
    address: estate.listenAddress,
    port: estate.statusPort,
    tls: await readTls(estate),
    log,
  });
  const socket = await serveWire({
    app: createStatusApp({ board, secret: config.SECRET, log }),
    socket: config.SOCKET,
    mode: 0o660,
  });
  const watching = setInterval(() => {
    board.noteSilence().catch((error: unknown) => log.error({ err: error }, 'noting that no facts came'));
  }, SILENCE_CHECK_MS);
  return {
    close: async () => {
      clearInterval(watching);
      await Promise.all([socket.close(), server.close()]);
    },
  };
}

async function readTls({ tls }: Estate) {
  if (!tls) return null;
  return { certificate: await readFile(tls.certificateFile), key: await readFile(tls.keyFile) };
}
