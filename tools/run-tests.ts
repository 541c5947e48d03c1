/** Runs every test of the repository (or those whose path contains an argument), and closes with `N passed, N failed`. */
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const root = new URL('..', import.meta.url).pathname;
const wanted = process.argv.slice(2);
const files = globSync('{packages,compartments,headquarters,offsite,cli,tools,benchmarks,tests}/**/*.test.ts', {
  cwd: root,
  exclude: (name) => name === 'node_modules',
})
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();

const count = { passed: 0, failed: 0, skipped: 0 };
const stream = run({
  cwd: root,
  files: files.map((file) => `${root}${file}`),
  concurrency: Math.max(2, Math.min(4, availableParallelism())),
  timeout: 600_000,
});
stream.on('test:pass', ({ details, skip }) => {
  if (details.type === 'suite') return;
  if (skip === undefined || skip === false) count.passed += 1;
  else count.skipped += 1;
});
stream.on('test:fail', ({ details }) => {
  if (details.type !== 'suite') count.failed += 1;
});
stream.compose(new spec()).pipe(process.stdout);
stream.once('end', () => {
  process.exitCode = count.failed > 0 || count.passed === 0 ? 1 : 0;
  setTimeout(() => {
    console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }, 200);
});
