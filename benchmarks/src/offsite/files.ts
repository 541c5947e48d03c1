import { createHash, randomFillSync } from 'node:crypto';
import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
import { hashFile, type Keeper, startVault, type Tree } from './vault-arm.ts';

const PIECE = 4_194_304;
const PASSWORD = { RESTIC_PASSWORD: 'a measurement', BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes' };

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
