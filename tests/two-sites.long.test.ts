import assert from 'node:assert/strict';
import { rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type SiteMove, siteMoveSchema, siteMovesSchema } from '@bulkhead/contracts';
import { waitUntil } from '@bulkhead/testkit';
import { Visitor } from '@bulkhead/visitor';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { BusyEditor, Member, pathOf, type Version, versionIn } from '#newsroom.ts';
import { askDesk, askSite, type Described, noteOf, originOf } from '#sites.ts';
import { type Host, TwoHosts, WITHOUT_NAMESPACES } from '#two-hosts.ts';

const LONG_MS = 300_000;
const requestSchema = z.object({ request: z.string(), digest: z.string().optional() });

suite('headquarters is lost, and its host with it', { skip: WITHOUT_NAMESPACES }, () => {
  let hosts: TwoHosts;
  let headquarters: Host;
  let offsite: Host;
  let lost: Host;
  /** Addresses and sample people, as told when identity ran. */
  let home: Described;
  const written: Version[] = [];
  before(async () => {
    hosts = await TwoHosts.make();
    ({ headquarters, offsite } = hosts);
    for (const { code, out, err } of await hosts.init()) assert.equal(code, 0, out + err);
    await hosts.join();
    await writeFile(join(headquarters.data, 'seeded.json'), '{}');
    await Promise.all([offsite.start(), headquarters.start()]);
    home = { description: headquarters.description };
    lost = headquarters.beside('l');
  });
  after(() => hosts?.remove());

  const run = async (host: Host, ...words: readonly string[]): Promise<string> => {
    const { code, out, err } = await host.run(...words, '--json');
    assert.equal(code, 0, `${words.join(' ')}: ${out}${err}`);
    return out;
  };
  const decide = async (kind: string, ...words: readonly string[]) => {
    const asked = requestSchema.parse(JSON.parse(await run(offsite, ...words, '--reason', 'a test')));
    const { digest } = z.object({ digest: z.string() }).parse(JSON.parse(await run(offsite, 'approve', asked.request)));
    const same = await offsite.run('approve', asked.request, '--digest', digest, '--as', 'first-operator', '--json');
    assert.match(same.out, /approval\.same_person/, kind);
    await run(offsite, 'approve', asked.request, '--digest', digest);
  };
  const askMoves = async () => {
    const { secrets } = await noteOf(offsite, 'offsite');
    const desk = { socket: join(offsite.runtime, 'offsite/desk.sock'), secret: secrets.desk };
    return callWire(desk, { method: 'GET', path: '/moves' }, siteMovesSchema);
  };
  const move = async (kind: 'failover' | 'failback'): Promise<SiteMove> => {
    const { id, digest } = siteMoveSchema.parse(JSON.parse(await run(offsite, kind, '--reason', 'a test')));
    return siteMoveSchema.parse(JSON.parse(await run(offsite, 'approve', id, '--digest', digest)));
  };
  /** Each restore is looked at and approved by the second operator. */
  const bringHome = async (recoveries: readonly string[]) => {
    const find = async (id: string) => (await askDesk(offsite)).recoveries.find((recovery) => recovery.id === id);
    for (const id of recoveries) {
      const waiting = await waitUntil(
        async () => {
          const shown = await find(id);
          return shown?.awaiting || shown?.step === 'failed' ? shown : undefined;
        },
        { what: `${id} waits for the second operator`, timeoutMs: LONG_MS },
      );
      assert.ok(waiting.awaiting, waiting.failure ?? '');
      await run(offsite, 'approve', id, '--digest', waiting.awaiting.digest);
    }
    for (const id of recoveries) {
      const ended = await waitUntil(
        async () => {
          const shown = await find(id);
          return shown && ['done', 'failed'].includes(shown.step) ? shown : undefined;
        },
        { what: `${id} has ended`, timeoutMs: LONG_MS },
      );
      assert.equal(ended.step, 'done', ended.failure ?? '');
    }
  };
  /** Everything that was written before is there, and writing goes on. */
  const writeAt = async (address: string, slug: string) => {
    const member = await waitUntil(() => Member.enter(home, 'editor', address).catch(() => undefined), {
      what: `${address} lets an editor in`,
      timeoutMs: LONG_MS,
    });
    for (const version of written) assert.equal((await member.read(pathOf(version))).status, 200, `before ${slug}`);
    const busy = new BusyEditor(member, slug);
    await waitUntil(() => busy.acknowledged.length >= 3, { what: 'drafts are written', timeoutMs: LONG_MS });
    return { member, busy };
  };
  const untilItReads = async (address: string) => {
    const reader = new Visitor({ address });
    await waitUntil(async () => (await reader.visit(`${originOf(home, 'www')}/en/`)).status === 200, {
      what: `the public reads at ${address}`,
      timeoutMs: LONG_MS,
    });
    reader.leave();
  };
  const stopWriting = async ({ member, busy }: Awaited<ReturnType<typeof writeAt>>) => {
    await busy.stop();
    written.push(...busy.acknowledged.map(({ version }) => version));
    member.leave();
  };

  test('[LK12] two operators give it up: the ordinary restore brings all compartments to a new one that joined with one command', async (t) => {
    const writing = await writeAt(hosts.gateway, 'at-home');
    // What it reads on from, as a stranger, must be there before it is lost.
    await untilItReads(hosts.gateway);
    await waitUntil(() => stat(join(headquarters.data, 'headquarters/gateway/editions/website/manifest.json')), {
      what: 'its edition stands on disk',
    });
    await headquarters.cutPower();
    await stopWriting(writing);
    await rename(headquarters.directory, lost.directory);
    const refused = await offsite.run('site', 'invite', '--json');
    assert.match(refused.out, /site\.wrong_state.*readmit/);
    const beganMs = performance.now();
    await decide('readmission', 'site', 'readmit');
    await hosts.join(headquarters, '--address', `${headquarters.address}:${hosts.port}`);
    await headquarters.start();
    const { recoveries } = z
      .object({ recoveries: z.array(z.string()) })
      .parse(JSON.parse(await run(offsite, 'restore', '--all', '--reason', 'a test')));
    assert.equal(recoveries.length, 2);
    await bringHome(recoveries);
    await stopWriting(await writeAt(hosts.gateway, 'home-again'));
    t.diagnostic(`from the request to the first write at the new headquarters: ${Math.round(performance.now() - beganMs)} ms`);
    const again = await offsite.run('site', 'invite', '--json');
    assert.match(again.out, /site\.wrong_state/);
  });

  test('[FO1] [FO2] with off-site on another host the stand-in answers there with everything that was acknowledged', async (t) => {
    const writing = await writeAt(hosts.gateway, 'before-the-move');
    await headquarters.cutPower();
    await stopWriting(writing);
    const done = await move('failover');
    for (const { step, tookMs, detail } of done.steps) t.diagnostic(`${step}: ${tookMs} ms, ${detail}`);
    assert.deepEqual([done.state, done.failure, done.compartments.map(({ failure }) => failure)], ['done', null, [null, null]]);
    await stopWriting(await writeAt(hosts.secondGateway, 'at-the-stand-in'));
  });

  test('[FO6] headquarters stands aside on its host until the failback restores everything there', async () => {
    await headquarters.start();
    await waitUntil(async () => (await askMoves()).headquartersAskedAt !== null, {
      what: 'headquarters asks',
      timeoutMs: LONG_MS,
    });
    assert.ok((await askSite(headquarters, 'headquarters')).compartments.every(({ state }) => state === 'sealed'));
    const begun = await move('failback');
    const restores = begun.compartments.flatMap(({ recovery }) => recovery ?? []);
    assert.equal(restores.length, 2, JSON.stringify(begun));
    await bringHome(restores);
    await waitUntil(async () => (await askMoves()).inCharge === 'headquarters', { what: 'it is in charge', timeoutMs: LONG_MS });
    const { member, busy } = await writeAt(hosts.gateway, 'home-at-last');
    await busy.stop();
    versionIn(await member.createDraft('the-last'));
    member.leave();
  });

  test('[LK12] the headquarters that was given up is a stranger: it starts, gets no lease, and off-site tells of it', async () => {
    await headquarters.stop();
    // At the same place, as if the disk were put into the new host.
    await rename(headquarters.directory, `${lost.directory}-today`);
    await rename(lost.directory, headquarters.directory);
    await headquarters.start();
    const shown = z.object({ link: z.object({ isUp: z.boolean() }) }).parse(JSON.parse(await run(headquarters, 'site', 'show')));
    assert.equal(shown.link.isUp, false);
    assert.ok((await askSite(headquarters, 'headquarters')).compartments.every(({ state }) => state !== 'open'));
    await untilItReads(hosts.gateway);
    await waitUntil(async () => (await askDesk(offsite)).findings.some(({ rule }) => rule === 'link.stranger'), {
      what: 'the stranger is a finding',
      timeoutMs: LONG_MS,
    });
  });
});
