import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { forEachAtOnce } from '@bulkhead/kernel';
import { waitUntil } from '@bulkhead/testkit';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { readCpuSeconds } from '../cpu.ts';
import { makeRow, median, type Row } from '../row.ts';
import type { Size } from './size.ts';
import {
  absent,
  coolDown,
  type Figures,
  findVersion,
  inTemporaryDirectory,
  medianSeconds,
  rangeOf,
  run,
  secondsOf,
} from './tools.ts';

const VAULT = new URL('../../../offsite/src/vault/main.ts', import.meta.url).pathname;
const SECRET = 'a secret of a measurement, of no estate';
const AT_ONCE = 8;
const LIMIT_MS = 3_600_000;
const PIECE = 4_194_304;
const PASSWORD = { RESTIC_PASSWORD: 'a measurement', BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes' };

type Tree = { readonly directory: string; readonly files: readonly string[]; readonly bytes: number };
/** One arm: how it takes a tree in, gives it out again, and reads all that it holds. */
type Keeper = {
  readonly name: string;
  readonly version: string;
  readonly ingest: () => Promise<Figures>;
  readonly restore: (into: string) => Promise<Figures>;
  readonly check?: () => Promise<Figures>;
  readonly forget: () => Promise<void>;
};

/** Ingest, restore and check of many small files and a large one: the vault beside restic, borg and `cp -a`. */
export async function measureFiles(size: Size): Promise<Row[]> {
  return inTemporaryDirectory(async (place) => {
    const tree = await makeTree(join(place, 'source'), size.files);
    const vault = await startVault(place, tree);
    const keepers = [vault.keeper, ...makePeers(place, tree)];
    const figures = new Map(
      keepers.map(({ name }) => [name, { ingest: [] as Figures[], restore: [] as Figures[], check: [] as Figures[] }]),
    );
    let cache = 'cold';
    try {
      for (let round = 0; round < size.rounds; round += 1) {
        for (const keeper of keepers) {
          cache = await measureOnce(
            size,
            keeper,
            tree,
            join(place, 'restored'),
            figures.get(keeper.name) ?? { ingest: [], restore: [], check: [] },
          );
        }
      }
    } finally {
      await vault.stop();
    }
    const what = `${size.files.count} files of ${Math.round(size.files.bytes / 1e6)} MB and one of ${(size.files.largeBytes / 1e9).toFixed(2)} GB`;
    return compare(keepers, figures, { what, cache, bytes: tree.bytes });
  });
}

async function measureOnce(
  size: Size,
  keeper: Keeper,
  tree: Tree,
  into: string,
  figures: { readonly ingest: Figures[]; readonly restore: Figures[]; readonly check: Figures[] },
): Promise<'cold' | 'warm'> {
  await keeper.forget();
  coolDown(size);
  figures.ingest.push(await keeper.ingest());
  const cache = coolDown(size);
  figures.restore.push(await keeper.restore(into));
  if ((await digestOf(into, tree)) !== (await digestOf(tree.directory, tree)))
    throw new Error(`${keeper.name} restored other bytes`);
  await rm(into, { recursive: true, force: true });
  if (keeper.check) {
    coolDown(size);
    figures.check.push(await keeper.check());
  }
  return cache;
}

function compare(
  keepers: readonly Keeper[],
  figures: ReadonlyMap<string, { readonly ingest: Figures[]; readonly restore: Figures[]; readonly check: Figures[] }>,
  { what, cache, bytes }: { readonly what: string; readonly cache: string; readonly bytes: number },
): Row[] {
  const ours = figures.get('vault') ?? { ingest: [], restore: [], check: [] };
  const rows: Row[] = [];
  for (const deed of ['ingest', 'restore'] as const) {
    for (const { name, version } of keepers.slice(1)) {
      const theirs = figures.get(name)?.[deed] ?? [];
      const isRival = name !== 'cp -a';
      const beside = { name, version, value: medianSeconds(theirs) };
      const goal = isRival ? { text: `ahead of ${name}`, isMet: (ratio: number) => ratio < 1 } : null;
      const row = makeRow({
        work: `${deed} of ${what}, ${cache} cache`,
        unit: 's',
        ours: medianSeconds(ours[deed]),
        beside,
        goal,
      });
      rows.push({ ...row, ranges: { ours: rangeOf(secondsOf(ours[deed])), beside: rangeOf(secondsOf(theirs)) } });
    }
  }
  const perGb = (some: readonly Figures[]) => median(some.map(({ cpuSeconds }) => cpuSeconds / (bytes / 1e9)));
  const restic = keepers.find(({ name }) => name === 'restic');
  if (restic) {
    const beside = {
      name: 'restic check --read-data',
      version: restic.version,
      value: perGb(figures.get('restic')?.check ?? []),
    };
    const goal = { text: 'less CPU per GB', isMet: (ratio: number) => ratio < 1 };
    rows.push(
      makeRow({
        work: `reading and verifying all that is kept of ${what}`,
        unit: 'CPU s/GB',
        ours: perGb(ours.check),
        beside,
        goal,
      }),
    );
  }
  for (const name of ['restic', 'borg'])
    if (!keepers.some((one) => one.name === name)) rows.push(absent(`ingest and restore of ${what}`, name, 'absent here'));
  return rows;
}

function makePeers(place: string, tree: Tree): Keeper[] {
  const peers: Keeper[] = [
    {
      name: 'cp -a',
      version: findVersion('cp', '--version') ?? '',
      ingest: () => copy(tree.directory, join(place, 'copied')),
      restore: (into) => copy(join(place, 'copied'), into),
      forget: () => rm(join(place, 'copied'), { recursive: true, force: true }),
    },
  ];
  const restic = findVersion('restic');
  if (restic) {
    const repository = join(place, 'restic');
    const call = (...words: string[]) =>
      run('restic', ['-r', repository, '--no-cache', '-q', ...words], { env: PASSWORD, cwd: tree.directory });
    peers.push({
      name: 'restic',
      version: restic,
      forget: async () => {
        await rm(repository, { recursive: true, force: true });
        await call('init');
      },
      ingest: () => call('backup', '.'),
      restore: (into) => call('restore', 'latest', '--target', into),
      check: () => call('check', '--read-data'),
    });
  }
  const borg = findVersion('borg', '--version');
  if (borg) {
    const repository = join(place, 'borg');
    const env = { ...PASSWORD, BORG_BASE_DIR: join(place, 'borg-home') };
    peers.push({
      name: 'borg',
      version: borg,
      forget: async () => {
        await rm(repository, { recursive: true, force: true });
        await run('borg', ['init', '--encryption=none', repository], { env });
      },
      ingest: () => run('borg', ['create', `${repository}::one`, '.'], { env, cwd: tree.directory }),
      restore: async (into) => {
        await mkdir(into, { recursive: true });
        return run('borg', ['extract', `${repository}::one`], { env, cwd: into });
      },
    });
  }
  return peers;
}

function copy(from: string, into: string): Promise<Figures> {
  return run('cp', ['-a', from, into]);
}

/** The vault as a process of its own, and a client that brings files to it and lays them down again. */
async function startVault(place: string, tree: Tree): Promise<{ readonly keeper: Keeper; readonly stop: () => Promise<void> }> {
  const directory = join(place, 'vault');
  const peer: WirePeer = { socket: join(place, 'v.sock'), secret: SECRET };
  const digests = new Map<string, string>();
  await writeFile(join(place, 'estate.json'), JSON.stringify(estateFor(tree.bytes * 2 + tree.files.length * 8192)));
  let vault = await spawnVault(place, directory);
  const pid = () => vault.pid ?? 0;
  // The processor time is the vault's own: a scrub, which reads and verifies the same, has no client.
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
    ingest: () => timed(() => forEachAtOnce(tree.files, AT_ONCE, (file) => bring(peer, tree, file, digests))),
    restore: (into) =>
      timed(() => forEachAtOnce(tree.files, AT_ONCE, (file) => layDown(peer, digests.get(file) ?? '', join(into, file)))),
    check: () => timed(() => forEachAtOnce(new Set(digests.values()), AT_ONCE, (sha256) => readAll(peer, sha256))),
  };
  return { keeper, stop: end };
}

async function spawnVault(place: string, directory: string) {
  const child = spawn(process.execPath, [VAULT], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      LOG_LEVEL: 'silent',
      DIRECTORY: directory,
      SOCKET: join(place, 'v.sock'),
      SECRETS_JSON: JSON.stringify({ bench: SECRET }),
      OFFSITE_SECRET: `${SECRET} (off-site)`,
      ESTATE_FILE: join(place, 'estate.json'),
      FINDINGS_SOCKET: join(place, 'none.sock'),
      FINDINGS_SECRET: SECRET,
    },
  });
  const peer = { socket: join(place, 'v.sock'), secret: SECRET };
  await waitUntil(() => callWire(peer, { method: 'GET', path: '/health' }, z.unknown()).then(() => true), {
    what: 'the vault answers',
  });
  return child;
}

async function bring(peer: WirePeer, tree: Tree, file: string, digests: Map<string, string>): Promise<void> {
  const path = join(tree.directory, file);
  const sha256 = await hashFile(path);
  const { size } = await stat(path);
  const headers = { 'content-length': String(size) };
  const stream = createReadStream(path, { highWaterMark: 262_144 });
  const reply = await openWire(peer, { method: 'PUT', path: `/blobs/${sha256}`, stream, headers, timeoutMs: LIMIT_MS });
  reply.body.resume();
  digests.set(file, sha256);
}

async function layDown(peer: WirePeer, sha256: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const { body } = await openWire(peer, { method: 'GET', path: `/blobs/${sha256}`, timeoutMs: LIMIT_MS });
  await pipeline(body, createWriteStream(path));
}

/** The vault itself compares the digest of all that it reads out, and breaks off where it differs. */
async function readAll(peer: WirePeer, sha256: string): Promise<void> {
  const { body } = await openWire(peer, { method: 'GET', path: `/blobs/${sha256}`, timeoutMs: LIMIT_MS });
  await once(body.resume(), 'end');
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 262_144 })) hash.update(chunk);
  return hash.digest('hex');
}

/** Files of many lengths, half of each as text is and half as pictures are. */
async function makeTree(directory: string, { count, bytes, largeBytes }: Size['files']): Promise<Tree> {
  const files: string[] = [];
  const mean = bytes / count;
  for (let at = 0; at < count; at += 1) {
    const name = `d${at % 200}/f${at}`;
    await mkdir(join(directory, `d${at % 200}`), { recursive: true });
    await writeFile(
      join(directory, name),
      fill(Math.max(16, Math.round(mean * (0.2 + (1.6 * ((at * 7919) % 1000)) / 1000))), at),
    );
    files.push(name);
  }
  const handle = await open(join(directory, 'large'), 'w');
  for (let at = 0; at < largeBytes; at += PIECE) await handle.write(fill(Math.min(PIECE, largeBytes - at), at));
  await handle.close();
  return { directory, files: [...files, 'large'], bytes: bytes + largeBytes };
}

function fill(length: number, number: number): Buffer {
  const content = Buffer.alloc(length, `line ${number} of a document, as people write them\n`);
  randomFillSync(content, 0, Math.floor(length / 2));
  return content;
}

async function digestOf(directory: string, tree: Tree): Promise<string> {
  const root = (await readdir(directory)).includes('large') ? directory : join(directory, tree.directory);
  const names = tree.files.toSorted();
  const hash = createHash('sha256');
  for (const name of names) hash.update(`${name} ${await hashFile(join(root, name))}\n`);
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

/** Room that the copies of the tree take, all arms together. */
export function roomNeeded(size: Size): number {
  return (size.files.bytes + size.files.largeBytes) * 6;
}

export function freeRoom(directory: string): number {
  return Number(execFileSync('df', ['--output=avail', '-B1', directory], { encoding: 'utf8' }).trim().split('\n').at(-1));
}
