import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, type Row } from '../row.ts';

const TICKS_PER_SECOND = 100;
/** Who runs PostgreSQL: it refuses root. */
export const UNPRIVILEGED: { readonly uid: number; readonly gid: number } | undefined =
  process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
const POSTGRES_15 = '/usr/lib/postgresql/15/bin';

export type Figures = { readonly seconds: number; readonly cpuSeconds: number };

/** The version of a program, or nothing where it is not installed. */
export function findVersion(program: string, word = 'version'): string | undefined {
  try {
    return /\d+(\.\d+)+/.exec(execFileSync(program, [word], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))?.[0];
  } catch {
    return undefined;
  }
}

/** Debian's PostgreSQL 15, which the peers that refuse a younger one are measured on. */
export function findPostgres15(): { readonly bin: (name: string) => string; readonly version: string } | undefined {
  if (!existsSync(join(POSTGRES_15, 'pg_receivewal'))) return undefined;
  return { bin: (name) => join(POSTGRES_15, name), version: findVersion(join(POSTGRES_15, 'postgres'), '--version') ?? '15' };
}

/** Runs a program to its end, and tells what it took, with all that it started. @throws Error with what it said */
export async function run(
  program: string,
  words: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string; readonly asOwner?: boolean } = {},
): Promise<Figures> {
  const before = readChildrenCpu();
  const begunMs = performance.now();
  const child = spawn(program, words, {
    cwd: options.cwd ?? '/',
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.asOwner ? UNPRIVILEGED : {}),
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said = (said + String(chunk)).slice(-4000)));
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${code}: ${said}`);
  return { seconds: (performance.now() - begunMs) / 1000, cpuSeconds: readChildrenCpu() - before };
}

/** Processor seconds of this process's children that have ended (Linux). */
function readChildrenCpu(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** Writes what is in memory to the disk, then forgets it: the next reader meets a cold cache. As an ordinary user nothing is forgotten. */
export function coolDown({ isCold }: { readonly isCold: boolean }): 'cold' | 'warm' {
  if (!isCold) return 'warm';
  execFileSync('sync');
  try {
    execFileSync('sh', ['-c', 'echo 3 > /proc/sys/vm/drop_caches'], { stdio: 'ignore' });
    return 'cold';
  } catch {
    return 'warm';
  }
}

export async function inTemporaryDirectory<Result>(work: (directory: string) => Promise<Result>): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'bhb-'));
  execFileSync('chmod', ['755', directory]);
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A peer that is not installed, or a measurement that is not made, by name: nothing is claimed. */
export function absent(work: string, name: string, why: string): Row {
  const beside = { name, version: why, value: Number.NaN };
  return { work, unit: '', ours: Number.NaN, beside, ratio: null, goal: 'not measured', met: null };
}

export const rangeOf = (figures: readonly number[]): readonly [number, number] => [Math.min(...figures), Math.max(...figures)];
export const secondsOf = (figures: readonly Figures[]): number[] => figures.map(({ seconds }) => seconds);
export const medianSeconds = (figures: readonly Figures[]): number => median(secondsOf(figures));
