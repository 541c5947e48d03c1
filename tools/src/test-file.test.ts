import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory, waitUntil } from '@bulkhead/testkit';
import { GRACE_VARIABLE } from './test-counts.ts';
import { runTestFile } from './test-file.ts';

async function runText(text: string, limitMs = 60_000) {
  const directory = await temporaryDirectory();
  const file = join(directory, 'some.test.mjs');
  await writeFile(file, `import { test } from 'node:test';\n${text}`);
  return { directory, end: await runTestFile(file, { cwd: directory, limitMs }) };
}

test('passed, failed and skipped tests are counted, suites are not', async () => {
  const { end } = await runText(`
    import { suite } from 'node:test';
    suite('a suite', () => { test('good', () => {}); test('bad', () => { throw new Error('so it is'); }); });
    test('left out', { skip: true }, () => {});
  `);
  assert.deepEqual([end.passed, end.failed, end.skipped], [1, 1, 1]);
  assert.match(end.output, /so it is/);
});

test('a file that throws, or ends before its tests are told of, has failed', async () => {
  assert.equal((await runText(`test('good', () => {}); throw new Error('at the top');`)).end.failed, 1);
  const { end } = await runText(`test('good', () => process.kill(process.pid, 'SIGKILL'));`);
  assert.equal(end.failed, 1);
  assert.match(end.output, /ended by itself \(SIGKILL\)/);
});

test('a file that does not end is killed with what it started, and has failed', async () => {
  const { directory, end } = await runText(
    `
    import { spawn } from 'node:child_process';
    import { writeFileSync } from 'node:fs';
    const child = spawn('sleep', ['600'], { detached: true, stdio: 'inherit' });
    writeFileSync('child', String(child.pid));
    test('good', () => {});
  `,
    3000,
  );
  assert.equal(end.failed, 1);
  assert.match(end.output, /did not end within 3 s/);
  const child = Number(await readFile(join(directory, 'child'), 'utf8'));
  await waitUntil(() => !isAlive(child), { what: 'the child has ended' });
});

test('a file whose tests have ended is killed with what it started, if something that they left open keeps it', async (t) => {
  process.env[GRACE_VARIABLE] = '500';
  t.after(() => delete process.env[GRACE_VARIABLE]);
  const { directory, end } = await runText(`
    import { spawn } from 'node:child_process';
    import { writeFileSync } from 'node:fs';
    import { createServer } from 'node:net';
    test('long', () => new Promise((resolve) => setTimeout(resolve, 1500)));
    test('bad', () => {
      createServer().listen(0);
      writeFileSync('child', String(spawn('sleep', ['600'], { stdio: 'ignore' }).pid));
      throw new Error('halfway');
    });
  `);
  assert.equal(end.failed, 1);
  assert.match(end.output, /✔ long[^]*✖ bad/);
  assert.match(end.output, /its tests have ended, and what is open keeps it: .*Server/);
  const child = Number(await readFile(join(directory, 'child'), 'utf8'));
  await waitUntil(() => !isAlive(child), { what: 'the child has ended' });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
