import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { historyPageSchema, repairPlanSchema } from '@bulkhead/contracts';
import { type EstateProcess, startEstateProcess, waitUntil } from '@bulkhead/testkit';
import { Member, versionIn } from '#newsroom.ts';

const SLUG = 'a-note-to-look-for';
let estate: EstateProcess;
let articleId: number;

before(async () => {
  estate = await startEstateProcess();
  const editor = await Member.enter(estate, 'editor');
  ({ id: articleId } = versionIn(await editor.createDraft(SLUG)));
  editor.leave();
});
after(() => estate?.remove());

/** The transaction that wrote the note, once history tells of it. */
async function findNote() {
  return waitUntil(
    async () => {
      const { code, out } = await estate.run('history', 'website', '--text', SLUG, '--json');
      if (code !== 0) return false;
      return historyPageSchema.parse(JSON.parse(out)).transactions.at(-1) ?? false;
    },
    { what: 'the note stands in the history', timeoutMs: 120_000 },
  );
}

test('an operator finds who wrote a text, sees the rows before and after, and a row’s whole life', async () => {
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
  const life = await estate.run('history', 'website', '--row', `article:${articleId}`);
  assert.match(life.out, /article\.create/);
});

test('a plan is shown and nothing is changed', async () => {
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

test('wrong words are answered with what to type', async () => {
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
