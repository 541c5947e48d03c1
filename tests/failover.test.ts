import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { SiteMove } from '@bulkhead/contracts';
import { type EstateProcess, waitUntil } from '@bulkhead/testkit';
import { Visitor } from '@bulkhead/visitor';
import { BusyEditor, Member, pathOf, versionIn } from '#newsroom.ts';
import { askSite, originOf } from '#sites.ts';
import { approveMove, askForMove, askMoves, loseHeadquarters, startEstateWithStandIn, untilAllAnswer } from '#stand-in.ts';

suite('headquarters is lost', () => {
  let estate: EstateProcess;
  let atStandIn: EstateProcess;
  let busy: BusyEditor;
  let ashes = '';
  before(async () => {
    ({ estate, atStandIn } = await startEstateWithStandIn());
  });
  after(() => estate?.remove());

  test('[FO1] [FO2] [FO3] [FO4] two operators let off-site run the compartments, and nothing acknowledged is missing there', async (t) => {
    const editor = await Member.enter(estate, 'editor');
    busy = new BusyEditor(editor, 'before');
    await waitUntil(() => busy.acknowledged.length >= 5, { what: 'an editor has written' });
    const asked = await askForMove(estate, 'failover');
    const same = await estate.run('approve', asked.id, '--digest', asked.digest, '--as', 'first-operator', '--json');
    assert.match(same.out, /approval\.same_person/);
    ashes = await loseHeadquarters(estate);
    await busy.stop();
    editor.leave();
    const [done, answeredAtMs] = await Promise.all([approveMove(estate, asked), untilAllAnswer(atStandIn)]);
    assert.deepEqual(
      [done.state, done.failure, done.compartments.map(({ failure }) => failure)],
      ['done', null, [null, null]],
      tell(done),
    );
    t.diagnostic(`order to the last first answer, at the client: ${answeredAtMs - Date.parse(done.approvedAt ?? '')} ms`);
    for (const line of tell(done).split('\n')) t.diagnostic(line);
    const member = await Member.enter(atStandIn, 'editor');
    for (const { slug, version } of busy.acknowledged) {
      const page = await member.read(pathOf(version));
      assert.ok(page.status === 200 && page.text.includes(slug), `${slug}: status ${page.status}`);
    }
    versionIn(await member.createDraft('written-at-the-stand-in'));
    member.leave();
  });

  test('[FO1] [O16] [G28] headquarters that comes back is told, starts nothing and serves nothing but the page that says so, after a restart too', async () => {
    const data = estate.description.data;
    await rename(ashes, join(data, 'headquarters'));
    await estate.startSite('headquarters');
    const visitor = new Visitor({ address: '127.0.0.1' });
    for (const host of ['www', 'newsroom', 'id']) {
      const page = await waitUntil(
        async () => {
          const seen = await visitor.visit(`${originOf(estate, host)}/en/`).catch(() => undefined);
          return seen?.status === 503 ? seen : undefined;
        },
        { what: `${host} of headquarters says that it does not serve` },
      );
      assert.match(page.text, /second site/);
    }
    visitor.leave();
    const { processes, compartments } = await askSite(estate, 'headquarters');
    // The darkroom knows no data and no door: it waits for pictures that do not come.
    const running = processes.filter(({ name, state }) => state === 'running' && name !== 'website-darkroom');
    assert.deepEqual(
      running.map(({ name }) => name),
      ['gateway'],
    );
    assert.ok(compartments.every(({ state }) => state === 'sealed'));
    const { inCharge, headquartersAskedAt } = await askMoves(estate);
    assert.equal(inCharge, 'stand-in');
    assert.ok(headquartersAskedAt);
  });
});

function tell({ steps, compartments, failure }: SiteMove): string {
  const failures = compartments.flatMap((one) => (one.failure ? [`${one.name}: ${one.failure}`] : []));
  return [...steps.map(({ step, tookMs, detail }) => `${step}: ${tookMs} ms, ${detail}`), ...failures, failure ?? ''].join('\n');
}
