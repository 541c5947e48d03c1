import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

const SCRIPT = `
  const { createLog } = await import(${JSON.stringify(new URL('log.ts', import.meta.url).href)});
  const log = createLog('example');
  log.info('begun');
  process.stdin.resume().once('end', () => {
    for (let line = 0; line < 5; line += 1) log.warn({ line }, 'nobody reads this');
    process.exit(0);
  });
`;

test('a process whose log nobody reads any more ends all the same', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const [first] = await once(child.stdout, 'data');
    assert.match(String(first), /"msg":"begun"/);
    child.stdout.destroy();
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(30_000) });
    child.stdin.end();
    assert.deepEqual(await ended, [0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});
