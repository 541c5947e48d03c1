import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { historyPageSchema } from '@bulkhead/contracts';
import { type EstateProcess, startEstateProcess, waitUntil } from '@bulkhead/testkit';
import { z } from 'zod';
import { Member, pathOf, type Version, versionIn } from '#newsroom.ts';
import { approve, untilRecovery } from '#recovery.ts';
import { untilAllIsWell } from '#sites.ts';

suite('a session is stolen', () => {
  let estate: EstateProcess;
  let thief: Member;
  let honest: Member;
  let forged: Version;
  let kept: Version;
  let plan = '';
  before(async () => {
    estate = await startEstateProcess({ BULKHEAD_LEASE_SECONDS: '5' });
    // Two sessions of one account: somebody else knows the password too.
    honest = await Member.enter(estate, 'editor');
    thief = await Member.enter(estate, 'editor');
  });
  after(async () => {
    thief?.leave();
    honest?.leave();
    await estate?.remove();
  });

  test('[C19] [C23] what it did is taken out of a copy, what others did since is kept, and the same session gets in nowhere any more', async (t) => {
    forged = versionIn(await thief.createDraft('forged', { 'body-en': 'Words of a thief.' }));
    kept = versionIn(await honest.createDraft('honest', { 'body-en': 'Words of an honest person.' }));
    const session = await findSession(estate, 'Words of a thief.');
    const asked = await estate.run('undo', 'website', '--session', session, '--apply', '--reason', 'a stolen session', '--json');
    assert.equal(asked.code, 0, asked.out + asked.err);
    const { recovery: id } = z.object({ recovery: z.string() }).parse(JSON.parse(asked.out));
    const waiting = await untilRecovery(estate, id, 'it waits for the second operator', ({ awaiting }) => awaiting !== null);
    const { repair, hole } = waiting.awaiting?.diff ?? {};
    assert.ok(repair, waiting.failure ?? 'nothing was repaired');
    t.diagnostic(`${repair.transactions} transactions, ${repair.steps} steps, ${repair.applied} applied, ${repair.kept} kept`);
    assert.deepEqual([hole?.open, hole?.replay?.passingCount], [[], 0]);
    await approve(estate, id);
    const done = await untilRecovery(estate, id, 'it has ended', () => false);
    assert.equal(done.step, 'done', done.failure ?? '');
    t.diagnostic(done.steps.find(({ step }) => step === 'replay')?.detail ?? '');
    await untilAllIsWell(estate);
    const told = await thief.read(pathOf(kept));
    assert.equal(told.status, 401);
    assert.match(told.text, /We ended your session ourselves/);
    assert.equal((await thief.read(pathOf(kept))).status, 303, 'and then sent to sign in');
    assert.equal((await thief.createDraft('again')).status, 401);
    assert.equal((await honest.createDraft('too')).status, 401, 'the account signs in anew, whoever has it');
    honest.leave();
    honest = await Member.enter(estate, 'editor');
    const again = await honest.read(pathOf(kept));
    assert.equal(again.status, 200);
    assert.match(again.text, /Words of an honest person/);
    assert.equal((await honest.read(pathOf(forged))).status, 404);
    versionIn(await honest.createDraft('and-goes-on'));
    plan = id;
  });

  test('[C19] the repair is taken back by its plan: what it took out is there again, and what came since stays', async (t) => {
    const asked = await estate.run('undo', 'website', '--revert', plan, '--reason', 'it was no theft', '--json');
    assert.equal(asked.code, 0, asked.out + asked.err);
    const { recovery: id } = z.object({ recovery: z.string() }).parse(JSON.parse(asked.out));
    const waiting = await untilRecovery(estate, id, 'it waits for the second operator', ({ awaiting }) => awaiting !== null);
    assert.ok(waiting.awaiting, waiting.failure ?? 'it does not wait');
    t.diagnostic(waiting.steps.find(({ step }) => step === 'repair')?.detail ?? '');
    await approve(estate, id);
    const done = await untilRecovery(estate, id, 'it has ended', () => false);
    assert.equal(done.step, 'done', done.failure ?? '');
    await untilAllIsWell(estate);
    for (const version of [forged, kept]) assert.equal((await honest.read(pathOf(version))).status, 200);
  });
});

async function findSession(estate: EstateProcess, text: string): Promise<string> {
  return waitUntil(
    async () => {
      const { code, out } = await estate.run('history', 'website', '--text', text, '--json');
      if (code !== 0) return undefined;
      const [found] = historyPageSchema.parse(JSON.parse(out)).transactions;
      return found?.tokens[0]?.claims?.sessionId ?? undefined;
    },
    { what: 'history knows the session', timeoutMs: 60_000 },
  );
}
