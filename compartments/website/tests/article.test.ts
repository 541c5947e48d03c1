import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyToken } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import { bootWebsite, both, editor, otherEditor, person, publish, reviewer, useWebsiteCluster, WHOLE } from './booted-website.ts';

const cluster = await useWebsiteCluster();

test('an article goes from draft to review to the public, by two persons', async () => {
  const site = await bootWebsite(cluster);
  const created = await site.send('/articles', editor, WHOLE);
  assert.equal(created.status, 201);
  assert.match(created.digest, /^[0-9a-f]{64}$/);
  const path = `/articles/${created.id}/versions/1`;
  assert.equal((await site.send(`${path}/submit/${created.digest}`, editor)).status, 200);
  const waiting = await site.show('/', reviewer);
  assert.ok(waiting.text.includes('Waiting for review'));
  const review = await site.show(path, reviewer);
  assert.ok(review.text.includes(`action="${path}/approve/${created.digest}"`));
  assert.ok(review.text.includes('La lumière se voit de loin.'));
  assert.equal((await site.send(`${path}/approve/${created.digest}`, reviewer)).status, 200);
  const shown = await site.show(`/articles/${created.id}`);
  assert.ok(shown.text.includes('http://www.localhost:8400/en/news/a-new-light'));
  assert.ok(shown.text.includes('Approved and published'));
});

test('[E1] the tokens of submitter and approver stand in the row, and their paths end in the digest of the content', async () => {
  const site = await bootWebsite(cluster);
  const { digest } = await publish(site);
  const row = await site.database.read
    .selectFrom('article_version')
    .selectAll()
    .where('article_id', '>', 0)
    .executeTakeFirstOrThrow();
  const options = { keys: site.gateway.trust.gatewayKeys, compartment: 'website', now: site.clock.now, atAnyTime: true };
  const submission = await verifyToken(row.submission_token ?? '', options);
  const approval = await verifyToken(row.approval_token ?? '', options);
  assert.deepEqual([submission.route, approval.route], ['article.submit', 'article.approve']);
  assert.deepEqual([submission.accountId, approval.accountId], [editor.accountId, reviewer.accountId]);
  for (const token of [submission, approval]) assert.ok(token.path.endsWith(`/${digest}`));
});

test('[E2] who submitted a version cannot approve it, even with both roles', async () => {
  const site = await bootWebsite(cluster);
  const created = await site.send('/articles', both, WHOLE);
  const path = `/articles/${created.id}/versions/1`;
  await site.send(`${path}/submit/${created.digest}`, both);
  const refused = await site.send(`${path}/approve/${created.digest}`, both);
  assert.deepEqual([refused.status, refused.code], [403, 'approval.same_person']);
  const page = await site.ask({ method: 'POST', path: `${path}/approve/${created.digest}`, asker: both, form: {} });
  assert.equal(page.status, 403);
  assert.ok(page.text.includes('cannot approve it'));
  assert.ok(!(await site.show(path, both)).text.includes('/approve/'));
});

test('editors cannot approve and reviewers cannot write', async () => {
  const site = await bootWebsite(cluster);
  const created = await site.send('/articles', editor, WHOLE);
  const path = `/articles/${created.id}/versions/1`;
  await site.send(`${path}/submit/${created.digest}`, editor);
  assert.equal((await site.send(`${path}/approve/${created.digest}`, otherEditor)).status, 403);
  assert.equal((await site.send('/articles', reviewer, WHOLE)).status, 403);
  assert.equal((await site.ask({ path: '/', asker: person('Nobody') })).status, 403);
  assert.equal((await site.ask({ path: '/' })).status, 401);
});

test('[E3] a decision on another content than the one shown is refused: another digest, or a draft changed meanwhile', async () => {
  const site = await bootWebsite(cluster);
  const created = await site.send('/articles', editor, WHOLE);
  const path = `/articles/${created.id}/versions/1`;
  const changed = await site.send(path, otherEditor, { ...WHOLE, slug: 'a-new-light', 'title-en': 'Another', revision: '1' });
  assert.equal(changed.status, 200);
  assert.notEqual(changed.digest, created.digest);
  const stale = await site.send(`${path}/submit/${created.digest}`, editor);
  assert.deepEqual([stale.status, stale.code], [409, 'approval.wrong_digest']);
  assert.equal((await site.send(`${path}/submit/${changed.digest}`, editor)).status, 200);
  const forged = await site.send(`${path}/approve/${sha256Hex('else')}`, reviewer);
  assert.deepEqual([forged.status, forged.code], [409, 'approval.wrong_digest']);
  assert.equal((await site.send(`${path}/approve/xyz`, reviewer)).status, 404);
});

test('a row changed in the database after it was submitted cannot be approved with the digest that was shown', async () => {
  const site = await bootWebsite(cluster);
  const created = await site.send('/articles', editor, WHOLE);
  const path = `/articles/${created.id}/versions/1`;
  await site.send(`${path}/submit/${created.digest}`, editor);
  const token = await site.gateway.mintJob('job:test');
  await site.database.transact(token, (trx) => trx.updateTable('article_text').set({ title: 'Defaced' }).execute());
  assert.equal((await site.send(`${path}/approve/${created.digest}`, reviewer)).code, 'approval.wrong_digest');
});

test('a version that is sent back stays as it was, and a new draft begins with its content and the remark in sight', async () => {
  const site = await bootWebsite(cluster);
  const created = await site.send('/articles', editor, WHOLE);
  const path = `/articles/${created.id}/versions/1`;
  await site.send(`${path}/submit/${created.digest}`, editor);
  const empty = await site.ask({ method: 'POST', path: `${path}/reject`, asker: reviewer, form: { remark: '  ' } });
  assert.equal(empty.status, 422);
  assert.ok(empty.text.includes('Say what should be changed.'));
  const back = await site.send(`${path}/reject`, reviewer, { remark: 'Name the cape.' });
  assert.deepEqual([back.status, back.number], [200, 2]);
  assert.ok((await site.show(path)).text.includes('Name the cape.'));
  assert.ok((await site.show(`/articles/${created.id}/versions/2/edit`)).text.includes('The light can be seen from afar.'));
  assert.equal((await site.send(`${path}/approve/${created.digest}`, reviewer)).code, 'article.wrong_state');
  assert.equal((await site.send(`/articles/${created.id}/versions/2/submit/${back.digest}`, editor)).status, 200);
});

test('an update says what changed, and is shown beside what is public; its former address stays its own', async () => {
  const site = await bootWebsite(cluster);
  const { id } = await publish(site);
  const update = await site.send(`/articles/${id}/versions`, editor);
  assert.deepEqual([update.status, update.number], [201, 2]);
  const path = `/articles/${id}/versions/2`;
  const silent = await site.send(`${path}/submit/${update.digest}`, editor);
  assert.deepEqual([silent.status, silent.code], [422, 'article.incomplete']);
  const changed = await site.send(path, editor, {
    ...WHOLE,
    slug: 'elsewhere',
    'body-en': 'The light can be seen from very far.',
    'note-en': 'How far it is seen.',
    revision: '1',
  });
  assert.equal(changed.status, 200);
  const shown = await site.show(path);
  assert.ok(shown.text.includes('/en/news/elsewhere'));
  assert.match(shown.text, /<ins>very far.<\/ins>/);
  await site.send(`${path}/submit/${changed.digest}`, editor);
  assert.equal((await site.send(`${path}/approve/${changed.digest}`, reviewer)).status, 200);
  assert.match((await site.show(`${path}/changes`)).text, /<ins>very far.<\/ins>/);
  assert.equal((await site.send('/articles', otherEditor, { ...WHOLE, slug: 'a-new-light' })).code, 'article.slug_taken');
});

test('a minor update needs no note', async () => {
  const site = await bootWebsite(cluster);
  const { id } = await publish(site);
  await site.send(`/articles/${id}/versions`, editor);
  const path = `/articles/${id}/versions/2`;
  const changed = await site.send(path, editor, { ...WHOLE, minor: 'on', revision: '1' });
  assert.equal((await site.send(`${path}/submit/${changed.digest}`, editor)).status, 200);
});

test('an article is withdrawn with a reason that is shown before it is confirmed, once, and can come back by an update', async () => {
  const site = await bootWebsite(cluster);
  const { id } = await publish(site);
  assert.equal((await site.send(`/articles/${id}/withdraw`, editor, { 'reason-en': 'x' })).status, 403);
  assert.equal((await site.send(`/articles/${id}/withdraw`, reviewer, { 'reason-fr': 'Erreur.' })).status, 422);
  const reasons = { 'reason-en': 'It named the wrong cape.', 'reason-fr': 'Le cap était faux.' };
  const page = await site.ask({ method: 'POST', path: `/articles/${id}/withdraw`, asker: reviewer, form: reasons });
  assert.equal(page.status, 200);
  const action = /action="(\/articles\/\d+\/versions\/1\/withdraw\/[0-9a-f]{64})"/.exec(page.text)?.[1] ?? '';
  const other = await site.send(action, reviewer, { 'reason-en': 'Another reason.' });
  assert.deepEqual([other.status, other.code], [409, 'approval.wrong_digest']);
  assert.equal((await site.send(action, reviewer, reasons)).status, 200);
  assert.equal((await site.send(action, reviewer, reasons)).code, 'article.wrong_state');
  assert.ok((await site.show(`/articles/${id}`)).text.includes('It named the wrong cape.'));
  assert.equal((await site.send(`/articles/${id}/versions`, editor)).status, 201);
});

test('[N2] two who save the same draft: the second is told, sees both texts, loses nothing, and may save over it', async () => {
  const site = await bootWebsite(cluster);
  const created = await site.send('/articles', editor, WHOLE);
  const path = `/articles/${created.id}/versions/1`;
  const [first, second] = await Promise.all(
    [editor, otherEditor].map((asker) =>
      site.ask({ method: 'POST', path, asker, form: { ...WHOLE, revision: '1', 'title-en': `By ${asker.displayName}` } }),
    ),
  );
  assert.deepEqual(new Set([first?.status, second?.status]), new Set([303, 409]));
  const told = first?.status === 409 ? first : second;
  const loser = told === first ? editor : otherEditor;
  assert.ok(told);
  assert.ok(told.text.includes(`value="By ${loser.displayName}"`));
  assert.ok(told.text.includes('changed this draft while you were writing'));
  assert.ok(told.text.includes('name="revision" value="2"'));
  assert.match(told.text, /<del>/);
  const again = await site.send(path, loser, { ...WHOLE, revision: '2', 'title-en': `By ${loser.displayName}` });
  assert.equal(again.status, 200);
});

test('two who approve at once, and one who approves while another sends back: one wins', async () => {
  const site = await bootWebsite(cluster);
  const created = await site.send('/articles', editor, WHOLE);
  const path = `/articles/${created.id}/versions/1`;
  await site.send(`${path}/submit/${created.digest}`, editor);
  const answers = await Promise.all([
    site.send(`${path}/approve/${created.digest}`, reviewer),
    site.send(`${path}/approve/${created.digest}`, person('Rita', 'reviewer')),
    site.send(`${path}/reject`, person('Ravi', 'reviewer'), { remark: 'No.' }),
  ]);
  assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
  for (const answer of answers) if (answer.status !== 200) assert.equal(answer.code, 'article.wrong_state');
  const rows = await site.database.read.selectFrom('article_event').select('kind').execute();
  assert.equal(rows.filter((row) => row.kind === 'approved' || row.kind === 'rejected').length, 1);
});

test('two who begin an update at once: one draft', async () => {
  const site = await bootWebsite(cluster);
  const { id } = await publish(site);
  const answers = await Promise.all([editor, otherEditor].map((asker) => site.send(`/articles/${id}/versions`, asker)));
  assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set([201, 409]));
});

test('a state is left only as the rules say', async () => {
  const site = await bootWebsite(cluster);
  const { id, digest } = await publish(site);
  const path = `/articles/${id}/versions/1`;
  for (const step of [`submit/${digest}`, `approve/${digest}`, 'discard', 'reject']) {
    const asker = step.startsWith('submit') || step === 'discard' ? editor : reviewer;
    const answer = await site.send(`${path}/${step}`, asker, step === 'reject' ? { remark: 'x' } : {});
    assert.deepEqual([answer.status, answer.code], [409, 'article.wrong_state'], step);
  }
  assert.equal((await site.send(path, editor, { ...WHOLE, revision: '1' })).code, 'article.wrong_state');
  const update = await site.send(`/articles/${id}/versions`, editor);
  assert.equal((await site.send(`/articles/${id}/versions/2/discard`, editor)).status, 200);
  assert.equal((await site.send(`/articles/${id}/versions/2/submit/${update.digest}`, editor)).code, 'article.wrong_state');
  assert.equal((await site.send(`/articles/${id}/versions`, editor)).number, 3);
});

test('every fault in the form is told at its field, and nothing typed is lost', async () => {
  const site = await bootWebsite(cluster);
  const form = {
    ...WHOLE,
    slug: 'Not A Slug!',
    'title-en': '',
    'body-en': 'See [this](javascript:x) & <b>that</b>',
    'title-ar': 'ضوء'.repeat(100),
    'body-ru': 'Строка',
  };
  const answer = await site.ask({ path: '/articles', asker: editor, form });
  assert.equal(answer.status, 422);
  for (const name of ['title-en', 'body-en', 'title-ar'].slice(2)) assert.ok(answer.text.includes(`id="${name}-fault"`), name);
  const shorter = await site.ask({ path: '/articles', asker: editor, form: { ...form, 'title-ar': 'ضوء' } });
  for (const name of ['title-en', 'body-en']) assert.ok(shorter.text.includes(`id="${name}-fault"`), name);
  assert.ok(shorter.text.includes('See [this](javascript:x) &amp; &lt;b&gt;that&lt;/b&gt;'));
  assert.ok(shorter.text.includes('Строка'));
  assert.ok(shorter.text.includes('value="Not A Slug!"'));
  const slug = await site.ask({ path: '/articles', asker: editor, form: { ...WHOLE, slug: 'Not A Slug!' } });
  assert.ok(slug.text.includes('id="slug-fault"'));
});

test('an address that another article has is told at its field', async () => {
  const site = await bootWebsite(cluster);
  await publish(site);
  const answer = await site.ask({ path: '/articles', asker: editor, form: WHOLE });
  assert.equal(answer.status, 409);
  assert.ok(answer.text.includes('id="slug-fault"'));
  assert.ok(answer.text.includes('value="A new light"'));
});

test('hostile forms and paths are refused and change nothing', async () => {
  const site = await bootWebsite(cluster);
  const post = (form: string) => site.ask({ path: '/articles', asker: editor, form });
  assert.equal((await post('title-en=a&title-en=b&kind=news')).status, 400);
  assert.equal((await post('title-en=%ff&kind=news')).status, 400);
  assert.equal((await post('title-en=a&kind=news&admin=1')).status, 400);
  assert.equal((await post('title-en=a%00b&kind=news')).status, 422);
  assert.equal((await post('title-en=a&kind=advert')).status, 422);
  assert.equal((await post(`title-en=a&kind=news&body-en=${'x'.repeat(1_100_000)}`)).status, 413);
  for (const path of ['/articles/0', '/articles/99', '/articles/1e3', '/articles/9999999999', '/articles/1/versions/1'])
    assert.equal((await site.show(path)).status, 404, path);
  const upwards = [
    '/assets/..%2fmain.ts',
    '/pictures/..%2f..%2fetc%2fpasswd',
    `/pictures/${'a'.repeat(64)}%0d%0ax:y`,
    '/previews/..%2f../en',
  ];
  for (const path of upwards) assert.ok([400, 404].includes((await site.show(path)).status), path);
  assert.equal((await site.database.read.selectFrom('article').select('id').where('id', '>', 0).execute()).length, 0);
});

test('the newsroom speaks all six languages, Arabic from right to left, and a chosen language stays', async () => {
  const site = await bootWebsite(cluster);
  const { id } = await publish(site);
  for (const [language, word] of Object.entries({ ar: 'المقالات', zh: '文章', fr: 'Articles', ru: 'Статьи', es: 'Artículos' })) {
    const { text } = await site.show(`/?lang=${language}`);
    assert.ok(text.includes(`<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`));
    assert.ok(text.includes(`<h1>${word}</h1>`), language);
    assert.ok(text.includes(`href="/articles/${id}?lang=${language}"`));
  }
  const byHeader = await site.ask({ path: '/', asker: editor, headers: { 'accept-language': 'ru, en;q=0.5' } });
  assert.ok(byHeader.text.includes('<html lang="ru"'));
});

test('the checks of the manifest hold after all of this, and each finds what it is for', async () => {
  const site = await bootWebsite(cluster);
  await publish(site);
  const { manifest } = await import('#compartment.ts');
  const admin = await cluster.adminOf(site.data.name);
  for (const check of manifest.checks) assert.deepEqual(await admin.query(check.sql), [], check.name);
  await admin.query(
    'alter table article_version drop constraint approved_by_another; update article_version set decided_by = submitted_by',
  );
  const [first] = manifest.checks;
  assert.equal((await admin.query(first?.sql ?? '')).length, 1);
});
