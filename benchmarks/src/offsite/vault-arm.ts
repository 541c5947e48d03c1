import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, createReadStream, mkdirSync, open as openFile, read as readFrom, statSync, writeFileSync } from 'node:fs';
import { open, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  FileWriter,
  fetchParcels,
  groupParcels,
  openFromVault,
  PARCEL_BYTES,
  type Parcel,
  releaseBuffer,
  sendParcels,
  sendToVault,
  takeChunks,
} from '@bulkhead/blobs';
import { forEachAtOnce, sha256Hex } from '@bulkhead/kernel';
import { MEMORY_VARIABLES } from '@bulkhead/supervision';
import { waitUntil } from '@bulkhead/testkit';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { readCpuSeconds } from '../cpu.ts';
import type { Figures } from './tools.ts';

const VAULT = new URL('../../../offsite/src/vault/main.ts', import.meta.url).pathname;
const SECRET = 'a secret of a measurement, of no estate';
const AT_ONCE = 8;
const GROUPS_AT_ONCE = 3;
const READ_BYTES = 1_048_576;
const READ_AT_ONCE = 8;
type Sized = { readonly file: string; readonly bytes: number };
type Kept = { readonly sha256: string; readonly bytes: number };
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
  const kept = new Map<string, Kept>();
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
    ingest: () => timed(() => bringAll(peer, tree, kept)),
    restore: (into) => timed(() => layDownAll(peer, kept, into)),
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
      ...MEMORY_VARIABLES,
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
async function bringAll(peer: WirePeer, tree: Tree, kept: Map<string, Kept>): Promise<void> {
  const sized = tree.files.map((file) => ({ file, bytes: statSync(join(tree.directory, file)).size }));
  const large = sized.filter(({ bytes }) => bytes > PARCEL_BYTES);
  const small = groupParcels(sized.filter(({ bytes }) => bytes <= PARCEL_BYTES));
  const bringGroup = async (group: readonly Sized[]) => {
    const parcels: Parcel[] = [];
    await forEachAtOnce(group, READ_AT_ONCE, async ({ file, bytes }) => {
      const content = await readSmall(join(tree.directory, file), bytes);
      const sha256 = sha256Hex(content);
      parcels.push({ sha256, bytes: content });
      kept.set(file, { sha256, bytes });
    });
    const refused = await sendParcels(peer, parcels);
    if (refused.size > 0) throw new Error(`the vault refused ${refused.size} of ${parcels.length} blobs`);
  };
  const bringLarge = async ({ file, bytes }: Sized) => {
    const path = join(tree.directory, file);
    const sha256 = await hashFile(path);
    await sendToVault(peer, { path, sha256, bytes });
    kept.set(file, { sha256, bytes });
  };
  await Promise.all([forEachAtOnce(large, AT_ONCE, bringLarge), forEachAtOnce(small, GROUPS_AT_ONCE, bringGroup)]);
}

/** Lays down what was brought; of each file the digest and the length are known, as rows tell them. */
async function layDownAll(peer: WirePeer, kept: ReadonlyMap<string, Kept>, into: string): Promise<void> {
  const all = [...kept].map(([file, { sha256, bytes }]) => ({ file, sha256, bytes }));
  for (const directory of new Set(all.map(({ file }) => dirname(join(into, file))))) mkdirSync(directory, { recursive: true });
  const layDownGroup = async (group: readonly (Kept & Sized)[]) => {
    const found = new Map<string, Buffer>();
    const parcels = await fetchParcels(peer, [...new Set(group.map(({ sha256 }) => sha256))]);
    for (const { sha256, bytes } of parcels) found.set(sha256, bytes);
    for (const { file, sha256 } of group) {
      const bytes = found.get(sha256);
      if (!bytes) throw new Error(`the vault does not give ${file}`);
      writeFileSync(join(into, file), bytes);
    }
  };
  const large = all.filter(({ bytes }) => bytes > PARCEL_BYTES);
  const small = groupParcels(all.filter(({ bytes }) => bytes <= PARCEL_BYTES));
  await Promise.all([
    forEachAtOnce(large, AT_ONCE, ({ file, sha256 }) => layDown(peer, sha256, join(into, file))),
    forEachAtOnce(small, GROUPS_AT_ONCE, layDownGroup),
  ]);
}

async function layDown(peer: WirePeer, sha256: string, path: string): Promise<void> {
  const body = await openFromVault(peer, sha256);
  const handle = await open(path, 'wx');
  try {
    const writer = new FileWriter(handle, { isOwner: true, isFlushed: false });
    await takeChunks(body, (chunk) => writer.take(chunk), 'chunks');
    await writer.finish();
  } finally {
    await handle.close();
  }
}

function readSmall(path: string, bytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    openFile(path, 'r', (fault, file) => {
      if (fault) return reject(fault);
      return readFrom(file, Buffer.allocUnsafe(bytes), 0, bytes, 0, (error, got, content) => {
        closeSync(file);
        if (error || got < bytes) reject(error ?? new Error(`${path} became shorter`));
        else resolve(content);
      });
    });
  });
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    releaseBuffer(chunk);
  }
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
