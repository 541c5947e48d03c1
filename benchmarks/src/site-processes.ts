import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateSigningKey, type VerifyingKey } from '@bulkhead/contracts';
import { MEMORY_VARIABLES } from '@bulkhead/supervision';
import { findFreePort, waitUntil } from '@bulkhead/testkit';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

const CHECKOUT = new URL('../../', import.meta.url).pathname;
const SECRET = 'secret of a measurement, not of an estate';
const LIMIT_MS = 3_600_000;

export type Process = { readonly stop: () => Promise<void> };

/** The processes that bring rows to the public: ledger, publisher and gateway, as an estate runs them. */
export type SiteProcesses = {
  readonly origin: string;
  readonly startPublisher: () => Promise<Process>;
  readonly startGateway: () => Promise<Process>;
  /** The number of files of the latest edition; 0 before the first. */
  readonly countFiles: () => Promise<number>;
  readonly stop: () => Promise<void>;
};

type Given = { readonly gatewayKey: VerifyingKey; readonly jail: WirePeer };
type World = { readonly at: (name: string) => string; readonly common: Readonly<Record<string, string>>; readonly given: Given };

/** Writes what the processes read in a directory, and starts the ledger. */
export async function prepareSite(directory: string, given: Given): Promise<SiteProcesses> {
  const at = (name: string) => join(directory, name);
  const port = await findFreePort();
  await writeFiles(at, given, port);
  const common = {
    TRUST_FILE: at('trust.json'),
    ESTATE_FILE: at('estate.json'),
    LOG_LEVEL: 'fatal',
    BULKHEAD_SUPERVISED: '1',
    ...MEMORY_VARIABLES,
    FINDINGS_SOCKET: at('nobody.sock'),
    FINDINGS_SECRET: SECRET,
  };
  const world = { at, common, given };
  const ledger = start('offsite/src/ledger/main.ts', {
    ...common,
    DIRECTORY: at('ledger'),
    SOCKET: at('ledger.sock'),
    SIGNING_KEY_FILE: at('ledger-key.json'),
    SECRETS_JSON: JSON.stringify({ publisher: SECRET }),
  });
  await untilHealthy(at('ledger.sock'));
  const control = { socket: at('control.sock'), secret: SECRET };
  const sizeSchema = z.object({ files: z.number() });
  return {
    origin: `http://www.localhost:${port}`,
    startPublisher: () => startPublisher(world),
    startGateway: () => startGateway(world),
    countFiles: async () => (await callWire(control, { method: 'GET', path: '/editions/website' }, sizeSchema)).files,
    stop: ledger.stop,
  };
}

async function writeFiles(at: World['at'], { gatewayKey }: Given, port: number): Promise<void> {
  const keys = { edition: generateSigningKey('edition-bench'), ledger: generateSigningKey('ledger-bench') };
  const others = ['operator:one', 'operator:two'].map((name) => generateSigningKey(name).verifying);
  const trust = {
    gatewayKeys: [gatewayKey],
    jobKeys: others,
    orderKeys: others,
    operatorKeys: others,
    editionKeys: [keys.edition.verifying],
    ledgerKeys: [keys.ledger.verifying],
  };
  await writeFile(at('estate.json'), JSON.stringify(await describeEstate(port)));
  await writeFile(at('trust.json'), JSON.stringify(trust));
  await writeFile(at('edition-key.json'), JSON.stringify(keys.edition.signing));
  await writeFile(at('ledger-key.json'), JSON.stringify(keys.ledger.signing));
  await writeFile(at('gateway-key.json'), JSON.stringify(generateSigningKey('gateway-bench').signing));
  await writeFile(at('cookie.key'), randomBytes(32).toString('hex'));
  await mkdir(at('ledger'));
}

async function startPublisher({ at, common, given }: World): Promise<Process> {
  const publisher = start('offsite/src/publisher/main.ts', {
    ...common,
    SIGNING_KEY_FILE: at('edition-key.json'),
    DIRECTORY: at('publisher'),
    CHECKOUT,
    HQ_SOCKET: at('hq.sock'),
    HQ_SECRET: SECRET,
    CONTROL_SOCKET: at('control.sock'),
    CONTROL_SECRET: SECRET,
    LEDGER_SOCKET: at('ledger.sock'),
    LEDGER_SECRET: SECRET,
    VAULT_SOCKET: at('nobody.sock'),
    VAULT_SECRET: SECRET,
    JAILS_JSON: JSON.stringify({ website: given.jail }),
  });
  await untilHealthy(at('hq.sock'));
  return publisher;
}

async function startGateway({ at, common }: World): Promise<Process> {
  return start('headquarters/gateway/src/main.ts', {
    ...common,
    LOG_LEVEL: 'silent',
    SIGNING_KEY_FILE: at('gateway-key.json'),
    COOKIE_KEY_FILE: at('cookie.key'),
    STATE_DIRECTORY: at('gateway'),
    COMPARTMENTS_JSON: JSON.stringify({ website: { socket: at('nobody.sock'), internalSecret: SECRET } }),
    RECOVERY_SOCKET: at('nobody.sock'),
    RECOVERY_SECRET: SECRET,
    PUBLISHER_SOCKET: at('hq.sock'),
    PUBLISHER_SECRET: SECRET,
    CONTROL_SOCKET: at('gateway.sock'),
    CONTROL_SECRET: SECRET,
  });
}

async function describeEstate(port: number): Promise<unknown> {
  const entry = new URL('../../compartments/website/src/compartment.ts', import.meta.url).href;
  const { manifest } = z.object({ manifest: z.unknown() }).parse(await import(entry));
  return {
    organisation: 'Sample Maritime Organization',
    isSample: true,
    domain: 'localhost',
    port,
    statusPort: await findFreePort(),
    listenAddress: '127.0.0.1',
    tls: null,
    leaseMs: 10_000,
    compartments: [{ directory: 'compartments/website', manifest }],
  };
}

function start(entry: string, environment: Readonly<Record<string, string>>): Process {
  const child = spawn(process.execPath, [join(CHECKOUT, entry)], { env: environment, stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = once(child, 'exit');
  return {
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function untilHealthy(socket: string): Promise<void> {
  await waitUntil(
    () => callWire({ socket, secret: SECRET }, { method: 'GET', path: '/health' }, z.object({ ok: z.literal(true) })),
    { what: `${socket} answers`, timeoutMs: LIMIT_MS },
  );
}
