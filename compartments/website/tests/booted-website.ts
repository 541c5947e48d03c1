import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { after } from 'node:test';
import { type BlobStore, createBlobStore } from '@bulkhead/blobs';
import { estateSchema } from '@bulkhead/contracts';
import { createLog, FakeClock } from '@bulkhead/kernel';
import { type Database, openDatabase } from '@bulkhead/postgres/database';
import {
  compiledModules,
  type TestCluster,
  type TestDatabase,
  temporaryDirectory,
  useCluster,
  waitUntil,
} from '@bulkhead/testkit';
import { type Answer, type Asked, type Asker, createScratchGateway, type ScratchGateway, serveCompartment } from '@bulkhead/web';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { createWebsite } from '#app.ts';
import { manifest } from '#compartment.ts';
import { loadEditorAssets } from '#editor/asset.actions.ts';
import type { Schema } from '#schema.ts';

const MIGRATIONS = new URL('../migrations', import.meta.url).pathname;
const VAULT = new URL('../../../offsite/src/vault/main.ts', import.meta.url).pathname;
const SECRET = 'what processes of a test estate present to each other';

export const estate = estateSchema.parse({
  organisation: 'Sample Maritime Organization',
  isSample: true,
  domain: 'localhost',
  port: 8400,
  statusPort: 8401,
  listenAddress: '127.0.0.1',
  tls: null,
  leaseMs: 10_000,
  compartments: [{ directory: 'compartments/website', manifest }],
});

export function person(name: string, ...roles: string[]): Asker {
  return { accountId: `account-${name}`, sessionId: `session-of-${name}-0001`, displayName: name, roles };
}
export const editor = person('Edith', 'editor');
export const otherEditor = person('Emil', 'editor');
export const reviewer = person('Rosa', 'reviewer');
export const both = person('Bo', 'editor', 'reviewer');

export function useWebsiteCluster(): Promise<TestCluster> {
  return useCluster({ name: 'website', migrations: MIGRATIONS });
}

/** Starts the real vault as a process of its own. */
export async function startVault(): Promise<{
  readonly socket: string;
  readonly secret: string;
  /** Reads the blobs of every compartment. */
  readonly offsiteSecret: string;
}> {
  const directory = await temporaryDirectory();
  const estateFile = join(directory, 'estate.json');
  await writeFile(estateFile, JSON.stringify(estate));
  const socket = join(directory, 'vault.sock');
  const child = spawn(process.execPath, ['--disallow-code-generation-from-strings', VAULT], {
    env: {
      ...(await compiledModules()).environment,
      DIRECTORY: join(directory, 'vault'),
      SOCKET: socket,
      SECRETS_JSON: JSON.stringify({ website: SECRET }),
      OFFSITE_SECRET: `${SECRET} off-site`,
      ESTATE_FILE: estateFile,
      FINDINGS_SOCKET: join(directory, 'findings.sock'),
      FINDINGS_SECRET: SECRET,
      LOG_LEVEL: 'fatal',
      BULKHEAD_SUPERVISED: '1',
    },
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  after(stop);
  const secret = SECRET;
  await waitUntil(() => callWire({ socket, secret }, { method: 'GET', path: '/health' }, z.object({ ok: z.literal(true) })), {
    what: 'the vault answers',
  });
  return { socket, secret, offsiteSecret: `${SECRET} off-site` };
}

export type BootedWebsite = {
  readonly gateway: ScratchGateway;
  readonly clock: FakeClock;
  readonly database: Database<Schema>;
  readonly data: TestDatabase;
  readonly ask: (asked: Asked) => Promise<Answer>;
  /** Sends a form as a program does, and reads the JSON of the answer. */
  readonly send: (path: string, asker: Asker, form?: Record<string, string>) => Promise<Told>;
  readonly show: (path: string, asker?: Asker) => Promise<Answer>;
  /** Asks and keeps the bytes of the answer as they are. */
  readonly blobs: BlobStore;
  readonly askBytes: (
    asked: Asked,
  ) => Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders; readonly bytes: Buffer }>;
};
export type Told = {
  readonly status: number;
  readonly id: number;
  readonly number: number;
  readonly digest: string;
  readonly code: string;
  readonly text: string;
};
const toldSchema = z.object({
  id: z.number().default(0),
  number: z.number().default(0),
  digest: z.string().default(''),
  code: z.string().default(''),
});

const log = createLog('website', 'silent');
let closeLast: () => Promise<void> = async () => {};
after(() => closeLast());

/** The darkroom of the estate is a process: what it does is done here by the same code, and it is tested by itself. */
async function developHere(bytes: Buffer) {
  const { develop } = await import('#darkroom/develop.actions.ts');
  return develop(bytes);
}

/**
 * Boots the newsroom on a database of its own, behind a gateway made for the test. The one before is closed:
 * a role has few connections, and the tests of a file run one after the other.
 */
export async function bootWebsite(
  cluster: TestCluster,
  vault: { readonly socket: string; readonly secret: string } = { socket: '/nowhere/vault.sock', secret: SECRET },
): Promise<BootedWebsite> {
  await closeLast();
  const clock = new FakeClock(new Date('2026-03-02T09:00:00.000Z'));
  const data = await cluster.cloneDatabase();
  const database = openDatabase<Schema>({ connection: data.connection('app'), maxConnections: 6 });
  const directory = await temporaryDirectory();
  const socket = join(directory, 'website.sock');
  const gateway = createScratchGateway({ manifest, socket: () => socket, now: clock.now });
  const blobs = createBlobStore({ directory: join(directory, 'blobs'), vault, limitBytes: 5 * 1024 * 1024 });
  const app = createWebsite({
    estate,
    trust: gateway.trust,
    internalSecret: SECRET,
    database,
    darkroom: developHere,
    assets: loadEditorAssets(),
    blobs,
    mode: 'open',
    log,
    now: clock.now,
  });
  const server = await serveCompartment({ app, socket });
  closeLast = async () => {
    closeLast = async () => {};
    await server.close();
    await database.close();
  };
  const ask = (asked: Asked) => {
    clock.advanceMs(1000);
    return gateway.ask({ origin: 'newsroom', ...asked });
  };
  return {
    gateway,
    clock,
    database,
    data,
    blobs,
    ask,
    show: (path, asker = both) => ask({ path, asker }),
    askBytes: async (asked) => {
      clock.advanceMs(1000);
      const token = await gateway.mint({ origin: 'newsroom', ...asked });
      const headers = {
        ...asked.headers,
        host: 'newsroom.localhost:8400',
        'bulkhead-token': token,
        ...(asked.body ? { 'content-length': String(asked.body.length) } : {}),
      };
      return new Promise((resolve, reject) => {
        const outgoing = request(
          { socketPath: socket, method: asked.method, path: asked.path, headers, agent: false },
          (reply) => {
            reply
              .toArray()
              .then(
                (chunks) => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, bytes: Buffer.concat(chunks) }),
                reject,
              );
          },
        );
        outgoing.once('error', reject).end(asked.body);
      });
    },
    send: async (path, asker, form = {}) => {
      const answer = await ask({ method: 'POST', path, asker, form, headers: { accept: 'application/json' } });
      const told = answer.text.startsWith('{') ? toldSchema.parse(JSON.parse(answer.text)) : toldSchema.parse({});
      return { ...told, status: answer.status, text: answer.text };
    },
  };
}

export const WHOLE = {
  kind: 'news',
  slug: '',
  'title-en': 'A new light',
  'summary-en': 'A lighthouse was lit.',
  'body-en': 'The light can be seen from afar.\n\n## Where\n\n- on the cape',
  'title-fr': 'Une nouvelle lumière',
  'summary-fr': 'Un phare a été allumé.',
  'body-fr': 'La lumière se voit de loin.',
};

/** Begins an article and brings it to the public. */
export async function publish(site: BootedWebsite, form: Record<string, string> = WHOLE): Promise<Told> {
  const created = await site.send('/articles', editor, form);
  const path = `/articles/${created.id}/versions/1`;
  await site.send(`${path}/submit/${created.digest}`, editor);
  const approved = await site.send(`${path}/approve/${created.digest}`, reviewer);
  if (approved.status !== 200) throw new Error(`approving was answered with ${approved.status}: ${approved.text}`);
  return approved;
}

/** Sends the form of a draft's picture, as a browser does. */
export function upload(
  site: BootedWebsite,
  path: string,
  fields: Record<string, string>,
  file: Uint8Array | null,
  asker: Asker = editor,
): Promise<Answer> {
  const boundary = 'a-boundary-of-the-test';
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="picture"; filename="x.png"\r\ncontent-type: image/png\r\n\r\n`;
  const body = Buffer.concat([
    Buffer.from(parts.join('')),
    ...(file ? [Buffer.from(head), file, Buffer.from('\r\n')] : []),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
  return site.ask({
    method: 'POST',
    path,
    asker,
    body,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  });
}
