import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '@bulkhead/kernel';
import { waitUntil } from '@bulkhead/testkit';
import {
  type BootedWebsite,
  bootWebsite,
  editor,
  publish,
  reviewer,
  startVault,
  useWebsiteCluster,
  WHOLE,
} from './booted-website.ts';
import { type Offsite, startOffsite } from './offsite-processes.ts';
import { readPicture } from './sample-articles.ts';

const cluster = await useWebsiteCluster();
const vault = await startVault();
const site: BootedWebsite = await bootWebsite(cluster, vault);
const admin = await cluster.adminOf(site.data.name);
const offsite: Offsite = await startOffsite({
  gatewayKeys: site.gateway.trust.gatewayKeys,
  admin,
  vault: { socket: vault.socket, offsiteSecret: vault.offsiteSecret },
});
const published = { number: 0, id: 0, digest: '' };

/** Writes behind the newsroom's back, as somebody with the application role's password could. */
function attack(sql: string): Promise<unknown> {
  return admin.query(sql);
}

test('an empty site is published, and then each article that two persons approved', async () => {
  const empty = await offsite.waitForEdition(0);
  assert.ok((await offsite.readPage(empty, '/en/')).text.includes('Nothing has been published yet.'));
  const { id, digest } = await publish(site);
  const edition = await offsite.waitForEdition(empty.number);
  const page = await offsite.readPage(edition, '/fr/news/a-new-light');
  assert.equal(page.status, 200);
  assert.ok(page.text.includes('Une nouvelle lumière'));
  Object.assign(published, { number: edition.number, id, digest });
});

test('drafts and submitted versions change nothing that is public', async () => {
  const created = await site.send('/articles', editor, { ...WHOLE, 'title-en': 'Not yet' });
  await site.send(`/articles/${created.id}/versions/1/submit/${created.digest}`, editor);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.equal(await offsite.latest(), published.number);
  await site.send(`/articles/${created.id}/versions/1/reject`, reviewer, { remark: 'Not now.' });
});

test('a picture is fetched from the vault and published under its digest', async () => {
  const created = await site.send('/articles', editor, { ...WHOLE, 'title-en': 'With a picture' });
  const path = `/articles/${created.id}/versions/1`;
  const png = readPicture('lighthouse.png');
  const form = new FormData();
  for (const [name, value] of Object.entries({ credit: 'c', 'alt-en': 'a lighthouse', 'alt-fr': 'un phare', revision: '1' }))
    form.set(name, value);
  form.set('picture', new Blob([new Uint8Array(png)]), 'x.png');
  const encoded = new Response(form);
  const headers = { 'content-type': encoded.headers.get('content-type') ?? '', accept: 'application/json' };
  const body = Buffer.from(await encoded.arrayBuffer());
  const answer = await site.ask({ method: 'POST', path: `${path}/picture`, asker: editor, body, headers });
  assert.equal(answer.status, 200, answer.text);
  const { digest } = JSON.parse(answer.text);
  await site.send(`${path}/submit/${digest}`, editor);
  await site.send(`${path}/approve/${digest}`, reviewer);
  const edition = await offsite.waitForEdition(published.number);
  const pictures = edition.files.filter(({ path: at }) => at.startsWith('/pictures/'));
  assert.ok(pictures.length > 0);
  for (const { path: at, sha256, headers: served } of pictures) {
    assert.ok(at.startsWith(`/pictures/${sha256}.`));
    assert.match(served['content-type'] ?? '', /^image\/(?:png|jpeg|webp|avif)$/);
    assert.equal(sha256Hex(await offsite.readBytes(sha256)), sha256);
  }
  published.number = edition.number;
});

test('[E10] rows written past the newsroom publish nothing: a changed word, a fabricated approval, an approval of another article', async () => {
  const { id } = published;
  const text = `article_id = ${id} and version_number = 1 and language = 'en'`;
  const attempts: readonly (readonly [string, string])[] = [
    [`update article_text set title = 'Defaced' where ${text}`, `update article_text set title = 'A new light' where ${text}`],
    [
      `insert into article_version (article_id, number, state, revision, kind, slug, is_minor, based_on, created_by, created_by_name, created_at, changed_by, changed_by_name, changed_at, submitted_by, submitted_at, submission_token, decided_by, decided_at, approval_token) select article_id, 2, state, 1, kind, slug, is_minor, 1, created_by, created_by_name, created_at, changed_by, changed_by_name, changed_at, submitted_by, submitted_at, submission_token, decided_by, decided_at, approval_token from article_version where article_id = ${id} and number = 1; insert into article_text select article_id, 2, language, 'Defaced', summary, body, picture_alt, change_note from article_text where article_id = ${id}`,
      `delete from article_text where article_id = ${id} and version_number = 2; delete from article_version where article_id = ${id} and number = 2`,
    ],
    [
      `update article_version set approval_token = submission_token where article_id = ${id}`,
      `update article_version v set approval_token = k.token from kept_token k where v.article_id = ${id}`,
    ],
    [
      `insert into article_withdrawal select article_id, 1, '{"en":"We never said it."}', 'x', 'x', now(), approval_token from article_version where article_id = ${id}`,
      'delete from article_withdrawal',
    ],
  ];
  await attack(
    `create table kept_token as select approval_token as token from article_version where article_id = ${id} and number = 1`,
  );
  for (const [forgery, repair] of attempts) {
    for (const statement of forgery.split('; ')) await attack(statement);
    assert.equal(await offsite.tryRendering(), 'edition.unapproved', forgery);
    await waitUntil(() => offsite.findings.length > 0, { what: 'the publisher told of a finding' });
    for (const statement of repair.split('; ')) await attack(statement);
  }
  assert.equal(await offsite.tryRendering(), null, 'all is as it was');
  assert.equal(offsite.findings[0]?.rule, 'edition.unapproved');
  assert.equal(await offsite.latest(), published.number);
});

test('after the rows are as they were, publishing goes on', async () => {
  const update = await site.send(`/articles/${published.id}/versions`, editor);
  const path = `/articles/${published.id}/versions/${update.number}`;
  const changed = await site.send(path, editor, {
    ...WHOLE,
    'body-en': 'It is lit every night.',
    'note-en': 'When it is lit.',
    revision: '1',
  });
  await site.send(`${path}/submit/${changed.digest}`, editor);
  await site.send(`${path}/approve/${changed.digest}`, reviewer);
  const edition = await offsite.waitForEdition(published.number);
  const { text } = await offsite.readPage(edition, '/en/news/a-new-light');
  assert.ok(text.includes('It is lit every night.'));
  assert.ok(text.includes('When it is lit.'));
  published.number = edition.number;
});

test('a withdrawal is published as 410 with its reason', async () => {
  const reasons = { 'reason-en': 'The lighthouse is dark.' };
  const asked = await site.send(`/articles/${published.id}/withdraw`, reviewer, reasons);
  const done = await site.send(`/articles/${published.id}/versions/${asked.number}/withdraw/${asked.digest}`, reviewer, reasons);
  assert.equal(done.status, 200);
  const edition = await offsite.waitForEdition(published.number);
  const page = await offsite.readPage(edition, '/en/news/a-new-light');
  assert.equal(page.status, 410);
  assert.ok(page.text.includes('The lighthouse is dark.'));
  published.number = edition.number;
});

test('[E11] rows that are gone take no page away from the public: that needs a withdrawal', async () => {
  const { id } = await publish(site, { ...WHOLE, 'title-en': 'To be wiped' });
  const edition = await offsite.waitForEdition(published.number);
  published.number = edition.number;
  const tables = ['article_text', 'article_event', 'article_version'];
  const seen = offsite.findings.length;
  for (const table of tables) await attack(`create table kept_${table} as select * from ${table} where article_id = ${id}`);
  for (const table of tables) await attack(`delete from ${table} where article_id = ${id}`);
  await waitUntil(() => offsite.findings.length > seen, { what: 'the publisher told of a finding' });
  assert.match(offsite.findings.at(-1)?.summary ?? '', new RegExp(`article ${id}\\b`));
  assert.equal(await offsite.latest(), published.number);
  assert.equal((await offsite.readPage(edition, '/en/news/to-be-wiped')).status, 200);
  for (const table of tables.toReversed())
    await attack(`insert into ${table} overriding system value select * from kept_${table}`);
  await publish(site, { ...WHOLE, 'title-en': 'After the wipe' });
  published.number = (await offsite.waitForEdition(published.number)).number;
});

test('[E11] a copy that two operators approved takes a page away, once: what is gone later stays shown', async () => {
  const { id } = await publish(site, { ...WHOLE, 'title-en': 'A false page' });
  const other = await publish(site, { ...WHOLE, 'title-en': 'A true page' });
  const latest = async () => offsite.waitForEdition((await offsite.latest()) - 1);
  await waitUntil(async () => (await offsite.readPage(await latest(), '/en/news/a-true-page')).status === 200, {
    what: 'both pages are published',
  });
  const tables = ['article_text', 'article_event', 'article_version'];
  const remove = async (article: number) => {
    for (const table of tables)
      await attack(`create table kept_${table}_${article} as select * from ${table} where article_id = ${article}`);
    for (const table of tables) await attack(`delete from ${table} where article_id = ${article}`);
  };
  await remove(id);
  await offsite.resumeAfterRecovery([`article ${id}`]);
  await waitUntil(async () => (await offsite.readPage(await latest(), '/en/news/a-false-page')).status === 404, {
    what: 'the false page is gone',
  });
  const seen = offsite.findings.length;
  await remove(other.id);
  await waitUntil(() => offsite.findings.length > seen, { what: 'the publisher told of a finding' });
  assert.equal((await offsite.readPage(await latest(), '/en/news/a-true-page')).status, 200);
  for (const table of tables.toReversed())
    await attack(`insert into ${table} overriding system value select * from kept_${table}_${other.id}`);
  published.number = await offsite.latest();
});

test('a publisher that was killed offers the same edition again, and goes on counting', async () => {
  await offsite.killAndStart();
  const same = await offsite.waitForEdition(published.number - 1);
  assert.equal(same.number, published.number);
  await publish(site, { ...WHOLE, 'title-en': 'After the kill' });
  const next = await offsite.waitForEdition(published.number);
  assert.equal(next.number, published.number + 1);
});
