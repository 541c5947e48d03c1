import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CompartmentManifest,
  type Estate,
  generateSigningKey,
  type Link,
  linkSchema,
  type SigningKey,
  type SiteStatus,
  signingKeySchema,
  siteStatusSchema,
} from '@bulkhead/contracts';
import { ofRootAlone } from '@bulkhead/supervision';
import { findFreePort, layTemplate, waitUntil } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';

const CHECKOUT = join(import.meta.dirname, '../../../..');
const MAIN = join(import.meta.dirname, '../main.ts');
const LONG_MS = 120_000;
const secret = () => randomBytes(32).toString('hex');

const manifest = (name: string): CompartmentManifest => ({
  name,
  title: { en: name },
  level: 'native',
  needs: [],
  recoveryOrder: 1,
  origins: [{ host: name, kind: 'staff', title: { en: name } }],
  routes: [{ id: 'page.show', origin: name, method: 'GET', path: '/', roles: [], writes: [], maxBodyBytes: 0 }],
  jobs: [],
  roles: {},
  blobs: { columns: [], quotaBytes: 1_000_000 },
  checks: [],
  seal: { unreachable: 'stop', automatic: [] },
});

/** Off-site as a process of its own, with two compartments, and no headquarters. */
export class BootedOffsite {
  readonly directory: string;
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  output = '';

  private constructor(directory: string, environment: Readonly<Record<string, string>>) {
    this.directory = directory;
    this.#environment = environment;
  }

  static async prepare(): Promise<BootedOffsite> {
    const directory = await mkdtemp(join(tmpdir(), 'bho-'));
    await chmod(directory, 0o711);
    await mkdir(join(directory, 'r'), { mode: 0o711 });
    await layTemplate(join(directory, 'd/supervisor'));
    await writeGiven(join(directory, 'given'));
    const given = (name: string) => join(directory, 'given', name);
    return new BootedOffsite(directory, {
      ESTATE_FILE: given('estate.json'),
      TRUST_FILE: given('trust.json'),
      LINK_FILE: given('link.json'),
      ORDER_KEY_FILE: given('order-key.json'),
      EDITION_KEY_FILE: given('edition-key.json'),
      LEDGER_KEY_FILE: given('ledger-key.json'),
      DATA_DIRECTORY: join(directory, 'd'),
      RUNTIME_DIRECTORY: join(directory, 'r'),
      HEADQUARTERS_SOCKETS: join(directory, 'r/hq'),
      CONTROL_SECRET: secret(),
      DESK_SECRET: secret(),
      CHECKOUT,
      UID_BASE: '62000',
      BULKHEAD_SUPERVISED: '1',
      ...(await ofRootAlone(CHECKOUT)),
    });
  }

  start(): void {
    const child = spawn(process.execPath, ['--disallow-code-generation-from-strings', MAIN], {
      env: { ...this.#environment },
      stdio: 'pipe',
      detached: true,
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (this.output += String(chunk)));
    child.stdin.on('error', () => undefined);
    this.#child = child;
  }

  async startAnother(): Promise<{ readonly code: number | null; readonly output: string }> {
    const child = spawn(process.execPath, [MAIN], { env: { ...this.#environment }, stdio: 'pipe' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, output };
  }

  get control() {
    return { socket: join(this.directory, 'r/offsite/supervisor.sock'), secret: this.#environment['CONTROL_SECRET'] ?? '' };
  }

  get desk() {
    return { socket: join(this.directory, 'r/offsite/desk.sock'), secret: this.#environment['DESK_SECRET'] ?? '' };
  }

  /** What the other site was given when the two were joined, and the key that its gateway signs with. */
  async readHeldAtHeadquarters(): Promise<{ readonly link: Link; readonly key: SigningKey }> {
    const read = async (name: string) => JSON.parse(await readFile(join(this.directory, 'given', name), 'utf8'));
    return { link: linkSchema.parse(await read('link.json')), key: signingKeySchema.parse(await read('gateway-key.json')) };
  }

  status(): Promise<SiteStatus> {
    return callWire(this.control, { method: 'GET', path: '/status' }, siteStatusSchema);
  }

  async until(isWanted: (status: SiteStatus) => boolean, what: string): Promise<SiteStatus> {
    return waitUntil(
      async () => {
        const status = await this.status();
        return isWanted(status) ? status : undefined;
      },
      { what, timeoutMs: LONG_MS },
    ).catch((cause: unknown) => {
      throw new Error(`waited until ${what}; it said:\n${this.output.slice(-4000)}`, { cause });
    });
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill(signal);
    return ended;
  }

  async remove(): Promise<void> {
    await this.end();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function writeGiven(directory: string): Promise<void> {
  const [order, edition, ledger] = ['orders-1', 'editions-1', 'ledger-1'].map(generateSigningKey);
  if (!order || !edition || !ledger) throw new Error('no keys');
  const other = generateSigningKey('other-1');
  const names = ['alpha', 'beta'];
  const estate: Estate = {
    organisation: 'Sample Maritime Organization',
    isSample: true,
    domain: 'localhost',
    port: await findFreePort(),
    statusPort: await findFreePort(),
    listenAddress: '127.0.0.1',
    tls: null,
    leaseMs: 5000,
    compartments: names.map((name) => ({ directory: join(directory, name), manifest: manifest(name) })),
  };
  const files = {
    'estate.json': estate,
    'trust.json': {
      gatewayKeys: [other.verifying],
      jobKeys: [other.verifying],
      orderKeys: [order.verifying],
      editionKeys: [edition.verifying],
      ledgerKeys: [ledger.verifying],
      operatorKeys: [generateSigningKey('operator:first').verifying, generateSigningKey('operator:second').verifying],
    },
    'link.json': {
      recoverySecret: secret(),
      publisherSecret: secret(),
      vaultSecrets: Object.fromEntries(names.map((name) => [name, secret()])),
      replicationPasswords: Object.fromEntries(names.map((name) => [name, secret()])),
    },
    'gateway-key.json': other.signing,
    'order-key.json': order.signing,
    'edition-key.json': edition.signing,
    'ledger-key.json': ledger.signing,
  };
  await mkdir(directory, { mode: 0o700 });
  for (const name of names) await mkdir(join(directory, name, 'migrations'), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(directory, name), JSON.stringify(content), { mode: 0o600 });
  }
}
