import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  type CompartmentManifest,
  type Estate,
  estateSchema,
  frozenOf,
  originUrl,
  type SigningKey,
  signingKeySchema,
  statusUrl,
  type Trust,
  trustSchema,
} from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import { callWire, serveWire } from '@bulkhead/wire';
import { z } from 'zod';
import { createFindingQueue, type FindingQueue } from '#finding/finding-queue.actions.ts';
import type { Config } from './config.ts';
import { Crawler } from './crawl.actions.ts';
import { EvidenceCheck } from './evidence.rules.ts';
import { withNote } from './frozen-note.views.ts';
import { findHighestNumber } from './highest-number.actions.ts';
import { Press } from './press.actions.ts';
import { keepPublishing } from './press.jobs.ts';
import { createControlApp, createHeadquartersApp } from './publisher.routes.ts';
import { scriptPath } from './rendered-file.rules.ts';
import { Shelf } from './shelf.actions.ts';
import { readLastCommit } from './source.actions.ts';

type Parts = {
  readonly config: Readonly<Config>;
  readonly estate: Estate;
  readonly trust: Trust;
  readonly signingKey: SigningKey;
};

/** Builds the publisher and serves it. */
export async function startPublisher(config: Readonly<Config>, log: Log): Promise<{ readonly close: () => Promise<void> }> {
  const estate = estateSchema.parse(JSON.parse(await readFile(config.ESTATE_FILE, 'utf8')));
  const trust = trustSchema.parse(JSON.parse(await readFile(config.TRUST_FILE, 'utf8')));
  const signingKey = signingKeySchema.parse(JSON.parse(await readFile(config.SIGNING_KEY_FILE, 'utf8')));
  if (!trust.editionKeys.some(({ keyId }) => keyId === signingKey.keyId))
    throw new EstateError(
      'config.invalid',
      `starting the publisher: ${signingKey.keyId} is not among the editionKeys of TRUST_FILE`,
    );
  const findings = createFindings(config, log);
  const presses = await createPresses({ config, estate, trust, signingKey }, findings, log);
  const headquarters = createHeadquartersApp({
    presses,
    secret: config.HQ_SECRET,
    standInSecret: config.STAND_IN_SECRET,
    readingRoomSecret: config.READING_ROOM_SECRET,
    log,
  });
  const control = createControlApp({ presses, secret: config.CONTROL_SECRET, log });
  const servers = [
    await serveWire({ app: headquarters, socket: config.HQ_SOCKET, mode: 0o666 }),
    await serveWire({ app: control, socket: config.CONTROL_SOCKET, mode: 0o660 }),
  ];
  const stopping = new AbortController();
  const jobs = [...presses.values()].map((press) => keepPublishing(press, { log, signal: stopping.signal }));
  return {
    close: async () => {
      stopping.abort(new Error('stopping'));
      await Promise.all([...presses.values()].map((press) => press.close()));
      await Promise.all([...jobs, ...servers.map((server) => server.close()), findings.close()]);
    },
  };
}

/** Without recovery to tell, findings stand in the log alone. */
function createFindings(config: Readonly<Config>, log: Log): FindingQueue {
  const { FINDINGS_SOCKET: socket, FINDINGS_SECRET: secret } = config;
  if (socket && secret) return createFindingQueue({ peer: { socket, secret }, now: () => new Date(), log });
  return { raise: (finding) => log.error({ finding }, 'a finding, and nobody to tell'), close: async () => {} };
}

async function createPresses(
  { config, estate, trust, signingKey }: Parts,
  findings: FindingQueue,
  log: Log,
): Promise<Map<string, Press>> {
  const ledger = { socket: config.LEDGER_SOCKET, secret: config.LEDGER_SECRET };
  const presses = new Map<string, Press>();
  const ownHosts = new Set(
    estate.compartments.flatMap(({ manifest }) => manifest.origins.map(({ host }) => `${host}.${estate.domain}`)),
  );
  for (const { directory, manifest } of estate.compartments) {
    const jail = config.JAILS_JSON[manifest.name];
    if (frozenOf(manifest))
      presses.set(manifest.name, createCrawlPress({ config, estate, trust, signingKey }, manifest, findings, log));
    if (!manifest.edition) continue;
    if (!jail) throw new EstateError('config.invalid', `starting the publisher: JAILS_JSON names no standby of ${manifest.name}`);
    const compartment = manifest.name;
    const { tables, approvals, origin } = manifest.edition;
    const scripts = await readScripts(config.CHECKOUT, directory, manifest.edition.scripts ?? []);
    const publicOrigin = originUrl(estate, origin);
    const shelf = new Shelf({ directory: join(config.DIRECTORY, compartment), compartment, keys: trust.editionKeys });
    const evidence = new EvidenceCheck({ compartment, approvals, keys: trust.gatewayKeys });
    const vault = { socket: config.VAULT_SOCKET, secret: config.VAULT_SECRET };
    const press = new Press({
      compartment,
      tables,
      checkout: config.CHECKOUT,
      directory,
      request: { publicOrigin, organisation: estate.organisation, isSample: estate.isSample },
      jail,
      shelf,
      assembly: { publicOrigin, evidence, vault, scripts, watch: { ownHosts, raise: findings.raise } },
      signingKey,
      record: (entry) => callWire(ledger, { method: 'POST', path: '/entries', body: entry }, z.unknown()),
      findHighest: () => findHighestNumber(ledger, trust.ledgerKeys, compartment),
      raise: findings.raise,
      now: () => new Date(),
      log,
    });
    presses.set(compartment, press);
  }
  return presses;
}

/** Where the scripts are published that the code of a compartment has: nothing else runs on a page. */
async function readScripts(checkout: string, directory: string, files: readonly string[]): Promise<Set<string>> {
  const paths = new Set<string>();
  for (const file of files) paths.add(scriptPath(await readFile(resolve(checkout, directory, file))));
  return paths;
}

/** The press of a compartment whose public pages are copied as it answers them: an adopted application's, the registry's. */
function createCrawlPress(
  { config, estate, trust, signingKey }: Parts,
  manifest: CompartmentManifest,
  findings: FindingQueue,
  log: Log,
): Press {
  const { name: compartment, title } = manifest;
  const frozen = frozenOf(manifest);
  const jail = config.JAILS_JSON[compartment];
  if (!frozen) throw new EstateError('config.invalid', `starting the publisher: ${compartment} has nothing to copy`);
  const ledger = { socket: config.LEDGER_SOCKET, secret: config.LEDGER_SECRET };
  const shelf = new Shelf({ directory: join(config.DIRECTORY, compartment), compartment, keys: trust.editionKeys });
  const now = () => new Date();
  const note = { service: title, statusUrl: `${statusUrl(estate)}/` };
  const crawler = new Crawler({
    estate,
    frozen,
    withNote: (page, copiedAt) => withNote(page, { ...note, copiedAt }),
    putFile: (bytes) => shelf.putFile(bytes),
    // An adopted application may show what stands in no row.
    ...(jail && manifest.level === 'native' ? { findLastCommit: () => readLastCommit(jail) } : {}),
    now,
    log,
  });
  return new Press({
    compartment,
    shelf,
    signingKey,
    crawl: (latest, signal) => crawler.copyIfDue(latest, signal),
    record: (entry) => callWire(ledger, { method: 'POST', path: '/entries', body: entry }, z.unknown()),
    findHighest: () => findHighestNumber(ledger, trust.ledgerKeys, compartment),
    raise: findings.raise,
    now,
    log,
  });
}
