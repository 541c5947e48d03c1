import { originUrl, statusUrl } from '@bulkhead/contracts';
import { EstateError, sleepMs } from '@bulkhead/kernel';
import { listForms, Visitor } from '@bulkhead/visitor';
import type { Version } from '#sample/newsroom.ts';
import { newestFinding, scopeOfStrangers, untilFound } from './finding.ts';
import type { Scenario, Stage } from './scenario.ts';
import { attempt, stealSession } from './thief.ts';

const FROM = { editor: '127.0.0.66', reviewer: '127.0.0.67' } as const;
const PUBLIC_LIMIT_MS = 180_000;
/** The standby that pages are rendered from is built anew after a recovery; how long the page stays is told as exposure. */
const GONE_LIMIT_MS = 600_000;

/**
 * An editor's and a reviewer's sessions are stolen. From other addresses they publish a page, and change drafts that
 * honest people work on. The page is validly signed: it is public until a reader reports it.
 */
export const defacement: Scenario = {
  name: 'defacement',
  question: 'Did the attackers publish something in the organisation’s name?',
  way: 'undo',
  isAttributable: true,
  attack: async (stage) => {
    const { now, mark, boards, tell } = stage;
    const [begunAt, begunMs, newest] = [now(), performance.now(), await newestFinding(stage)];
    const editor = stealSession(stage, 'editor', FROM.editor);
    const reviewer = stealSession(stage, 'reviewer', FROM.reviewer);
    const page = (slug: string) => ({ kind: 'statement', slug, ...writeText(mark) });
    const draft = await editor.createDraft(page(mark));
    const submitted = await editor.submit(draft);
    const approved = await reviewer.approve(submitted);
    const changed: Version[] = [];
    for (const slug of boards.slice(0, 3)) {
      const version = stage.people.staff.where(slug);
      if (version)
        changed.push(await editor.change(version, { 'title-en': `${mark} was here`, 'body-en': `${mark} wrote this.` }));
    }
    tell('a page was published through two stolen sessions, and honest drafts were changed');
    await untilPublic(stage, `/en/news/${mark}`);
    const again = async () => [
      { what: 'the false page is public', succeeded: await isStillPublic(stage, `/en/news/${mark}`) },
      await attempt('create a page in the stolen session', () => editor.createDraft(page(`${mark}-again`))),
      await attempt('approve in the stolen session', () => reviewer.approve(submitted)),
    ];
    const requests = [draft, submitted, approved, ...changed].map(({ requestId }) => requestId);
    return { begunAt, begunMs, newest, requests, xids: [], rows: 0, again, details: { page: mark } };
  },
  find: async (stage, attack) => {
    await reportPage(stage, `${originUrl(stage.running.estate, 'www')}/en/news/${stage.mark}`);
    return { ...(await untilFound(stage, attack)), scope: await scopeOfStrangers(stage) };
  },
};

function writeText(mark: string): Record<string, string> {
  return {
    'title-en': `A false statement (${mark})`,
    'summary-en': `Simulated: published through stolen sessions, ${mark}.`,
    'body-en': `Nobody of the organisation wrote this. It is part of an exercise: ${mark}.`,
  };
}

async function untilPublic({ readers, tell }: Stage, path: string): Promise<void> {
  const deadline = performance.now() + PUBLIC_LIMIT_MS;
  while (!(await readers.isThere(path))) {
    if (performance.now() > deadline) throw new EstateError('edition.invalid', `waiting for ${path} to be published`);
    await sleepMs(50);
  }
  tell(`${path} is public`);
}

/** Whether a page is there after the next edition had time to come. */
async function isStillPublic({ readers }: Stage, path: string): Promise<boolean> {
  const deadline = performance.now() + GONE_LIMIT_MS;
  while (await readers.isThere(path)) {
    if (performance.now() > deadline) return true;
    await sleepMs(50);
  }
  return false;
}

/** A reader fills in the form of the status page. */
async function reportPage({ running, certificates, tell }: Stage, url: string): Promise<void> {
  const visitor = new Visitor({ address: running.estate.listenAddress, ...(certificates ? { certificates } : {}) });
  try {
    const page = await visitor.visit(`${statusUrl(running.estate)}/en/report/`);
    const form = listForms(page).find(({ fields }) => Object.keys(fields).length > 0);
    if (!form) throw new EstateError('wire.invalid_reply', 'looking for the form of the status page: there is none');
    const answer = await visitor.visit(form.action, { form: { ...form.fields, page: url, seen: 'This page is false.' } });
    if (answer.status >= 300) throw new EstateError('wire.refused', `reporting a page: status ${answer.status}`);
    tell('a reader reports it with the form of the status page');
  } finally {
    visitor.leave();
  }
}
