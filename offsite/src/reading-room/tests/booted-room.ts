import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  type EditionFile,
  estateSchema,
  type FindingReport,
  generateSigningKey,
  LANGUAGES,
  type Language,
  PURPOSES,
  type Signed,
  signMessage,
  type Trust,
} from '@bulkhead/contracts';
import { createLog, sha256Hex } from '@bulkhead/kernel';
import { compiledModules, findFreePort, waitUntil } from '@bulkhead/testkit';
import { getStylesheet, html, page } from '@bulkhead/web';
import { callWire, createWireApp, readWireBody, serveWire } from '@bulkhead/wire';
import { z } from 'zod';

const SECRET = 'reading-room-secret-0123456789';
const editionKey = generateSigningKey('edition-1');
const titles = { ar: 'الموقع الشبكي', zh: '网站', en: 'Website', fr: 'Site web', ru: 'Веб-сайт', es: 'Sitio web' };
const title = (en: string) => ({ ...titles, en });

export type Answer = { readonly status: number; readonly headers: NodeJS.Dict<string | string[]>; readonly body: string };
export type BootedRoom = {
  readonly port: number;
  readonly findings: FindingReport[];
  /** Shows these pages in a new edition, once the room serves it. */
  readonly publish: (pages: readonly Page[], signed?: (signed: Signed) => Signed) => Promise<void>;
  readonly ask: (host: string, path: string, options?: Asked) => Promise<Answer>;
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
};
export type Page = Pick<EditionFile, 'path' | 'status' | 'language'> & { readonly type?: string; readonly text: string };
type Asked = { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string };

/** A page as a compartment publishes it. */
export function pageIn(language: Language, path: string, status: 200 | 404 | 410 = 200): Page {
  const languages = Object.fromEntries(LANGUAGES.map((one) => [one, `/${one}/`]));
  const text = page({
    language,
    kind: 'public',
    title: `${titles[language]} ${path}`,
    organisation: 'Sample Maritime Organization',
    isSample: true,
    home: `/${language}/`,
    languages,
    main: html`<h1>${titles[language]} ${path}</h1><p>${titles[language]}</p>`,
  });
  return { path, status, language, text: String(text) };
}

/** The stylesheet of such pages, which is published with them. */
export const STYLESHEET: Page = {
  path: getStylesheet().path,
  status: 200,
  language: null,
  type: 'text/css; charset=utf-8',
  text: Buffer.from(getStylesheet().bytes).toString('utf8'),
};

/** A reading room as a process of its own; the publisher and who hears findings are the test's. */
export async function bootRoom(t: TestContext): Promise<BootedRoom> {
  const root = await mkdtemp(join(tmpdir(), 'bhr-'));
  const port = await findFreePort();
  const publisher = { socket: join(root, 'publisher.sock'), secret: SECRET };
  const recovery = { socket: join(root, 'recovery.sock'), secret: SECRET };
  const control = { socket: join(root, 'room.sock'), secret: SECRET };
  await writeFile(join(root, 'estate.json'), JSON.stringify(describeEstate(port)));
  await writeFile(join(root, 'trust.json'), JSON.stringify(describeTrust()));
  const press = new Press();
  const findings: FindingReport[] = [];
  const servers = [await servePublisher(press, publisher.socket), await serveFindings(findings, recovery.socket)];
  let child: ChildProcess | undefined;
  const health = () =>
    callWire(control, { method: 'GET', path: '/health' }, z.object({ editions: z.record(z.string(), z.number().nullable()) }));
  const start = async () => {
    child = spawn(
      process.execPath,
      ['--disallow-code-generation-from-strings', new URL('../main.ts', import.meta.url).pathname],
      {
        env: {
          ...(await compiledModules()).environment,
          ESTATE_FILE: join(root, 'estate.json'),
          TRUST_FILE: join(root, 'trust.json'),
          DIRECTORY: join(root, 'room'),
          SOCKET: control.socket,
          SECRET,
          PUBLISHER_SOCKET: publisher.socket,
          PUBLISHER_SECRET: SECRET,
          FINDINGS_SOCKET: recovery.socket,
          FINDINGS_SECRET: SECRET,
          LOG_LEVEL: 'fatal',
        },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    await waitUntil(health, { what: 'the reading room answers' });
  };
  const kill = async () => {
    if (child?.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  t.after(async () => {
    await kill();
    await Promise.all(servers.map((server) => server.close()));
    await rm(root, { recursive: true, force: true });
  });
  await start();
  return {
    port,
    findings,
    kill,
    start,
    publish: async (pages, change) => {
      const number = press.publish(pages, change);
      if (!change)
        await waitUntil(async () => (await health()).editions['website'] === number, { what: `edition ${number} is shown` });
    },
    ask: (host, path, options) => ask(port, host, path, options),
  };
}

/** Gives out what was published last, and the bytes that it names. */
class Press {
  readonly bytes = new Map<string, Buffer>();
  #number = 0;
  latest: { readonly number: number; readonly signed: Signed } | null = null;

  publish(pages: readonly Page[], change: (signed: Signed) => Signed = (signed) => signed): number {
    this.#number += 1;
    const files = pages.map(({ path, status, language, type = 'text/html; charset=utf-8', text }): EditionFile => {
      const bytes = Buffer.from(text);
      const sha256 = sha256Hex(bytes);
      this.bytes.set(sha256, bytes);
      return { path, status, language, headers: { 'content-type': type }, sha256, bytes: bytes.length };
    });
    const manifest = {
      compartment: 'website',
      number: this.#number,
      publishedAt: '2026-01-01T00:00:00.000Z',
      expiresAt: '2096-01-01T00:00:00.000Z',
      lsn: '0/3000000',
      files,
    };
    this.latest = { number: this.#number, signed: change(signMessage(editionKey.signing, PURPOSES.edition, manifest)) };
    return this.#number;
  }
}

function servePublisher(press: Press, socket: string) {
  const app = createWireApp({ secrets: { room: SECRET }, log: createLog('test', 'silent') });
  app.get('/editions/:c/latest', async (c) => {
    const { latest } = press;
    if (latest && latest.number > Number(c.req.query('after') ?? '0')) return c.json(latest.signed);
    await new Promise((resolve) => setTimeout(resolve, 50));
    return c.body(null, 204);
  });
  app.post('/editions/:c/files', async (c) => {
    const { digests } = await readWireBody(c.req.raw, z.object({ digests: z.array(z.string()) }));
    return c.body(new Uint8Array(Buffer.concat(digests.map((digest) => press.bytes.get(digest) ?? Buffer.alloc(0)))));
  });
  return serveWire({ app, socket });
}

function serveFindings(findings: FindingReport[], socket: string) {
  const app = createWireApp({ secrets: { room: SECRET }, log: createLog('test', 'silent') });
  app.post('/findings', async (c) => {
    findings.push((await c.req.json()) as FindingReport);
    return c.json({ ok: true });
  });
  return serveWire({ app, socket });
}

function describeTrust(): Trust {
  const key = (name: string) => generateSigningKey(name).verifying;
  return {
    gatewayKeys: [key('gateway-1')],
    jobKeys: [key('jobs-1')],
    orderKeys: [key('orders-1')],
    editionKeys: [editionKey.verifying],
    ledgerKeys: [key('ledger-1')],
    operatorKeys: [key('operator:a'), key('operator:b')],
  };
}

function describeEstate(port: number) {
  const common = { level: 'native', needs: [], jobs: [], roles: {}, checks: [], seal: { unreachable: 'stop', automatic: [] } };
  const route = { writes: [], maxBodyBytes: 0, roles: [] };
  const published = (name: string, host: string) => ({
    ...common,
    name,
    title: title(name),
    recoveryOrder: 1,
    origins: [
      { host, kind: 'public', title: title(name) },
      { host: `${host}-room`, kind: 'staff', title: title(`${name} editors`) },
    ],
    routes: [
      {
        ...route,
        id: 'page.search',
        origin: host,
        method: 'GET',
        path: '/:language/search',
        resting: '/:language/resting-search',
      },
      { ...route, id: 'page.ask', origin: host, method: 'GET', path: '/:language/ask' },
      {
        ...route,
        id: 'page.send',
        origin: host,
        method: 'POST',
        path: '/:language/ask',
        maxBodyBytes: 1000,
        writes: ['article'],
      },
      { ...route, id: 'page.approve', origin: `${host}-room`, method: 'POST', path: '/approve', writes: ['article'] },
    ],
    edition: {
      origin: host,
      tables: ['article'],
      approvals: { publish: ['page.send', 'page.approve'], withdraw: ['page.approve'] },
    },
  });
  return estateSchema.parse({
    organisation: 'Sample Maritime Organization',
    isSample: true,
    domain: 'localhost',
    port: 8400,
    statusPort: 8500,
    listenAddress: '127.0.0.1',
    tls: null,
    leaseMs: 5000,
    readingRoom: { listenAddress: '127.0.0.1', port, tls: null, names: null },
    compartments: [
      { directory: '/nowhere/website', manifest: { ...published('website', 'www'), publicReading: 'off-site' } },
      { directory: '/nowhere/library', manifest: published('library', 'library') },
    ],
  });
}

function ask(port: number, host: string, path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port, path, method, headers: { host: `${host}:${port}`, ...headers } },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}
