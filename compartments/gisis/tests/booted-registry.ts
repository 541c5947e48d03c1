import { join } from 'node:path';
import { after } from 'node:test';
import { createBlobStore } from '@bulkhead/blobs';
import { type Estate, estateSchema } from '@bulkhead/contracts';
import { createLog, FakeClock } from '@bulkhead/kernel';
import { type TestCluster, type TestDatabase, temporaryDirectory, useCluster } from '@bulkhead/testkit';
import { type Answer, type Asked, createScratchGateway, type ScratchGateway, serveCompartment } from '@bulkhead/web';
import { type AppOptions, createApp } from '#app.ts';
import { manifest } from '#compartment.ts';
import { FILE_BYTES } from '#intake/limits.rules.ts';
import type { Schema } from '#schema.ts';

/** Somebody in a test: a person of a delegation with roles here. */
export type TestPerson = { readonly name: string; readonly delegation: string; readonly roles: readonly string[] };
export const SECRETARIAT: TestPerson = { name: 'Sam of the Secretariat', delegation: 'secretariat', roles: ['secretariat'] };
export const KENYA: TestPerson = {
  name: 'Keziah of Kenya',
  delegation: 'state-ken',
  roles: ['piracy-officer', 'contact-point-officer'],
};
export const NORWAY: TestPerson = { name: 'Nils of Norway', delegation: 'state-nor', roles: ['piracy-officer'] };
export const DELEGATE: TestPerson = { name: 'Delegate of Norway', delegation: 'state-nor', roles: [] };

export const SECRET = 'what processes of a test estate present to each other';
export const estate: Estate = estateSchema.parse({
  organisation: 'Sample Maritime Organization',
  isSample: true,
  domain: 'localhost',
  port: 8400,
  statusPort: 8401,
  listenAddress: '127.0.0.1',
  tls: null,
  leaseMs: 10_000,
  compartments: [{ directory: `compartments/${manifest.name}`, manifest }],
});

type Sent = Omit<Asked, 'form' | 'asker'> & {
  readonly as?: TestPerson;
  readonly form?: Readonly<Record<string, string | readonly string[]>>;
};
export type Registry = {
  readonly ask: (asked: Sent) => Promise<Answer>;
  /** Sends the form and follows to the record; @returns its address */
  readonly file: (module: string, as: TestPerson, form: Readonly<Record<string, string | readonly string[]>>) => Promise<string>;
  readonly database: string;
  readonly gateway: ScratchGateway;
  readonly clock: FakeClock;
  /** Asks for a job, as the supervisor does; @returns its answer */
  readonly runJob: (name: string) => Promise<Answer>;
};

export function useRegistryCluster(): Promise<TestCluster> {
  const migrations = new URL('../migrations', import.meta.url).pathname;
  return useCluster({ name: manifest.name, migrations, extensions: ['pg_trgm'] });
}

let booted = 0;
const directory = await temporaryDirectory();

/** Where files are kept: nowhere, for tests that send none. */
const NO_VAULT: VaultPeer = { socket: join(directory, 'nobody.sock'), secret: SECRET };
export type VaultPeer = { readonly socket: string; readonly secret: string };

/** The registry over a database of its own. */
export async function bootRegistry(
  cluster: TestCluster,
  mode: 'open' | 'read-only' = 'open',
  more: Pick<AppOptions, 'ask' | 'sealingKey'> & { readonly database?: TestDatabase; readonly vault?: VaultPeer } = {},
): Promise<Registry> {
  booted += 1;
  const socket = join(directory, `registry-${booted}.sock`);
  const clock = new FakeClock(new Date('2026-03-02T09:00:00.000Z'));
  const { now } = clock;
  const gateway = createScratchGateway({ manifest, socket: () => socket, now });
  const database = more.database ?? (await cluster.cloneDatabase());
  const blobs = createBlobStore({
    directory: join(directory, `blobs-${booted}`),
    vault: more.vault ?? NO_VAULT,
    limitBytes: FILE_BYTES,
  });
  const app = createApp({
    estate,
    trust: gateway.trust,
    internalSecret: SECRET,
    database: database.open<Schema>(),
    blobs,
    scratchDirectory: join(directory, `looked-at-${booted}`),
    mode,
    log: createLog(manifest.name, 'silent'),
    now,
    ...(more.ask ? { ask: more.ask } : {}),
    ...(more.sealingKey ? { sealingKey: more.sealingKey } : {}),
  });
  const server = await serveCompartment({ app, socket });
  after(server.close);
  const ask = ({ as, form, ...asked }: Sent) =>
    gateway.ask({ ...asked, ...(form ? { form: encode(form) } : {}), ...(as ? asPerson(as) : {}) });
  return {
    gateway,
    ask,
    clock,
    runJob: async (name) => {
      const path = `/.bulkhead/jobs/${name}`;
      const token = await gateway.mintJob(`job:${name}`, { method: 'POST', path });
      return gateway.ask({ method: 'POST', path, token, headers: { authorization: `Bearer ${SECRET}` } });
    },
    database: database.name,
    file: async (module, as, form) => {
      const { status, headers, text } = await ask({ path: `/${module}/new`, as, form });
      if (status !== 303)
        throw new Error(`filing answered ${status}: ${text.slice(text.indexOf('<main'), text.indexOf('<main') + 3000)}`);
      return String(headers.location).replace('?done=saved', '');
    },
  };
}

function asPerson({ name, delegation, roles }: TestPerson) {
  const accountId = `account-${name.replaceAll(/\W+/g, '-').toLowerCase()}`;
  return {
    asker: { accountId, sessionId: `session-of-${accountId}`, displayName: name, roles },
    claims: { delegation, accountId, sessionId: `session-of-${accountId}`, displayName: name, roles: [...roles] },
  };
}

function encode(form: Readonly<Record<string, string | readonly string[]>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(form))
    for (const one of typeof value === 'string' ? [value] : value) params.append(name, one);
  return params.toString();
}
