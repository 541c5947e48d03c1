import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type DeskState,
  deskStateSchema,
  type Estate,
  generateSigningKey,
  type LedgerEntry,
  ledgerEntrySchema,
  type OperatorCommand,
  openSigned,
  PURPOSES,
  type Recovery,
  recoverySchema,
  type Signed,
  type SignedCommand,
  signedSchema,
  signMessage,
  type Trust,
} from '@bulkhead/contracts';
import { createLog } from '@bulkhead/kernel';
import type { Admin, ScratchCluster } from '@bulkhead/postgres';
import { compiledModules, temporaryDirectory, waitUntil } from '@bulkhead/testkit';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { startLedger } from '#ledger/app.ts';
import { startVault } from '#vault/app.ts';
import { describeEstate } from './estate.ts';
import { Headquarters } from './headquarters.ts';
import { Peers, SECRET } from './peers.ts';

const CHECKOUT = fileURLToPath(new URL('../../../..', import.meta.url));
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const silent = createLog('test', 'silent');

const replySchema = z.object({
  edition: z.number().optional(),
  request: z.string().optional(),
  recovery: z.string().optional(),
  epoch: z.number().optional(),
  drill: z.string().optional(),
  collection: z.string().optional(),
  quarantine: z.string().optional(),
  seal: z.object({ lsn: z.string(), tookMs: z.number() }).optional(),
});
export type Reply = z.infer<typeof replySchema>;

export type Operator = 'alice' | 'bob' | 'mallory';
export type WorldOptions = {
  readonly cluster: ScratchCluster;
  /** Rules that seal website at once. */
  readonly automatic?: readonly string[];
  readonly patience?: Readonly<Record<string, number>>;
  readonly drillEveryMs?: number;
};

const keysOf = {
  alice: generateSigningKey('operator:alice'),
  bob: generateSigningKey('operator:bob'),
  // Enrolled nowhere.
  mallory: generateSigningKey('operator:mallory'),
};
export const orderKey = generateSigningKey('order-1');
const editionKey = generateSigningKey('edition-1');
const ledgerKey = generateSigningKey('ledger-1');
export const gatewayKey = generateSigningKey('gateway-1');
export const jobKey = generateSigningKey('job-1');

/** The keys by which headquarters knows an order. */
export const orderKeys = [orderKey.verifying];

export const trust: Trust = {
  gatewayKeys: [gatewayKey.verifying],
  jobKeys: [jobKey.verifying],
  orderKeys: [orderKey.verifying],
  editionKeys: [editionKey.verifying],
  ledgerKeys: [ledgerKey.verifying],
  operatorKeys: [keysOf.alice.verifying, keysOf.bob.verifying],
};

let databases = 0;
// Each world's directory is removed when this process ends.
process.setMaxListeners(100);

/** Recovery as a process of its own, with a real database, ledger and vault, and peers that speak the wire. */
export class World {
  readonly directory: string;
  readonly peers: Peers;
  readonly estate: Estate;
  readonly environment: Record<string, string>;
  readonly admin: Admin;
  headquarters: Headquarters;
  #child: ChildProcess | undefined;
  #closers: (() => Promise<unknown>)[] = [];
  #output: string[] = [];
  #ledger: { close: () => Promise<void> } | undefined;

  private constructor(directory: string, estate: Estate, environment: Record<string, string>, admin: Admin) {
    this.directory = directory;
    this.estate = estate;
    this.environment = environment;
    this.admin = admin;
    this.peers = new Peers(directory, editionKey.signing);
    this.headquarters = new Headquarters(this.hqPeer, trust.orderKeys, jobKey.signing);
  }

  static async open(options: WorldOptions): Promise<World> {
    const directory = await temporaryDirectory();
    const { admin, environment } = await createDatabase(options.cluster);
    const { drillEveryMs } = options;
    const described = await describeEstate(directory, options.automatic ?? []);
    const estate = { ...described, ...(drillEveryMs === undefined ? {} : { drillEveryMs }) };
    const world = new World(directory, estate, environment, admin);
    await world.#writeFiles(options);
    await world.peers.open(estate.port);
    await world.startLedger();
    await world.#startVault();
    world.#closers.push(
      () => admin.close(),
      () => world.peers.close(),
    );
    return world;
  }

  get hqPeer(): WirePeer {
    return { socket: join(this.directory, 'hq.sock'), secret: SECRET };
  }

  get deskPeer(): WirePeer {
    return { socket: join(this.directory, 'desk.sock'), secret: SECRET };
  }

  get internalPeer(): WirePeer {
    return { socket: join(this.directory, 'internal.sock'), secret: SECRET };
  }

  /** Starts recovery and waits until it answers. */
  async start(): Promise<void> {
    await this.launch();
    await waitUntil(
      async () => (await callWire(this.deskPeer, { method: 'GET', path: '/health' }, z.object({ ok: z.boolean() }))).ok,
      { what: `recovery answers; it said:\n${this.#output.slice(-20).join('')}`, timeoutMs: 60_000 },
    );
  }

  async launch(): Promise<void> {
    if (this.#child && this.#child.exitCode === null && this.#child.signalCode === null) throw new Error('recovery runs already');
    const compiled = await compiledModules();
    const child = spawn(process.execPath, [...this.#confinement(), ...compiled.flags, MAIN], {
      env: { ...this.environment, ...compiled.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer) => this.#output.push(chunk.toString('utf8'));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    this.#child = child;
  }

  /** As its supervisor starts it. */
  #confinement(): string[] {
    const reads = [CHECKOUT, this.directory].map((path) => `--allow-fs-read=${path}`);
    return ['--permission', ...reads, `--allow-fs-write=${this.directory}`, '--disallow-code-generation-from-strings'];
  }

  output(): string {
    return this.#output.join('');
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  async close(): Promise<void> {
    await this.headquarters.close();
    await this.kill();
    await this.stopLedger();
    for (const close of this.#closers.splice(0).reverse()) await close();
  }

  /** Waits until both compartments have their first order, carried out. */
  async untilOpen(): Promise<void> {
    await waitUntil(
      async () => {
        const { compartments } = await this.state();
        return (
          compartments.length === 2 && compartments.every((one) => one.desired === 'open' && one.applied.supervisor === 'open')
        );
      },
      { what: 'both compartments are open', timeoutMs: 60_000 },
    );
  }

  state(): Promise<DeskState> {
    return callWire(this.deskPeer, { method: 'GET', path: '/state' }, deskStateSchema);
  }

  async website(): Promise<DeskState['compartments'][number]> {
    const found = (await this.state()).compartments.find(({ name }) => name === 'website');
    if (!found) throw new Error('the desk does not know website');
    return found;
  }

  recovery(id: string): Promise<Recovery> {
    return callWire(this.deskPeer, { method: 'GET', path: `/recoveries/${id}` }, recoverySchema);
  }

  /** Waits until a recovery is at a step, or has ended so. */
  untilStep(id: string, step: Recovery['step']): Promise<Recovery> {
    return waitUntil(
      async () => {
        const found = await this.recovery(id);
        if (found.step === step && (step !== 'approve' || found.awaiting)) return found;
        return undefined;
      },
      { what: `recovery ${id} is ${step}`, timeoutMs: 120_000 },
    );
  }

  sign(operator: Operator, command: OperatorCommand, changes: Partial<SignedCommand> = {}): Signed {
    const value: SignedCommand = {
      command,
      nonce: randomBytes(16).toString('hex'),
      issuedAt: new Date().toISOString(),
      ...changes,
    };
    return signMessage(keysOf[operator].signing, PURPOSES.command, value);
  }

  send(signed: Signed): Promise<Reply> {
    return callWire(this.deskPeer, { method: 'POST', path: '/commands', body: signed, timeoutMs: 30_000 }, replySchema);
  }

  command(operator: Operator, command: OperatorCommand): Promise<Reply> {
    return this.send(this.sign(operator, command));
  }

  async entries(): Promise<LedgerEntry[]> {
    const peer = { socket: this.peers.socket('ledger'), secret: SECRET };
    const listed = await callWire(
      peer,
      { method: 'GET', path: '/entries?after=0&limit=1000' },
      z.object({ entries: z.array(signedSchema) }),
    );
    return listed.entries.map(
      (entry) => openSigned(entry, { purpose: PURPOSES.ledger, keys: trust.ledgerKeys, schema: ledgerEntrySchema }).value,
    );
  }

  async startLedger(): Promise<void> {
    this.#ledger = await startLedger(
      {
        DIRECTORY: join(this.directory, 'ledger'),
        SOCKET: this.peers.socket('ledger'),
        SECRETS_JSON: { recovery: SECRET },
        SIGNING_KEY_FILE: join(this.directory, 'ledger-key.json'),
        TRUST_FILE: join(this.directory, 'trust.json'),
        FINDINGS_SOCKET: this.internalPeer.socket,
        FINDINGS_SECRET: SECRET,
        BULKHEAD_SUPERVISED: '0',
        LOG_LEVEL: 'silent',
      },
      silent,
    );
  }

  async stopLedger(): Promise<void> {
    await this.#ledger?.close();
    this.#ledger = undefined;
  }

  async #startVault(): Promise<void> {
    const vault = await startVault(
      {
        DIRECTORY: join(this.directory, 'vault'),
        SOCKET: this.peers.socket('vault'),
        SECRETS_JSON: { website: SECRET },
        OFFSITE_SECRET: `${SECRET} of off-site`,
        ESTATE_FILE: join(this.directory, 'estate.json'),
        FINDINGS_SOCKET: this.internalPeer.socket,
        FINDINGS_SECRET: SECRET,
        TARGET_JSON: { kind: 'disk' },
        ESCROW_RECIPIENTS_JSON: [],
        SCRUB_EVERY_SECONDS: 86_400,
        SCRUB_BYTES_PER_SECOND: 1_000_000,
        BULKHEAD_SUPERVISED: '0',
        LOG_LEVEL: 'silent',
      },
      silent,
    );
    this.#closers.push(() => vault.close());
  }

  async #writeFiles(options: WorldOptions): Promise<void> {
    const write = (name: string, value: unknown) => writeFile(join(this.directory, name), JSON.stringify(value));
    await write('estate.json', this.estate);
    await write('trust.json', trust);
    await write('order-key.json', orderKey.signing);
    await write('ledger-key.json', ledgerKey.signing);
    const peers = ['RECEIVER', 'LEDGER', 'VAULT', 'HISTORY', 'PUBLISHER', 'STATUS', 'SUPERVISOR'].flatMap((name) => [
      [`${name}_SOCKET`, this.peers.socket(name.toLowerCase())],
      [`${name}_SECRET`, name === 'VAULT' ? `${SECRET} of off-site` : SECRET],
    ]);
    Object.assign(this.environment, Object.fromEntries(peers), {
      ESTATE_FILE: join(this.directory, 'estate.json'),
      TRUST_FILE: join(this.directory, 'trust.json'),
      SIGNING_KEY_FILE: join(this.directory, 'order-key.json'),
      HQ_SOCKET: this.hqPeer.socket,
      HQ_SECRET: SECRET,
      DESK_SOCKET: this.deskPeer.socket,
      DESK_SECRET: SECRET,
      INTERNAL_SOCKET: this.internalPeer.socket,
      INTERNAL_SECRET: SECRET,
      JAILS_JSON: JSON.stringify({ website: { socket: this.peers.socket('standby'), secret: SECRET } }),
      PATIENCE_JSON: JSON.stringify({
        standbyMs: 0,
        probeMs: 2000,
        needsMs: 2000,
        failingMs: 500,
        retryMs: 60_000,
        ...options.patience,
      }),
      LOG_LEVEL: 'warn',
    });
  }
}

async function createDatabase({ admin, socketDirectory }: ScratchCluster) {
  databases += 1;
  const name = `recovery_${databases}`;
  await admin.query(`create role ${name} login password '${SECRET}'`);
  await admin.query(`create database ${name} owner ${name}`);
  const inside = await admin.toDatabase(name);
  const environment: Record<string, string> = {
    DATABASE_SOCKET_DIRECTORY: socketDirectory,
    DATABASE_NAME: name,
    DATABASE_ROLE: name,
    DATABASE_PASSWORD: SECRET,
  };
  return { admin: inside, environment };
}
