import { randomBytes } from 'node:crypto';
import { sha256Hex } from '@bulkhead/kernel';
import { makeTar } from './tar.ts';

/** What a cluster's files hold on a day. */
export type Day = Readonly<Record<string, Buffer>>;
/** What PostgreSQL sends of a file that is kept in part. */
export type IncrementalFile = { readonly kept: number; readonly pages: readonly (readonly [page: number, bytes: Buffer])[] };
/** An incremental base: its files, and what stands in its tar of each. */
export type Incremental = { readonly files: Readonly<Record<string, Buffer | IncrementalFile>>; readonly tarred: Day };

const PAGE = 8192;

/** Numbers that look random and are the same for a seed. */
function seeded(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

export function firstDay(seed: number): Day {
  const below = seeded(seed);
  const relations = [1, 2, 3, 4, 5, 6].map((number) => [`base/5/${number}`, randomBytes(PAGE * below(45))] as const);
  return {
    backup_label: labelOf(1),
    PG_VERSION: Buffer.from('18\n'),
    ...Object.fromEntries(relations),
    'global/pg_control': randomBytes(PAGE),
  };
}

/** The day behind: pages changed, files cut, grown with and without zeros, emptied, dropped and new. */
export function dayBehind(day: Day, seed: number): Day {
  const below = seeded(seed);
  const next: Record<string, Buffer> = {};
  for (const [name, bytes] of Object.entries(day)) {
    const fate = name.startsWith('base/') ? below(8) : 8;
    const changed = Buffer.from(bytes);
    for (let left = below(4); left > 0 && bytes.length > 0; left -= 1)
      randomBytes(PAGE).copy(changed, PAGE * below(bytes.length / PAGE));
    if (fate === 0) continue;
    if (fate === 1) next[name] = Buffer.alloc(0);
    else if (fate === 2) next[name] = changed.subarray(0, PAGE * below(bytes.length / PAGE + 1));
    else if (fate === 3) next[name] = Buffer.concat([changed, Buffer.alloc(PAGE * below(20)), randomBytes(PAGE)]);
    else if (fate < 8) next[name] = fate < 6 ? changed : bytes;
    else next[name] = bytes;
  }
  return {
    ...next,
    backup_label: labelOf(seed),
    [`base/5/${1000 + seed}`]: randomBytes(PAGE * below(10)),
    'global/pg_control': randomBytes(PAGE),
  };
}

export const labelOf = (seed: number) =>
  Buffer.from(`START WAL LOCATION: 0/${seed}000028\nBACKUP METHOD: streamed\nLABEL: offsite\n`);

/** What PostgreSQL would send on the day behind. Pages of zeros behind the old end are not among what changed: no WAL tells of them. */
export function incrementalOf(day: Day, next: Day, fromLsn: string): Incremental {
  const files = Object.entries(next).map(([name, bytes]): [string, Buffer | IncrementalFile] => {
    if (name === 'backup_label')
      return [name, Buffer.from(`${String(bytes)}INCREMENTAL FROM LSN: ${fromLsn}\nINCREMENTAL FROM TLI: 1\n`)];
    const old = day[name];
    if (!name.startsWith('base/') || !old) return [name, bytes];
    const pages: [number, Buffer][] = [];
    for (let at = 0; at * PAGE < bytes.length; at += 1) {
      const now = bytes.subarray(at * PAGE, (at + 1) * PAGE);
      const was = old.subarray(at * PAGE, (at + 1) * PAGE);
      if (!now.equals(was.length > 0 ? was : Buffer.alloc(PAGE))) pages.push([at, now]);
    }
    return [name.replace(/([^/]+)$/, 'INCREMENTAL.$1'), { kept: bytes.length / PAGE, pages }];
  });
  const named = Object.fromEntries(files);
  return { files: named, tarred: contentsOf(named) };
}

export function incrementalTar({ files }: Pick<Incremental, 'files'>): Buffer {
  return makeTar(contentsOf(files));
}

/** PostgreSQL's manifest of these files. */
export function manifestOf(day: Day): Buffer {
  const files = Object.entries(day).map(([name, bytes]) => ({
    Path: name,
    Size: bytes.length,
    'Checksum-Algorithm': 'SHA256',
    Checksum: sha256Hex(bytes),
  }));
  return Buffer.from(JSON.stringify({ 'PostgreSQL-Backup-Manifest-Version': 2, Files: files, 'WAL-Ranges': [] }));
}

function contentsOf(files: Incremental['files']): Day {
  return Object.fromEntries(Object.entries(files).map(([name, file]) => [name, Buffer.isBuffer(file) ? file : encode(file)]));
}

function encode({ kept, pages }: IncrementalFile): Buffer {
  const numbers = [0xd3_ae_1f_0d, pages.length, kept, ...pages.map(([number]) => number)];
  const head = Buffer.alloc(pages.length === 0 ? 12 : Math.ceil((numbers.length * 4) / PAGE) * PAGE);
  for (const [at, number] of numbers.entries()) head.writeUInt32LE(number, at * 4);
  return Buffer.concat([head, ...pages.map(([, bytes]) => bytes)]);
}
