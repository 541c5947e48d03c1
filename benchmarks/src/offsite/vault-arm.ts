import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { fetchParcels, groupParcels, PARCEL_BYTES, type Parcel, sendParcels } from '@bulkhead/blobs';
import { forEachAtOnce, sha256Hex } from '@bulkhead/kernel';
import { waitUntil } from '@bulkhead/testkit';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { readCpuSeconds } from '../cpu.ts';
import type { Figures } from './tools.ts';

const VAULT = new URL('../../../offsite/src/vault/main.ts', import.meta.url).pathname;
const SECRET = 'a secret of a measurement, of no estate';
const AT_ONCE = 8;
const GROUPS_AT_ONCE = 3;
const READ_BYTES = 1_048_576;
type Sized = { readonly file: string; readonly bytes: number };
const LIMIT_MS = 3_600_000;
/** A scrub as soon as it starts, as fast as it can. */
const AT_ONCE_SCRUB = { LOG_LEVEL: 'info', SCRUB_EVERY_SECONDS: '1', SCRUB_BYTES_PER_SECOND: '100000000000' };

/** What is brought: files of many lengths, the largest last. */
export type Tree = { readonly directory: string; readonly files: readonly string[]; readonly bytes: number };
/** One arm: how it takes a tree in, gives it out again, and reads all that it holds. */
export type Keeper = {
  readonly name: string;
  readonly version: string;
  readonly ingest: () => Promise<Figures>;
  readonly restore: (into: string) => Promise<Figures>;
  readonly check?: () => Promise<Figures>;
  readonly forget: () => Promise<void>;
};

/** The vault as a process of its own, and a client that brings files to it and lays them down again. */
export async function startVault(
  place: string,
  tree: Tree,
): Promise<{ readonly keeper: Keeper; readonly stop: () => Promise<void> }> {
  const directory = join(place, 'vault');
  const peer: WirePeer = { socket: join(place, 'v.sock'), secret: SECRET };
  const digests = new Map<string, string>();
  await writeFile(join(place, 'estate.json'), JSON.stringify(estateFor(tree.bytes * 2 + tree.files.length * 8192)));
  let vault = await spawnVault(place, directory);
  const pid = () => vault.pid ?? 0;
  const timed = async (work: () => Promise<void>): Promise<Figures> => {
    const [cpu, begunMs] = [readCpuSeconds(pid()), performance.now()];
    await work();
    return { seconds: (performance.now() - begunMs) / 1000, cpuSeconds: readCpuSeconds(pid()) - cpu };
  };
  const end = async () => {
    const ended = once(vault, 'exit');
    vault.kill('SIGTERM');
    await ended;
  };
  const keeper: Keeper = {
    name: 'vault',
    version: '',
    forget: async () => {
      await end();
      await rm(directory, { recursive: true, force: true });
      vault = await spawnVault(place, directory);
    },
    ingest: () => timed(() => bringAll(peer, tree, digests)),
    restore: (into) => timed(() => layDownAll(peer, tree, digests, into)),
    check: async () => {
      await end();
      const begunMs = performance.now();
      vault = await spawnVault(place, directory, AT_ONCE_SCRUB);
      for await (const line of createInterface({ input: vault.stdout })) if (line.includes('"scrubbed"')) break;
      const figures = { seconds: (performance.now() - begunMs) / 1000, cpuSeconds: readCpuSeconds(pid()) };
      await end();
      vault = await spawnVault(place, directory);
      return figures;
    },
  };
  return { keeper, stop: end };
}

async function spawnVault(place: string, directory: string, more: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [VAULT], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      LOG_LEVEL: 'error',
      UV_THREADPOOL_SIZE: '16',
      DIRECTORY: directory,
      SOCKET: join(place, 'v.sock'),
      SECRETS_JSON: JSON.stringify({ bench: SECRET }),
      OFFSITE_SECRET: `${SECRET} (off-site)`,
      ESTATE_FILE: join(place, 'estate.json'),
      FINDINGS_SOCKET: join(place, 'none.sock'),
      FINDINGS_SECRET: SECRET,
      ...more,
    },
  });
  if (more['LOG_LEVEL'] === undefined) child.stdout.resume();
  const peer = { socket: join(place, 'v.sock'), secret: SECRET };
  await waitUntil(() => callWire(peer, { method: 'GET', path: '/health' }, z.unknown()).then(() => true), {
    what: 'the vault answers',
  });
  return child;
}

/** The largest beside all others, those many at once. */
async function bringAll(peer: WirePeer, tree: Tree, digests: Map<string, string>): Promise<void> {
  const sized = await sizeAll(tree);
  const large = sized.filter(({ bytes }) => bytes > PARCEL_BYTES);
  const small = groupParcels(sized.filter(({ bytes }) => bytes <= PARCEL_BYTES));
  const bringGroup = async (group: readonly Sized[]) => {
    const parcels: Parcel[] = [];
    for (const { file } of group) {
      const bytes = await readFile(join(tree.directory, file));
      parcels.push({ sha256: sha256Hex(bytes), bytes });
      digests.set(file, parcels.at(-1)?.sha256 ?? '');
    }
    const refused = await sendParcels(peer, parcels);
    if (refused.size > 0) throw new Error(`the vault refused ${refused.size} of ${parcels.length} blobs`);
  };
  await Promise.all([
    forEachAtOnce(large, AT_ONCE, ({ file, bytes }) => bring(peer, tree, { file, bytes }, digests)),
    forEachAtOnce(small, GROUPS_AT_ONCE, bringGroup),
  ]);
}

async function bring(peer: WirePeer, tree: Tree, { file, bytes }: Sized, digests: Map<string, string>): Promise<void> {
  const path = join(tree.directory, file);
  const sha256 = await hashFile(path);
  const headers = { 'content-length': String(bytes) };
  const stream = createReadStream(path, { highWaterMark: READ_BYTES });
  const reply = await openWire(peer, { method: 'PUT', path: `/blobs/${sha256}`, stream, headers, timeoutMs: LIMIT_MS });
  reply.body.resume();
  digests.set(file, sha256);
}

async function layDownAll(peer: WirePeer, tree: Tree, digests: ReadonlyMap<string, string>, into: string): Promise<void> {
  const sized = await sizeAll(tree);
  for (const directory of new Set(tree.files.map((file) => dirname(join(into, file)))))
    await mkdir(directory, { recursive: true });
  const layDownGroup = async (group: readonly Sized[]) => {
    const found = new Map<string, Buffer>();
    for (const { sha256, bytes } of await fetchParcels(peer, [...new Set(group.map(({ file }) => digests.get(file) ?? ''))]))
      found.set(sha256, bytes);
    for (const { file } of group) {
      const bytes = found.get(digests.get(file) ?? '');
      if (!bytes) throw new Error(`the vault does not give ${file}`);
      await writeFile(join(into, file), bytes);
    }
  };
  const large = sized.filter(({ bytes }) => bytes > PARCEL_BYTES);
  const small = groupParcels(sized.filter(({ bytes }) => bytes <= PARCEL_BYTES));
  await Promise.all([
    forEachAtOnce(large, AT_ONCE, ({ file }) => layDown(peer, digests.get(file) ?? '', join(into, file))),
    forEachAtOnce(small, GROUPS_AT_ONCE, layDownGroup),
  ]);
}

async function sizeAll({ directory, files }: Tree): Promise<Sized[]> {
  const sized: Sized[] = [];
  for (const file of files) sized.push({ file, bytes: (await stat(join(directory, file))).size });
  return sized;
}

async function layDown(peer: WirePeer, sha256: string, path: string): Promise<void> {
  const { body } = await openWire(peer, { method: 'GET', path: `/blobs/${sha256}`, timeoutMs: LIMIT_MS });
  await pipeline(body, createWriteStream(path, { highWaterMark: READ_BYTES }));
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) hash.update(chunk);
  return hash.digest('hex');
}

function estateFor(quotaBytes: number): object {
  const manifest = {
    name: 'bench',
    title: { en: 'bench' },
    level: 'native',
    needs: [],
    recoveryOrder: 0,
    origins: [{ host: 'bench', kind: 'staff', title: { en: 'bench' } }],
    routes: [{ id: 'page.read', origin: 'bench', method: 'GET', path: '/', roles: [], writes: [], maxBodyBytes: 0 }],
    jobs: [],
    roles: {},
    blobs: { columns: [], quotaBytes },
    checks: [],
    seal: { unreachable: 'stop', automatic: [] },
  };
  return {
    organisation: 'A measurement',
    isSample: true,
    domain: 'localhost',
    port: 8400,
    statusPort: 8401,
    listenAddress: '127.0.0.1',
    tls: null,
    leaseMs: 10_000,
    compartments: [{ directory: 'compartments/bench', manifest }],
  };
}
