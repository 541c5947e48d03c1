import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Estate, generateSigningKey, type SigningKey, type Trust } from '@bulkhead/contracts';
import { waitUntil } from '@bulkhead/testkit';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import type { JailProcess } from './jail-process.ts';
import { COMPARTMENT, type ReceiverProcess } from './receiver-process.ts';

const HISTORY = new URL('../../offsite/src/history/main.ts', import.meta.url).pathname;
const SECRET = 'secret of history in a measurement';

export type HistoryProcess = {
  readonly peer: WirePeer;
  /** Signs the tokens of the measurement's requests. */
  readonly gatewayKey: SigningKey;
  readonly stop: () => Promise<void>;
};

/** Runs history as a process of its own behind a standby. Nobody hears its findings: what it measures is the index. */
export async function startHistory(receiver: ReceiverProcess, standby: JailProcess, table: string): Promise<HistoryProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'bhh-'));
  const peer = { socket: join(directory, 'h.sock'), secret: SECRET };
  const keys = Object.fromEntries(
    ['gateway', 'job', 'order', 'edition', 'ledger', 'operator:one', 'operator:two'].map((name) => [
      name,
      generateSigningKey(name.includes(':') ? name : `${name}-1`),
    ]),
  );
  const verifying = (...names: string[]) => names.flatMap((name) => keys[name]?.verifying ?? []);
  const trust: Trust = {
    gatewayKeys: verifying('gateway'),
    jobKeys: verifying('job'),
    orderKeys: verifying('order'),
    editionKeys: verifying('edition'),
    ledgerKeys: verifying('ledger'),
    operatorKeys: verifying('operator:one', 'operator:two'),
  };
  await writeFile(join(directory, 'estate.json'), JSON.stringify(describeEstate(table)));
  await writeFile(join(directory, 'trust.json'), JSON.stringify(trust));
  const environment = {
    DIRECTORY: directory,
    SOCKET: peer.socket,
    SECRET,
    ESTATE_FILE: join(directory, 'estate.json'),
    TRUST_FILE: join(directory, 'trust.json'),
    JAILS_JSON: JSON.stringify({ [COMPARTMENT]: standby.peer }),
    RECEIVER_SOCKET: receiver.peer.socket,
    READERS_JSON: JSON.stringify({ [COMPARTMENT]: receiver.readerSecret }),
    RECOVERY_SOCKET: join(directory, 'nobody.sock'),
    RECOVERY_SECRET: SECRET,
    LOG_LEVEL: 'error',
  };
  const child = spawn(process.execPath, [HISTORY], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  await waitUntil(async () => (await callWire(peer, { method: 'GET', path: '/health' }, z.unknown())) !== undefined, {
    what: 'history answers',
  });
  const gatewayKey = keys['gateway']?.signing;
  if (gatewayKey === undefined) throw new RangeError('no key of a gateway');
  return {
    peer,
    gatewayKey,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function describeEstate(table: string): z.input<typeof import('@bulkhead/contracts').estateSchema> {
  const title = { en: 'A measurement' };
  const route = { id: 'head.move', origin: COMPARTMENT, method: 'POST', path: '/heads', roles: [], writes: [table] } as const;
  const manifest = {
    name: COMPARTMENT,
    title,
    level: 'native',
    needs: [],
    recoveryOrder: 1,
    origins: [{ host: COMPARTMENT, kind: 'staff', title }],
    routes: [{ ...route, roles: [], writes: [table], maxBodyBytes: 1024 }],
    jobs: [],
    roles: {},
    checks: [],
    seal: { unreachable: 'stop', automatic: [] },
  } satisfies z.input<typeof import('@bulkhead/contracts').manifestSchema>;
  const estate: Pick<
    Estate,
    'organisation' | 'isSample' | 'domain' | 'port' | 'statusPort' | 'listenAddress' | 'tls' | 'leaseMs'
  > = {
    organisation: 'A measurement',
    isSample: true,
    domain: 'localhost',
    port: 1,
    statusPort: 2,
    listenAddress: '127.0.0.1',
    tls: null,
    leaseMs: 60_000,
  };
  return { ...estate, compartments: [{ directory: COMPARTMENT, manifest }] };
}
