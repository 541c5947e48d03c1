import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layTemplate } from './template.ts';

const CHECKOUT = new URL('../../..', import.meta.url).pathname;
/** What estates of tests run unless told: each compartment more costs every start some seconds. */
export const TEST_COMPARTMENTS = 'identity,website';
/** The command itself gives up before. */
const START_LIMIT_MS = 660_000;

export type EstateAccount = {
  readonly email: string;
  readonly password: string;
  readonly totpSecret: string;
  readonly displayName: string;
  readonly roles: Readonly<Record<string, readonly string[]>>;
};

/** What `bulkhead start --json` prints. */
export type EstateDescription = {
  readonly addresses: readonly { readonly name: string; readonly url: string; readonly state: string }[];
  readonly accounts: readonly EstateAccount[];
  readonly boundary: 'api' | 'uid';
  readonly data: string;
  readonly runtime: string;
  readonly pid: number;
};

export type EstateProcess = {
  readonly description: EstateDescription;
  readonly child: ChildProcess;
  /** The environment by which other commands reach this estate. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs another command of `bulkhead` against it. */
  readonly run: (...words: readonly string[]) => Promise<CommandResult>;
  /** Starts it again on the same data, after it ended. */
  readonly startAgain: () => Promise<EstateProcess>;
  /** Starts one site alone, by a command of its own, after that site ended; it is stopped with the rest. */
  readonly startSite: (site: 'headquarters' | 'offsite') => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Stops it and removes all its data. */
  readonly remove: () => Promise<void>;
};
export type CommandResult = { readonly code: number | null; readonly out: string; readonly err: string };

/** Starts a sample estate of these compartments as a process of its own, as a person would, on free ports and in a temporary directory. */
export async function startEstateProcess(settings: Readonly<Record<string, string>> = {}): Promise<EstateProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'bhe-'));
  await chmod(directory, 0o711);
  const environment = {
    BULKHEAD_DATA: join(directory, 'data'),
    BULKHEAD_RUNTIME: join(directory, 'run'),
    BULKHEAD_PORT: String(await findFreePort()),
    BULKHEAD_STATUS_PORT: String(await findFreePort()),
    BULKHEAD_COMPARTMENTS: TEST_COMPARTMENTS,
    ...settings,
  };
  for (const site of ['headquarters', 'offsite']) await layTemplate(join(directory, 'data', site, 'supervisor'));
  return launch(directory, environment);
}

/** Runs one command of `bulkhead` to its end. */
export async function runBulkhead(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<CommandResult> {
  const child = spawn(process.execPath, [`${CHECKOUT}cli/src/main.ts`, ...words], {
    env: { ...ownEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err] = [collect(child.stdout), collect(child.stderr)];
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out: out(), err: err() };
}

/** A port of the loopback that nobody listens on now. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

async function launch(directory: string, environment: Readonly<Record<string, string>>): Promise<EstateProcess> {
  const first = spawnStart(environment);
  const started = [first];
  // One that does not get ready must not go on beside the tests that follow.
  const description = await untilDescribed(first.child, first.err).catch(async (error: unknown) => {
    await end(first);
    throw error;
  });

  const stop = async () => {
    for (const one of started) await end(one);
  };
  return {
    description,
    child: first.child,
    environment,
    run: (...words) => runBulkhead(words, environment),
    startAgain: () => launch(directory, environment),
    startSite: async (site) => {
      const one = spawnStart(environment, '--site', site);
      started.push(one);
      await untilDescribed(one.child, one.err);
    },
    stop,
    remove: async () => {
      await stop();
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

type Started = { readonly child: ChildProcess; readonly ended: Promise<unknown>; readonly err: () => string };

function spawnStart(environment: Readonly<Record<string, string>>, ...words: readonly string[]): Started {
  const child = spawn(process.execPath, [`${CHECKOUT}cli/src/main.ts`, 'start', '--json', ...words], {
    env: { ...ownEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, ended: once(child, 'exit'), err: collect(child.stderr) };
}

async function end({ child, ended }: Started): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  await ended;
}

async function untilDescribed(child: ChildProcess, err: () => string): Promise<EstateDescription> {
  const lines: string[] = [];
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`the estate was not ready within ${START_LIMIT_MS / 1000} s:\n${err()}`)),
      START_LIMIT_MS,
    );
    child.stdout?.on('data', (chunk: Buffer) => {
      lines.push(chunk.toString('utf8'));
      const line = lines.join('');
      if (!line.includes('\n')) return;
      clearTimeout(late);
      const told: EstateDescription & { readonly error?: unknown } = JSON.parse(line.slice(0, line.indexOf('\n')));
      if (told.error) reject(new Error(`the estate did not start: ${line}\n${err()}`));
      else resolve(told);
    });
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`the estate ended with ${code} before it was ready:\n${err()}`));
    });
  });
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

/** The variables of this process that have nothing to do with an estate. */
function ownEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || name.startsWith('BULKHEAD_') || name.startsWith('NODE_TEST') ? [] : [[name, value]],
    ),
  );
}
