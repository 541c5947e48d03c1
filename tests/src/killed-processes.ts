import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EstateProcess, waitUntil } from '@bulkhead/testkit';
import { Visitor } from '@bulkhead/visitor';
import { askSite, killHard, listProcesses, originOf, untilAllIsWell } from './sites.ts';

/** Kills each process of both sites, one of each site at once. */
export function testKilledProcesses(estate: EstateProcess): void {
  test('comes back by itself when any process of it is killed with -9, at both sites at once', async () => {
    const [headquarters, offsite] = await Promise.all([askSite(estate, 'headquarters'), askSite(estate, 'offsite')]);
    assert.ok(headquarters.processes.length >= 5 && offsite.processes.length >= 9);
    for (const [at, other] of offsite.processes.entries()) {
      const names = [other.name, headquarters.processes[at]?.name];
      const victims = (await listProcesses(estate)).filter(({ name, pid }) => names.includes(name) && pid !== null);
      for (const { pid } of victims) if (pid !== null) killHard(pid);
      await waitUntil(
        async () => {
          const now = await listProcesses(estate);
          const isBack = (name: string, pid: number | null) =>
            now.some((candidate) => candidate.name === name && candidate.state === 'running' && candidate.pid !== pid);
          return now.every(({ state }) => state === 'running') && victims.every(({ name, pid }) => isBack(name, pid));
        },
        { what: `${victims.map(({ name }) => name).join(' and ')} run again`, timeoutMs: 90_000 },
      );
    }
    await untilAllIsWell(estate);
    const visitor = new Visitor({ address: '127.0.0.1' });
    assert.equal((await visitor.visit(`${originOf(estate, 'www')}/en/`)).status, 200);
    visitor.leave();
  });
}
