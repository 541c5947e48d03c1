import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { endTree } from './process-tree.ts';
import type { TestCounts } from './test-counts.ts';

const REPORTER = fileURLToPath(new URL('test-counts.ts', import.meta.url));
const OUTPUT_GRACE_MS = 2000;
const countsSchema = z.object({ passed: z.number(), failed: z.number(), skipped: z.number(), cpuSeconds: z.number().nullable() });

/** How a file of tests ended, what it printed, and how long it took. */
export type TestFileEnd = TestCounts & { readonly output: string; readonly seconds: number };

let runs = 0;
const running = new Set<number>();

/** Ends all files that run now, and everything that they started. */
export function endTestFiles(): void {
  for (const pid of running) endTree(pid);
}

/**
 * Runs one file of tests in a process of its own. One that does not end within the limit, or ends without its counts,
 * has failed: it is killed with everything that it started.
 */
export async function runTestFile(file: string, { cwd, limitMs }: { cwd: string; limitMs: number }): Promise<TestFileEnd> {
  const begun = performance.now();
  runs += 1;
  const countsFile = join(tmpdir(), `bulkhead-counts-${process.pid}-${runs}.json`);
  // Inside a run of `node --test` a file would report to that.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, [...reporters(countsFile), file], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid = 0 } = child;
  running.add(pid);
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => printed.push(chunk));
  const closed = once(child, 'close');
  let isLate = false;
  const limit = setTimeout(() => {
    isLate = true;
    endTree(pid);
  }, limitMs);
  await once(child, 'exit');
  clearTimeout(limit);
  running.delete(pid);
  // What it left running may hold its output open for ever.
  const grace = AbortSignal.timeout(OUTPUT_GRACE_MS);
  await Promise.race([closed, once(grace, 'abort')]);
  child.stdout.destroy();
  child.stderr.destroy();
  const counts = await readCounts(countsFile);
  const seconds = (performance.now() - begun) / 1000;
  const output = Buffer.concat(printed).toString('utf8');
  if (counts !== undefined && !isLate) {
    // An end with a failure that no test owns, such as a throw at the top of the file.
    const failed = counts.failed === 0 && child.exitCode !== 0 ? 1 : counts.failed;
    return { ...counts, failed, output, seconds };
  }
  const why = isLate ? `did not end within ${limitMs / 1000} s` : `ended by itself (${child.signalCode ?? child.exitCode})`;
  const told = `✖ ${file} ${why}; its tests were not counted\n`;
  return { passed: 0, skipped: 0, failed: 1, cpuSeconds: null, output: output + told, seconds };
}

function reporters(countsFile: string): string[] {
  const pairs = [
    ['spec', 'stdout'],
    [REPORTER, countsFile],
  ];
  return pairs.flatMap(([reporter, destination]) => [
    `--test-reporter=${reporter}`,
    `--test-reporter-destination=${destination}`,
  ]);
}

async function readCounts(path: string): Promise<TestCounts | undefined> {
  try {
    return countsSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  } finally {
    await rm(path, { force: true });
  }
}
