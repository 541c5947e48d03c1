import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type FindingReport, findingReportSchema } from '@bulkhead/contracts';
import { createLog, EstateError, FakeClock, sleepMs } from '@bulkhead/kernel';
import { createWireApp, readWireBody, serveWire } from '@bulkhead/wire';
import { createFindingQueue, type Seen } from './finding-queue.actions.ts';

const SECRET = 'findings-secret-0123456789';
const log = createLog('findings', 'silent');

function seenIn(compartment: string, evidence: Record<string, string> = {}): Seen {
  return { rule: 'vault.damaged', compartment, summary: 'a blob has changed', evidence };
}

async function makeSite(t: TestContext, quietMs: number) {
  const directory = await mkdtemp(join(tmpdir(), 'bulkhead-findings-'));
  const peer = { socket: join(directory, 'findings.sock'), secret: SECRET };
  const queue = createFindingQueue({ peer, now: new FakeClock(new Date('2026-03-01T09:00:00Z')).now, log, quietMs });
  const received: FindingReport[] = [];
  t.after(async () => {
    await queue.close();
    await rm(directory, { recursive: true, force: true });
  });
  const listen = async (refusals = 0) => {
    let refused = 0;
    const app = createWireApp({ secrets: { offsite: SECRET }, log });
    app.post('/findings', async (c) => {
      const report = await readWireBody(c.req.raw, findingReportSchema);
      if (refused < refusals) {
        refused += 1;
        throw new EstateError('postgres.query_failed', 'storing a finding');
      }
      received.push(report);
      return c.json({ ok: true });
    });
    const server = await serveWire({ app, socket: peer.socket });
    t.after(() => server.close());
  };
  const untilReceived = async (count: number) => {
    for (let tries = 0; tries < 600 && received.length < count; tries += 1) await sleepMs(50);
    assert.equal(received.length, count);
  };
  return { queue, received, listen, untilReceived };
}

test('findings raised while recovery is away, or fails, arrive in order when it is back', async (t) => {
  const { queue, received, listen, untilReceived } = await makeSite(t, 60_000);
  for (const compartment of ['website', 'identity', 'meetings']) queue.raise(seenIn(compartment));
  await listen(2);
  await untilReceived(3);
  assert.deepEqual(
    received.map(({ compartment }) => compartment),
    ['website', 'identity', 'meetings'],
  );
  assert.equal(received[0]?.seenAt, '2026-03-01T09:00:00.000Z');
});

test('a flood of one kind is told once at once, and then with its count', async (t) => {
  const { queue, received, listen, untilReceived } = await makeSite(t, 1000);
  await listen();
  for (let number = 0; number < 10_000; number += 1) queue.raise(seenIn('website', { number: String(number) }));
  queue.raise(seenIn('identity'));
  await untilReceived(3);
  assert.deepEqual(received[0]?.evidence, { number: '0' });
  assert.deepEqual(received[2]?.evidence, { number: '9999', repeats: '9999' });
});

test('what recovery cannot read is left to the log, and does not hold up what follows', async (t) => {
  const { queue, received, listen, untilReceived } = await makeSite(t, 1000);
  await listen();
  queue.raise({ ...seenIn('website'), summary: '' });
  queue.raise(seenIn('identity'));
  await untilReceived(1);
  assert.equal(received[0]?.compartment, 'identity');
});

test('the queue is bounded: more kinds than it holds do not grow it', async (t) => {
  const { queue, received, listen, untilReceived } = await makeSite(t, 60_000);
  for (let number = 0; number < 500; number += 1) queue.raise(seenIn(`compartment${number}`));
  await listen();
  await untilReceived(200);
  await sleepMs(300);
  assert.equal(received.length, 200);
});
