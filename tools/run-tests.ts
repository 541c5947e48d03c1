/**
 * Runs every test of the repository (or those whose path contains an argument), and closes with `N passed, N failed`.
 * Tests that run a whole estate go one after another, in a lane of their own beside all others: two estates at once
 * starve each other. A file with a failure is run once more by itself, and named: on a starved machine even one can
 * outlast a generous patience. What fails alone as well has failed.
 */
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

type Count = { passed: number; failed: number; skipped: number; seconds: number };

const root = new URL('..', import.meta.url).pathname;
const PLACES = '{packages,compartments,headquarters,offsite,cli,tools,benchmarks,tests}/**/*.test.ts';
const FILE_LIMIT_MS = 600_000;
const AT_ONCE = Math.max(2, Math.min(4, availableParallelism()));
const LONGEST_SHOWN = 15;

// Each test file is a process of its own, and compiling the same modules again was a good part of its time. Tests alone do
// so: a cache that processes of an estate could write would be a way to leave code behind.
process.env['NODE_COMPILE_CACHE'] ??= `${root}node_modules/.cache/compiled`;

const wanted = process.argv.slice(2);
const files = globSync(PLACES, { cwd: root, exclude: (name) => name === 'node_modules' })
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .map((file) => `${root}${file}`)
  .sort();
const isOfEstate = (file: string) => /^tests\/[^/]+$/.test(file.slice(root.length));

const counts = new Map<string, Count>();
const lanes = [
  { files: files.filter(isOfEstate), atOnce: 1 },
  { files: files.filter((file) => !isOfEstate(file)), atOnce: AT_ONCE },
].filter((lane) => lane.files.length > 0);
for (const found of await Promise.all(lanes.map((lane) => runFiles(lane.files, lane.atOnce))))
  for (const [file, count] of found) counts.set(file, count);
tellLongest();
const unsteady = [...counts].filter(([, { failed }]) => failed > 0).map(([file]) => file);
if (unsteady.length > 0) {
  console.log(`\nOnce more, alone:\n${unsteady.map((file) => `  ${file.slice(root.length)}`).join('\n')}\n`);
  for (const [file, count] of await runFiles(unsteady, 1)) counts.set(file, count);
}
for (const file of unsteady)
  if (counts.get(file)?.failed === 0) console.log(`unsteady: ${file.slice(root.length)} failed beside others, and passed alone`);

const total = [...counts.values()].reduce(
  (sum, count) => ({
    passed: sum.passed + count.passed,
    failed: sum.failed + count.failed,
    skipped: sum.skipped + count.skipped,
  }),
  { passed: 0, failed: 0, skipped: 0 },
);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

async function runFiles(chosen: readonly string[], concurrency: number): Promise<Map<string, Count>> {
  const found = new Map<string, Count>(chosen.map((file) => [file, { passed: 0, failed: 0, skipped: 0, seconds: 0 }]));
  const countOf = (file: string | undefined) => {
    const count = found.get(file ?? '') ?? { passed: 0, failed: 0, skipped: 0, seconds: 0 };
    found.set(file ?? '', count);
    return count;
  };
  const stream = run({ cwd: root, files: [...chosen], concurrency, timeout: FILE_LIMIT_MS });
  stream.on('test:pass', ({ file, details, skip }) => {
    if (details.type === 'suite') return;
    countOf(file)[skip === undefined || skip === false ? 'passed' : 'skipped'] += 1;
  });
  stream.on('test:fail', ({ file, details }) => {
    if (details.type !== 'suite') countOf(file).failed += 1;
  });
  // What a file prints stands together, whatever other lanes print meanwhile.
  const held: string[] = [];
  const flush = () => process.stdout.write(held.splice(0).join(''));
  stream.on('test:summary', ({ file, duration_ms }) => {
    if (file === undefined) return;
    countOf(file).seconds = duration_ms / 1000;
    setImmediate(flush);
  });
  for await (const text of stream.compose(new spec())) held.push(String(text));
  flush();
  return found;
}

/** Where the time went, for whoever wants to shorten it. */
function tellLongest(): void {
  const longest = [...counts].sort(([, a], [, b]) => b.seconds - a.seconds).slice(0, LONGEST_SHOWN);
  const lines = longest.map(([file, { seconds }]) => `  ${seconds.toFixed(0).padStart(4)} s  ${file.slice(root.length)}`);
  console.log(`\nThe longest files:\n${lines.join('\n')}`);
}
