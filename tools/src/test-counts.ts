import type { TestEvent } from 'node:test/reporters';

/** How the tests of one file ended. */
export type TestCounts = { readonly passed: number; readonly failed: number; readonly skipped: number };

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
  yield JSON.stringify(counts);
}
