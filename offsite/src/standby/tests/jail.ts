import { type ChildProcess, spawn } from 'node:child_process';
import { chown, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type JailHealth, jailHealthSchema } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import type { Owner } from '@bulkhead/postgres';
import { type Isolation, isolate } from '@bulkhead/supervision';
import { compiledModules } from '@bulkhead/testkit';
import { callWire, type WirePeer } from '@bulkhead/wire';
import pg from 'pg';
import { confined, findBinaries, READER_SECRET, type ReceiverProcess } from '#receiver/tests/headquarters.ts';

const JAIL_MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const CHECKOUT = fileURLToPath(new URL('../../../..', import.meta.url));
const JAIL_SECRET = 'fixture-jail-secret';

/** A uid that is neither headquarters' nor the receiver's. */
export const JAIL_OWNER: Owner | undefined = process.getuid?.() === 0 ? { uid: 64_802, gid: 64_802 } : undefined;

/** A jail as a process of its own. */
export class JailProcess {
  readonly directory: string;
  readonly socketDirectory: string;
  readonly peer: WirePeer;
  readonly #root: string;
  readonly #isolation: Isolation | undefined;
  readonly #sockets: readonly string[];
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #output = '';

  constructor(
    root: string,
    receiver: ReceiverProcess,
    mode: 'standby' | 'quarantine',
    name: string,
    more: Readonly<Record<string, string>> = {},
    isolation?: Isolation,
  ) {
    this.#root = root;
    this.#isolation = isolation;
    this.#sockets = [receiver.peer.socket, receiver.walSocketDirectory];
    this.directory = join(root, name, 'data');
    this.socketDirectory = join(root, name, 's');
    this.peer = { socket: join(root, name, 'control.sock'), secret: JAIL_SECRET };
    this.#environment = {
      COMPARTMENT: 'site',
      MODE: mode,
      DATA_DIRECTORY: this.directory,
      SOCKET_DIRECTORY: this.socketDirectory,
      CONTROL_SOCKET: this.peer.socket,
      JAIL_SECRET,
      RECEIVER_SOCKET: receiver.peer.socket,
      RECEIVER_SECRET: READER_SECRET,
      WAL_SOCKET_DIRECTORY: receiver.walSocketDirectory,
      BULKHEAD_SUPERVISED: '1',
      ...more,
    };
  }

  get output(): string {
    return this.#output;
  }

  async start(): Promise<void> {
    const home = dirname(this.directory);
    await mkdir(home, { recursive: true, mode: 0o755 });
    if (JAIL_OWNER) await chown(home, JAIL_OWNER.uid, JAIL_OWNER.gid);
    const binaries = await findBinaries();
    const installation = dirname(dirname(binaries.postgres));
    const compiled = await compiledModules(JAIL_OWNER);
    const words = [...confined([this.#root], [installation, '/proc']), ...compiled.flags, '--allow-child-process', JAIL_MAIN];
    const plain = { file: process.execPath, arguments: words };
    const shown = { read: [CHECKOUT, installation, process.execPath, ...this.#sockets], write: [home] };
    const isolated = JAIL_OWNER && this.#isolation ? isolate(this.#isolation, JAIL_OWNER, shown, plain) : undefined;
    const { file, arguments: all } = isolated ?? plain;
    const child = spawn(file, all, {
      ...(isolated ? {} : JAIL_OWNER),
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '', POSTGRES_BINARIES: installation, ...compiled.environment, ...this.#environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        this.#output += chunk.toString('utf8');
        if (/"ready"/.test(chunk.toString('utf8'))) resolve();
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', (code) => reject(new Error(`the jail ended with ${code}: ${this.#output}`)));
    });
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  health(): Promise<JailHealth> {
    return callWire(this.peer, { method: 'GET', path: '/health' }, jailHealthSchema);
  }

  /** Waits until the jail is in one of the states. */
  until(...states: readonly JailHealth['state'][]): Promise<JailHealth> {
    return this.untilIs((health) => states.includes(health.state), `it is ${states.join(' or ')}`);
  }

  async untilIs(isAsWished: (health: JailHealth) => boolean, what: string): Promise<JailHealth> {
    for (let waitedMs = 0; waitedMs < 180_000; waitedMs += 50) {
      const health = await this.health();
      if (isAsWished(health)) return health;
      await sleepMs(50);
    }
    throw new Error(`waiting until ${what}: ${JSON.stringify(await this.health())}\n${this.#output}`);
  }

  /** Asks the jail's cluster directly, as nobody but its own uid and root can. */
  async query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
    const client = new pg.Client({ host: this.socketDirectory, user: 'postgres', password: '', database: 'site' });
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }
}
