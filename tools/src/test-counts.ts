import { readFileSync, writeSync } from 'node:fs';
import type { TestEvent } from 'node:test/reporters';
import { endOwnTree } from './process-tree.ts';

/** How the tests of one file ended, and the processor time of its process and of all that ended below it; null without /proc. */
export type TestCounts = {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cpuSeconds: number | null;
};

const TICKS_PER_SECOND = 100;
/** Names the milliseconds that a file has to end once its last test has: stopping an estate may take a minute beside others. */
export const GRACE_VARIABLE = 'BULKHEAD_TEST_GRACE_MS';
const GRACE_MS = 120_000;

/**
 * A reporter of Node's test runner that writes nothing but one line of counts, when the file has ended. Suites are no tests.
 * What a test left open, as one does that failed halfway, would keep its file's process for ever: it is killed with all that it started.
 */
export default async function* testCounts(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  let running = 0;
  const patience = setTimeout(
    () => {
      if (running > 0) return void patience.refresh();
      writeSync(2, `its tests have ended, and what is open keeps it: ${process.getActiveResourcesInfo().join(', ')}\n`);
      endOwnTree();
    },
    Number(process.env[GRACE_VARIABLE] ?? GRACE_MS),
  ).unref();
  for await (const event of source) {
    if (event.type === 'test:dequeue') running += 1;
    if (event.type === 'test:complete') running -= 1;
    patience.refresh();
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { details, skip } = event.data;
    if (details.type === 'suite') continue;
    if (event.type === 'test:fail') counts.failed += 1;
    else counts[skip === undefined || skip === false ? 'passed' : 'skipped'] += 1;
  }
  clearTimeout(patience);
  yield JSON.stringify({ ...counts, cpuSeconds: readCpuSeconds() } satisfies TestCounts);
}

/** utime, stime, cutime and cstime of proc_pid_stat(5): fields 14 to 17, counted from behind the name. */
function readCpuSeconds(): number | null {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
}
