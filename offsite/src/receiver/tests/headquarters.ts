import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CompartmentStream, compartmentStreamSchema } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import {
  connectionTo,
  createCluster,
  locateBinaries,
  type Owner,
  openAdmin,
  type PostgresBinaries,
  type RunningCluster,
  scratchTemplate,
  startCluster,
} from '@bulkhead/postgres';
import { compiledModules } from '@bulkhead/testkit';
import { callWire, type WirePeer } from '@bulkhead/wire';
import pg from 'pg';

const SUPERUSER_PASSWORD = 'fixture-superuser';
export const OFFSITE_PASSWORD = 'fixture-offsite';
export const READER_SECRET = 'fixture-reader-secret';
const RECEIVER_MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** Uids that nobody else has: PostgreSQL refuses root, and each party gets its own. Without root all share ours. */
export const HEADQUARTERS_OWNER: Owner | undefined = process.getuid?.() === 0 ? { uid: 64_801, gid: 64_801 } : undefined;

/** What is to outlive a power cut stands off-site. */
const UNSYNCED = { fsync: 'off' };

/** A place for one test file, with everything in it removed at the end. */
export async function makePlace(): Promise<{ readonly root: string; readonly remove: () => Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'bhr-'));
  await chmod(root, 0o755);
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
}

let located: Promise<PostgresBinaries> | undefined;
export function findBinaries(): Promise<PostgresBinaries> {
  located ??= locateBinaries({
    mustBeReadableByOthers: HEADQUARTERS_OWNER !== undefined,
    copyInto: join(tmpdir(), 'bulkhead-test-binaries'),
  });
  return located;
}

/** A primary at headquarters, which waits for the archive with each commit once `protect` was called. */
export class Headquarters {
  readonly dataDirectory: string;
  readonly socketDirectory: string;
  #cluster: RunningCluster | undefined;

  constructor(root: string, name = 'hq') {
    this.dataDirectory = join(root, name, 'pg');
    this.socketDirectory = join(root, name, 's');
  }

  /** Makes and starts it: database and role `site`, role `offsite`, a table `note`. */
  async create(): Promise<void> {
    await mkdir(dirname(this.dataDirectory), { recursive: true, mode: 0o755 });
    await createCluster({
      ...(await scratchTemplate()),
      dataDirectory: this.dataDirectory,
      isDisposable: true,
      superuserPassword: SUPERUSER_PASSWORD,
      ...ownedBy(HEADQUARTERS_OWNER),
    });
    await this.start();
    await this.run('postgres', [
      `create role offsite login replication password '${OFFSITE_PASSWORD}'`,
      "create role site_owner login password 'fixture-owner'",
      "create role site_reader login password 'fixture-reader'",
      'create database site owner site_owner',
    ]);
    await this.run('site', [
      'set role site_owner',
      'create table note (id bigint primary key, text text storage external not null, file text)',
      'grant select on note to site_reader',
      'grant select on note to offsite',
    ]);
  }

  async start(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#cluster = await startCluster({
      binaries: await findBinaries(),
      dataDirectory: this.dataDirectory,
      socketDirectory: this.socketDirectory,
      settings: { ...UNSYNCED, ...settings },
      ...ownedBy(HEADQUARTERS_OWNER),
    });
  }

  async stop(mode: 'fast' | 'immediate' = 'immediate'): Promise<void> {
    await this.#cluster?.stop(mode);
    this.#cluster = undefined;
  }

  /** From now on a commit is acknowledged only when the archive has it. */
  async protect(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.#cluster?.reconfigure({ ...UNSYNCED, synchronous_standby_names: 'offsite', ...settings });
    await sleepMs(100);
  }

  async reconfigure(settings: Readonly<Record<string, string>>): Promise<void> {
    await this.#cluster?.reconfigure({ ...UNSYNCED, ...settings });
    await sleepMs(100);
  }

  /** kill -9 of the postmaster; its children end by themselves. */
  async kill(): Promise<void> {
    if (!this.#cluster) return;
    process.kill(this.#cluster.pid, 'SIGKILL');
    await this.#cluster.exited;
    this.#cluster = undefined;
  }

  async wipe(): Promise<void> {
    await rm(this.dataDirectory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  async run(database: string, statements: readonly string[]): Promise<void> {
    const admin = await openAdmin(
      connectionTo(this.socketDirectory, { database, role: 'postgres', password: SUPERUSER_PASSWORD }),
    );
    try {
      for (const statement of statements) await admin.query(statement);
    } finally {
      await admin.close();
    }
  }

  /** A client whose commits wait for the archive. */
  async connect(): Promise<pg.Client> {
    const client = new pg.Client(
      connectionTo(this.socketDirectory, { database: 'site', role: 'postgres', password: SUPERUSER_PASSWORD }),
    );
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** Inserts notes, each in a transaction of its own, until stopped or refused; `acknowledged` grows with each commit. */
  async writeNotes(
    acknowledged: number[],
    options: { readonly from: number; readonly until: () => boolean; readonly bytes?: number },
  ): Promise<void> {
    const client = await this.connect();
    try {
      for (let id = options.from; !options.until(); id += 1) {
        await client.query('insert into note (id, text) values ($1, $2)', [
          id,
          `note ${id}.`.repeat(Math.ceil((options.bytes ?? 100) / 12)),
        ]);
        acknowledged.push(id);
      }
    } catch {
      // headquarters went away: what follows was not acknowledged
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** A receiver as a process of its own. */
export class ReceiverProcess {
  readonly directory: string;
  readonly walSocketDirectory: string;
  readonly peer: WirePeer;
  readonly reader: WirePeer;
  readonly #root: string;
  readonly #socketDirectory: string;
  #child: ChildProcess | undefined;
  #output = '';

  constructor(root: string, headquartersSocketDirectory: string, directory = join(root, 'archive')) {
    this.#root = root;
    this.#socketDirectory = headquartersSocketDirectory;
    this.directory = directory;
    this.walSocketDirectory = join(root, 'wal-site');
    const socket = join(root, 'receiver.sock');
    this.peer = { socket, secret: randomBytes(12).toString('hex') };
    this.reader = { socket, secret: READER_SECRET };
  }

  get output(): string {
    return this.#output;
  }

  async start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    await mkdir(this.walSocketDirectory, { recursive: true });
    await chmod(this.walSocketDirectory, 0o755);
    const compartments = [
      {
        name: 'site',
        socketDirectory: this.#socketDirectory,
        password: OFFSITE_PASSWORD,
        walSocketDirectory: this.walSocketDirectory,
        readerSecret: READER_SECRET,
      },
    ];
    const compiled = await compiledModules();
    const child = spawn(process.execPath, [...confined([this.#root, this.directory]), ...compiled.flags, RECEIVER_MAIN], {
      env: {
        ...process.env,
        ...compiled.environment,
        DATA_DIRECTORY: this.directory,
        RECEIVER_SOCKET: join(this.#root, 'receiver.sock'),
        RECEIVER_SECRET: this.peer.secret ?? '',
        COMPARTMENTS: JSON.stringify(compartments),
        BULKHEAD_SUPERVISED: '1',
        ...environment,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        this.#output += chunk.toString('utf8');
        if (/"ready"/.test(chunk.toString('utf8'))) resolve();
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', (code) => reject(new Error(`the receiver ended with ${code}: ${this.#output}`)));
    });
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  status(): Promise<CompartmentStream> {
    return callWire(this.peer, { method: 'GET', path: '/compartments/site' }, compartmentStreamSchema);
  }

  /** Waits until the stream stands as wished. */
  async until(isAsWished: (status: CompartmentStream) => boolean, what: string): Promise<CompartmentStream> {
    for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 25) {
      const status = await this.status();
      if (isAsWished(status)) return status;
      await sleepMs(25);
    }
    throw new Error(`waiting until ${what}: ${JSON.stringify(await this.status())}\n${this.#output}`);
  }
}

/** Node's arguments as the supervisor gives them: the permission model, which also switches parts of `node:fs` off. */
export function confined(writable: readonly string[], more: readonly string[] = []): string[] {
  const checkout = fileURLToPath(new URL('../../../../', import.meta.url));
  const code = ['packages', 'node_modules', 'offsite', 'package.json'].map((part) => join(checkout, part));
  return [
    '--permission',
    ...[...code, ...writable, ...more].map((path) => `--allow-fs-read=${path}`),
    ...writable.map((path) => `--allow-fs-write=${path}`),
    '--disallow-code-generation-from-strings',
  ];
}

export function ownedBy(owner: Owner | undefined): { owner?: Owner } {
  return owner === undefined ? {} : { owner };
}
