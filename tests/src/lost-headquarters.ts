import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { publicReadingSchema, type SiteMove } from '@bulkhead/contracts';
import { type EstateProcess, findFreePort, waitUntil } from '@bulkhead/testkit';
import { Visitor } from '@bulkhead/visitor';
import { enterAgain, moveUnderKills, stepsOf } from './killed-move.ts';
import { BusyEditor, Member, pathOf, versionIn } from './newsroom.ts';
import { askSite, originOf } from './sites.ts';
import { askForMove, askMoves, asSeenAt, loseHeadquarters, untilAllAnswer } from './stand-in.ts';

/** All steps, and by each mover: move-kill.long.test.ts. */
const EVERY = 3;

/** Where off-site serves an estate that has a stand-in and a reading room. */
export class SecondSite {
  #standIn = 0;
  #readingRoom = 0;

  /** The settings of an estate that has both, on free ports. */
  async prepare(): Promise<Readonly<Record<string, string>>> {
    this.#standIn = await findFreePort();
    this.#readingRoom = await findFreePort();
    const said: [string, string] = ['/bin/echo', 'moved'];
    const names = { away: said, home: said };
    return {
      BULKHEAD_STAND_IN: JSON.stringify({ port: this.#standIn, names }),
      BULKHEAD_READING_ROOM: JSON.stringify({ port: this.#readingRoom, names }),
    };
  }

  asSeenAtStandIn(estate: EstateProcess): EstateProcess {
    return asSeenAt(estate, this.#standIn);
  }

  asSeenAtReadingRoom(estate: EstateProcess): EstateProcess {
    return asSeenAt(estate, this.#readingRoom);
  }
}

/** Headquarters is lost for good: nothing can be tried with the estate afterwards. */
export function testLostHeadquarters(estate: EstateProcess, secondSite: SecondSite): void {
  suite('headquarters is lost', () => {
    let atStandIn: EstateProcess;
    let atReadingRoom: EstateProcess;
    let busy: BusyEditor;
    let ashes = '';
    before(() => {
      atStandIn = secondSite.asSeenAtStandIn(estate);
      atReadingRoom = secondSite.asSeenAtReadingRoom(estate);
    });

    test('[FO1] [FO2] [FO3] [FO4] [FO7] [FO8] the public reads off-site, then two operators let off-site run the compartments, recovery killed with -9 at every third step, and nothing acknowledged is missing there', async (t) => {
      const editor = await Member.enter(estate, 'editor');
      busy = new BusyEditor(editor, 'before');
      await waitUntil(() => busy.acknowledged.length >= 5, { what: 'an editor has written' });
      const asked = await askForMove(estate, 'failover');
      const same = await estate.run('approve', asked.id, '--digest', asked.digest, '--as', 'first-operator', '--json');
      assert.match(same.out, /approval\.same_person/);
      ashes = await loseHeadquarters(estate);
      await readOffsite();
      await busy.stop();
      editor.leave();
      const [{ move: done, killed }, answeredAtMs] = await Promise.all([
        moveUnderKills(estate, asked, { mover: 'recovery', steps: stepsOf('failover').filter((_, at) => at % EVERY === 0) }),
        untilAllAnswer(atStandIn),
      ]);
      t.diagnostic(`recovery killed at ${killed.join(', ')}`);
      assert.deepEqual(
        [done.state, done.failure, done.compartments.map(({ failure }) => failure)],
        ['done', null, [null, null]],
        tell(done),
      );
      t.diagnostic(`order to the last first answer, at the client: ${answeredAtMs - Date.parse(done.approvedAt ?? '')} ms`);
      for (const line of tell(done).split('\n')) t.diagnostic(line);
      const member = await enterAgain(atStandIn);
      for (const { slug, version } of busy.acknowledged) {
        const page = await member.read(pathOf(version));
        assert.ok(page.status === 200 && page.text.includes(slug), `${slug}: status ${page.status}`);
      }
      await waitUntil(async () => versionIn(await member.createDraft('written-at-the-stand-in')), {
        what: 'an editor writes at the stand-in',
      });
      member.leave();
    });

    /** Headquarters is lost, and nobody has approved anything yet. */
    async function readOffsite(): Promise<void> {
      const reader = new Visitor({ address: '127.0.0.1' });
      const page = await reader.visit(`${originOf(atReadingRoom, 'www')}/en/`);
      assert.deepEqual([page.status, /Served from our second site/.test(page.text)], [200, true]);
      const room = await reader.visit(`${originOf(atReadingRoom, 'newsroom')}/`);
      assert.deepEqual([room.status, /Not available at our second site/.test(room.text)], [503, true]);
      reader.leave();
      const { out, err } = await estate.run('reading-room', 'away', '--reason', 'a test', '--json');
      const parsed = publicReadingSchema.safeParse(JSON.parse(out));
      assert.ok(parsed.success, out + err);
      const { room: told, names } = parsed.data;
      assert.equal(names?.told, '/bin/echo: done; it said: moved');
      assert.deepEqual(
        told?.pages.map(({ compartment, edition }) => [compartment, edition !== null]),
        [['website', true]],
      );
    }

    test('[FO8] a failover takes the names of public pages along, and none leads to the reading room again while the stand-in serves', async () => {
      const refused = await estate.run('reading-room', 'away', '--reason', 'a test', '--json');
      assert.match(refused.out, /failover\.wrong_state/);
      const { out } = await estate.run('reading-room', '--json');
      assert.equal(publicReadingSchema.parse(JSON.parse(out)).names?.way, 'home');
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
}

function tell({ steps, compartments, failure }: SiteMove): string {
  const failures = compartments.flatMap((one) => (one.failure ? [`${one.name}: ${one.failure}`] : []));
  return [...steps.map(({ step, tookMs, detail }) => `${step}: ${tookMs} ms, ${detail}`), ...failures, failure ?? ''].join('\n');
}
