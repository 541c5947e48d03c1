import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLog } from '@bulkhead/kernel';
import { waitUntil } from '@bulkhead/testkit';
import { createWireApp, serveWire } from '@bulkhead/wire';
import { Reports } from './report.actions.ts';
import { addReport, type Report } from './report.rules.ts';
import { ReportStore } from './report.store.ts';

const at = '2026-10-02T08:00:00.000Z';
const applied = (compartment: string, epoch: number): Report => ({
  kind: 'applied',
  body: { compartment, epoch, state: 'open', part: 'supervisor', ok: true, detail: '', at },
});
const finding: Report = {
  kind: 'finding',
  body: { rule: 'process.killed', compartment: 'website', summary: 'a test', evidence: {}, seenAt: at },
};

test('of what was carried out only the last word of each compartment waits; alike findings are bounded', () => {
  const waiting = [applied('website', 1), applied('identity', 1)].reduce<Report[]>((all, one) => addReport(all, one) ?? all, []);
  assert.deepEqual(addReport(waiting, applied('website', 2)), [applied('identity', 1), applied('website', 2)]);
  let many: Report[] = [];
  for (let count = 0; count < 50; count += 1) many = addReport(many, finding) ?? many;
  assert.equal(many.length, 20);
});

test('what off-site did not hear outlasts a restart and is told, in order, when off-site is there', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'bhr-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const ending = new AbortController();
  t.after(() => ending.abort());
  const log = createLog('test', 'silent');
  const deps = { store: new ReportStore(join(directory, 'reports.json')), log, now: () => new Date(at) };
  const before = await Reports.load(deps);
  before.finding({ rule: 'storage.lost', compartment: 'website', summary: 'a test', evidence: {} });
  before.window({ compartment: 'website', fromAt: at, toAt: null, reason: 'a test' });
  await waitUntil(async () => (await deps.store.list()).length === 2, { what: 'both are on disk' });

  const heard: string[] = [];
  let refusals = 1;
  const app = createWireApp({ secrets: { headquarters: 'secret' }, log });
  for (const path of ['/findings', '/windows']) {
    app.post(path, (c) => {
      if (path === '/findings' && refusals > 0) {
        refusals -= 1;
        return c.json({ code: 'request.too_many', message: 'later' }, 429);
      }
      heard.push(path);
      return c.json({});
    });
  }
  const after = await Reports.load(deps);
  const socket = join(directory, 's.sock');
  const running = after.run({ socket, secret: 'secret' }, ending.signal);
  const server = await serveWire({ app, socket });
  t.after(() => server.close());
  // What was heard, and ends before the answer to it is read, would be told once more.
  await waitUntil(() => after.waiting === 0, { what: 'both are heard' });
  assert.deepEqual(heard.toSorted(), ['/findings', '/windows']);
  ending.abort();
  await running;
  await waitUntil(async () => (await deps.store.list()).length === 0, { what: 'nothing waits any more' });
  await writeFile(join(directory, 'reports.json'), 'not JSON');
  assert.equal((await Reports.load(deps)).waiting, 0);
});
