/**
 * Runs every test of the repository (or those whose path contains an argument), and closes with `N passed, N failed`.
 * A file with a failure is run once more by itself, and named: on a starved machine two estates at once can outlast a
 * patience that is generous for one. What fails alone as well has failed.
 */
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

type Count = { passed: number; failed: number; skipped: number };

const root = new URL('..', import.meta.url).pathname;
const PLACES = '{packages,compartments,headquarters,offsite,cli,tools,benchmarks,tests}/**/*.test.ts';
const FILE_LIMIT_MS = 600_000;
const AT_ONCE = Math.max(2, Math.min(4, availableParallelism()));

// Each test file is a process of its own, and compiling the same modules again was a good part of its time. Tests alone do
// so: a cache that processes of an estate could write would be a way to leave code behind.
process.env['NODE_COMPILE_CACHE'] ??= `${root}node_modules/.cache/compiled`;

const wanted = process.argv.slice(2);
const files = globSync(PLACES, { cwd: root, exclude: (name) => name === 'node_modules' })
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .map((file) => `${root}${file}`)
  .sort();

const counts = await runFiles(files, AT_ONCE);
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
  const found = new Map<string, Count>(chosen.map((file) => [file, { passed: 0, failed: 0, skipped: 0 }]));
  const countOf = (file: string | undefined) => {
    const count = found.get(file ?? '') ?? { passed: 0, failed: 0, skipped: 0 };
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
  const shown = stream.compose(new spec());
  for await (const text of shown) process.stdout.write(String(text));
  return found;
}
