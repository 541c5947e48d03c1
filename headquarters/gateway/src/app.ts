import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { frozenHeaders, frozenOf, readingOriginOf, securityHeaders } from '@bulkhead/contracts';
import { EditionDesk, EditionStore, followEditions, openDoor, Scrubber, Shelf, watchDisk } from '@bulkhead/front';
import { type Log, makeOwnDirectory, runRounds } from '@bulkhead/kernel';
import { serveWire } from '@bulkhead/wire';
import { AccessLog } from '#access/access.actions.ts';
import { createControl } from '#control/control.routes.ts';
import { Findings } from '#finding/finding.actions.ts';
import { Handoffs } from '#handoff/handoff.actions.ts';
import { Leases } from '#lease/lease.actions.ts';
import { LeaseKeeper } from '#lease/lease.jobs.ts';
import { RateLimits } from '#limit/limit.rules.ts';
import { FailureLog } from '#passage/failure-log.actions.ts';
import { answerVisit, type PassageDeps } from '#passage/passage.routes.ts';
import { readStyle } from '#passage/style.actions.ts';
import { answerUpgrade } from '#passage/upgrade.routes.ts';
import { LiveConnections } from '#proxy/live.actions.ts';
import { Spool } from '#proxy/spool.store.ts';
import { createUpstream } from '#proxy/upstream.actions.ts';
import { Receipts } from '#receipt/receipt.actions.ts';
import { sendReceipts } from '#receipt/receipt.jobs.ts';
import { ReceiptJournal } from '#receipt/receipt.store.ts';
import type { ReplayDeps } from '#replay/replay.actions.ts';
import { followReplays } from '#replay/replay.jobs.ts';
import { listOrigins, type Origins } from '#route/origin.rules.ts';
import { SealBoard } from '#seal/seal.actions.ts';
import { OrderFollower } from '#seal/seal.jobs.ts';
import { OrderStore } from '#seal/seal.store.ts';
import { endBlockedSessions } from '#session/ending.jobs.ts';
import { InternalSecrets } from '#session/internal-secret.actions.ts';
import { Sessions } from '#session/session.actions.ts';
import { followSessions, reportSeen } from '#session/session.jobs.ts';
import { ApiTokens } from '#software/api-token.actions.ts';
import type { GatewayConfig } from './config.ts';

const STANDARD_OUTPUT = 1;

export type Gateway = { readonly stop: () => Promise<void> };

const now = () => new Date();
const monotonicMs = () => performance.now();
const newSecret = () => randomBytes(32).toString('base64url');

/**
 * Builds the gateway from its parts and opens the door.
 * @param accessFd the file descriptor that access lines are written to
 */
export async function startGateway(config: GatewayConfig, log: Log, accessFd = STANDARD_OUTPUT): Promise<Gateway> {
  const stopping = new AbortController();
  const { signal } = stopping;
  await makeOwnDirectory(config.stateDirectory);
  const findings = await Findings.load({ directory: config.stateDirectory, now, log });
  const live = new LiveConnections();
  const board = await openBoard(config, live, log);
  const journal = await openJournal(config, log);
  const receipts = new Receipts(journal, config.signingKey);
  const leases = new Leases({ recovery: config.recovery, keys: config.trust.orderKeys, monotonicMs, newNonce: newSecret });
  const secrets = new InternalSecrets(config.compartments, config.stateDirectory);
  const sessions = openSessions(secrets, board);
  const shelves = await openShelves(config, findings, log);
  const access = new AccessLog(accessFd);
  const apiTokens = openApiTokens(secrets, board);
  const passage = await assemble({ config, log, live, board, receipts, leases, sessions, apiTokens, shelves, access, findings });
  const jobs = startJobs({
    config,
    log,
    signal,
    secrets,
    origins: passage.origins,
    live,
    board,
    receipts,
    leases,
    sessions,
    shelves,
    findings,
  });
  const control = await serveControl({
    config,
    log,
    signal,
    board,
    shelves,
    secrets,
    replay: { origins: passage.origins, board, sessions },
  });
  const door = await openDoor({
    addresses: config.estate.listenAddress.split(',').map((address) => address.trim()),
    port: config.estate.port,
    tls: config.tls,
    limits: config.limits,
    answerer: {
      handle: (visit) => answerVisit(passage, visit),
      upgrade: (request, socket, head) => answerUpgrade(passage, { request, socket, head }),
    },
  }).catch(async (error: unknown) => {
    stopping.abort();
    await Promise.all([control.close(), journal.close()]);
    throw error;
  });
  log.info({ port: config.estate.port, origins: passage.origins.byHost.size }, 'the door is open');
  return {
    stop: async () => {
      stopping.abort();
      const closing = door.close();
      live.cutAll();
      await Promise.all([closing, control.close(), ...jobs]);
      await Promise.all([journal.close(), findings.settled(), access.flush()]);
    },
  };
}

type Shelves = ReadonlyMap<string, { readonly shelf: Shelf; readonly scrubber: Scrubber }>;

function openBoard(config: GatewayConfig, live: LiveConnections, log: Log): Promise<SealBoard> {
  return SealBoard.load({
    compartments: config.estate.compartments.map(({ manifest }) => manifest.name),
    trust: config.trust,
    store: new OrderStore(config.stateDirectory),
    now,
    log,
    cut: (compartment) => void live.cutCompartment(compartment),
    cutSession: (sessionId) => live.cutSession(sessionId),
  });
}

function openJournal(config: GatewayConfig, log: Log): Promise<ReceiptJournal> {
  return ReceiptJournal.open({ directory: join(config.stateDirectory, 'receipts'), limitBytes: config.limits.receiptBytes, log });
}

function openSessions(secrets: InternalSecrets, board: SealBoard): Sessions {
  return new Sessions({
    identity: () => secrets.peerOf('identity'),
    isIdentityOpen: () => ['open', 'read-only'].includes(board.standingOf('identity').state),
    now,
    monotonicMs,
  });
}

function openApiTokens(secrets: InternalSecrets, board: SealBoard): ApiTokens {
  return new ApiTokens({
    identity: () => secrets.peerOf('identity'),
    isIdentityOpen: () => ['open', 'read-only'].includes(board.standingOf('identity').state),
    now,
    monotonicMs,
  });
}

async function openShelves(config: GatewayConfig, findings: Findings, log: Log): Promise<Shelves> {
  const published = config.estate.compartments
    .map(({ manifest }) => manifest)
    .filter((manifest) => readingOriginOf(manifest) !== undefined);
  const shelves = new Map<string, { readonly shelf: Shelf; readonly scrubber: Scrubber }>();
  for (const manifest of published) {
    const { name } = manifest;
    const shelf = new Shelf({
      compartment: name,
      isCrawled: frozenOf(manifest) !== undefined,
      store: await EditionStore.open(join(config.stateDirectory, 'editions', name)),
      publisher: config.publisher,
      keys: config.trust.editionKeys,
      memoryBytes: Math.floor(config.limits.editionMemoryBytes / published.length),
      saw: findings.saw,
      now,
      log,
    });
    await shelf.load();
    shelves.set(name, { shelf, scrubber: new Scrubber(shelf) });
  }
  return shelves;
}

async function assemble(given: {
  readonly config: GatewayConfig;
  readonly log: Log;
  readonly live: LiveConnections;
  readonly board: SealBoard;
  readonly receipts: Receipts;
  readonly leases: Leases;
  readonly sessions: Sessions;
  readonly apiTokens: ApiTokens;
  readonly shelves: Shelves;
  readonly access: AccessLog;
  readonly findings: Findings;
}): Promise<PassageDeps> {
  const { config, log, live, board, receipts, leases, sessions, apiTokens, access } = given;
  const { estate, limits } = config;
  const isTls = config.tls !== null;
  const security = securityHeaders(isTls);
  const style = readStyle();
  const spool = await Spool.open({
    directory: join(config.stateDirectory, 'spool'),
    limitBytes: limits.spoolBytes,
    newId: randomUUID,
  });
  const upstreams = new Map(Object.entries(config.compartments).map(([name, place]) => [name, createUpstream(place)]));
  return {
    estate,
    origins: listOrigins(estate),
    desks: new Map(
      [...given.shelves].map(([name, { shelf }]) => [
        name,
        new EditionDesk(shelf, shelf.deps.isCrawled ? frozenHeaders(isTls) : security),
      ]),
    ),
    board,
    leases,
    sessions,
    apiTokens,
    handoffs: new Handoffs({ monotonicMs, newSecret }),
    rates: new RateLimits(),
    perMinute: { reads: limits.readsPerMinute, writes: limits.writesPerMinute },
    forward: { key: config.signingKey, now, monotonicMs, log, spool, limits, upstreams, live, receipts },
    access,
    saw: given.findings.saw,
    failures: new FailureLog(log, monotonicMs),
    style,
    stylePath: style.path,
    security,
    cookieKey: config.cookieKey,
    isTls,
    now,
    monotonicMs,
    newId: randomUUID,
    newSecret,
    log,
  };
}

function startJobs(given: {
  readonly config: GatewayConfig;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly secrets: InternalSecrets;
  readonly origins: Origins;
  readonly live: LiveConnections;
  readonly board: SealBoard;
  readonly receipts: Receipts;
  readonly leases: Leases;
  readonly sessions: Sessions;
  readonly shelves: Shelves;
  readonly findings: Findings;
}): Promise<void>[] {
  const { config, log, signal, board, leases, sessions, findings } = given;
  const { recovery } = config;
  const orders = new OrderFollower();
  const keeper = new LeaseKeeper();
  const background = { log, signal };
  const identity = () => given.secrets.peerOf('identity');
  const ofIdentity = config.compartments['identity']
    ? [
        followSessions({ sessions, ended: (sessionId) => given.live.cutSession(sessionId), ...background }),
        reportSeen({ sessions, identity, key: config.signingKey, newId: randomUUID, now, ...background }),
        endBlockedSessions({ board, identity, key: config.signingKey, newId: randomUUID, now, ...background }),
      ]
    : [];
  return [
    orders.follow({ board, recovery, carriedOut: () => keeper.renewNow(), ...background }),
    orders.tell({ recovery, ...background }),
    keeper.run({
      leases,
      leaseMs: config.estate.leaseMs,
      listEpochs: () => board.listEpochs(),
      missedOrders: () => orders.askAgain(),
      saw: findings.saw,
      ...background,
    }),
    followReplays({ deps: { origins: given.origins, board, sessions }, recovery, ...background }),
    sendReceipts({ receipts: given.receipts, recovery, ...background }),
    runRounds({
      what: 'sending findings off-site',
      shortestPauseMs: 200,
      longestPauseMs: 2000,
      round: (roundSignal) => findings.sendWaiting(recovery, roundSignal),
      ...background,
    }),
    ...ofIdentity,
    ...[...given.shelves.values()].flatMap(({ shelf, scrubber }) => [
      followEditions({ shelf, monotonicMs, ...background }),
      watchDisk({ shelf, scrubber, ...background }),
    ]),
  ];
}

function serveControl(given: {
  readonly config: GatewayConfig;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly board: SealBoard;
  readonly shelves: Shelves;
  readonly secrets: InternalSecrets;
  readonly replay: ReplayDeps;
}) {
  const { config, ...rest } = given;
  const compartments = config.estate.compartments.map(({ manifest }) => manifest.name);
  return serveWire({
    app: createControl({ ...rest, compartments, secret: config.control.secret }),
    socket: config.control.socket,
  });
}
