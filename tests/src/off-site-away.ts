import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { identifyProcess, isSameProcess } from '@bulkhead/supervision';
import { type EstateProcess, waitUntil } from '@bulkhead/testkit';
import { Visitor } from '@bulkhead/visitor';
import { BusyEditor, Member } from './newsroom.ts';
import { openAgain } from './recovery.ts';
import { askDesk, askSite, killHard, noteOf, originOf, untilAllIsWell } from './sites.ts';

const BY_HEADQUARTERS = 'rule:headquarters.sealed';

export function testOffsiteAway(estate: EstateProcess): void {
  suite('an estate whose off-site ends without warning', () => {
    let editor: Member;
    let busy: BusyEditor | undefined;
    const reader = new Visitor({ address: '127.0.0.1' });
    before(async () => {
      editor = await Member.enter(estate, 'editor');
    });
    after(async () => {
      await busy?.stop();
      reader.leave();
      editor?.leave();
    });

    const readPublic = () => reader.visit(`${originOf(estate, 'www')}/en/news/`);
    const stateOf = async (name: string) =>
      (await askSite(estate, 'headquarters')).compartments.find((compartment) => compartment.name === name)?.state;

    /** Kills off-site's supervisor, and waits until everything that it kept has ended by itself. */
    async function loseOffsite(): Promise<void> {
      const { supervisor } = await noteOf(estate, 'offsite');
      const kept = (await askSite(estate, 'offsite')).processes.flatMap(({ name, pid }) => {
        const identity = pid === null ? undefined : identifyProcess(pid);
        return identity === undefined ? [] : [{ name, identity }];
      });
      assert.ok(kept.length >= 8);
      killHard(supervisor.pid);
      const untilNobodyLives = () => {
        const living = kept.filter(({ identity }) => isSameProcess(identity)).map(({ name }) => name);
        if (living.length > 0) throw new Error(`${living.join(', ')} live`);
        return true;
      };
      await waitUntil(untilNobodyLives, { what: 'no process of off-site lives', timeoutMs: 120_000 });
    }

    test('goes on reading, stops writing by itself and says so; it writes again by itself when off-site is back', async (t) => {
      const published = (await readPublic()).text;
      const writing = new BusyEditor(editor, 'away');
      busy = writing;
      await waitUntil(() => writing.acknowledged.length >= 3, { what: 'drafts are written' });
      await loseOffsite();
      await waitUntil(async () => (await stateOf('website')) === 'read-only' && (await stateOf('identity')) === 'read-only', {
        what: 'headquarters writes no more',
        timeoutMs: 60_000,
      });
      const before = writing.acknowledged.length;
      await assertReadOnly(editor, published, readPublic);
      await waitUntil(() => writing.refusals.some(({ status }) => status === 503), { what: 'a write is refused' });
      assert.equal(writing.acknowledged.length, before, 'nothing is acknowledged that off-site does not have');

      await estate.startSite('offsite');
      await untilAllIsWell(estate);
      await waitUntil(() => writing.acknowledged.length > before, { what: 'drafts are written again', timeoutMs: 60_000 });
      await writing.stop();
      assert.deepEqual(await writing.listLost(), []);
      t.diagnostic(`${writing.acknowledged.length} writes acknowledged, ${writing.refusals.length} refused`);
    });

    test('lets an operator seal at headquarters meanwhile; off-site takes the seal over when it is back', async () => {
      await loseOffsite();
      const atDesk = await estate.run('seal', 'website', '--reason', 'a test');
      assert.notEqual(atDesk.code, 0, 'the desk is away');
      const { code, out, err } = await estate.run('seal', 'website', '--at-headquarters', '--reason', 'a test');
      assert.equal(code, 0, out + err);
      assert.equal(await stateOf('website'), 'sealed');
      const room = await editor.read('/?lang=en');
      assert.equal(room.status, 503);
      assert.match(room.text, /class="sealed"/);
      assert.ok(Number(room.headers['retry-after']) > 0);
      assert.equal((await readPublic()).status, 200);

      await estate.startSite('offsite');
      const desk = await waitUntil(
        async () => {
          const { compartments } = await askDesk(estate);
          const website = compartments.find(({ name }) => name === 'website');
          // An earlier seal's record stands there until off-site has made this one's.
          return website?.desired === 'sealed' && website.seal?.by.includes(BY_HEADQUARTERS) ? website : undefined;
        },
        { what: 'off-site holds the seal', timeoutMs: 60_000 },
      );
      assert.deepEqual(desk.seal?.by, [BY_HEADQUARTERS]);
      await waitUntil(async () => (await stateOf('identity')) === 'open', { what: 'the rest writes', timeoutMs: 60_000 });
      assert.equal((await editor.createDraft('after-the-seal')).status, 503);
      assert.equal((await readPublic()).status, 200);
    });

    test('is opened again by two operators, and writes', async () => {
      await openAgain(estate, 'website');
      await waitUntil(async () => (await editor.createDraft('opened-again')).status < 300, { what: 'a draft is written' });
    });

    test('refuses to start a site that runs, a site that there is not, and one with another configuration', async () => {
      const again = await estate.run('start', '--site', 'headquarters', '--json');
      assert.equal(JSON.parse(again.out).error.code, 'estate.already_running');
      assert.equal((await estate.run('start', '--site', 'moon')).code, 2);
    });
  });
}

async function assertReadOnly(editor: Member, published: string, readPublic: () => Promise<{ status: number; text: string }>) {
  const page = await readPublic();
  assert.deepEqual({ status: page.status, isSame: page.text === published }, { status: 200, isSame: true });
  await waitUntil(async () => (await editor.read('/')).status === 200, { what: 'people of the newsroom read' });
  const asPage = await editor.visitor.visit(`${editor.origin}/articles?lang=en`, {
    form: { kind: 'news', slug: 'not-now', 'title-en': 'Not now' },
    redirects: 0,
  });
  assert.equal(asPage.status, 503);
  assert.ok(Number(asPage.headers['retry-after']) > 0);
  assert.match(asPage.text, /reading only|read-only|only be read/i);
  const asJson = await editor.createDraft('not-now');
  assert.equal(asJson.status, 503);
  assert.match(JSON.parse(asJson.text).code, /^(lease\.expired|compartment\.read_only)$/);
}
