import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after } from 'node:test';
import {
  estateSchema,
  type MailRelay,
  parseManifest,
  type Session,
  sessionChangesSchema,
  sessionSchema,
} from '@bulkhead/contracts';
import { createLog, FakeClock } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type TestCluster, temporaryDirectory, useCluster } from '@bulkhead/testkit';
import { type Answer, type Asked, type Asker, createScratchGateway, type ScratchGateway, serveCompartment } from '@bulkhead/web';
import { Secret, TOTP } from 'otpauth';
import { createIdentity } from '#app.ts';
import { manifest } from '#compartment.ts';
import { SAMPLE_ACCOUNTS, type SampleAccount } from '#sample-accounts.ts';
import type { Schema } from '#schema.ts';

export const SECRET = 'what processes of a test estate present to each other';
const MIGRATIONS = new URL('../migrations', import.meta.url).pathname;

const website = parseManifest({
  name: 'website',
  title: { en: 'Website' },
  level: 'native',
  needs: ['identity'],
  recoveryOrder: 20,
  origins: [
    { host: 'www', kind: 'public', title: { en: 'Website' } },
    { host: 'editors', kind: 'staff', title: { en: 'Editors' } },
  ],
  routes: [{ id: 'home.read', origin: 'editors', method: 'GET', path: '/', roles: ['editor'], writes: [], maxBodyBytes: 0 }],
  jobs: [],
  roles: { editor: { en: 'Editor' }, reviewer: { en: 'Reviewer' } },
  checks: [],
  seal: { unreachable: 'stop', automatic: [] },
});

/** `rolesToApprove` are those of the website that only the Secretariat gives. */
export const estateOf = (isSample: boolean, port = 8400, rolesToApprove: readonly string[] = []) =>
  estateSchema.parse({
    organisation: 'Sample Maritime Organization',
    isSample,
    domain: 'localhost',
    port,
    statusPort: 8401,
    listenAddress: '127.0.0.1',
    tls: null,
    leaseMs: 10_000,
    compartments: [
      { directory: 'compartments/identity', manifest },
      { directory: 'compartments/website', manifest: { ...website, rolesToApprove: [...rolesToApprove] } },
    ],
  });

/** A cluster with identity's schema, for one test file. */
export function useIdentityCluster(): Promise<TestCluster> {
  return useCluster({ name: 'identity', migrations: MIGRATIONS });
}

export type BootedIdentity = {
  readonly gateway: ScratchGateway;
  readonly clock: FakeClock;
  readonly database: Database<Schema>;
  readonly ask: (asked: Asked) => Promise<Answer>;
  /** Asks as another process of the estate. */
  /** Has a job done that the supervisor asks for now and then. */
  readonly runJob: (name: string) => Promise<Answer>;
  readonly askInside: (path: string, asked?: Partial<Asked>) => Promise<Answer>;
  readonly find: (sessionId: string) => Promise<Session | null>;
  readonly changesAfter: (sequence: number) => Promise<{ readonly sequence: number; readonly sessions: readonly string[] }>;
  /** The code that the account's authenticator shows now. */
  readonly codeOf: (account: Pick<SampleAccount, 'totpSecret'>) => string;
  /** Signs in with a fresh code; the clock moves on by one step. */
  readonly signIn: (account: SampleAccount, more?: Partial<Asked>) => Promise<Answer>;
  /** Signs in and tells who then asks. */
  readonly enter: (account: SampleAccount, more?: Partial<Asked>) => Promise<Asker>;
};

/** Boots identity on a database of its own, behind a gateway made for the test. */
export async function bootIdentity(
  cluster: TestCluster,
  options: {
    readonly mode?: 'open' | 'read-only';
    readonly isSample?: boolean;
    readonly clock?: FakeClock;
    readonly on?: BootedIdentity;
    readonly database?: Database<Schema>;
    readonly mail?: MailRelay;
    readonly sealingKey?: Buffer;
    /** Where browsers find the gateway. */
    readonly port?: number;
    readonly rolesToApprove?: readonly string[];
  } = {},
): Promise<BootedIdentity> {
  const clock = options.clock ?? options.on?.clock ?? new FakeClock(new Date('2026-03-02T09:00:00.000Z'));
  const database = options.database ?? options.on?.database ?? (await cluster.cloneDatabase()).open<Schema>();
  const socket = join(await temporaryDirectory(), 'identity.sock');
  const gateway = createScratchGateway({ manifest, socket: () => socket, now: clock.now });
  const identity = createIdentity({
    estate: estateOf(options.isSample ?? true, options.port, options.rolesToApprove),
    trust: gateway.trust,
    internalSecret: SECRET,
    database,
    mode: options.mode ?? 'open',
    log: createLog('identity', 'silent'),
    now: clock.now,
    ...(options.mail ? { mail: options.mail } : {}),
    ...(options.sealingKey ? { sealingKey: options.sealingKey } : {}),
  });
  await identity.resume();
  await identity.prepare(await gateway.mintJob('job:identity.start'));
  const server = await serveCompartment({ app: identity.app, socket });
  after(async () => {
    identity.close();
    await server.close();
  });
  return describe(gateway, clock, database);
}

function describe(gateway: ScratchGateway, clock: FakeClock, database: Database<Schema>): BootedIdentity {
  const askInside = (path: string, asked: Partial<Asked> = {}) =>
    gateway.ask({ path, token: null, ...asked, headers: { authorization: `Bearer ${SECRET}`, ...asked.headers } });
  const codeOf = ({ totpSecret }: Pick<SampleAccount, 'totpSecret'>) =>
    new TOTP({ secret: Secret.fromBase32(totpSecret) }).generate({ timestamp: clock.now().getTime() });
  const find = async (sessionId: string) => {
    const answer = await askInside(`/.identity/sessions/${sessionId}`);
    return answer.status === 404 ? null : sessionSchema.parse(JSON.parse(answer.text));
  };
  const signIn = (account: SampleAccount, more: Partial<Asked> = {}) => {
    clock.advanceMs(30_000);
    const form = { email: account.email, password: account.password, code: codeOf(account) };
    return gateway.ask({ path: '/sign-in', form, ...more });
  };
  return {
    gateway,
    clock,
    database,
    ask: gateway.ask,
    askInside,
    runJob: async (name) => {
      const path = `/.bulkhead/jobs/${name}`;
      const token = await gateway.mintJob(`job:${name}`, { method: 'POST', path });
      return askInside(path, { method: 'POST', token });
    },
    find,
    codeOf,
    signIn,
    changesAfter: async (sequence) =>
      sessionChangesSchema.parse(JSON.parse((await askInside(`/.identity/sessions/changes?after=${sequence}`)).text)),
    enter: async (account, more) => {
      const answer = await signIn(account, more);
      const sessionId = startedBy(answer);
      assert.ok(sessionId, `signing in was answered with ${answer.status}`);
      const session = await find(sessionId);
      assert.ok(session);
      const { accountId, displayName, roles } = session;
      return { accountId, sessionId, displayName, roles: roles['identity'] ?? [] };
    },
  };
}

/** The session that an answer tells the gateway of. */
export function startedBy(answer: Answer): string | undefined {
  const told = answer.headers['bulkhead-session-started'];
  return typeof told === 'string' ? told : undefined;
}

/** A sample account by the name in its address. */
export function sample(name: string): SampleAccount {
  const found = SAMPLE_ACCOUNTS.find((account) => account.email === `${name}@sample.invalid`);
  assert.ok(found, name);
  return found;
}
