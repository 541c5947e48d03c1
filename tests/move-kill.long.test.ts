import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type EstateProcess, waitUntil } from '@bulkhead/testkit';
import { enterAgain, MOVERS, type Mover, moveUnderKills, stepsOf, Witness } from '#killed-move.ts';
import { BusyEditor, pathOf, type Version } from '#newsroom.ts';
import { untilAllIsWell } from '#sites.ts';
import { askForMove, askMoves, startEstateWithStandIn, untilAllAnswer } from '#stand-in.ts';

suite('a move whose mover is killed at each of its steps', () => {
  let estate: EstateProcess;
  let atStandIn: EstateProcess;
  const acknowledged: { readonly slug: string; readonly version: Version }[] = [];
  before(async () => {
    // The hook takes a while, so that it can be killed as well.
    const slow: [string, string] = ['/bin/sleep', '1'];
    ({ estate, atStandIn } = await startEstateWithStandIn({ away: slow, home: slow }));
  });
  after(() => estate?.remove());

  async function move(kind: 'failover' | 'failback', mover: Mover): Promise<string[]> {
    const sites = [estate, atStandIn];
    const [from, to] = kind === 'failover' ? [0, 1] : [1, 0];
    const editor = await enterAgain(sites[from] ?? estate);
    const busy = new BusyEditor(editor, `${kind}-${mover}`);
    await waitUntil(() => busy.acknowledged.length >= 5, { what: 'an editor has written' });
    const asked = await askForMove(estate, kind);
    const witness = new Witness(sites);
    const done = await moveUnderKills(estate, asked, { mover, steps: stepsOf(kind) });
    await untilAllAnswer(sites[to] ?? estate);
    await Promise.all([busy.stop(), witness.stop()]);
    editor.leave();
    assert.deepEqual([done.move.state, done.move.failure], ['done', null]);
    assert.deepEqual(
      done.move.compartments.flatMap(({ name, failure }) => (failure ? [`${name}: ${failure}`] : [])),
      [],
    );
    assert.deepEqual(witness.listOverlaps(from, to), [], 'never two serve');
    // A step that is over before anybody can look cannot be killed: one at most.
    assert.ok(done.missed.length <= 1, `not killed at ${done.missed.join(', ')}`);
    acknowledged.push(...busy.acknowledged);
    const reader = await enterAgain(sites[to] ?? estate);
    const lost: string[] = [];
    for (const { slug, version } of acknowledged) {
      const page = await reader.read(pathOf(version));
      if (page.status !== 200 || !page.text.includes(slug)) lost.push(`${slug}: status ${page.status}`);
    }
    reader.leave();
    assert.deepEqual(lost, [], 'nothing acknowledged is lost');
    const over = done.missed.length > 0 ? `; over too soon: ${done.missed.join(', ')}` : '';
    return [`${mover} killed at ${done.killed.join(', ')}${over}`, `${acknowledged.length} writes acknowledged, none lost`];
  }

  for (const mover of MOVERS) {
    test(`[FO1] [FO4] killed with -9 at each step of a failover, ${mover} goes on, and nothing acknowledged is lost`, async (t) => {
      for (const line of await move('failover', mover)) t.diagnostic(line);
      assert.equal((await askMoves(estate)).inCharge, 'stand-in');
    });

    test(`[FO4] [FO6] killed with -9 at each step of a failback, ${mover} goes on, and nothing acknowledged is lost`, async (t) => {
      await waitUntil(async () => (await askMoves(estate)).headquartersAskedAt !== null, { what: 'headquarters asks' });
      for (const line of await move('failback', mover)) t.diagnostic(line);
      await untilAllIsWell(estate);
    });
  }
});
