import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  type FindingReport,
  findingReportSchema,
  generateSigningKey,
  type SigningKey,
  type VerifyingKey,
} from '@bulkhead/contracts';
import { createLog, sleepMs } from '@bulkhead/kernel';
import { callWire, createWireApp, readWireBody, serveWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

const SECRETS = { recovery: 'recovery-secret-0123456789', publisher: 'publisher-secret-0123456789' };
const FINDINGS_SECRET = 'findings-secret-0123456789';
export const LEDGER_KEY: { readonly signing: SigningKey; readonly verifying: VerifyingKey } = generateSigningKey('ledger-1');

export type BootedLedger = {
  readonly root: string;
  readonly directory: string;
  readonly recovery: WirePeer;
  readonly publisher: WirePeer;
  readonly findings: readonly FindingReport[];
  readonly start: () => Promise<void>;
  /** Starts the process without waiting until it answers. */
  readonly launch: (how?: { readonly quiet?: boolean }) => ChildProcess;
  readonly stop: (signal: 'SIGTERM' | 'SIGKILL') => Promise<number | null>;
  /** The lines of all segments, as they are on the disk. */
  readonly readLines: () => Promise<string[]>;
};

/**
 * Runs a ledger process of its own, and a listener for its findings, until the test ends.
 * @param options.roomBytes puts the ledger's directory on a disk of this size (in a mount namespace of its own)
 */
export async function bootLedger(t: TestContext, options: { readonly roomBytes?: number } = {}): Promise<BootedLedger> {
  const root = await mkdtemp(join(tmpdir(), 'bulkhead-ledger-'));
  const directory = join(root, 'ledger');
  const socket = join(root, 'ledger.sock');
  const findings: FindingReport[] = [];
  const sink = createWireApp({ secrets: { offsite: FINDINGS_SECRET }, log: createLog('findings', 'silent') });
  sink.post('/findings', async (c) => {
    findings.push(await readWireBody(c.req.raw, findingReportSchema));
    return c.json({ ok: true });
  });
  const listening = await serveWire({ app: sink, socket: join(root, 'findings.sock') });
  await writeFile(join(root, 'key.json'), JSON.stringify(LEDGER_KEY.signing));
  await writeFile(join(root, 'trust.json'), JSON.stringify(trustWith(LEDGER_KEY.verifying)));
  let child: ChildProcess | undefined;

  function launch({ quiet = false } = {}): ChildProcess {
    const main = new URL('../main.ts', import.meta.url).pathname;
    const words = options.roomBytes === undefined ? [process.execPath, main] : onSmallDisk(directory, options.roomBytes, main);
    const [program = '', ...rest] = words;
    const launched = spawn(program, rest, {
      stdio: ['ignore', 'ignore', quiet ? 'ignore' : 'inherit'],
      env: {
        PATH: process.env['PATH'],
        LOG_LEVEL: 'silent',
        DIRECTORY: directory,
        SOCKET: socket,
        SECRETS_JSON: JSON.stringify(SECRETS),
        SIGNING_KEY_FILE: join(root, 'key.json'),
        TRUST_FILE: join(root, 'trust.json'),
        FINDINGS_SOCKET: join(root, 'findings.sock'),
        FINDINGS_SECRET,
      },
    });
    if (!child || hasEnded(child)) child = launched;
    return launched;
  }

  async function start(): Promise<void> {
    const launched = launch();
    await until('the ledger answers', async () => {
      if (launched.exitCode !== null) throw new Error(`the ledger ended with ${launched.exitCode} before it answered`);
      const health = callWire({ socket, secret: SECRETS.recovery }, { method: 'GET', path: '/health' }, z.unknown());
      return health.then(
        () => true,
        () => false,
      );
    });
  }

  async function stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    if (!child || hasEnded(child)) return child?.exitCode ?? null;
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
    recovery: { socket, secret: SECRETS.recovery },
    publisher: { socket, secret: SECRETS.publisher },
    findings,
    start,
    launch,
    stop,
    readLines: async () => {
      const names = (await readdir(directory)).sort();
      const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
      return texts.join('').split('\n').slice(0, -1);
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Whether this user may mount a small disk in a namespace of its own. */
export function canMountSmallDisk(): boolean {
  return spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status === 0;
}

/** Waits until something is so; fails after 30 s. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await isSo()) return;
    await sleepMs(50);
  }
  throw new Error(`waited 30 s until ${what}`);
}

function trustWith(ledgerKey: VerifyingKey) {
  const others = { gatewayKeys: [ledgerKey], jobKeys: [ledgerKey], orderKeys: [ledgerKey], editionKeys: [ledgerKey] };
  return { ...others, ledgerKeys: [ledgerKey], operatorKeys: [ledgerKey, ledgerKey] };
}

function onSmallDisk(directory: string, bytes: number, main: string): string[] {
  const script = `mkdir -p "$1" && mount -t tmpfs -o size=${bytes},mode=0700 small "$1" && exec "$2" "$3"`;
  return ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', directory, process.execPath, main];
}
