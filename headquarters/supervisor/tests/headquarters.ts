import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CompartmentManifest,
  type Estate,
  generateSigningKey,
  type SiteStatus,
  siteStatusSchema,
} from '@bulkhead/contracts';
import { connectionTo, openAdmin } from '@bulkhead/postgres';
import { isRoot, ofRootAlone } from '@bulkhead/supervision';
import { findFreePort, layTemplate, waitUntil } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { manifest as exampleManifest } from './example-compartment/src/compartment.ts';
import { OffSite } from './off-site.ts';
import { WalReceiver } from './wal-receiver.ts';

const CHECKOUT = join(import.meta.dirname, '../../..');
const LONG_MS = 90_000;
const secret = () => randomBytes(32).toString('hex');

const aboutSchema = z.object({ mode: z.string(), role: z.string(), pid: z.number(), hasToken: z.boolean() });

/** Headquarters as a process of its own, with the example compartment, and an off-site that a test plays. */
export class Headquarters {
  readonly directory: string;
  readonly offSite: OffSite;
  readonly operator = generateSigningKey('operator:test');
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #replicationPassword = '';
  readonly #receivers: WalReceiver[] = [];
  output = '';

  private constructor(directory: string, offSite: OffSite, environment: Readonly<Record<string, string>>) {
    this.directory = directory;
    this.offSite = offSite;
    this.#environment = environment;
  }

  static async prepare(
    t: { readonly after: (end: () => Promise<void>) => unknown },
    more: {
      readonly seal?: CompartmentManifest['seal'];
      readonly leaseMs?: number;
      /** Stands in the place of the example, and has its name. */
      readonly application?: { readonly directory: string; readonly manifest: CompartmentManifest };
    } = {},
  ): Promise<Headquarters> {
    const directory = await mkdtemp(join(tmpdir(), 'bhq-'));
    await chmod(directory, 0o711);
    const order = generateSigningKey('orders-1');
    const link = { recoverySecret: secret(), publisherSecret: secret(), vaultSecret: secret(), replicationPassword: secret() };
    const offSite = new OffSite({
      key: order.signing,
      recoverySocket: join(directory, 'r/offsite/recovery.sock'),
      recoverySecret: link.recoverySecret,
      vaultSocket: join(directory, 'r/offsite/vault.sock'),
      vaultSecret: link.vaultSecret,
    });
    const leaseMs = more.leaseMs ?? 3_000;
    offSite.leaseMs = leaseMs;
    const environment = {
      ESTATE_FILE: join(directory, 'given/estate.json'),
      TRUST_FILE: join(directory, 'given/trust.json'),
      LINK_FILE: join(directory, 'given/link.json'),
      SIGNING_KEY_FILE: join(directory, 'given/job-key.json'),
      GATEWAY_KEY_FILE: join(directory, 'given/gateway-key.json'),
      COOKIE_KEY_FILE: join(directory, 'given/cookie-key.txt'),
      DATA_DIRECTORY: join(directory, 'd'),
      RUNTIME_DIRECTORY: join(directory, 'r'),
      CHECKOUT,
      CONTROL_SECRET: secret(),
      UID_BASE: '61000',
      BULKHEAD_SUPERVISED: '1',
      ...(await ofRootAlone(CHECKOUT)),
    };
    const headquarters = new Headquarters(directory, offSite, environment);
    headquarters.#replicationPassword = link.replicationPassword;
    await mkdir(join(directory, 'r'), { mode: 0o711 });
    await layTemplate(join(directory, 'd/supervisor'));
    await headquarters.#writeGiven(
      order.verifying,
      link,
      more.application ?? {
        directory: join(import.meta.dirname, 'example-compartment'),
        manifest: { ...exampleManifest, ...(more.seal ? { seal: more.seal } : {}) },
      },
      leaseMs,
    );
    t.after(async () => {
      await Promise.all(headquarters.#receivers.map((receiver) => receiver.stop()));
      await headquarters.end();
      await offSite.vanish();
      await rm(directory, { recursive: true, force: true, maxRetries: 10 });
    });
    return headquarters;
  }

  start(): void {
    const child = spawn(
      process.execPath,
      ['--disallow-code-generation-from-strings', join(import.meta.dirname, '../src/main.ts')],
      {
        env: { ...this.#environment },
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: true,
      },
    );
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (this.output += String(chunk)));
    child.stdin.on('error', () => undefined);
    this.#child = child;
  }

  /** Starts a second one beside the first and returns how it ended. */
  async startAnother(): Promise<{ readonly code: number | null; readonly output: string }> {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../src/main.ts')], { env: { ...this.#environment } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, output };
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Waits for the end of the process, asked for elsewhere. */
  async untilEnded(): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    return new Promise((resolve) => child.once('exit', resolve));
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#child?.kill(signal);
    return this.untilEnded();
  }

  get control() {
    return { socket: join(this.directory, 'r/hq/supervisor.sock'), secret: this.#environment['CONTROL_SECRET'] ?? '' };
  }

  status(): Promise<SiteStatus> {
    return callWire(this.control, { method: 'GET', path: '/status' }, siteStatusSchema);
  }

  async untilReady(): Promise<SiteStatus> {
    return waitUntil(async () => this.until((status) => status.ready), { what: 'headquarters is ready', timeoutMs: LONG_MS });
  }

  /** Sessions that keep the catalog's old rows for a standby that has not come. */
  async countHolders(): Promise<number> {
    const kept = JSON.parse(await readFile(join(this.directory, 'd/supervisor/secrets-example.json'), 'utf8'));
    const target = { database: 'example', role: 'postgres', password: String(kept.superusers.example) };
    const admin = await openAdmin(connectionTo(join(this.directory, 'r/hq/example-pg'), target));
    const rows = await admin.query(
      "select 1 from pg_stat_activity where state = 'idle in transaction' and backend_xmin is not null and datname = 'example'",
    );
    await admin.close();
    return rows.length;
  }

  /** Waits until the site's status is as wanted. */
  until(isWanted: (status: SiteStatus) => boolean, what = 'headquarters is as wanted'): Promise<SiteStatus> {
    return waitUntil(
      async () => {
        const status = await this.status();
        return isWanted(status) ? status : undefined;
      },
      { what, timeoutMs: LONG_MS },
    ).catch((error: unknown) => {
      throw new Error(`${what}; it said:\n${this.output.slice(-6000)}`, { cause: error });
    });
  }

  /** The compartment's process, asked as the supervisor would. */
  async peer() {
    const { readFile } = await import('node:fs/promises');
    const pid = (await this.status()).processes.find(({ name }) => name === 'example')?.pid;
    const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
    const secret = environment.find((line) => line.startsWith('INTERNAL_SECRET='))?.slice('INTERNAL_SECRET='.length) ?? '';
    return { socket: join(this.directory, 'r/hq/example/app.sock'), secret };
  }

  async about() {
    return callWire(await this.peer(), { method: 'GET', path: '/about' }, aboutSchema);
  }

  async listNotes(): Promise<string[]> {
    return callWire(await this.peer(), { method: 'GET', path: '/notes' }, z.array(z.string()));
  }

  async addNote(text: string, timeoutMs = 10_000): Promise<void> {
    await callWire(await this.peer(), { method: 'POST', path: '/notes', body: { text }, timeoutMs }, z.unknown());
  }

  /** Plays the synchronous party off-site. */
  async receive(): Promise<WalReceiver> {
    const receiver = new WalReceiver(join(this.directory, 'r/hq/example-pg'), this.#replicationPassword);
    this.#receivers.push(receiver);
    return receiver;
  }

  async #writeGiven(
    orderKey: ReturnType<typeof generateSigningKey>['verifying'],
    link: Readonly<Record<'recoverySecret' | 'publisherSecret' | 'vaultSecret' | 'replicationPassword', string>>,
    compartment: { readonly directory: string; readonly manifest: CompartmentManifest },
    leaseMs: number,
  ): Promise<void> {
    const gateway = generateSigningKey('gateway-1');
    const job = generateSigningKey('jobs-1');
    const other = generateSigningKey('other-1').verifying;
    const estate: Estate = {
      organisation: 'Sample Maritime Organization',
      isSample: true,
      domain: 'localhost',
      port: await findFreePort(),
      statusPort: await findFreePort(),
      listenAddress: '127.0.0.1',
      tls: null,
      leaseMs,
      compartments: [compartment],
    };
    const files = {
      'estate.json': estate,
      'trust.json': {
        gatewayKeys: [gateway.verifying],
        jobKeys: [job.verifying],
        orderKeys: [orderKey],
        editionKeys: [other],
        ledgerKeys: [other],
        operatorKeys: [this.operator.verifying, generateSigningKey('operator:second').verifying],
      },
      'link.json': {
        recoverySecret: link.recoverySecret,
        publisherSecret: link.publisherSecret,
        vaultSecrets: { example: link.vaultSecret },
        replicationPasswords: { example: link.replicationPassword },
      },
      'job-key.json': job.signing,
      'gateway-key.json': gateway.signing,
    };
    await mkdir(join(this.directory, 'given'), { mode: 0o700 });
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(this.directory, 'given', name), JSON.stringify(content), { mode: 0o600 });
    }
    await writeFile(join(this.directory, 'given/cookie-key.txt'), secret(), { mode: 0o600 });
  }
}

/** Whether boundaries between uids can be shown here. */
export const hasUids = isRoot();
