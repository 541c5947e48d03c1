import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { type EstateProcess, waitUntil } from '@bulkhead/testkit';
import { Member, pathOf, type Version, versionIn } from '#newsroom.ts';
import { approve, untilRecovery } from '#recovery.ts';
import { askSite, untilAllIsWell } from '#sites.ts';
import { approveMove, askForMove, askMoves, loseHeadquarters, startEstateWithStandIn, untilAllAnswer } from '#stand-in.ts';

suite('away and back, and away again', () => {
  let estate: EstateProcess;
  let atStandIn: EstateProcess;
  const written: Version[] = [];
  before(async () => {
    ({ estate, atStandIn } = await startEstateWithStandIn());
  });
  after(() => estate?.remove());

  async function writeAt(site: EstateProcess, slug: string): Promise<void> {
    const member = await Member.enter(site, 'editor');
    for (const version of written) assert.equal((await member.read(pathOf(version))).status, 200, `before ${slug}`);
    written.push(versionIn(await member.createDraft(slug)));
    member.leave();
  }

  async function failOver(): Promise<void> {
    const asked = await askForMove(estate, 'failover');
    await rm(await loseHeadquarters(estate), { recursive: true, force: true });
    const done = await approveMove(estate, asked);
    assert.equal(done.state, 'done', done.failure ?? '');
    await untilAllAnswer(atStandIn);
  }

  test('[FO1] headquarters is lost with everything, and the stand-in goes on', async () => {
    await writeAt(estate, 'at-home');
    await failOver();
    await writeAt(atStandIn, 'away');
  });

  test('[FO6] headquarters is founded anew and gets all back by ordinary restores, each looked at and approved', async () => {
    await estate.startSite('headquarters');
    await waitUntil(async () => (await askMoves(estate)).headquartersAskedAt !== null, { what: 'headquarters asks' });
    const begun = await approveMove(estate, await askForMove(estate, 'failback'));
    const restores = begun.compartments.map(({ recovery }) => recovery ?? '');
    assert.equal(restores.length, 2, JSON.stringify(begun));
    for (const id of restores) {
      const waiting = await untilRecovery(estate, id, 'it waits for the second operator', ({ awaiting }) => awaiting !== null);
      assert.ok(waiting.awaiting, waiting.failure ?? 'it does not wait');
      await approve(estate, id);
    }
    for (const id of restores) {
      const ended = await untilRecovery(estate, id, 'it has ended', () => false);
      assert.equal(ended.step, 'done', ended.failure ?? '');
    }
    const { inCharge } = await waitUntil(
      async () => {
        const told = await askMoves(estate);
        return told.moves[0]?.state === 'approved' ? undefined : told;
      },
      { what: 'the failback has ended' },
    );
    assert.equal(inCharge, 'headquarters');
    await waitUntil(async () => (await askSite(estate, 'offsite')).processes.every(({ name }) => !name.startsWith('stand-in')), {
      what: 'the stand-in has stopped',
    });
    await untilAllIsWell(estate);
    await untilAllAnswer(estate);
    await writeAt(estate, 'home-again');
  });

  test('[FO5] a second failover takes along what came after the first', async () => {
    await failOver();
    await writeAt(atStandIn, 'away-again');
  });
});
