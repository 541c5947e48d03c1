import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Estate, type FindingReport, findingReportSchema } from '@bulkhead/contracts';
import { createLog, sleepMs } from '@bulkhead/kernel';
import { callWire, createWireApp, readWireBody, serveWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

export const MIB = 1_048_576;
const SECRETS = { website: 'website-secret-0123456789', identity: 'identity-secret-0123456789' };
const OFFSITE_SECRET = 'offsite-secret-0123456789';
const FINDINGS_SECRET = 'findings-secret-0123456789';

/** An estate of two compartments, of which each may store so many bytes. */
export function estateWith(quotaBytes: number): Estate {
  return {
    organisation: 'Sample Maritime Organization',
    isSample: true,
    domain: 'localhost',
    port: 8400,
    statusPort: 8401,
    listenAddress: '127.0.0.1',
    tls: null,
    leaseMs: 10_000,
    compartments: Object.keys(SECRETS).map((name) => ({
      directory: `compartments/${name}`,
      manifest: {
        name,
        title: { en: name },
        level: 'native',
        needs: [],
        recoveryOrder: 0,
        origins: [{ host: name, kind: 'staff', title: { en: name } }],
        routes: [{ id: 'page.read', origin: name, method: 'GET', path: '/', roles: [], writes: [], maxBodyBytes: 0 }],
        jobs: [],
        roles: {},
        blobs: { columns: [], quotaBytes },
        checks: [],
        seal: { unreachable: 'stop', automatic: [] },
      },
    })),
  };
}

export type BootedVault = {
  readonly root: string;
  readonly directory: string;
  readonly website: WirePeer;
  readonly identity: WirePeer;
  readonly offsite: WirePeer;
  readonly findings: readonly FindingReport[];
  readonly child: () => ChildProcess;
  readonly start: () => Promise<void>;
  readonly stop: (signal: 'SIGTERM' | 'SIGKILL') => Promise<number | null>;
};

/**
 * Runs a vault process of its own, and a listener for its findings, until the test ends.
 * @param options.roomBytes puts the vault's directory on a disk of this size (in a mount namespace of the vault's own)
 */
export async function bootVault(
  t: TestContext,
  options: { readonly quotaBytes?: number; readonly roomBytes?: number; readonly scrubEverySeconds?: number } = {},
): Promise<BootedVault> {
  const root = await mkdtemp(join(tmpdir(), 'bulkhead-vault-'));
  const directory = join(root, 'vault');
  const socket = join(root, 'vault.sock');
  const findings: FindingReport[] = [];
  const sink = createWireApp({ secrets: { offsite: FINDINGS_SECRET }, log: createLog('findings', 'silent') });
  sink.post('/findings', async (c) => {
    findings.push(await readWireBody(c.req.raw, findingReportSchema));
    return c.json({ ok: true });
  });
  const listening = await serveWire({ app: sink, socket: join(root, 'findings.sock') });
  await writeFile(join(root, 'estate.json'), JSON.stringify(estateWith(options.quotaBytes ?? 100 * MIB)));
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const main = new URL('../main.ts', import.meta.url).pathname;
    const words = options.roomBytes === undefined ? [process.execPath, main] : onSmallDisk(directory, options.roomBytes, main);
    const [program = '', ...rest] = words;
    child = spawn(program, rest, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        LOG_LEVEL: 'silent',
        DIRECTORY: directory,
        SOCKET: socket,
        SECRETS_JSON: JSON.stringify(SECRETS),
        OFFSITE_SECRET,
        ESTATE_FILE: join(root, 'estate.json'),
        FINDINGS_SOCKET: join(root, 'findings.sock'),
        FINDINGS_SECRET,
        SCRUB_EVERY_SECONDS: String(options.scrubEverySeconds ?? 3600),
      },
    });
    await untilHealthy({ socket, secret: OFFSITE_SECRET }, child);
  }

  async function stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  t.after(async () => {
    await stop('SIGKILL');
    await listening.close();
    await rm(root, { recursive: true, force: true });
  });
  await start();
  return {
    root,
    directory,
    website: { socket, secret: SECRETS.website },
    identity: { socket, secret: SECRETS.identity },
    offsite: { socket, secret: OFFSITE_SECRET },
    findings,
    child: () => {
      if (child) return child;
      throw new Error('the vault was never started');
    },
    start,
    stop,
  };
}

function onSmallDisk(directory: string, bytes: number, main: string): string[] {
  const script = `mkdir -p "$1" && mount -t tmpfs -o size=${bytes},mode=0700 small "$1" && exec "$2" "$3"`;
  return ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', directory, process.execPath, main];
}

async function untilHealthy(peer: WirePeer, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the process ended with ${child.exitCode} before it answered`);
    const isOk = await callWire(peer, { method: 'GET', path: '/health' }, z.object({ ok: z.literal(true) })).catch(
      () => undefined,
    );
    if (isOk) return;
    await sleepMs(50);
  }
  throw new Error('the process did not answer within 30 s');
}

/** Waits until something is so. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, longestMs = 30_000): Promise<void> {
  for (let tries = 0; tries < longestMs / 50; tries += 1) {
    if (await isSo()) return;
    await sleepMs(50);
  }
  throw new Error(`waited ${longestMs} ms until ${what}`);
}
