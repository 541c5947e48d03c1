import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { deskStateSchema, siteStatusSchema } from '@bulkhead/contracts';
import { type EstateProcess, runBulkhead, startEstateProcess, waitUntil } from '@bulkhead/testkit';
import { Visitor } from '@bulkhead/visitor';
import { z } from 'zod';

const statusSchema = z.object({
  headquarters: siteStatusSchema.nullable(),
  offsite: siteStatusSchema.nullable(),
  desk: deskStateSchema.nullable(),
});

async function statusOf(estate: EstateProcess) {
  const { out } = await estate.run('status', '--json');
  return statusSchema.parse(JSON.parse(out));
}

/** The address whose host begins with this label. */
function addressOf(estate: EstateProcess, host: string): string {
  const found = estate.description.addresses.find(({ url }) => new URL(url).hostname.split('.')[0] === host);
  assert.ok(found, `no address begins with ${host}`);
  return new URL(found.url).origin;
}

suite('a sample estate', () => {
  let estate: EstateProcess;
  before(async () => {
    estate = await startEstateProcess({ BULKHEAD_LEASE_SECONDS: '5' });
  });
  after(() => estate.remove());

  test('tells every address in one line, and each answers', async () => {
    const visitor = new Visitor({ address: '127.0.0.1' });
    for (const { url } of estate.description.addresses) assert.equal((await visitor.visit(url)).status, 200, url);
    visitor.leave();
    assert.ok(estate.description.accounts.length >= 3);
    assert.match(estate.description.boundary, /^(api|uid)$/);
  });

  test('says on each page that it is a sample', async () => {
    const visitor = new Visitor({ address: '127.0.0.1' });
    for (const { url } of estate.description.addresses) {
      const page = await visitor.visit(url.endsWith('/') ? url : `${url}/`);
      assert.match(page.text, /Sample estate/i, url);
    }
    visitor.leave();
  });

  test('refuses a second start on the same data and says what to do', async () => {
    const { code, err } = await runBulkhead(['start'], estate.environment);
    assert.equal(code, 1);
    assert.match(err, /runs already.*bulkhead stop/s);
  });

  test('comes back by itself when any process of it is killed with -9', async () => {
    const before = await statusOf(estate);
    const processes = [...(before.headquarters?.processes ?? []), ...(before.offsite?.processes ?? [])];
    assert.ok(processes.length >= 8);
    for (const { pid, name } of processes) {
      if (pid === null) continue;
      process.kill(pid, 'SIGKILL');
      await waitUntil(
        async () => {
          const now = await statusOf(estate);
          const all = [...(now.headquarters?.processes ?? []), ...(now.offsite?.processes ?? [])];
          return all.every(({ state }) => state === 'running') && all.find((candidate) => candidate.name === name)?.pid !== pid;
        },
        { what: `${name} runs again`, timeoutMs: 90_000 },
      );
    }
    const visitor = new Visitor({ address: '127.0.0.1' });
    await waitUntil(async () => (await visitor.visit(`${addressOf(estate, 'www')}/en/`)).status === 200, {
      what: 'the public reads',
    });
    visitor.leave();
  });

  test('keeps all data over a stop and a start, and over kill -9 of everything', async () => {
    const visitor = new Visitor({ address: '127.0.0.1' });
    const before = (await visitor.visit(`${addressOf(estate, 'www')}/en/news/`)).text;
    await estate.stop();
    estate = await estate.startAgain();
    assert.equal((await visitor.visit(`${addressOf(estate, 'www')}/en/news/`)).text, before);
    const status = await statusOf(estate);
    const pids = [...(status.headquarters?.processes ?? []), ...(status.offsite?.processes ?? [])].map(({ pid }) => pid);
    const ended = new Promise((resolve) => estate.child.once('exit', resolve));
    estate.child.kill('SIGKILL');
    for (const pid of pids) if (pid !== null) killIfAlive(pid);
    await ended;
    estate = await estate.startAgain();
    assert.equal((await visitor.visit(`${addressOf(estate, 'www')}/en/news/`)).text, before);
    visitor.leave();
  });
});

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
  }
}

suite('the command', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'bhc-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));
  const nowhere = () => ({ BULKHEAD_DATA: join(directory, 'none'), BULKHEAD_RUNTIME: join(directory, 'r') });

  test('tells all wrong settings at once, each with its name and an example', async () => {
    const file = join(directory, 'bulkhead.json');
    await writeFile(file, JSON.stringify({ leaseSeconds: 'soon', colour: 'blue' }));
    const { code, err } = await runBulkhead(['start'], {
      ...nowhere(),
      BULKHEAD_CONFIG: file,
      BULKHEAD_PORT: '99999',
      BULKHEAD_TLS_KEY: 'key.pem',
    });
    assert.equal(code, 2);
    for (const told of [
      /BULKHEAD_PORT.*example BULKHEAD_PORT=8400/,
      /leaseSeconds.*example "leaseSeconds"/,
      /colour.*no such setting/,
      /BULKHEAD_TLS_KEY/,
    ])
      assert.match(err, told);
  });

  test('names the port that another program holds', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const { code, err } = await runBulkhead(['start'], { ...nowhere(), BULKHEAD_PORT: String(port) });
    other.close();
    assert.equal(code, 1);
    assert.match(err, new RegExp(`port ${port} .*taken`));
  });

  test('answers wrong words with what it takes, and exit code 2', async () => {
    for (const words of [['fly'], ['seal'], ['stop', 'now'], ['status', '--colour'], []]) {
      assert.equal((await runBulkhead(words, nowhere())).code, 2, words.join(' '));
    }
  });

  test('has help for each command, and lists them all', async () => {
    const { out } = await runBulkhead(['help'], nowhere());
    for (const name of ['start', 'stop', 'status', 'seal', 'restore', 'open', 'approve', 'exercise', 'doctor']) {
      assert.match(out, new RegExp(`^ {2}${name}\\b`, 'm'));
      const help = await runBulkhead([name, '--help'], nowhere());
      assert.equal(help.code, 0);
      assert.match(help.out, /Exit codes/);
    }
  });

  test('says that nothing runs, with exit code 3', async () => {
    const { code, out } = await runBulkhead(['status', '--json'], nowhere());
    assert.equal(code, 3);
    assert.equal(JSON.parse(out).error.code, 'estate.not_running');
    assert.equal((await runBulkhead(['stop'], nowhere())).code, 0);
  });

  test('finds nothing wrong with an installation where nothing is wrong', async () => {
    const { code, out } = await runBulkhead(['doctor', '--json'], { ...nowhere(), BULKHEAD_PORT: '18400' });
    assert.deepEqual(
      { code, remarks: JSON.parse(out).remarks.filter(({ ok }: { ok: boolean }) => !ok) },
      { code: 0, remarks: [] },
    );
  });

  test('refuses an exercise against an estate that is no sample', async () => {
    const data = join(directory, 'real');
    const child = spawn('true');
    await new Promise((resolve) => child.once('exit', resolve));
    const { code, out } = await runBulkhead(['exercise', '--running', '--json'], {
      ...nowhere(),
      BULKHEAD_DATA: data,
      BULKHEAD_SAMPLE: 'no',
      BULKHEAD_ORGANISATION: 'Maritime Authority of Example',
    });
    assert.notEqual(code, 0);
    assert.ok(JSON.parse(out).error);
  });
});
