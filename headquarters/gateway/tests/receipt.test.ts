import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Receipt } from '@bulkhead/contracts';
import { waitUntil } from '@bulkhead/testkit';
import { type Answer, ScratchEstate } from './scratch/estate.ts';

let estate: ScratchEstate;
let gateway: ChildProcess | null = null;
let output = '';
before(async () => {
  estate = await ScratchEstate.start({ withoutGateway: true });
  let xid = 1000;
  estate.papers.answering = (_seen, response) => {
    xid += 1;
    response.writeHead(201, { 'bulkhead-commits': String(xid) }).end(String(xid));
  };
  await startProcess();
});
after(async () => {
  gateway?.kill('SIGKILL');
  await estate.stop();
});
afterEach(() => estate.offsite.findings.splice(0));

async function startProcess(): Promise<void> {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const environment = { ...estate.environment(), BULKHEAD_SUPERVISED: '1' };
  gateway = spawn(process.execPath, [main], { env: environment, stdio: ['pipe', 'pipe', 'inherit'] });
  gateway.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await waitUntil(async () => (await write()).status === 201, { what: 'the gateway lets writes through' });
}

function exited(): Promise<number | null> {
  const child = gateway;
  if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child?.exitCode ?? null);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

function write() {
  return estate.ask('/papers', { host: 'docs', method: 'POST', body: 'p' });
}

function receiptsKept(): Receipt[] {
  return estate.offsite.receipts.flatMap(({ receipts }) => receipts);
}

function requireNoHoles(): void {
  assert.deepEqual(
    estate.offsite.receipts.map(({ sequence }) => sequence),
    estate.offsite.receipts.map((_, at) => at + 1),
  );
}

test('[G11] every write has one receipt off-site that names its transaction; reads that commit nothing have none', async () => {
  const before = estate.papers.seen.length;
  const answers = await Promise.all(Array.from({ length: 30 }, write));
  assert.equal(estate.papers.seen.length, before + 30);
  await estate.ask('/nothing', { host: 'docs' });
  const xids = answers.map(({ text }) => text);
  await waitUntil(() => xids.every((xid) => receiptsKept().some((receipt) => receipt.xids[0] === xid)), {
    what: 'all receipts have come',
  });
  for (const xid of xids) assert.equal(receiptsKept().filter((receipt) => receipt.xids[0] === xid).length, 1);
  const one = receiptsKept().at(-1);
  assert.deepEqual(
    [one?.compartment, one?.route, one?.status, one?.accountId, one?.address],
    ['papers', 'paper.add', 201, null, '127.0.0.1'],
  );
  requireNoHoles();
});

test('[G11] off-site away delays no reply, and what was written meanwhile comes later, even across kill -9', async () => {
  await estate.offsite.stop();
  const startedAtMs = performance.now();
  const answers: Answer[] = [];
  for (let at = 0; at < 10; at += 1) answers.push(await write());
  assert.ok(answers.every(({ status }) => status === 201));
  assert.ok(performance.now() - startedAtMs < 5000);
  gateway?.kill('SIGKILL');
  await exited();
  await estate.offsite.start();
  await startProcess();
  await waitUntil(() => answers.every(({ text }) => receiptsKept().some((receipt) => receipt.xids[0] === text)), {
    what: 'all receipts have come',
  });
  requireNoHoles();
});

test('[G11] killed again and again while writes go on, the gateway forgets no acknowledged write and leaves no hole', async () => {
  const acknowledged: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    let isOver = false;
    const writers = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const answer = await write().catch(() => null);
        if (answer?.status === 201) acknowledged.push(answer.text);
      }
    });
    const before = acknowledged.length;
    await waitUntil(() => acknowledged.length > before + 25, { what: 'writes are acknowledged' });
    gateway?.kill('SIGKILL');
    await exited();
    isOver = true;
    await Promise.all(writers);
    await startProcess();
  }
  await waitUntil(() => acknowledged.every((xid) => receiptsKept().some((receipt) => receipt.xids.includes(xid))), {
    what: 'all receipts have come',
  });
  requireNoHoles();
  const xids = receiptsKept().flatMap((receipt) => receipt.xids);
  assert.equal(new Set(xids).size, xids.length, 'none came twice');
  await waitUntil(
    async () => (await readdir(join(estate.stateDirectory, 'receipts'))).filter((name) => name.endsWith('.jsonl')).length === 0,
    { what: 'what off-site has is not kept here' },
  );
});

test('[G11] a journal that was lost begins behind what off-site already holds', async () => {
  gateway?.kill('SIGKILL');
  await exited();
  const { rm } = await import('node:fs/promises');
  await rm(join(estate.stateDirectory, 'receipts'), { recursive: true });
  await startProcess();
  const { text } = await write();
  await waitUntil(() => receiptsKept().some((receipt) => receipt.xids.includes(text)), { what: 'the receipt has come' });
  requireNoHoles();
});

test('the gateway ends when its supervisor is gone, and when it is told to, with code 0', async () => {
  gateway?.stdin?.end();
  assert.equal(await exited(), 0);
  await startProcess();
  gateway?.kill('SIGTERM');
  assert.equal(await exited(), 0);
  const kinds = output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).kind ?? 'log');
  assert.ok(kinds.includes('access') && kinds.includes('log'), 'every line on standard output is JSON');
  await startProcess();
});

test('a wrong configuration ends the start with a sentence that names it', async () => {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const run = (environment: Record<string, string>) =>
    new Promise<{ code: number | null; text: string }>((resolve) => {
      const child = spawn(process.execPath, [main], { env: environment, stdio: ['ignore', 'pipe', 'ignore'] });
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      child.once('exit', (code) => resolve({ code, text }));
    });
  const missing = await run({ ...estate.environment(), ESTATE_FILE: '', RECOVERY_SECRET: 'short' });
  assert.equal(missing.code, 1);
  assert.match(missing.text, /ESTATE_FILE.*for example ESTATE_FILE=.*RECOVERY_SECRET/s);
  const taken = await run({
    ...estate.environment(),
    CONTROL_SOCKET: estate.socket('control-2'),
    STATE_DIRECTORY: join(estate.directory, 'other'),
  });
  assert.equal(taken.code, 1);
  assert.match(taken.text, new RegExp(`listening on 127\\.0\\.0\\.1 port ${estate.port}`));
});
