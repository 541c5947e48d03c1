import { readFileSync } from 'node:fs';
import type { TestEvent } from 'node:test/reporters';

/** How the tests of one file ended, and the processor time of its process and of all that ended below it; null without /proc. */
export type TestCounts = {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cpuSeconds: number | null;
};

const TICKS_PER_SECOND = 100;

/** A reporter of Node's test runner that writes nothing but one line of counts, when the file has ended. Suites are no tests. */
export default async function* testCounts(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const event of source) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { details, skip } = event.data;
    if (details.type === 'suite') continue;
    if (event.type === 'test:fail') counts.failed += 1;
    else counts[skip === undefined || skip === false ? 'passed' : 'skipped'] += 1;
  }
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
