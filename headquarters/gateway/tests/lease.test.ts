import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { waitUntil } from '@bulkhead/testkit';
import { ScratchEstate } from './scratch/estate.ts';

let estate: ScratchEstate | null = null;
afterEach(async () => {
  await estate?.stop();
  estate = null;
});

async function start(options: Parameters<typeof ScratchEstate.start>[0]): Promise<ScratchEstate> {
  estate = await ScratchEstate.start(options);
  return estate;
}

test('[G13] without a lease nothing is written, reading goes on; off-site learns of it when it is back', async () => {
  const here = await start({ leaseMs: 2000 });
  const session = here.signIn();
  const write = () =>
    here.ask('/drafts', { host: 'news', session, method: 'POST', body: 'a=1', headers: { accept: 'application/json' } });
  assert.equal((await write()).status, 200);
  await here.offsite.stop();
  const refused = await waitUntil(
    async () => {
      const answer = await write();
      return answer.status === 503 && answer;
    },
    { what: 'the lease has run out' },
  );
  assert.equal(JSON.parse(refused.text).code, 'lease.expired');
  assert.equal((await here.ask('/drafts', { host: 'news', session })).status, 200);
  const page = await here.ask('/drafts', { host: 'news', session, method: 'POST', body: 'a=1' });
  assert.match(page.text, /Nothing that you sent was saved/);
  await here.offsite.start();
  await waitUntil(async () => (await write()).status === 200, { what: 'writes are let through again' });
  await waitUntil(() => here.offsite.findings.some(({ rule }) => rule === 'lease.run_out'), { what: 'the finding has come' });
});

test('[G13] a compartment that may degrade goes on without off-site for its time, and says so', async () => {
  const here = await start({ leaseMs: 2000 });
  const write = () => here.ask('/papers', { host: 'docs', method: 'POST', body: 'p' });
  assert.equal((await write()).headers['bulkhead-protection'], undefined);
  await here.offsite.stop();
  await waitUntil(async () => (await write()).headers['bulkhead-protection'] === 'unprotected', { what: 'it is unprotected' });
  assert.equal((await write()).status, 200);
  await here.offsite.start();
  await waitUntil(async () => (await write()).headers['bulkhead-protection'] === undefined, { what: 'it is protected again' });
});

test('[G13] a start without off-site writes nothing, whatever a compartment may degrade to', async () => {
  const here = await start({ withoutOffsite: true });
  assert.equal((await here.ask('/papers', { host: 'docs', method: 'POST', body: 'p' })).status, 503);
  assert.equal((await here.ask('/', { host: 'docs' })).status, 200);
});

const BAD_LEASES: readonly (readonly [string, (lease: Record<string, unknown>) => Record<string, unknown>])[] = [
  ['answers another question', (lease) => ({ ...lease, nonce: 'x'.repeat(40) })],
  ['names an epoch that has not been carried out here', (lease) => ({ ...lease, compartments: [{ name: 'papers', epoch: 7 }] })],
  ['does not name the compartment', (lease) => ({ ...lease, compartments: [] })],
];
for (const [what, tweak] of BAD_LEASES) {
  test(`[G13] a lease gives no leave when it ${what}`, async () => {
    const here = await start({ leaseMs: 2000, withoutGateway: true });
    here.offsite.leaseTweak = tweak;
    await here.startGateway();
    await waitUntil(() => here.offsite.leasesGiven > 1, { what: 'leases are given' });
    assert.equal((await here.ask('/papers', { host: 'docs', method: 'POST', body: 'p' })).status, 503);
    here.offsite.leaseTweak = (lease) => lease;
    await here.untilLeased();
  });
}

test('[G13] a lease longer than the estate allows is cut to that', async () => {
  const here = await start({ leaseMs: 2000 });
  here.offsite.leaseTtlMs = 3_600_000;
  await new Promise((resolve) => setTimeout(resolve, 900));
  await here.offsite.stop();
  const session = here.signIn();
  await waitUntil(async () => (await here.ask('/drafts', { host: 'news', session, method: 'POST', body: 'a' })).status === 503, {
    what: 'the lease has run out',
    timeoutMs: 10_000,
  });
});
