import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { deskStateSchema, type Link, type SigningKey, signedSchema, signMessage } from '@bulkhead/contracts';
import { EstateError, forEachAtOnce, sha256Hex } from '@bulkhead/kernel';
import { waitUntil } from '@bulkhead/testkit';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { parseLsn } from '#archive/wal.rules.ts';
import { ReplicationConnection } from '#receiver/replication.store.ts';
import { Seeded } from '#receiver/tests/model/seeded.ts';
import { SimulatedPrimary } from '#receiver/tests/model/simulated-primary.ts';
import { WrittenWal } from '#receiver/tests/model/written-wal.ts';
import { BootedOffsite } from './booted-offsite.ts';
import { listEveryRoute, type Route } from './every-route.ts';

const AT_ONCE = 16;
/** Some routes answer only when something changes. */
const PATIENCE_MS = 2000;
const METHODS = ['DELETE', 'PUT', 'POST'] as const;
const CONTENT = 'a file that people brought';
const BLOB = sha256Hex(CONTENT);
const SEGMENT = '000000010000000000000001';
/** Where off-site keeps what must not change. Journals there may grow; what they held stays. */
const KEPT = ['vault', 'receiver', 'ledger', 'publisher'];
const REGISTER = 'register.sqlite';
const registerSchema = z.array(z.object({ name: z.string(), content: z.string() }));
/** Clocks of off-site's own. */
const RUNNING = ['running.json'];

const offsite = await BootedOffsite.prepare();
let primary: SimulatedPrimary;
let held: { readonly link: Link; readonly key: SigningKey };
const at = (path: string) => join(offsite.directory, 'r/offsite', path);
const vault = () => ({ socket: at('vault.sock'), secret: held.link.vaultSecrets['alpha'] ?? '' });
const recovery = () => ({ socket: at('recovery.sock'), secret: held.link.recoverySecret });
const alpha = async () => {
  const { compartments } = await callWire(offsite.desk, { method: 'GET', path: '/state' }, deskStateSchema);
  return compartments.find(({ name }) => name === 'alpha');
};

before(async () => {
  held = await offsite.readHeldAtHeadquarters();
  const directory = join(offsite.directory, 'r/hq/alpha-pg');
  await mkdir(directory, { recursive: true });
  const wal = new WrittenWal(1, parseLsn('0/1000000'));
  primary = await SimulatedPrimary.start({ directory, systemId: '7000000000000000042', wal, history: '' });
  wal.append(new Seeded(1).bytes(50_000));
  offsite.start();
  await offsite.until(({ ready }) => ready, 'off-site is ready');
  assert.ok(await primary.untilAcknowledged(wal.endLsn, 60_000), 'commits of alpha return');
  const bytes = Readable.from([Buffer.from(CONTENT)]);
  (await openWire(vault(), { method: 'PUT', path: `/blobs/${BLOB}`, stream: bytes })).body.resume();
  const { epoch = 0 } = (await alpha()) ?? {};
  await tell('sealed', epoch);
  await waitUntil(async () => (await alpha())?.seal, { what: 'off-site holds the seal', timeoutMs: 60_000 });
});
after(async () => {
  await primary?.stop();
  await offsite.remove();
});

function tell(state: string, epoch: number): Promise<unknown> {
  const told = { compartment: 'alpha', epoch, state, part: 'supervisor', ok: true, detail: 'told', at: new Date().toISOString() };
  return callWire(recovery(), { method: 'POST', path: '/applied', body: told }, z.unknown());
}

test('[FA5] whoever has root at headquarters, and every secret and key that lies there, alters, deletes and opens nothing off-site by any route of any process', async (t) => {
  const [files, sealed] = [await readKept(), await alpha()];
  const routes = await listEveryRoute();
  const sockets = await listSockets();
  const secrets = [
    held.link.recoverySecret,
    held.link.publisherSecret,
    ...allOf(held.link.vaultSecrets),
    ...allOf(held.link.replicationPasswords),
  ];
  const counts = { unknown: 0, refused: 0, answered: 0 };
  const calls = (
    await Promise.all(sockets.map((socket) => planCalls(socket, secrets, withOtherMethods(routes), sealed?.epoch ?? 0)))
  ).flat();
  await forEachAtOnce(calls, AT_ONCE, async (call) => {
    counts[await attempt(call)] += 1;
  });
  t.diagnostic(
    `${sockets.length} sockets, ${secrets.length} secrets, ${routes.length} routes, ${calls.length} calls: ${JSON.stringify(counts)}`,
  );
  assert.ok(counts.unknown > 0 && counts.refused > 0 && counts.answered > 0);
  await requireSame(files);
  const after_ = await alpha();
  assert.deepEqual([after_?.desired, after_?.seal, after_?.flushedLsn], ['sealed', sealed?.seal, sealed?.flushedLsn]);
  assert.deepEqual(await leaseOf('alpha', after_?.epoch ?? 0), [], 'a sealed compartment gets no lease');
  assert.equal(await readBlob(), CONTENT);
});

test('[FA5] no password that lies at headquarters lets anybody into a database or a stream of WAL off-site', async () => {
  const passwords = [...allOf(held.link.replicationPasswords), held.link.recoverySecret];
  for (const place of ['wal-alpha', 'internal/database']) {
    for (const password of passwords) {
      for (const user of ['offsite', 'postgres', 'recovery']) {
        const peer = { socketDirectory: at(place), user, password, applicationName: 'x' };
        await assert.rejects(ReplicationConnection.open(peer), `${user} at ${place}`);
      }
    }
  }
});

test('[FA5] a key of headquarters signs no command, order, edition or entry that off-site takes for its own', async () => {
  const command = { kind: 'open', compartment: 'alpha', reason: 'because I can' };
  for (const keyId of [held.key.keyId, 'operator:first', 'orders-1', 'ledger-1']) {
    const signed = signMessage({ ...held.key, keyId }, 'operator command', command);
    const call_ = callWire(offsite.desk, { method: 'POST', path: '/commands', body: signed }, z.unknown());
    await assert.rejects(call_, (error) => codeOf(error) === 'signature.invalid' || codeOf(error) === 'operator.unknown', keyId);
  }
  assert.equal((await alpha())?.desired, 'sealed');
});

type Call = { readonly peer: WirePeer; readonly route: Route; readonly body: unknown };

/**
 * At a socket that knows a secret every route is called with it, with all that might be believed. Where a secret is
 * unknown the door is shut before any route: each route is called with one of them in turn, and each of them is tried.
 */
async function planCalls(socket: string, secrets: readonly string[], routes: readonly Route[], epoch: number): Promise<Call[]> {
  const health = { method: 'GET', path: '/health' };
  const knows = await Promise.all(
    secrets.map(async (secret) => (await attempt({ peer: { socket, secret }, route: health, body: {} })) !== 'unknown'),
  );
  const known = secrets.filter((_, index) => knows[index]);
  const unknown = secrets.filter((_, index) => !knows[index]);
  const shut = routes.map((route, index) => ({
    peer: { socket, secret: unknown[index % unknown.length] ?? '' },
    route,
    body: {},
  }));
  const open = known.flatMap((secret) =>
    routes.flatMap((route) => bodiesOf(epoch).map((body) => ({ peer: { socket, secret }, route, body }))),
  );
  return [...shut, ...open];
}

const allOf = (record: Readonly<Record<string, string>>) => Object.values(record);

/** Each path with the methods that it has, and with those that change things. */
function withOtherMethods(routes: readonly Route[]): Route[] {
  const all = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));
  for (const { path } of routes) for (const method of METHODS) all.set(`${method} ${path}`, { method, path });
  return [...all.values()];
}

/** What might be believed: an order, a join, a new secret, another's blob, a seal lifted. */
function bodiesOf(epoch: number): unknown[] {
  const order = { compartment: 'alpha', name: 'alpha', epoch: epoch + 1, state: 'open', reason: 'because I can' };
  const moved = { systemId: '1', timeline: 2, acceptGap: true, secret: 'x'.repeat(40), number: 0, digests: [BLOB] };
  return [{ ...order, ...moved }, signMessage(held.key, 'operator command', { kind: 'open', ...order })];
}

async function attempt({ peer, route: { method, path }, body }: Call): Promise<'unknown' | 'refused' | 'answered'> {
  const filled = path
    .replace(/:(name|compartment|c)\b/, 'alpha')
    .replace(':sha256', BLOB)
    .replace(':file', SEGMENT)
    .replace(/:\w+/g, '1');
  const [known = 'GET'] = (['GET', 'POST', 'PUT', 'DELETE'] as const).filter((one) => one === method);
  try {
    const call = { method: known, path: known === 'GET' ? `${filled}?after=0` : filled, timeoutMs: PATIENCE_MS };
    const reply = await openWire(peer, known === 'GET' ? call : { ...call, body });
    reply.body.on('error', () => undefined).destroy();
    return 'answered';
  } catch (error) {
    return codeOf(error) === 'request.unauthenticated' ? 'unknown' : 'refused';
  }
}

function codeOf(error: unknown): string {
  const cause = error instanceof EstateError && error.code === 'wire.refused' ? error.cause : error;
  return cause instanceof EstateError ? cause.code : 'other';
}

/** Every socket of off-site on which an API answers. */
async function listSockets(): Promise<string[]> {
  const entries = await readdir(at('.'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isSocket() && entry.name.endsWith('.sock'))
    .map((entry) => join(entry.parentPath, entry.name));
}

async function readKept(): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const part of KEPT) {
    const entries = await readdir(join(offsite.directory, 'd', part), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile() && !entry.name.endsWith('.tmp') && !entry.name.startsWith(REGISTER) && !RUNNING.includes(entry.name))
        found.set(path, await readFile(path));
    }
  }
  for (const [name, content] of readRegister()) found.set(name, content);
  return found;
}

/** The keys and states of blobs; their leases and the vault's own time go on by themselves. */
function readRegister(): [string, Buffer][] {
  const db = new DatabaseSync(join(offsite.directory, 'd/vault/.keyring', REGISTER), { readOnly: true });
  try {
    const rows = db.prepare(
      `select 'blob ' || compartment || '/' || sha256 as name, state || ' ' || hex(wrapped_key) as content from blob`,
    );
    return registerSchema.parse(rows.all()).map(({ name, content }) => [name, Buffer.from(content)]);
  } finally {
    db.close();
  }
}

async function requireSame(before_: ReadonlyMap<string, Buffer>): Promise<void> {
  const now = await readKept();
  const isJournal = (path: string) => path.includes('/ledger/');
  for (const [path, content] of before_) {
    const found = now.get(path);
    assert.ok(found, `${path} is gone`);
    if (isJournal(path) && found.length >= content.length) continue;
    assert.ok(found.equals(content), `${path} is other than it was`);
  }
}

async function readBlob(): Promise<string> {
  const { body } = await openWire(vault(), { method: 'GET', path: `/blobs/${BLOB}` });
  return text(body);
}

async function leaseOf(name: string, epoch: number): Promise<unknown[]> {
  const asked = { nonce: 'n'.repeat(32), compartments: [{ name, epoch }] };
  const { message } = await callWire(recovery(), { method: 'POST', path: '/lease', body: asked }, signedSchema);
  return z.object({ compartments: z.array(z.unknown()) }).parse(JSON.parse(message)).compartments;
}
