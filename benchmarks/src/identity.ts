import { argon2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { type ApiToken, verifyToken } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import { totpCode } from '@bulkhead/visitor';
import type { Asker } from '@bulkhead/web';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { readCpuSeconds } from './cpu.ts';
import { type IdentityProcess, startIdentity } from './identity-process.ts';
import { type Asks, addressOfPerson, fillPeople } from './people.ts';
import { alone, makeRow, median, percentile, type Row } from './row.ts';

const ACCOUNTS = 10_000;
const DELEGATIONS = 200;
const SIGN_INS = 200;
const WARM_UP = 10;
const TOKENS = 500;
const CACHED_ASKS = 20_000;
const PAGE_ASKS = 20;
const ARGON2 = 'argon2id alone (19 MiB, 2 passes), Node';
const GOAL = { text: '≤ 1.3 times argon2', isMet: (ratio: number) => ratio <= 1.3 };
const GOAL_CACHED_MS = 0.05;
const GOAL_PAGE_MS = 100;

const PASSWORD = 'a measured harbour at low tide';
const TOTP_SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
/** As identity hashes passwords, and as it writes them down. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const derive = promisify(argon2);
const hash = (nonce: Buffer) => derive('argon2id', { message: PASSWORD, nonce, tagLength: 32, ...COST });

const accountsSchema = z.array(z.object({ email: z.string(), password: z.string(), totpSecret: z.string() }));
const GATEWAY = new URL('../../headquarters/gateway/src/software/api-token.actions.ts', import.meta.url).href;
type Desk = { readonly find: (secret: string) => Promise<ApiToken | null> };
type DeskDeps = {
  readonly identity: () => WirePeer;
  readonly isIdentityOpen: () => boolean;
  readonly now: () => Date;
  readonly monotonicMs: () => number;
};
const gatewaySchema = z.object({ ApiTokens: z.custom<new (deps: DeskDeps) => Desk>((given) => typeof given === 'function') });

/** Identity with ten thousand accounts: signing in beside argon2 alone, checking tokens, and the pages that list people. */
export async function measureIdentity(): Promise<readonly Row[]> {
  const salt = randomBytes(16);
  const written = `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${toBase64(salt)}$${toBase64(await hash(salt))}`;
  const at = new Date();
  const secrets = Array.from({ length: TOKENS }, () => `bh_${randomBytes(32).toString('base64url')}`);
  const identity = await startIdentity(async (database) => {
    await fillPeople(database, {
      accounts: ACCOUNTS,
      delegations: DELEGATIONS,
      passwordHash: written,
      totpSecret: TOTP_SECRET,
      at,
    });
    await fillTokens(database, secrets, at);
  });
  try {
    const rows = [...(await measureSignIns(identity)), await measureWork(identity), ...(await measureTokens(identity, secrets))];
    return [...rows, ...(await measurePages(identity))];
  } finally {
    await identity.stop();
  }
}

/** Each sign-in is followed by one argon2 alone, so that a drift of the machine meets both. */
async function measureSignIns(identity: IdentityProcess): Promise<Row[]> {
  const signIns: number[] = [];
  const unknown: number[] = [];
  const wrong: number[] = [];
  const alones: number[] = [];
  for (let at = 0; at < WARM_UP + SIGN_INS; at += 1) {
    const person = addressOfPerson(1 + at * 41);
    const whole = await timed(() => signIn(identity, { email: person, address: addressOfVisitor(at) }, 303));
    const mistyped = { email: person, password: 'another harbour', address: addressOfVisitor(10_000 + at) };
    const refused = await timed(() => signIn(identity, mistyped, 403));
    const nobody = { email: `nobody-${at}@sample.invalid`, address: addressOfVisitor(20_000 + at) };
    const missing = await timed(() => signIn(identity, nobody, 403));
    const one = await timed(() => hash(randomBytes(16)));
    if (at < WARM_UP) continue;
    signIns.push(whole);
    wrong.push(refused);
    unknown.push(missing);
    alones.push(one);
  }
  const beside = (value: number) => ({ name: ARGON2, version: process.version, value });
  const people = `one of ${ACCOUNTS + 6} accounts`;
  return [
    makeRow({
      work: `signing in, ${people}, p50`,
      unit: 'ms',
      ours: median(signIns),
      beside: beside(median(alones)),
      goal: null,
    }),
    makeRow({
      work: `signing in, ${people}, p95`,
      unit: 'ms',
      ours: percentile(signIns, 0.95),
      beside: beside(percentile(alones, 0.95)),
      goal: GOAL,
    }),
    makeRow({
      work: 'refusing an address that nobody has, p50',
      unit: 'ms',
      ours: median(unknown),
      beside: { name: 'refusing a wrong password', version: 'ours', value: median(wrong) },
      goal: { text: '0.8 to 1.25 of it', isMet: (ratio) => ratio >= 0.8 && ratio <= 1.25 },
    }),
  ];
}

/** The same in processor time, which other work on the machine changes little. The database's is not in it. */
async function measureWork(identity: IdentityProcess): Promise<Row> {
  const count = 60;
  const before = readCpuSeconds(identity.pid);
  for (let at = 0; at < count; at += 1)
    await signIn(identity, { email: addressOfPerson(9000 + at), address: addressOfVisitor(50_000 + at) }, 303);
  const ours = ((readCpuSeconds(identity.pid) - before) * 1000) / count;
  const own = process.cpuUsage();
  for (let at = 0; at < count; at += 1) await hash(randomBytes(16));
  const { user, system } = process.cpuUsage(own);
  const beside = { name: ARGON2, version: process.version, value: (user + system) / 1000 / count };
  return makeRow({ work: 'signing in, processor time of the process', unit: 'ms', ours, beside, goal: GOAL });
}

/** What the gateway does with an API token: within a second it knows it, else it asks identity. What a compartment does with the request's. */
async function measureTokens(identity: IdentityProcess, secrets: readonly string[]): Promise<Row[]> {
  const { ApiTokens } = gatewaySchema.parse({ ...(await import(GATEWAY)) });
  // A clock that stands still: what the gateway was told once it goes on using.
  const deps = { identity: () => identity.peer, isIdentityOpen: () => true, now: () => new Date(), monotonicMs: () => 0 };
  const tokens = new ApiTokens(deps);
  const find = async (secret: string) => {
    if ((await tokens.find(secret)) === null) throw new Error('identity does not know a token of its database');
  };
  const asked: number[] = [];
  for (const secret of secrets) asked.push(await timed(() => find(secret)));
  const begunAt = performance.now();
  for (let at = 0; at < CACHED_ASKS; at += 1) await tokens.find(secrets[at % secrets.length] ?? '');
  const cached = (performance.now() - begunAt) / CACHED_ASKS;
  return [
    alone({
      work: 'checking an API token, known to the gateway',
      unit: 'ms',
      ours: cached,
      limit: GOAL_CACHED_MS,
      goal: '≤ 0.05 ms',
    }),
    makeRow({ work: 'checking an API token, asked of identity, p50', unit: 'ms', ours: median(asked), beside: null, goal: null }),
    makeRow({
      work: 'checking an API token, asked of identity, p95',
      unit: 'ms',
      ours: percentile(asked, 0.95),
      beside: null,
      goal: null,
    }),
    await measureVerifying(identity),
  ];
}

async function measureVerifying({ gateway, trust }: IdentityProcess): Promise<Row> {
  const token = await gateway.mint({ path: '/' });
  const figures: number[] = [];
  for (let at = 0; at < 500; at += 1) {
    figures.push(
      await timed(() => verifyToken(token, { keys: trust.gatewayKeys, compartment: 'identity', now: () => new Date() })),
    );
  }
  return makeRow({
    work: "verifying a request's signed token, p50",
    unit: 'ms',
    ours: median(figures),
    beside: null,
    goal: null,
  });
}

/** Pages of whoever administers everybody, with all of them there. */
async function measurePages(identity: IdentityProcess): Promise<Row[]> {
  const asker = await enterAsAdministrator(identity);
  const paths = [
    '/accounts',
    '/accounts?q=007',
    '/accounts?delegation=many-7',
    '/accounts?page=150',
    '/delegations',
    '/delegations?q=19',
    '/reviews',
    '/grants/waiting',
  ];
  const rows: Row[] = [];
  for (const path of paths) {
    const figures: number[] = [];
    for (let at = 0; at < PAGE_ASKS; at += 1) {
      figures.push(
        await timed(async () => {
          const { status } = await identity.gateway.ask({ path, asker });
          if (status !== 200) throw new Error(`${path} is answered with ${status}`);
        }),
      );
    }
    rows.push(alone({ work: `page ${path}, p50`, unit: 'ms', ours: median(figures), limit: GOAL_PAGE_MS, goal: '≤ 100 ms' }));
  }
  return rows;
}

async function enterAsAdministrator(identity: IdentityProcess): Promise<Asker> {
  const accounts = await callWire(identity.peer, { method: 'GET', path: '/.bulkhead/sample-accounts' }, accountsSchema);
  const account = accounts.find(({ email }) => email === 'administrator@sample.invalid');
  if (!account) throw new Error('the sample has no administrator');
  const form = { email: account.email, password: account.password, code: totpCode(account.totpSecret, new Date()) };
  const sessionId = await enter(identity, form, addressOfVisitor(40_000), 303);
  const session = z.object({ accountId: z.string(), displayName: z.string(), roles: z.record(z.string(), z.array(z.string())) });
  const found = await callWire(identity.peer, { method: 'GET', path: `/.identity/sessions/${sessionId}` }, session);
  const { accountId, displayName, roles } = found;
  return { accountId, sessionId, displayName, roles: roles['identity'] ?? [] };
}

async function signIn(
  identity: IdentityProcess,
  given: { readonly email: string; readonly address: string; readonly password?: string },
  wanted: number,
): Promise<void> {
  const { email, address, password = PASSWORD } = given;
  await enter(identity, { email, password, code: totpCode(TOTP_SECRET, new Date()) }, address, wanted);
}

async function enter(
  { gateway }: IdentityProcess,
  form: Readonly<Record<string, string>>,
  address: string,
  wanted: number,
): Promise<string> {
  const answer = await gateway.ask({ path: '/sign-in', form, address });
  if (answer.status !== wanted) throw new Error(`signing in as ${form['email']} was answered with ${answer.status}`);
  const told = answer.headers['bulkhead-session-started'];
  return typeof told === 'string' ? told : '';
}

async function fillTokens(database: Asks, secrets: readonly string[], at: Date): Promise<void> {
  await database.query(
    `insert into api_token (id, account_id, name, secret_sha256, scopes, is_read_only, created_at, expires_at)
     select lpad(to_hex(n), 8, '0') || '-0000-4000-8000-0000000000aa', lpad(to_hex(n * 10), 8, '0') || '-0000-4000-8000-00000000beef',
       'A measurement', hash, '{website/editor}', true, $2, $2::timestamptz + interval '30 days'
     from unnest($1::text[]) with ordinality as given (hash, n)`,
    [secrets.map((secret) => sha256Hex(secret)), at.toISOString()],
  );
  await database.query('analyze api_token');
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begunAt = performance.now();
  await work();
  return performance.now() - begunAt;
}

/** Each visitor comes from elsewhere: many attempts from one address have to wait. */
function addressOfVisitor(number: number): string {
  return `10.${Math.floor(number / 62_500)}.${Math.floor(number / 250) % 250}.${1 + (number % 250)}`;
}

function toBase64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
