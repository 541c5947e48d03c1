import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { type FileHandle, link, mkdtemp, open, readdir, readFile, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { forEachAtOnce, syncDirectory } from '@bulkhead/kernel';
import { makeRow, type Row } from './row.ts';

const BLOB_BYTES = 4096;
/** As many uploads as the vault takes of one compartment. */
const AT_ONCE = 32;
const PACK_BYTES = 67_108_864;
const GETS = 20_000;

type Layout = {
  readonly put: (sha256: string, content: Buffer) => Promise<void>;
  readonly get: (sha256: string) => Promise<Buffer>;
  /** Reads everything in the order that suits it. */
  readonly scrub: () => Promise<void>;
  readonly countInodes: () => Promise<number>;
  readonly close: () => Promise<void>;
};
type Figures = { readonly puts: number; readonly gets: number; readonly scrubs: number; readonly inodes: number };

/** Small blobs as files of their own, as the vault lays them, beside the same blobs in pack files. Each put is flushed before it is acknowledged. */
export async function measureVault(isLong: boolean): Promise<readonly Row[]> {
  const count = isLong ? 100_000 : 20_000;
  const ours = await measureLayout(count, layFiles);
  const packs = await measureLayout(count, layPacks);
  const blobs = `${count.toLocaleString('en')} blobs of 4 KiB`;
  const row = (work: string, unit: string, kind: keyof Figures) => {
    const beside = { name: 'pack files', version: `of ${PACK_BYTES / 1_048_576} MiB`, value: packs[kind] };
    return makeRow({ work: `${blobs}, ${work}`, unit, ours: ours[kind], beside, goal: null });
  };
  return [
    row(`put, ${AT_ONCE} at a time, each flushed`, 'blobs/s', 'puts'),
    row('get, in no order', 'blobs/s', 'gets'),
    row('scrub', 'blobs/s', 'scrubs'),
    row('inodes', 'inodes', 'inodes'),
  ];
}

async function measureLayout(count: number, lay: (directory: string) => Promise<Layout>): Promise<Figures> {
  const directory = await mkdtemp(join(tmpdir(), 'bhvault-'));
  const layout = await lay(directory);
  try {
    const contents = Array.from({ length: count }, () => randomBytes(BLOB_BYTES));
    const digests = contents.map((content) => createHash('sha256').update(content).digest('hex'));
    const puts = await rate(count, () =>
      forEachAtOnce(digests.keys(), AT_ONCE, (at) => layout.put(digests[at] ?? '', contents[at] ?? Buffer.alloc(0))),
    );
    const asked = Array.from({ length: GETS }, () => digests[Math.floor(Math.random() * count)] ?? '');
    const gets = await rate(GETS, () => forEachAtOnce(asked, AT_ONCE, async (sha256) => void (await layout.get(sha256))));
    const scrubs = await rate(count, () => layout.scrub());
    return { puts, gets, scrubs, inodes: await layout.countInodes() };
  } finally {
    await layout.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function layFiles(directory: string): Promise<Layout> {
  const register = openRegister(directory);
  const keep = register.prepare('insert into blob (sha256) values (?)');
  const commit = groupCommits<string>(async (digests) => {
    register.exec('begin');
    for (const sha256 of digests) keep.run(sha256);
    register.exec('commit');
  });
  for (let shard = 0; shard < 256; shard += 1) mkdirSync(join(directory, shard.toString(16).padStart(2, '0')));
  const pathOf = (sha256: string) => join(directory, sha256.slice(0, 2), sha256);
  let spooled = 0;
  return {
    put: async (sha256, content) => {
      const spool = join(directory, `spool-${(spooled += 1)}`);
      const handle = await open(spool, 'wx', 0o400);
      await handle.write(content);
      await handle.sync();
      await handle.close();
      await commit(sha256);
      await link(spool, pathOf(sha256));
      await unlink(spool);
      await syncDirectory(join(directory, sha256.slice(0, 2)));
    },
    get: (sha256) => readFile(pathOf(sha256)),
    scrub: async () => {
      for (const { sha256 } of rowsOf(register, 'select sha256 from blob order by sha256'))
        compare(await readFile(pathOf(String(sha256))), String(sha256));
    },
    countInodes: async () => (await readdir(directory, { recursive: true })).length,
    close: async () => register.close(),
  };
}

async function layPacks(directory: string): Promise<Layout> {
  const register = openRegister(directory);
  const keep = register.prepare('insert into blob (sha256, pack, place) values (?, ?, ?)');
  const find = register.prepare('select pack, place from blob where sha256 = ?');
  const packs: FileHandle[] = [];
  let place = PACK_BYTES;
  const commit = groupCommits<{ readonly sha256: string; readonly content: Buffer }>(async (blobs) => {
    if (place + blobs.length * BLOB_BYTES > PACK_BYTES) {
      packs.push(await open(join(directory, `pack-${packs.length}`), 'wx+'));
      place = 0;
      await syncDirectory(directory);
    }
    const pack = packs.at(-1);
    await pack?.write(Buffer.concat(blobs.map(({ content }) => content)), 0, blobs.length * BLOB_BYTES, place);
    await pack?.sync();
    register.exec('begin');
    for (const { sha256 } of blobs) {
      keep.run(sha256, packs.length - 1, place);
      place += BLOB_BYTES;
    }
    register.exec('commit');
  });
  const readAt = async (pack: unknown, at: unknown) => {
    const { buffer } = (await packs[Number(pack)]?.read(Buffer.alloc(BLOB_BYTES), 0, BLOB_BYTES, Number(at))) ?? {};
    return buffer ?? Buffer.alloc(0);
  };
  return {
    put: (sha256, content) => commit({ sha256, content }),
    get: async (sha256) => {
      const row = find.get(sha256);
      return readAt(row?.['pack'], row?.['place']);
    },
    scrub: async () => {
      for (const row of rowsOf(register, 'select sha256, pack, place from blob order by pack, place'))
        compare(await readAt(row['pack'], row['place']), String(row['sha256']));
    },
    countInodes: async () => (await readdir(directory)).length,
    close: async () => {
      for (const pack of packs) await pack.close();
      register.close();
    },
  };
}

function openRegister(directory: string): DatabaseSync {
  closeSync(openSync(join(directory, 'register.sqlite'), 'w'));
  const register = new DatabaseSync(join(directory, 'register.sqlite'));
  register.exec('pragma journal_mode = wal; pragma synchronous = full');
  register.exec('create table blob (sha256 text primary key, pack integer, place integer) strict, without rowid');
  return register;
}

/** What is asked for while a flush runs shares the next one. */
function groupCommits<Item>(flush: (items: readonly Item[]) => Promise<void>): (item: Item) => Promise<void> {
  let waiting: { readonly item: Item; readonly done: () => void }[] = [];
  let running: Promise<void> | undefined;
  const run = async () => {
    while (waiting.length > 0) {
      const now = waiting;
      waiting = [];
      await flush(now.map(({ item }) => item));
      for (const { done } of now) done();
    }
    running = undefined;
  };
  return (item) =>
    new Promise((done) => {
      waiting.push({ item, done });
      running ??= new Promise<void>((resolve) => setImmediate(resolve)).then(run);
    });
}

function rowsOf(register: DatabaseSync, sql: string): Record<string, unknown>[] {
  return register.prepare(sql).all();
}

function compare(content: Buffer, sha256: string): void {
  if (createHash('sha256').update(content).digest('hex') !== sha256) throw new Error(`${sha256} came back with other bytes`);
}

async function rate(count: number, work: () => Promise<void>): Promise<number> {
  const begunMs = performance.now();
  await work();
  return (count / (performance.now() - begunMs)) * 1000;
}
