import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Estate,
  estateOfReadingRoom,
  estateSchema,
  frozenHeaders,
  frozenOf,
  type ReadingRoom,
  securityHeaders,
  statusUrl,
  type Trust,
  trustSchema,
} from '@bulkhead/contracts';
import { EditionDesk, EditionStore, followEditions, openDoor, refuseOnSocket, Scrubber, Shelf, watchDisk } from '@bulkhead/front';
import { EstateError, type Log, makeOwnDirectory } from '@bulkhead/kernel';
import { createWireApp, serveWire, type WireApp } from '@bulkhead/wire';
import { createFindingQueue, type FindingQueue } from '#finding/finding-queue.actions.ts';
import type { Config } from './config.ts';
import { answerReader, type RoomDeps } from './reading-room.routes.ts';
import { listPlaces, listReadable } from './reading-room.rules.ts';
import { addLine } from './reading-room.views.ts';
import { readStyles } from './style.actions.ts';

/** What a reader and a connection are held to: there are no bodies and no answers to wait for. */
const LIMITS = { headersMs: 10_000, keepAliveMs: 5000, idleMs: 30_000, connections: 5000, connectionsPerAddress: 500 };

/** Opens the reading room: the public pages of compartments that allow it, verified as at the gateway, and nothing else. */
export async function startReadingRoom(config: Config, log: Log): Promise<{ readonly close: () => Promise<void> }> {
  const estate = estateSchema.parse(JSON.parse(await readFile(config.ESTATE_FILE, 'utf8')));
  const trust = trustSchema.parse(JSON.parse(await readFile(config.TRUST_FILE, 'utf8')));
  const { readingRoom } = estate;
  const shown = estateOfReadingRoom(estate);
  if (!readingRoom || !shown) throw new EstateError('config.invalid', 'opening the reading room: the estate names none');
  const now = () => new Date();
  const stopping = new AbortController();
  const { signal } = stopping;
  await makeOwnDirectory(config.DIRECTORY);
  const findings = createFindingQueue({ peer: { socket: config.FINDINGS_SOCKET, secret: config.FINDINGS_SECRET }, now, log });
  const shelves = await openShelves({ config, estate, trust, findings, now, log });
  const deps = assemble(estate, shown, shelves);
  const door = await openDoor({
    addresses: readingRoom.listenAddress.split(',').map((address) => address.trim()),
    port: readingRoom.port,
    tls: await readTls(readingRoom),
    limits: LIMITS,
    answerer: {
      handle: (visit) => answerReader({ ...deps, log, newId: randomUUID }, visit),
      upgrade: (_request, socket) => refuseOnSocket(socket, 503),
    },
  });
  const socket = await serveWire({ app: createControl(shelves, config.SECRET, log), socket: config.SOCKET, mode: 0o660 });
  const background = { log, signal };
  const jobs = shelves.flatMap((shelf) => [
    followEditions({ shelf, monotonicMs: () => performance.now(), ...background }),
    watchDisk({ shelf, scrubber: new Scrubber(shelf), ...background }),
  ]);
  log.info({ port: readingRoom.port, compartments: shelves.map((one) => one.deps.compartment) }, 'the reading room is open');
  return {
    close: async () => {
      stopping.abort();
      await Promise.all([door.close(), socket.close(), findings.close(), ...jobs]);
    },
  };
}

async function openShelves(given: {
  readonly config: Config;
  readonly estate: Estate;
  readonly trust: Trust;
  readonly findings: FindingQueue;
  readonly now: () => Date;
  readonly log: Log;
}): Promise<Shelf[]> {
  const { config, estate, trust, findings, now, log } = given;
  const readable = listReadable(estate);
  return Promise.all(
    readable.map(async (manifest) => {
      const { name } = manifest;
      const shelf = new Shelf({
        compartment: name,
        isCrawled: frozenOf(manifest) !== undefined,
        store: await EditionStore.open(join(config.DIRECTORY, 'editions', name)),
        publisher: { socket: config.PUBLISHER_SOCKET, secret: config.PUBLISHER_SECRET },
        keys: trust.editionKeys,
        memoryBytes: Math.floor(config.EDITION_MEMORY_BYTES / readable.length),
        saw: findings.raise,
        now,
        log,
      });
      await shelf.load();
      return shelf;
    }),
  );
}

function assemble(estate: Estate, shown: Estate, shelves: readonly Shelf[]): Omit<RoomDeps, 'log' | 'newId'> {
  const styles = readStyles();
  const isTls = shown.tls !== null;
  const line = { stylesheetPath: styles.line.path, statusUrl: statusUrl(estate) };
  const desks = new Map(
    shelves.map((shelf) => {
      const headers = shelf.deps.isCrawled ? frozenHeaders(isTls) : securityHeaders(isTls);
      return [shelf.deps.compartment, new EditionDesk(shelf, headers, (file, bytes) => addLine(file, bytes, line))] as const;
    }),
  );
  return {
    places: listPlaces(shown),
    desks,
    styles,
    security: securityHeaders(isTls),
    organisation: estate.organisation,
    isSample: estate.isSample,
    domain: estate.domain,
    scheme: isTls ? 'https' : 'http',
    statusUrl: statusUrl(estate),
  };
}

async function readTls({ tls }: ReadingRoom) {
  if (!tls) return null;
  return { cert: await readFile(tls.certificateFile), key: await readFile(tls.keyFile) };
}

/** What recovery asks: which editions are shown. */
function createControl(shelves: readonly Shelf[], secret: string, log: Log): WireApp {
  const app = createWireApp({ secrets: { recovery: secret }, log });
  app.get('/health', (c) =>
    c.json({
      ok: true,
      editions: Object.fromEntries(shelves.map(({ deps, index }) => [deps.compartment, index?.number ?? null])),
    }),
  );
  return app;
}
