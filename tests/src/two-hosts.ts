import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandResult, type EstateDescription, TEST_COMPARTMENTS, waitUntil } from '@bulkhead/testkit';
import { askSite, killHard, noteOf, type SiteName } from '#sites.ts';

const CHECKOUT = new URL('../..', import.meta.url).pathname;
const READY_MS = 180_000;
const PORT = 8400;
const LINK_PORT = 8600;
/** What is set for the whole estate; the stand-in answers at off-site's own host, at the same port. */
const SHARED = {
  BULKHEAD_PORT: String(PORT),
  BULKHEAD_LEASE_SECONDS: '5',
  BULKHEAD_COMPARTMENTS: TEST_COMPARTMENTS,
  BULKHEAD_STAND_IN: JSON.stringify({ port: PORT }),
};
/** One of 200 networks of four addresses each, so that two runs on a machine need not meet. */
const NETWORK = `10.83.${process.pid % 200}`;

/** Why this machine cannot have two hosts; undefined where it can. */
export const WITHOUT_NAMESPACES = whyNot();

function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return 'two network namespaces need root';
  const name = `bh-try-${process.pid}`;
  try {
    ip('netns', 'add', name);
    ip('netns', 'del', name);
    return undefined;
  } catch (error) {
    return `ip (Debian: iproute2) makes no network namespace here: ${error instanceof Error ? error.message.split('\n')[0] : ''}`;
  }
}

function ip(...words: string[]): void {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** One host: a network namespace with addresses of its own, and an installation with its own data and sockets. */
export class Host {
  readonly site: SiteName;
  readonly address: string;
  readonly namespace: string;
  readonly directory: string;
  /** Set on this host beside what every test sets. */
  settings: Readonly<Record<string, string>> = {};
  #started: ChildProcess | undefined;
  #told = '';

  constructor(site: SiteName, address: string, directory: string) {
    this.site = site;
    this.address = address;
    this.namespace = `bh-${site}-${process.pid}`;
    this.directory = directory;
  }

  /** Another installation on the same host. */
  beside(name: string): Host {
    return new Host(this.site, this.address, join(this.directory, '..', name));
  }

  /** Ends every process of it at once, as a power cut would. */
  async cutPower(): Promise<void> {
    const { supervisor } = await noteOf(this, this.site);
    const { processes } = await askSite(this, this.site);
    const ended = this.#started && once(this.#started, 'exit');
    for (const pid of [this.#started?.pid, supervisor.pid, ...processes.map((one) => one.pid)]) if (pid) killHard(pid);
    await ended;
  }

  get data(): string {
    return join(this.directory, 'data');
  }

  get runtime(): string {
    return join(this.directory, 'run');
  }

  get environment(): Record<string, string> {
    return {
      BULKHEAD_DATA: this.data,
      BULKHEAD_RUNTIME: this.runtime,
      BULKHEAD_LISTEN_ADDRESS: '0.0.0.0',
      ...(this.site === 'offsite' ? SHARED : {}),
      ...this.settings,
    };
  }

  /** Begins a command of `bulkhead` on this host. */
  spawn(...words: readonly string[]): ChildProcess {
    const command = ['netns', 'exec', this.namespace, process.execPath, `${CHECKOUT}cli/src/main.ts`, ...words];
    const { PATH = '' } = process.env;
    return spawn('ip', command, { env: { PATH, ...this.environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  async run(...words: readonly string[]): Promise<CommandResult> {
    const child = this.spawn(...words);
    const [out, err] = [collect(child.stdout), collect(child.stderr)];
    const [code] = await once(child, 'close');
    return { code: typeof code === 'number' ? code : null, out: out(), err: err() };
  }

  /** Starts this host's site, and returns when it is ready. */
  async start(): Promise<void> {
    const child = this.spawn('start', '--json');
    this.#started = child;
    const [out, err] = [collect(child.stdout), collect(child.stderr)];
    const deadline = performance.now() + READY_MS;
    while (!out().includes('\n')) {
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error(`${this.site} did not start (${child.exitCode}):\n${out()}${err()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    this.#told = out();
    // What went wrong is JSON, too.
    if (!('addresses' in this.description)) throw new Error(`${this.site} did not start:\n${out()}${err()}`);
  }

  /** What `start --json` told. */
  get description(): EstateDescription {
    return JSON.parse(this.#told);
  }

  async stop(): Promise<void> {
    const child = this.#started;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
}

/** Two hosts with a cable between them, and one from here to headquarters, where people come in. */
export class TwoHosts {
  readonly headquarters: Host;
  readonly offsite: Host;
  /** Where both installations lie. */
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
    this.headquarters = new Host('headquarters', `${NETWORK}.1`, join(directory, 'h'));
    this.offsite = new Host('offsite', `${NETWORK}.2`, join(directory, 'o'));
  }

  /** Where people reach the gateway: from another network than off-site's. */
  readonly gateway = `${NETWORK}.5`;
  /** Where they reach the stand-in. */
  readonly secondGateway = `${NETWORK}.9`;
  readonly port = PORT;

  static async make(): Promise<TwoHosts> {
    const directory = await mkdtemp(join(tmpdir(), 'bh2-'));
    await chmod(directory, 0o711);
    const hosts = new TwoHosts(directory);
    const { headquarters, offsite } = hosts;
    const [near, far, outer, door, second, inner] = ['a', 'b', 'c', 'd', 'e', 'f'].map((end) => `bh${process.pid}${end}`);
    if (!near || !far || !outer || !door || !second || !inner) throw new Error('no names');
    for (const { namespace } of [headquarters, offsite]) ip('netns', 'add', namespace);
    ip('link', 'add', near, 'netns', headquarters.namespace, 'type', 'veth', 'peer', 'name', far, 'netns', offsite.namespace);
    ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', door, 'netns', headquarters.namespace);
    ip('link', 'add', second, 'type', 'veth', 'peer', 'name', inner, 'netns', offsite.namespace);
    ip('-n', offsite.namespace, 'addr', 'add', `${hosts.secondGateway}/30`, 'dev', inner);
    ip('addr', 'add', `${NETWORK}.10/30`, 'dev', second);
    ip('-n', headquarters.namespace, 'addr', 'add', `${headquarters.address}/30`, 'dev', near);
    ip('-n', headquarters.namespace, 'addr', 'add', `${hosts.gateway}/30`, 'dev', door);
    ip('-n', offsite.namespace, 'addr', 'add', `${offsite.address}/30`, 'dev', far);
    ip('addr', 'add', `${NETWORK}.6/30`, 'dev', outer);
    for (const [namespace, device] of [
      [headquarters.namespace, 'lo'],
      [headquarters.namespace, near],
      [headquarters.namespace, door],
      [offsite.namespace, 'lo'],
      [offsite.namespace, far],
      [offsite.namespace, inner],
    ] as const)
      ip('-n', namespace, 'link', 'set', device, 'up');
    for (const device of [outer, second]) ip('link', 'set', device, 'up');
    return hosts;
  }

  /** Makes both sites, as their operators would. */
  init(): Promise<CommandResult[]> {
    const at = (host: Host, port: number) => ['site', 'init', '--site', host.site, '--address', `${host.address}:${port}`];
    return Promise.all([this.offsite.run(...at(this.offsite, LINK_PORT)), this.headquarters.run(...at(this.headquarters, PORT))]);
  }

  /** Joins them by one command on each side, with the code that the first prints. */
  async join(headquarters = this.headquarters, ...more: readonly string[]): Promise<void> {
    const inviting = this.offsite.spawn('site', 'invite', '--json');
    const ended = once(inviting, 'close');
    const [out, err] = [collect(inviting.stdout), collect(inviting.stderr)];
    const code = await waitUntil(() => /BH1-[\w-]+/.exec(out())?.[0], { what: 'the code is printed' });
    const joined = await headquarters.run('site', 'join', code, ...more, '--json');
    assert.equal(joined.code, 0, joined.out + joined.err + out() + err());
    assert.equal((await ended)[0], 0, out() + err());
    const again = await headquarters.run('site', 'join', code, '--json');
    assert.match(again.out, /site\.wrong_state/);
  }

  /** Takes the cable between the sites out, or puts it back. */
  cable(isIn: boolean): void {
    ip('-n', this.offsite.namespace, 'link', 'set', `bh${process.pid}b`, isIn ? 'up' : 'down');
  }

  async remove(): Promise<void> {
    await Promise.all([this.headquarters.stop(), this.offsite.stop()]);
    for (const { namespace } of [this.headquarters, this.offsite]) ip('netns', 'del', namespace);
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
