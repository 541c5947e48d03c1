import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import {
  type Finding,
  findingSchema,
  historyPageSchema,
  historyStatusSchema,
  incidentSchema,
  incidentsSchema,
  repairPlanSchema,
} from '@bulkhead/contracts';
import { type EstateProcess, waitUntil } from '@bulkhead/testkit';
import { signIn, Visitor } from '@bulkhead/visitor';
import { callWire, type WireCall } from '@bulkhead/wire';
import { z } from 'zod';
import { accountWith, Member, pathOf, publish, versionIn, withdraw } from './newsroom.ts';
import { noteOf, openAsApplication, originOf, untilAllIsWell } from './sites.ts';

const SLUG = 'a-note-to-look-for';
const findingsSchema = z.object({ findings: z.array(findingSchema) });

/** What the desk tells of findings and of history. */
function lookInto(estate: EstateProcess) {
  async function askDesk<Schema extends z.ZodType>(call: WireCall, schema: Schema): Promise<z.infer<Schema>> {
    const { secrets } = await noteOf(estate, 'offsite');
    return callWire({ socket: join(estate.description.runtime, 'offsite/desk.sock'), secret: secrets.desk }, call, schema);
  }
  const listFindings = async (after = 0): Promise<Finding[]> =>
    (await askDesk({ method: 'GET', path: `/findings?after=${after}&limit=1000` }, findingsSchema)).findings;
  const untilFound = (rule: string, compartment: string) =>
    waitUntil(async () => (await listFindings()).find((one) => one.rule === rule && one.compartment === compartment), {
      what: `${rule} of ${compartment} is found`,
      timeoutMs: 60_000,
    });
  const readHistory = (compartment: string) => askDesk({ method: 'GET', path: `/history/${compartment}` }, historyStatusSchema);

  /** History has seen everything: another commit was indexed after all these. */
  async function untilSeen(member: Member): Promise<void> {
    const slug = `seen-${process.hrtime.bigint()}`;
    versionIn(await member.createDraft(slug));
    const call = { method: 'POST', path: '/history/website/search', body: { text: slug } } as const;
    await waitUntil(async () => (await askDesk(call, historyPageSchema)).transactions.length > 0, {
      what: 'history has the last draft',
      timeoutMs: 60_000,
    });
  }

  return { askDesk, listFindings, untilFound, readHistory, untilSeen };
}

/** Begins on an estate of which nothing was asked yet. @param articles that are published meanwhile; 11 at the least */
export function testHonestWork(estate: EstateProcess, articles: number): void {
  const { listFindings, readHistory, untilSeen } = lookInto(estate);

  suite('the watch over honest work', () => {
    before(() => untilAllIsWell(estate));

    /** An administrator invites somebody, changes what they may do, and takes them out again. */
    async function administer(): Promise<void> {
      const visitor = new Visitor({ address: '127.0.0.1' });
      const origin = originOf(estate, 'id');
      const account = accountWith(estate, 'identity', 'administrator');
      assert.equal((await signIn(visitor, `${origin}/accounts`, account, () => new Date())).status, 200);
      const send = (path: string, form: Record<string, string>) => visitor.visit(`${origin}${path}`, { form, redirects: 0 });
      const given = {
        displayName: 'New (sample)',
        email: 'new@sample.invalid',
        language: 'en',
        roles: 'website/editor',
        reason: 'Edits.',
      };
      const created = await send('/accounts', given);
      assert.equal(created.status, 201, created.text);
      const listed = await visitor.visit(`${origin}/accounts?q=new%40sample.invalid`);
      const id = [...listed.text.matchAll(/\/accounts\/([0-9a-f-]{36})/g)].map(([, found]) => found);
      const pages = await Promise.all(id.map((one) => visitor.visit(`${origin}/accounts/${one}`)));
      const own = id[pages.findIndex(({ text }) => text.includes('new@sample.invalid'))];
      const grant = { role: 'website/reviewer', endsOn: dayInAMonth(), reason: 'Reviews too.' };
      assert.ok((await send(`/accounts/${own}/grants`, grant)).status < 400);
      assert.ok((await send(`/accounts/${own}/grants/end`, { role: 'website/editor', reason: 'Edits no more.' })).status < 400);
      assert.ok((await send(`/accounts/${own}/disable`, {})).status < 400);
      visitor.leave();
    }

    test('[W17] honest work, with refusals, mistakes and visits that break off, raises no finding', async () => {
      const [editor, reviewer] = await Promise.all([Member.enter(estate, 'editor'), Member.enter(estate, 'reviewer')]);
      for (let number = 1; number <= articles; number += 1) {
        const version = await publish(editor, reviewer, `honest-${number}`);
        if (number % 10 === 0) await withdraw(reviewer, version, 'It was published too early.');
        if (number % 7 === 0) {
          const draft = versionIn(await editor.createDraft(`rejected-${number}`));
          const submitted = versionIn(await editor.send(`${pathOf(draft)}/submit/${draft.digest}`));
          await reviewer.send(`${pathOf(submitted)}/reject`, { remark: 'Please say which vessels this is for.' });
        }
        if (number % 9 === 0) await editor.createDraft(`honest-${number}`);
        if (number % 11 === 0) await reviewer.createDraft('not-allowed');
      }
      await administer();
      await untilSeen(editor);
      const status = await readHistory('website');
      assert.ok(status.transactions > articles * 3, `${status.transactions} transactions`);
      assert.equal(status.unknown, 0);
      await new Promise((resolve) => setTimeout(resolve, 3000));
      assert.deepEqual(
        (await listFindings()).map(({ rule, compartment, summary, evidence }) => ({ rule, compartment, summary, evidence })),
        [],
      );
      editor.leave();
      reviewer.leave();
    });
  });
}

export function testWatch(estate: EstateProcess): void {
  const { askDesk, untilFound } = lookInto(estate);

  suite('the watch over a sample estate', () => {
    /** The transaction that wrote the note, once history tells of it. */
    const findNote = () =>
      waitUntil(
        async () => {
          const { code, out } = await estate.run('history', 'website', '--text', SLUG, '--json');
          if (code !== 0) return false;
          return historyPageSchema.parse(JSON.parse(out)).transactions.at(-1) ?? false;
        },
        { what: 'the note stands in the history', timeoutMs: 120_000 },
      );

    test('an operator finds who wrote a text, sees the rows before and after, and a row’s whole life', async () => {
      const editor = await Member.enter(estate, 'editor');
      const { id } = versionIn(await editor.createDraft(SLUG));
      editor.leave();
      const found = await findNote();
      assert.equal(found.tokens[0]?.claims?.route, 'article.create');
      const page = await estate.run('history', 'website', '--limit', '5');
      assert.ok(
        page.out.split('\n').every((line) => line.length <= 80),
        page.out,
      );
      const shown = await estate.run('history', 'website', '--transaction', String(found.sequence));
      assert.match(shown.out, /insert public\.article\b/);
      assert.match(shown.out, new RegExp(SLUG));
      const life = await estate.run('history', 'website', '--row', `article:${id}`);
      assert.match(life.out, /article\.create/);
    });

    test('a plan is shown to an operator and nothing is changed', async () => {
      const { tokens, sequence } = await findNote();
      const session = tokens[0]?.claims?.sessionId ?? '';
      const { out, code } = await estate.run('undo', 'website', '--transaction', String(sequence), '--json');
      assert.equal(code, 0, out);
      const plan = repairPlanSchema.parse(JSON.parse(out).plan);
      assert.equal(plan.transactions, 1);
      assert.ok(plan.tables.some(({ table, deletes }) => table === 'public.article' && deletes === 1));
      const told = await estate.run('undo', 'website', '--session', session);
      assert.match(told.out, /Nothing was changed\. To begin: the same words with --apply/);
      const status = JSON.parse((await estate.run('status', '--json')).out);
      assert.deepEqual(status.desk.recoveries, []);
    });

    test('an operator’s wrong words are answered with what to type', async () => {
      for (const [words, hint] of [
        [['undo', 'website'], /--incident 3/],
        [['undo', 'website', '--everything', '--from', '5m'], /--from 15m --to 5m/],
        [['undo', 'website', '--untagged', '--apply'], /--reason "/],
        [['history', 'website', '--row', 'article'], /--row article_text:12,1,en/],
        [['history', 'website', '--key', '12'], /--table article --key 12/],
        [['history', 'website', '--from', 'yesterday'], /--from 15m/],
        [['waive', 'r0'], /--reason "/],
      ] as const) {
        const { code, err } = await estate.run(...words);
        assert.equal(code, 2, `${words.join(' ')}: ${err}`);
        assert.match(err, hint);
      }
      const { code, out } = await estate.run('incident');
      assert.equal(code, 0, out);
      assert.equal((await estate.run('findings')).code, 0);
    });

    test('[W17] a write with the password of the application’s role is found, joined to an incident, and proposed to be taken back', async (t) => {
      const session = await openAsApplication(estate);
      const begunMs = performance.now();
      await session.query("update article_text set title = 'Defaced by Nobody' where article_id = 2 and language = 'en'");
      const committedMs = performance.now();
      const found = await untilFound('write.untagged', 'website');
      t.diagnostic(
        `found ${Math.round(performance.now() - committedMs)} ms after the commit, ${Math.round(committedMs - begunMs)} ms of it`,
      );
      assert.equal(found.technique, 'T1565.001');
      assert.equal(found.evidence['table'], 'public.article_text');
      assert.ok(found.incident);
      const incident = await askDesk({ method: 'GET', path: `/incidents/${found.incident}` }, incidentSchema);
      assert.equal(incident.proposed.untagged, true);
      assert.equal(incident.count?.transactions, 1);
      assert.equal(incident.compartment, 'website');
      const { incidents } = await askDesk({ method: 'GET', path: '/incidents' }, incidentsSchema);
      assert.ok(incidents.some(({ id, findings }) => id === found.incident && findings >= 1));
      await session.query("update article_text set title = 'x' where article_id = 0");
      const canary = await untilFound('write.canary', 'website');
      assert.equal(canary.incident, found.incident);
      await session.close();
    });

    test('[W17] a stranger who reports a page adds to the incident of its compartment', async () => {
      const visitor = new Visitor({ address: '127.0.0.1' });
      const port = estate.environment['BULKHEAD_STATUS_PORT'];
      const page = `http://www.localhost:${estate.environment['BULKHEAD_PORT']}/en/`;
      const answer = await visitor.visit(`http://status.localhost:${port}/en/report/`, {
        form: { page, seen: 'The first page shows a skull.' },
        redirects: 0,
      });
      assert.equal(answer.status, 303);
      const found = await untilFound('report.person', 'website');
      assert.equal(found.evidence['page'], page);
      assert.equal(found.evidence['said'], 'The first page shows a skull.');
      assert.equal(found.incident, (await untilFound('write.untagged', 'website')).incident);
      visitor.leave();
    });
  });
}

export function testStartingAgain(estate: EstateProcess): void {
  const { listFindings, untilSeen } = lookInto(estate);

  test('[W17] starting again changes the schema in nobody’s name but the estate’s own', async () => {
    const before = (await listFindings()).at(-1)?.id ?? 0;
    await estate.stop();
    await estate.startAgain();
    await untilAllIsWell(estate);
    const editor = await Member.enter(estate, 'editor');
    await untilSeen(editor);
    editor.leave();
    const told = (await listFindings(before)).filter(({ rule }) => rule === 'catalog.changed' || rule.startsWith('write.'));
    assert.deepEqual(told, []);
  });
}

function dayInAMonth(): string {
  return new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
}
