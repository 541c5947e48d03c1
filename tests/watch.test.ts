import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import {
  type Finding,
  findingSchema,
  historyPageSchema,
  historyStatusSchema,
  incidentSchema,
  incidentsSchema,
} from '@bulkhead/contracts';
import { type Admin, connectionTo, openAdmin } from '@bulkhead/postgres';
import { type EstateProcess, startEstateProcess, waitUntil } from '@bulkhead/testkit';
import { signIn, Visitor } from '@bulkhead/visitor';
import { callWire, type WireCall } from '@bulkhead/wire';
import { z } from 'zod';
import { accountWith, Member, pathOf, publish, versionIn, withdraw } from '#newsroom.ts';
import { askSite, noteOf, originOf, untilAllIsWell } from '#sites.ts';

const findingsSchema = z.object({ findings: z.array(findingSchema) });

suite('the watch over a sample estate', () => {
  let estate: EstateProcess;
  before(async () => {
    estate = await startEstateProcess();
    await untilAllIsWell(estate);
  });
  after(() => estate?.remove());

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

  /** An administrator invites somebody, changes what they may do, and takes them out again. */
  async function administer(): Promise<void> {
    const visitor = new Visitor({ address: '127.0.0.1' });
    const origin = originOf(estate, 'id');
    const account = accountWith(estate, 'identity', 'administrator');
    assert.equal((await signIn(visitor, `${origin}/accounts`, account, () => new Date())).status, 200);
    const send = (path: string, form: Record<string, string>) => visitor.visit(`${origin}${path}`, { form, redirects: 0 });
    const given = { displayName: 'New (sample)', email: 'new@sample.invalid', language: 'en', roles: 'website/editor', reason: 'Edits.' };
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

  test('[W17] an hour of honest work, with refusals, mistakes and visits that break off, raises no finding', async () => {
    const [editor, reviewer] = await Promise.all([Member.enter(estate, 'editor'), Member.enter(estate, 'reviewer')]);
    for (let number = 1; number <= 60; number += 1) {
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
    assert.ok(status.transactions > 180, `${status.transactions} transactions`);
    assert.equal(status.unknown, 0);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    assert.deepEqual(
      (await listFindings()).map(({ rule, compartment, summary, evidence }) => ({ rule, compartment, summary, evidence })),
      [],
    );
    editor.leave();
    reviewer.leave();
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

  test('[W17] starting again changes the schema in nobody’s name but the estate’s own', async () => {
    const before = (await listFindings()).at(-1)?.id ?? 0;
    await estate.stop();
    estate = await estate.startAgain();
    await untilAllIsWell(estate);
    const editor = await Member.enter(estate, 'editor');
    await untilSeen(editor);
    editor.leave();
    const told = (await listFindings(before)).filter(({ rule }) => rule === 'catalog.changed' || rule.startsWith('write.'));
    assert.deepEqual(told, []);
  });
});

/** What somebody could do who took the password from the process that has it. */
async function openAsApplication(estate: EstateProcess): Promise<Admin> {
  const { processes } = await askSite(estate, 'headquarters');
  const pid = processes.find(({ name }) => name === 'website')?.pid;
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
  const value = (name: string) =>
    environment
      .split('\0')
      .find((line) => line.startsWith(`${name}=`))
      ?.slice(name.length + 1) ?? '';
  return openAdmin(
    connectionTo(value('DATABASE_SOCKET_DIRECTORY'), {
      database: value('DATABASE_NAME'),
      role: value('DATABASE_ROLE'),
      password: value('DATABASE_PASSWORD'),
    }),
  );
}

function dayInAMonth(): string {
  return new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
}
