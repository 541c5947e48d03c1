import assert from 'node:assert/strict';
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  archiveReportSchema,
  basesSchema,
  compartmentStreamSchema,
  joinedStreamSchema,
  walListSchema,
} from '@bulkhead/contracts';
import { EstateError, sha256Hex } from '@bulkhead/kernel';
import { callWire, openWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { formatLsn, historyName, parseLsn } from '#archive/wal.rules.ts';
import { Seeded } from './seeded.ts';
import { SimulatedPrimary } from './simulated-primary.ts';
import { SimulatedSite } from './simulated-site.ts';
import { WrittenWal } from './written-wal.ts';

const COMPARTMENT = '/compartments/site';
const LIMIT_MS = 60_000;
/** What holds nothing of the archive. */
const IS_EMPTY_OF_MEANING = /room\.reserve$/;

/** What the archive answers to every question that a restore asks: question → digest of the answer, or why it was refused. */
export type Answers = ReadonlyMap<string, string>;
const REFUSED = 'refused: ';

/** An archive of two timelines, with every kind of file: two bases, a packed segment, a history, growing segments. */
export async function makeArchive(root: string): Promise<{ readonly directory: string; readonly answers: Answers }> {
  const random = new Seeded(20_301);
  const systemId = '7000000000000000042';
  const places = await Promise.all(
    ['a', 'b'].map((name) => mkdir(join(root, name), { recursive: true }).then(() => join(root, name))),
  );
  const [first = '', second = ''] = places;
  const wal = new WrittenWal(1, parseLsn('0/1000000'));
  const primary = await SimulatedPrimary.start({ directory: first, systemId, wal, history: '' });
  const site = new SimulatedSite({ root, sockets: root, primaryDirectory: first, now: () => new Date('2026-01-01T00:00:00Z') });
  await site.start();
  const untilAll = async (one: SimulatedPrimary) => assert.ok(await one.untilAcknowledged(one.wal.endLsn, LIMIT_MS));
  primary.commit(random.bytes(150_000));
  await untilAll(primary);
  primary.switchSegment();
  primary.commit(random.bytes(60_000));
  await untilAll(primary);
  await post(site.orders, '/seal', { epoch: 1 });
  await post(site.orders, '/timeline');
  const branchLsn = wal.endLsn;
  const history = `1\t${formatLsn(branchLsn)}\tno recovery target specified\n`;
  const grown = wal.branch(2, branchLsn);
  grown.append(random.bytes(40_000));
  const restored = await SimulatedPrimary.start({ directory: second, systemId, wal: grown, history });
  const order = { systemId, timeline: 2, socketDirectory: second, epoch: 2 };
  await callWire(site.orders, { method: 'POST', path: `${COMPARTMENT}/join`, body: order }, joinedStreamSchema);
  restored.commit(random.bytes(50_000));
  await untilAll(restored);
  await post(site.orders, '/base');
  await Promise.all([primary.stop(), restored.stop()]);
  await site.stop();
  return { directory: site.directory, answers: await readAll(site.directory, join(root, 'whole')) };
}

/** Every file of an archive that means something, with its length. */
export function listFiles(directory: string): { readonly path: string; readonly bytes: number }[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !IS_EMPTY_OF_MEANING.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: path.slice(directory.length + 1), bytes: readFileSync(path).length }))
    .toSorted((left, right) => (left.path < right.path ? -1 : 1));
}

/** Asks a copy of an archive, in which one bit is another, for everything. */
export async function readFlipped(
  { directory, place }: { readonly directory: string; readonly place: string },
  flip: { readonly path: string; readonly at: number; readonly bit: number },
): Promise<Answers> {
  const copy = join(place, 'archive-0');
  try {
    mkdirSync(copy, { recursive: true });
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      const from = join(entry.parentPath, entry.name);
      const path = from.slice(directory.length + 1);
      if (entry.isDirectory()) mkdirSync(join(copy, path), { recursive: true });
      else if (path !== flip.path && !IS_EMPTY_OF_MEANING.test(path)) linkSync(from, join(copy, path));
    }
    const bytes = readFileSync(join(directory, flip.path));
    bytes.writeUInt8(bytes.readUInt8(flip.at) ^ (1 << flip.bit), flip.at);
    writeFileSync(join(copy, flip.path), bytes);
    return await readAll(copy, place);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Compares what a damaged archive answers with what the whole one does: never anything else, unless it refuses. */
export function judge(whole: Answers, damaged: Answers): { readonly isFound: boolean; readonly served: readonly string[] } {
  const others = [...whole].filter(([question, answer]) => damaged.get(question) !== answer);
  const isRefused = (answer: string | undefined) => answer === undefined || answer.startsWith(REFUSED);
  const served = others.filter(([question]) => !isRefused(damaged.get(question))).map(([question]) => question);
  return { isFound: others.length > 0, served };
}

async function readAll(archive: string, place: string): Promise<Answers> {
  await mkdir(join(place, 'p'), { recursive: true });
  const root = archive.endsWith('/archive-0') ? archive.slice(0, -'/archive-0'.length) : place;
  const site = new SimulatedSite({
    root,
    sockets: place,
    primaryDirectory: join(place, 'p'),
    now: () => new Date('2026-02-01T00:00:00Z'),
  });
  try {
    await site.start();
  } catch (error) {
    // What opens every archive is damaged: nothing is served at all, and the reason is told.
    if (error instanceof EstateError) return new Map([['state', REFUSED + codeOf(error)]]);
    throw error;
  }
  try {
    return await ask(site);
  } finally {
    await site.stop();
  }
}

async function ask({ reader, orders }: Pick<SimulatedSite, 'reader' | 'orders'>): Promise<Answers> {
  const answers = new Map<string, string>();
  const files = new Map<string, Promise<string>>();
  /** Each file once, whatever names it. */
  const readFileOnce = (name: string) => {
    const read = files.get(name) ?? readBytes(reader, `${COMPARTMENT}/wal/${name}`);
    files.set(name, read);
    return read;
  };
  const note = async (question: string, answer: () => Promise<string>) => {
    answers.set(question, await answer().catch((error: unknown) => REFUSED + codeOf(error)));
  };
  await note('state', async () => {
    const status = await callWire(reader, { method: 'GET', path: COMPARTMENT }, compartmentStreamSchema);
    if (status.state === 'broken') return `${REFUSED}${status.fault?.code}`;
    const { fault: _, state: __, ...told } = status;
    return JSON.stringify(told);
  });
  const bases = await callWire(reader, { method: 'GET', path: `${COMPARTMENT}/bases` }, basesSchema).catch(() => undefined);
  await note('bases', async () => (bases ? JSON.stringify(bases) : `${REFUSED}bases`));
  for (const base of bases?.bases ?? []) {
    await note(`base ${base.id}`, () => readBytes(reader, `${COMPARTMENT}/bases/${base.id}`, base.sha256));
    for (const timeline of [1, 2])
      await note(`wal from ${base.startLsn} on ${timeline}`, () => readWal(reader, readFileOnce, base.startLsn, timeline));
  }
  await note('history', () => readFileOnce(historyName(2)));
  // What no restore reads, such as PostgreSQL's own list of a base's files, is looked at by whoever examines all of it.
  await note('examination', async () => {
    const call = { method: 'POST', path: `${COMPARTMENT}/verify`, timeoutMs: LIMIT_MS } as const;
    const { faults } = await callWire(orders, call, archiveReportSchema);
    return faults.length === 0 ? 'whole' : REFUSED + faults.map(({ code }) => code).join(' ');
  });
  return answers;
}

async function readWal(
  reader: WirePeer,
  readFileOnce: (name: string) => Promise<string>,
  from: string,
  timeline: number,
): Promise<string> {
  const path = `${COMPARTMENT}/wal?from=${encodeURIComponent(from)}&timeline=${timeline}`;
  const list = await callWire(reader, { method: 'GET', path }, walListSchema);
  const digests: string[] = [];
  for (const file of list.files) digests.push(`${file.name} ${await readFileOnce(file.name)}`);
  return JSON.stringify([list, digests]);
}

/** As a jail reads: bytes that are not those of the digest are refused by the reader itself. */
async function readBytes(reader: WirePeer, path: string, sha256?: string): Promise<string> {
  const reply = await openWire(reader, { method: 'GET', path, timeoutMs: LIMIT_MS });
  const digest = sha256Hex(await buffer(reply.body));
  if (digest === reply.headers['x-sha256'] && (sha256 === undefined || digest === sha256)) return digest;
  throw new EstateError('archive.damaged', `reading ${path}: other bytes than its digest's`);
}

function codeOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause)
    if (at instanceof EstateError && at.code !== 'wire.refused') return at.code;
  return 'broken off';
}

function post(peer: WirePeer, path: string, body?: object): Promise<unknown> {
  const call = { method: 'POST', path: `${COMPARTMENT}${path}`, timeoutMs: LIMIT_MS } as const;
  return callWire(peer, body === undefined ? call : { ...call, body }, z.unknown());
}
