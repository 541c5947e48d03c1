import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type CompartmentManifest, type Estate, generateSigningKey, type Session, type Trust } from '@bulkhead/contracts';
import { createLog } from '@bulkhead/kernel';
import { waitUntil } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { type Gateway, startGateway } from '#app.ts';
import { type GatewayConfig, type GatewayLimits, readGatewayConfig } from '#config.ts';
import { signSession } from '#session/cookie.rules.ts';
import { ScratchCompartment } from './compartment.ts';
import { ScratchIdentity } from './identity.ts';
import { identity as identityManifest, papers, website } from './manifests.ts';
import { HQ_SECRET, ScratchOffsite } from './offsite.ts';

const CONTROL_SECRET = 'the secret of the control socket';
const INTERNAL_SECRET = 'the secret of a compartment';

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly bytes: Buffer;
};
export type Asking = {
  readonly host?: string;
  readonly method?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Buffer;
  /** Sign in with this session's cookie, as made for the host. */
  readonly session?: Session;
};

/** A whole little estate: a gateway with real sockets, two compartments, identity and off-site. */
export class ScratchEstate {
  readonly directory: string;
  readonly port: number;
  readonly keys = {
    gateway: generateSigningKey('gateway-1'),
    job: generateSigningKey('job-1'),
    order: generateSigningKey('order-1'),
    edition: generateSigningKey('edition-1'),
    ledger: generateSigningKey('ledger-1'),
    one: generateSigningKey('operator:one'),
    two: generateSigningKey('operator:two'),
    stranger: generateSigningKey('order-1'),
  };
  readonly cookieKey = randomBytes(32);
  readonly estate: Estate;
  readonly website: ScratchCompartment;
  readonly papers: ScratchCompartment;
  readonly identity: ScratchIdentity;
  readonly offsite: ScratchOffsite;
  readonly stateDirectory: string;
  readonly limits: Partial<GatewayLimits>;
  /** Applications that the test itself plays, each on the socket of its name. */
  readonly adopted: readonly CompartmentManifest[];
  gateway: Gateway | null = null;
  #accessFd: number | null = null;

  private constructor(directory: string, port: number, given: ScratchOptions) {
    this.directory = directory;
    this.port = port;
    this.limits = given.limits ?? {};
    this.adopted = given.adopted ?? [];
    this.stateDirectory = join(directory, 'gateway');
    this.estate = {
      organisation: 'Sample Maritime Organization',
      isSample: true,
      domain: 'localhost',
      port,
      statusPort: port === 65_535 ? 1024 : port + 1,
      listenAddress: '127.0.0.1',
      tls: given.tls ?? null,
      leaseMs: given.leaseMs ?? 60_000,
      compartments: [identityManifest, website, papers, ...this.adopted].map((manifest: CompartmentManifest) => ({
        directory: `compartments/${manifest.name}`,
        manifest,
      })),
    };
    const gatewayKeys = [this.keys.gateway.verifying];
    this.website = new ScratchCompartment({ name: 'website', socket: this.socket('website'), keys: gatewayKeys });
    this.papers = new ScratchCompartment({ name: 'papers', socket: this.socket('papers'), keys: gatewayKeys });
    this.identity = new ScratchIdentity(this.socket('identity'), INTERNAL_SECRET);
    this.offsite = new ScratchOffsite({
      recoverySocket: this.socket('recovery'),
      publisherSocket: this.socket('publisher'),
      orderKey: this.keys.order.signing,
      editionKey: this.keys.edition.signing,
      gatewayKeys,
    });
  }

  static async start(given: ScratchOptions = {}): Promise<ScratchEstate> {
    const directory = await mkdtemp('/tmp/bh-gw-');
    const estate = new ScratchEstate(directory, await freePort(), given);
    await estate.writeFiles();
    await Promise.all([estate.website.start(), estate.papers.start(), estate.identity.start()]);
    if (!given.withoutOffsite) await estate.offsite.start();
    if (!given.withoutGateway) await estate.startGateway();
    if (!given.withoutOffsite && !given.withoutGateway) await estate.untilLeased();
    return estate;
  }

  socket(name: string): string {
    return join(this.directory, `${name}.sock`);
  }

  async startGateway(): Promise<void> {
    this.#accessFd ??= openSync(this.accessLogFile, 'a');
    const config: GatewayConfig = await readGatewayConfig(this.environment());
    this.gateway = await startGateway(
      { ...config, limits: { ...config.limits, ...this.limits } },
      createLog('gateway', 'silent'),
      this.#accessFd,
    );
  }

  async stopGateway(): Promise<void> {
    await this.gateway?.stop();
    this.gateway = null;
  }

  /** Resolves when writes are let through. */
  async untilLeased(): Promise<void> {
    await waitUntil(async () => (await this.ask('/papers', { host: 'docs', method: 'POST' })).status === 200, {
      what: 'there is a lease',
    });
    this.papers.seen.splice(0);
  }

  async stop(): Promise<void> {
    await this.stopGateway();
    await Promise.all([this.website.stop(), this.papers.stop(), this.identity.stop(), this.offsite.stop()]);
    if (this.#accessFd !== null) closeSync(this.#accessFd);
    await rm(this.directory, { recursive: true, force: true });
  }

  get accessLogFile(): string {
    return join(this.directory, 'access.log');
  }

  url(host: string): string {
    return `http://${host}.localhost:${this.port}`;
  }

  /** Makes a session that identity knows. */
  signIn(more: Partial<Session> = {}): Session {
    return this.identity.begin({
      id: randomBytes(16).toString('hex'),
      accountId: 'account-7',
      displayName: 'Editor (sample)',
      delegation: null,
      roles: { website: ['editor'] },
      language: 'en',
      startedAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      ...more,
    });
  }

  cookie(session: Pick<Session, 'id'>, host: string): string {
    return `bulkhead=${signSession(this.cookieKey, session.id, `${host}.localhost`)}`;
  }

  ask(path: string, given: Asking = {}): Promise<Answer> {
    const host = given.host ?? 'www';
    const isWrite = given.method !== undefined && given.method !== 'GET' && given.method !== 'HEAD';
    const headers: Record<string, string | string[]> = {
      host: `${host}.localhost:${this.port}`,
      ...(isWrite ? { origin: this.url(host) } : {}),
      ...(given.session ? { cookie: this.cookie(given.session, host) } : {}),
      ...given.headers,
    };
    return ask({ port: this.port, path, method: given.method ?? 'GET', headers, body: given.body });
  }

  async status(): Promise<Record<string, { state: string; epoch: number; edition: number | null }>> {
    const one = z.object({ state: z.string(), epoch: z.number(), edition: z.number().nullable() });
    const schema = z.object({ compartments: z.record(z.string(), one) });
    return (await this.control('GET', '/status', schema)).compartments;
  }

  control<Schema extends z.ZodType>(
    method: 'GET' | 'POST',
    path: string,
    schema: Schema,
    body?: unknown,
  ): Promise<z.infer<Schema>> {
    return callWire(
      { socket: this.socket('control'), secret: CONTROL_SECRET },
      { method, path, body, timeoutMs: 20_000 },
      schema,
    );
  }

  async untilState(compartment: string, state: string): Promise<void> {
    await waitUntil(async () => (await this.status())[compartment]?.state === state, { what: `${compartment} is ${state}` });
  }

  async untilEdition(number: number): Promise<void> {
    await waitUntil(async () => (await this.status())['website']?.edition === number, { what: `edition ${number} is served` });
  }

  accessLines(): Promise<string> {
    return readFile(this.accessLogFile, 'utf8');
  }

  environment(): Record<string, string> {
    const compartment = (name: string) => ({ socket: this.socket(name), internalSecret: INTERNAL_SECRET });
    return {
      ESTATE_FILE: join(this.directory, 'estate.json'),
      TRUST_FILE: join(this.directory, 'trust.json'),
      SIGNING_KEY_FILE: join(this.directory, 'gateway.json'),
      COOKIE_KEY_FILE: join(this.directory, 'cookie.key'),
      STATE_DIRECTORY: this.stateDirectory,
      COMPARTMENTS_JSON: JSON.stringify({
        website: compartment('website'),
        papers: compartment('papers'),
        identity: compartment('identity'),
        ...Object.fromEntries(this.adopted.map(({ name }) => [name, compartment(name)])),
      }),
      RECOVERY_SOCKET: this.socket('recovery'),
      RECOVERY_SECRET: HQ_SECRET,
      PUBLISHER_SOCKET: this.socket('publisher'),
      PUBLISHER_SECRET: HQ_SECRET,
      CONTROL_SOCKET: this.socket('control'),
      CONTROL_SECRET,
    };
  }

  async writeFiles(): Promise<void> {
    const { keys } = this;
    const trust: Trust = {
      gatewayKeys: [keys.gateway.verifying],
      jobKeys: [keys.job.verifying],
      orderKeys: [keys.order.verifying],
      editionKeys: [keys.edition.verifying],
      ledgerKeys: [keys.ledger.verifying],
      operatorKeys: [keys.one.verifying, keys.two.verifying],
    };
    await mkdir(this.stateDirectory, { recursive: true });
    await writeFile(join(this.directory, 'estate.json'), JSON.stringify(this.estate));
    await writeFile(join(this.directory, 'trust.json'), JSON.stringify(trust));
    await writeFile(join(this.directory, 'gateway.json'), JSON.stringify(keys.gateway.signing));
    await writeFile(join(this.directory, 'cookie.key'), this.cookieKey.toString('hex'));
  }
}

export type ScratchOptions = {
  readonly leaseMs?: number;
  readonly limits?: Partial<GatewayLimits>;
  readonly withoutOffsite?: boolean;
  readonly withoutGateway?: boolean;
  readonly tls?: Estate['tls'];
  readonly adopted?: readonly CompartmentManifest[];
};

export function ask(given: {
  readonly port: number;
  readonly path: string;
  readonly method: string;
  readonly headers: Record<string, string | string[]>;
  readonly body?: string | Buffer | undefined;
}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { port, path, method, headers } = given;
    const outgoing = request({ host: '127.0.0.1', port, path, method, headers, agent: false, setHost: false }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text: bytes.toString('utf8'), bytes });
      });
      reply.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(given.body);
  });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
