/**
 * Runs every test of the repository (or those whose path contains an argument), and closes with `N passed, N failed`.
 * Each file is a process of its own. Tests that run a whole estate go one after another beside all others: two estates
 * at once starve each other. A file with a failure is run once more by itself, and named: on a starved machine even one
 * can outlast a generous patience. What fails alone as well has failed.
 *
 * Temporary files lie in memory where there is enough of it (`src/in-memory.ts`).
 *
 * Files named `*.long.test.ts` play all of a list of places or seeds of which a shorter test plays some. They are left
 * out, and run with `--long`: only they, one at a time, with a limit of their own, and once.
 */
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { COMPILED_DIRECTORY } from '@bulkhead/supervision';
import { compileModules } from './src/compile.ts';
import { runInMemory } from './src/in-memory.ts';
import { endTestFiles, runTestFile, type TestFileEnd } from './src/test-file.ts';
import { inParallel } from './src/test-order.ts';

const root = new URL('..', import.meta.url).pathname;
const PLACES = '{packages,compartments,headquarters,offsite,cli,tools,benchmarks,tests}/**/*.test.ts';
const LONG_OPTION = '--long';
const FILE_LIMIT_MS = 600_000;
const LONG_FILE_LIMIT_MS = 2_400_000;
/** One more than there are processors: a good part of most files is waiting. */
const AT_ONCE = Math.max(3, Math.min(5, availableParallelism() + 1));
const LONGEST_SHOWN = 15;

// Compiling the same modules again was a good part of each file's time.
process.env['NODE_COMPILE_CACHE'] ??= root + COMPILED_DIRECTORY;

const wanted = process.argv.slice(2).filter((word) => word !== LONG_OPTION);
const isLongRun = process.argv.includes(LONG_OPTION);
const limitMs = isLongRun ? LONG_FILE_LIMIT_MS : FILE_LIMIT_MS;
const files = globSync(PLACES, { cwd: root, exclude: (name) => name === 'node_modules' })
  .filter((file) => file.endsWith('.long.test.ts') === isLongRun)
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();

// Long tests store more than fits.
const inMemory = isLongRun ? undefined : await runInMemory();
if (inMemory !== undefined) process.exit(inMemory);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    endTestFiles();
    process.exit(1);
  });
}

const ends = new Map<string, TestFileEnd>();
// For some files it costs more than it saves.
if (wanted.length === 0) await compileModules(root);
if (isLongRun) await runAll(files);
else {
  const { estates, others } = inParallel(files);
  // Whoever has run the last estate helps with what is left of the others.
  await Promise.all([runAll(estates, others), ...Array.from({ length: AT_ONCE }, () => runAll(others))]);
}
tellLongest();
if (!isLongRun) await runFailedAgain();

const sum = (count: 'passed' | 'failed' | 'skipped') => [...ends.values()].reduce((total, end) => total + end[count], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;

/** Takes files from one queue after another, and runs them one by one. */
async function runAll(...queues: string[][]): Promise<void> {
  for (const queue of queues) {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const end = await runTestFile(file, { cwd: root, limitMs });
      ends.set(file, end);
      // What a file prints stands together, whatever others print meanwhile.
      process.stdout.write(`\n${file} (${tellTime(end)})\n${end.output}`);
    }
  }
}

async function runFailedAgain(): Promise<void> {
  const unsteady = [...ends].filter(([, { failed }]) => failed > 0).map(([file]) => file);
  if (unsteady.length === 0) return;
  console.log(`\nOnce more, alone:\n${unsteady.map((file) => `  ${file}`).join('\n')}\n`);
  await runAll([...unsteady]);
  for (const file of unsteady)
    if (ends.get(file)?.failed === 0) console.log(`unsteady: ${file} failed beside others, and passed alone`);
}

/** Where the time went, for whoever wants to shorten it. */
function tellLongest(): void {
  const longest = [...ends].sort(([, a], [, b]) => b.seconds - a.seconds).slice(0, LONGEST_SHOWN);
  const lines = longest.map(([file, end]) => `  ${tellTime(end).padStart(22)}  ${file}`);
  const cpuSeconds = [...ends.values()].reduce((total, end) => total + (end.cpuSeconds ?? 0), 0);
  console.log(`\nThe longest files, of ${cpuSeconds.toFixed(0)} s of processor time in all:\n${lines.join('\n')}`);
}

function tellTime({ seconds, cpuSeconds }: TestFileEnd): string {
  return `${seconds.toFixed(0)} s${cpuSeconds === null ? '' : `, ${cpuSeconds.toFixed(1)} s of CPU`}`;
}
