import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Estate, estateSchema, originUrl, statusUrl } from '@bulkhead/contracts';
import type { Log, Now } from '@bulkhead/kernel';
import { serveWire } from '@bulkhead/wire';
import { createFindingQueue, type FindingQueue } from '#finding/finding-queue.actions.ts';
import type { Config } from './config.ts';
import { createReportDesk } from './report.actions.ts';
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
  const { organisation, isSample } = estate;
  const options = { url: statusUrl(estate), organisation, isSample, examplePage: findExample(estate) };
  const site = await openSite(join(config.DIRECTORY, 'site'));
  const board = await openStatusBoard({
    directory: config.DIRECTORY,
    site,
    renderFront: (shown) => renderFront(shown, options),
    renderNotices: (shown) => renderNotices(shown, options),
    now,
    log,
  });
  const findings = createFindings(config, log, now);
  const server = await serveSite({
    site,
    host: `status.${estate.domain}`,
    address: estate.listenAddress,
    port: estate.statusPort,
    tls: await readTls(estate),
    log,
    takeReport: createReportDesk({ estate, findings, now }),
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
      await Promise.all([socket.close(), server.close(), findings.close()]);
    },
  };
}

async function readTls({ tls }: Estate) {
  if (!tls) return null;
  return { certificate: await readFile(tls.certificateFile), key: await readFile(tls.keyFile) };
}

/** Without recovery to tell, reports stand in the log alone. */
function createFindings({ FINDINGS_SOCKET: socket, FINDINGS_SECRET: secret }: Config, log: Log, now: Now): FindingQueue {
  // Each report is another person's: none waits for the one before it.
  if (socket && secret) return createFindingQueue({ peer: { socket, secret }, now, log, quietMs: 0 });
  return { raise: (finding) => log.error({ finding }, 'a report, and nobody to tell'), close: async () => {} };
}

/** The first public address of the estate. */
function findExample(estate: Estate): string {
  const origins = estate.compartments.flatMap(({ manifest }) => manifest.origins);
  const shown = origins.find(({ kind }) => kind === 'public') ?? origins[0];
  return shown ? `${originUrl(estate, shown.host)}/` : statusUrl(estate);
}
