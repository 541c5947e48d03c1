import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Estate, Notice, PublicStatus } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

const SECRET = 'status-secret-0123456789';
const TITLES = {
  identity: { en: 'Identity', ar: 'الهوية', zh: '身份认证', fr: 'Identité', ru: 'Учётные записи', es: 'Identidad' },
  website: { en: 'Website', ar: 'الموقع الشبكي', zh: '网站', fr: 'Site web', ru: 'Веб-сайт', es: 'Sitio web' },
  meetings: { en: 'Meeting documents' },
};

export type Answer = {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
};
export type BootedStatus = {
  readonly root: string;
  readonly directory: string;
  readonly port: number;
  readonly recovery: WirePeer;
  readonly start: () => Promise<void>;
  readonly launch: () => ChildProcess;
  readonly stop: (signal: 'SIGTERM' | 'SIGKILL') => Promise<number | null>;
  readonly tell: (facts: PublicStatus) => Promise<void>;
  readonly ask: (
    path: string,
    options?: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string },
  ) => Promise<Answer>;
};

/**
 * Runs a status process of its own until the test ends.
 * @param options.findings whom it tells what people report
 * @param options.roomBytes puts its directory on a disk of this size (in a mount namespace of its own)
 */
export async function bootStatus(
  t: TestContext,
  options: { readonly tls?: Estate['tls']; readonly roomBytes?: number; readonly findings?: WirePeer } = {},
): Promise<BootedStatus> {
  const root = await mkdtemp(join(tmpdir(), 'bulkhead-status-'));
  const directory = join(root, 'status');
  const recovery = { socket: join(root, 'status.sock'), secret: SECRET };
  const port = await findFreePort();
  await writeFile(join(root, 'estate.json'), JSON.stringify(estateAt(port, options.tls ?? null)));
  let child: ChildProcess | undefined;

  function launch(): ChildProcess {
    const main = new URL('../main.ts', import.meta.url).pathname;
    const words = options.roomBytes === undefined ? [process.execPath, main] : onSmallDisk(directory, options.roomBytes, main);
    const [program = '', ...rest] = words;
    const launched = spawn(program, rest, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        LOG_LEVEL: 'silent',
        ESTATE_FILE: join(root, 'estate.json'),
        DIRECTORY: directory,
        SOCKET: recovery.socket,
        SECRET,
        ...(options.findings ? { FINDINGS_SOCKET: options.findings.socket, FINDINGS_SECRET: options.findings.secret ?? '' } : {}),
      },
    });
    if (!child || hasEnded(child)) child = launched;
    return launched;
  }

  async function start(): Promise<void> {
    const launched = launch();
    launched.stderr?.on('data', (text: Buffer) => process.stderr.write(text));
    await until('the status process answers', () => {
      if (hasEnded(launched)) throw new Error(`the status process ended with ${launched.exitCode} before it answered`);
      const health = callWire(recovery, { method: 'GET', path: '/health' }, z.object({ ok: z.literal(true) }));
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
    await rm(root, { recursive: true, force: true });
  });
  await start();
  return {
    root,
    directory,
    port,
    recovery,
    start,
    launch,
    stop,
    tell: async (facts) => {
      await callWire(recovery, { method: 'POST', path: '/facts', body: facts, timeoutMs: 60_000 }, z.unknown());
    },
    ask: (path, { method = 'GET', headers = {}, body } = {}) =>
      askAt(port, path, method, { host: `status.localhost:${port}`, ...headers }, body),
  };
}

/** Facts about three compartments: website and meetings in these states, identity working. */
export function factsOf(
  states: {
    readonly website?: PublicStatus['compartments'][number]['state'];
    readonly meetings?: PublicStatus['compartments'][number]['state'];
  },
  notices: readonly Notice[] = [],
  at = '2026-03-02T10:30:00.000Z',
): PublicStatus {
  const all = { identity: 'operational', website: 'operational', meetings: 'operational', ...states } as const;
  return {
    organisation: 'Sample Maritime Organization',
    isSample: true,
    at,
    compartments: (['identity', 'website', 'meetings'] as const).map((name) => ({
      name,
      title: TITLES[name],
      state: all[name],
      sinceAt: '2026-03-02T09:58:12.000Z',
      nextUpdateAt: all[name] === 'operational' ? null : '2026-03-02T11:00:00.000Z',
      readable: name !== 'meetings',
      lastProbeAt: '2026-03-02T10:29:41.000Z',
      lastRestoreAt: name === 'identity' ? null : '2026-02-28T03:12:00.000Z',
    })),
    notices: [...notices],
  };
}

export function noticeOf(number: number, kind: Notice['kind'], compartment: string | null = 'website'): Notice {
  return {
    number,
    at: new Date(Date.UTC(2026, 2, 2, 9, 58) + number * 60_000).toISOString(),
    compartment,
    kind,
    unaffected: kind === 'contained' ? ['identity', 'meetings'] : [],
    nextUpdateAt: kind === 'contained' ? '2026-03-02T11:00:00.000Z' : null,
  };
}

export function askAt(
  port: number,
  path: string,
  method: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (reply) => {
      const parts: Buffer[] = [];
      reply.on('data', (part: Buffer) => parts.push(part));
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body: Buffer.concat(parts).toString('utf8') }),
      );
    });
    asking.on('error', reject).end(body);
  });
}

/** Waits until something is so; fails after 30 s. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await isSo()) return;
    await sleepMs(50);
  }
  throw new Error(`waited 30 s until ${what}`);
}

function onSmallDisk(directory: string, bytes: number, main: string): string[] {
  const script = `mkdir -p "$1" && mount -t tmpfs -o size=${bytes},mode=0700 small "$1" && exec "$2" "$3"`;
  return ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', directory, process.execPath, main];
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

function estateAt(statusPort: number, tls: Estate['tls']): Estate {
  return {
    organisation: 'Sample Maritime Organization',
    isSample: true,
    domain: 'localhost',
    port: 8400,
    statusPort,
    listenAddress: '127.0.0.1',
    tls,
    leaseMs: 10_000,
    compartments: [
      {
        directory: 'compartments/website',
        manifest: {
          name: 'website',
          title: { en: 'Website' },
          level: 'native',
          needs: [],
          recoveryOrder: 0,
          origins: [{ host: 'www', kind: 'public', title: { en: 'Website' } }],
          routes: [{ id: 'page.read', origin: 'www', method: 'GET', path: '/', roles: [], writes: [], maxBodyBytes: 0 }],
          jobs: [],
          roles: {},
          checks: [],
          seal: { unreachable: 'stop', automatic: [] },
        },
      },
    ],
  };
}
