/**
 * Runs every test of the repository (or those whose path contains an argument), and closes with `N passed, N failed`.
 * Each file is a process of its own. Tests that run a whole estate go one after another beside all others: two estates
 * at once starve each other. A file with a failure is run once more by itself, and named: on a starved machine even one
 * can outlast a generous patience. What fails alone as well has failed.
 */
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { endTestFiles, runTestFile, type TestFileEnd } from './src/test-file.ts';

const root = new URL('..', import.meta.url).pathname;
const PLACES = '{packages,compartments,headquarters,offsite,cli,tools,benchmarks,tests}/**/*.test.ts';
const FILE_LIMIT_MS = 400_000;
const AT_ONCE = Math.max(2, Math.min(4, availableParallelism()));
const LONGEST_SHOWN = 15;

// Compiling the same modules again was a good part of each file's time. Tests alone do so: a cache that processes of an
// estate could write would be a way to leave code behind.
process.env['NODE_COMPILE_CACHE'] ??= `${root}node_modules/.cache/compiled`;

const wanted = process.argv.slice(2);
const files = globSync(PLACES, { cwd: root, exclude: (name) => name === 'node_modules' })
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();
const isOfEstate = (file: string) => /^tests\/[^/]+$/.test(file);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    endTestFiles();
    process.exit(1);
  });
}

const ends = new Map<string, TestFileEnd>();
const estates = files.filter(isOfEstate);
const others = files.filter((file) => !isOfEstate(file));
// Whoever has run the last estate helps with what is left of the others.
await Promise.all([runAll(estates, others), ...Array.from({ length: AT_ONCE }, () => runAll(others))]);
tellLongest();
const unsteady = [...ends].filter(([, { failed }]) => failed > 0).map(([file]) => file);
if (unsteady.length > 0) {
  console.log(`\nOnce more, alone:\n${unsteady.map((file) => `  ${file}`).join('\n')}\n`);
  await runAll([...unsteady]);
}
for (const file of unsteady)
  if (ends.get(file)?.failed === 0) console.log(`unsteady: ${file} failed beside others, and passed alone`);

const sum = (count: 'passed' | 'failed' | 'skipped') => [...ends.values()].reduce((total, end) => total + end[count], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;

/** Takes files from one queue after another, and runs them one by one. */
async function runAll(...queues: string[][]): Promise<void> {
  for (const queue of queues) {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const end = await runTestFile(file, { cwd: root, limitMs: FILE_LIMIT_MS });
      ends.set(file, end);
      // What a file prints stands together, whatever others print meanwhile.
      process.stdout.write(`\n${file} (${end.seconds.toFixed(0)} s)\n${end.output}`);
    }
  }
}

/** Where the time went, for whoever wants to shorten it. */
function tellLongest(): void {
  const longest = [...ends].sort(([, a], [, b]) => b.seconds - a.seconds).slice(0, LONGEST_SHOWN);
  const lines = longest.map(([file, { seconds }]) => `  ${seconds.toFixed(0).padStart(4)} s  ${file}`);
  console.log(`\nThe longest files:\n${lines.join('\n')}`);
}
