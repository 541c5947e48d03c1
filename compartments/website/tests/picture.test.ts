import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LANGUAGES } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import { openWire } from '@bulkhead/wire';
import { develop } from '#darkroom/develop.actions.ts';
import {
  type BootedWebsite,
  bootWebsite,
  editor,
  otherEditor,
  person,
  reviewer,
  startVault,
  upload,
  useWebsiteCluster,
  WHOLE,
} from './booted-website.ts';
import { readPicture } from './sample-articles.ts';

const cluster = await useWebsiteCluster();
const vault = await startVault();
const PNG = readPicture('harbour.png');
/** The digest of what is kept: the picture made anew. */
const KEPT = sha256Hex(Buffer.from((await develop(PNG)).main.base64, 'base64'));
const GOOD = { credit: 'Drawn for a test', 'alt-en': 'A ship between cranes', 'alt-fr': 'Un navire entre deux grues' };

async function begin(site: BootedWebsite): Promise<string> {
  const { id } = await site.send('/articles', editor, WHOLE);
  return `/articles/${id}/versions/1`;
}

test('a picture is uploaded with credit and descriptions, is in the vault before its row, and is shown to the newsroom', async () => {
  const site = await bootWebsite(cluster, vault);
  const path = await begin(site);
  const answer = await upload(site, `${path}/picture`, { ...GOOD, revision: '1' }, PNG);
  assert.deepEqual([answer.status, answer.headers.location], [303, path]);
  const row = await site.database.read.selectFrom('picture').selectAll().executeTakeFirstOrThrow();
  assert.deepEqual([row.sha256, row.media_type, row.width, row.height], [KEPT, 'image/jpeg', 960, 540]);
  const renditions = await site.database.read.selectFrom('picture_rendition').selectAll().execute();
  assert.deepEqual(renditions.map((each) => `${each.media_type} ${each.width}`).toSorted(), [
    'image/avif 480',
    'image/avif 960',
    'image/webp 480',
    'image/webp 960',
  ]);
  for (const each of renditions) {
    const file = await site.ask({ path: `/pictures/${each.sha256}`, asker: reviewer });
    assert.deepEqual([file.status, file.headers['content-type']], [200, each.media_type]);
  }
  const shown = await site.show(path);
  assert.ok(shown.text.includes('alt="A ship between cranes"'));
  assert.ok(shown.text.includes('Picture: Drawn for a test'));
  const file = await site.ask({ path: `/pictures/${KEPT}`, asker: reviewer });
  assert.deepEqual([file.status, file.headers['content-type']], [200, 'image/jpeg']);
  assert.equal((await site.show(`/pictures/${'0'.repeat(64)}`)).status, 404);
  // Whoever was given a preview sees its pictures; who did not sign in sees none.
  assert.equal((await site.ask({ path: `/pictures/${KEPT}.jpg`, asker: person('Guest') })).status, 200);
  assert.equal((await site.ask({ path: `/pictures/${KEPT}.jpg` })).status, 401);
});

test('what is no picture, whatever it is called, and a picture cut short, are told at the field; the words beside it stay', async () => {
  const site = await bootWebsite(cluster, vault);
  const path = await begin(site);
  for (const file of [Buffer.from('<html><script>alert(1)</script></html>'), Buffer.from('GIF89a....'), PNG.subarray(0, 40)]) {
    const answer = await upload(site, `${path}/picture`, { ...GOOD, revision: '1' }, file);
    assert.equal(answer.status, 422);
    assert.ok(answer.text.includes('id="picture-fault"'));
    assert.ok(answer.text.includes('value="A ship between cranes"'));
  }
  const large = Buffer.concat([PNG, Buffer.alloc(5 * 1024 * 1024)]);
  const answer = await upload(site, `${path}/picture`, { ...GOOD, revision: '1' }, large);
  assert.equal(answer.status, 422);
  assert.equal((await site.database.read.selectFrom('picture').select('sha256').execute()).length, 0);
});

test('a description and a credit are asked for, and the picture need not be chosen again', async () => {
  const site = await bootWebsite(cluster, vault);
  const path = await begin(site);
  const answer = await upload(site, `${path}/picture`, { credit: '', 'alt-en': ' ', 'alt-fr': 'Un navire', revision: '1' }, PNG);
  assert.equal(answer.status, 422);
  for (const name of ['credit', 'alt-en']) assert.ok(answer.text.includes(`id="${name}-fault"`), name);
  assert.ok(answer.text.includes('value="Un navire"'));
  assert.ok(answer.text.includes(`name="kept" value="${KEPT}"`));
  const again = await upload(site, `${path}/picture`, { ...GOOD, revision: '1', kept: KEPT }, null);
  assert.equal(again.status, 303);
});

test('a draft with a picture needs its description in every language it has, and a picture can be taken away', async () => {
  const site = await bootWebsite(cluster, vault);
  const path = await begin(site);
  await upload(site, `${path}/picture`, { ...GOOD, 'alt-fr': '', revision: '1' }, PNG);
  const shown = await site.show(path);
  assert.ok(shown.text.includes('French: description of the picture'));
  assert.ok(!shown.text.includes('/submit/'));
  const removed = await site.ask({ method: 'POST', path: `${path}/picture/remove`, asker: editor, form: { revision: '2' } });
  assert.equal(removed.status, 303);
  assert.ok((await site.show(path)).text.includes('/submit/'));
});

test('[E4] a picture changes the digest that is approved, and editing the words leaves the picture in place', async () => {
  const site = await bootWebsite(cluster, vault);
  const created = await site.send('/articles', editor, WHOLE);
  const path = `/articles/${created.id}/versions/1`;
  await upload(site, `${path}/picture`, { ...GOOD, revision: '1' }, PNG);
  assert.equal((await site.send(`${path}/submit/${created.digest}`, editor)).code, 'approval.wrong_digest');
  const changed = await site.send(path, editor, { ...WHOLE, slug: 'a-new-light', revision: '2' });
  assert.equal(changed.status, 200);
  assert.ok((await site.show(path)).text.includes('alt="A ship between cranes"'));
  assert.equal((await site.send(`${path}/submit/${changed.digest}`, editor)).status, 200);
});

test('a picture for a draft that somebody else changed is told, and the upload is kept', async () => {
  const site = await bootWebsite(cluster, vault);
  const path = await begin(site);
  await site.send(path, otherEditor, { ...WHOLE, slug: 'a-new-light', revision: '1' });
  const answer = await upload(site, `${path}/picture`, { ...GOOD, revision: '1' }, PNG);
  assert.equal(answer.status, 409);
  assert.ok(answer.text.includes(`name="kept" value="${KEPT}"`));
  assert.ok(answer.text.includes('name="revision" value="2"'));
});

test('while the vault is away a picture is refused and no row names it', async () => {
  const site = await bootWebsite(cluster);
  const path = await begin(site);
  const answer = await upload(site, `${path}/picture`, { ...GOOD, revision: '1' }, PNG);
  assert.equal(answer.status, 503);
  assert.equal((await site.database.read.selectFrom('picture').select('sha256').execute()).length, 0);
});

test('[E16] a version whose picture was erased is neither submitted nor approved: it is told at the picture, in the language of who asks', async () => {
  const site = await bootWebsite(cluster, vault);
  const path = await begin(site);
  await upload(site, `${path}/picture`, { ...GOOD, revision: '1' }, PNG);
  const [, digest = ''] = /\/submit\/([0-9a-f]{64})"/.exec((await site.show(path)).text) ?? [];
  assert.equal((await site.send(`${path}/submit/${digest}`, editor)).status, 200);
  const rendition = site.database.read.selectFrom('picture_rendition').select('sha256');
  const { sha256 } = await rendition.limit(1).executeTakeFirstOrThrow();
  const offsite = { socket: vault.socket, secret: vault.offsiteSecret };
  const erased = await openWire(offsite, {
    method: 'POST',
    path: '/compartments/website/erase',
    body: { sha256, request: 'erasure-1' },
  });
  erased.body.resume();
  assert.equal((await site.blobs.obeyVault()).erased, 1);
  const approve = `${path}/approve/${digest}`;
  const told = await site.send(approve, reviewer);
  assert.deepEqual([told.status, told.code], [422, 'article.names_erased']);
  assert.match(told.text, /"picture":"The picture of this version was erased/);
  const texts: string[] = [];
  for (const language of LANGUAGES) {
    const page = await site.ask({ method: 'POST', path: `${approve}?lang=${language}`, asker: reviewer, form: {} });
    assert.equal(page.status, 422);
    texts.push(/<p class="field-fault" id="picture-fault" role="alert">([^<]+)</.exec(page.text)?.[1] ?? '');
  }
  assert.ok(texts.every((text) => text !== '') && new Set(texts).size === LANGUAGES.length, texts.join('; '));
  const { state } = await site.database.read
    .selectFrom('article_version')
    .select('state')
    .where('article_id', '>', 0)
    .executeTakeFirstOrThrow();
  assert.equal(state, 'submitted');
});
