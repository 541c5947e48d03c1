import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type Finding, findingSchema, historyPageSchema, historyStatusSchema } from '@bulkhead/contracts';
import { type EstateProcess, startEstateProcess, waitUntil } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { Member, pathOf, type Version, versionIn } from '#newsroom.ts';
import { approve, untilRecovery } from '#recovery.ts';
import { noteOf, openAsApplication, openAsSuperuser, untilAllIsWell } from '#sites.ts';

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

  test('[O14] [H8] what two recoveries wrote stands in history and is no finding; what a stranger writes right after is one', async () => {
    await untilWhole();
    const ofRecovery = ['history.gap', 'history.lost', 'catalog.changed', 'role.granted', 'write.untagged', 'write.badly_tagged'];
    const told = (await listFindings()).filter(({ rule }) => ofRecovery.includes(rule));
    assert.deepEqual(told, []);
    const status = await readHistory();
    assert.deepEqual([status.unknown, status.gaps], [0, []]);
    const session = await openAsApplication(estate);
    await session.query("update article_text set title = 'Defaced by Nobody' where article_id = 2 and language = 'en'");
    await session.close();
    await waitUntil(async () => (await listFindings()).some(({ rule }) => rule === 'write.untagged'), {
      what: 'the stranger’s write is found',
      timeoutMs: 60_000,
    });
  });

  test('[H12] a role that a superuser gives the application is found, though nothing in the database tells of it', async () => {
    const session = await openAsSuperuser(estate);
    await session.query('grant website_owner to website_app');
    await session.close();
    const found = await waitUntil(async () => (await listFindings()).find(({ rule }) => rule === 'role.granted'), {
      what: 'the role is found',
      timeoutMs: 60_000,
    });
    assert.equal(found.evidence['catalogs'], 'pg_auth_members');
  });

  const listFindings = async (): Promise<Finding[]> =>
    (await askDesk('/findings?limit=1000', z.object({ findings: z.array(findingSchema) }))).findings.filter(
      ({ compartment }) => compartment === 'website',
    );

  async function askDesk<Schema extends z.ZodType>(path: string, schema: Schema, body?: unknown): Promise<z.infer<Schema>> {
    const { secrets } = await noteOf(estate, 'offsite');
    const desk = { socket: join(estate.description.runtime, 'offsite/desk.sock'), secret: secrets.desk };
    return callWire(desk, body === undefined ? { method: 'GET', path } : { method: 'POST', path, body }, schema);
  }
  const readHistory = () => askDesk('/history/website', historyStatusSchema);

  /** History has decoded and compared what is committed now. */
  async function untilWhole(): Promise<void> {
    const title = 'Written after two recoveries';
    versionIn(await honest.createDraft('after-two', { 'title-en': title }));
    const [draft] = await waitUntil(
      async () => {
        const page = await askDesk('/history/website/search', historyPageSchema, { text: title });
        return page.transactions.length > 0 ? page.transactions : undefined;
      },
      { what: 'history has the last draft', timeoutMs: 120_000 },
    );
    await waitUntil(async () => positionOf((await readHistory()).reconciledLsn) >= positionOf(draft?.commitLsn), {
      what: 'the WAL is compared',
      timeoutMs: 120_000,
    });
  }
});

function positionOf(lsn: string | null | undefined): number {
  const [high = '0', low = '0'] = (lsn ?? '0/0').split('/');
  return Number.parseInt(high, 16) * 2 ** 32 + Number.parseInt(low, 16);
}

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
