import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Asker } from '@bulkhead/web';
import { manifest } from '#compartment.ts';
import { bootWebsite, editor, reviewer, startVault, upload, useWebsiteCluster, WHOLE } from './booted-website.ts';
import { readPicture } from './sample-articles.ts';

const cluster = await useWebsiteCluster();
const site = await bootWebsite(cluster, await startVault());
const admin = await cluster.adminOf(site.data.name);
const TABLES = [
  'article',
  'article_version',
  'article_text',
  'article_event',
  'article_withdrawal',
  'article_address',
  'picture',
  'picture_rendition',
  'draft_copy',
  'preview_link',
  'search_entry',
];
await admin.query('create table noted (xid text, tab text)');
await admin.query(`create function note() returns trigger language plpgsql security definer as
  $$ begin insert into noted values (pg_current_xact_id()::text, tg_table_name); return null; end $$`);
for (const table of TABLES)
  await admin.query(`create trigger noting after insert or update or delete on ${table} for each row execute function note()`);

const written = new Map<string, string[]>();

/** Notes which tables the transactions that an answer names have written. */
async function note(
  route: string,
  answer: Answer,
): Promise<{ readonly id: number; readonly number: number; readonly digest: string }> {
  const xids = String(answer.headers['bulkhead-commits'] ?? '')
    .split(',')
    .filter(Boolean);
  assert.equal(xids.length, 1, `${route} was answered with ${answer.status}: ${answer.text}`);
  const rows = await admin.query<{ tab: string }>('select distinct tab from noted where xid = any($1)', [xids]);
  written.set(route, rows.map(({ tab }) => tab).toSorted());
  return answer.text.startsWith('{') ? JSON.parse(answer.text) : { id: 0, number: 0, digest: '' };
}

function send(path: string, asker: Asker, form: Record<string, string> = {}): Promise<Answer> {
  return site.ask({ method: 'POST', path, asker, form, headers: { accept: 'application/json' } });
}

function program(method: string, path: string, json?: unknown): Promise<Answer> {
  const sent =
    json === undefined ? {} : { body: Buffer.from(JSON.stringify(json)), headers: { 'content-type': 'application/json' } };
  return site.ask({ method, path, asker: editor, ...sent });
}

/** What the editor keeps of what is being typed. */
async function keep(place: string, route?: string): Promise<void> {
  const copy = { place, language: 'en', revision: 0, typed: { title: 'A title', tree: '[]' } };
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  const answer = await site.ask({
    method: 'POST',
    path: '/copies',
    asker: editor,
    body: Buffer.from(JSON.stringify(copy)),
    headers,
  });
  if (route) await note(route, answer);
}

test('each route writes the tables that the manifest declares for it, no others, in one transaction that it names', async () => {
  await keep('new', 'copy.keep');
  await note('copy.drop', await send('/copies/drop', editor, { place: 'new' }));
  await note('picture.add', await upload(site, '/pictures', {}, readPicture('rescue.png')));
  await keep('new');
  const { id } = await note('article.create', await send('/articles', editor, WHOLE));
  const first = `/articles/${id}/versions/1`;
  const alts = { credit: 'c', 'alt-en': 'a', 'alt-fr': 'b' };
  await note('picture.change', await upload(site, `${first}/picture`, { ...alts, revision: '1' }, readPicture('signal.png')));
  await note('picture.remove', await send(`${first}/picture/remove`, editor, { revision: '2' }));
  await keep(`${id}/1`);
  const words = { ...WHOLE, slug: 'another-light', 'title-en': 'Another light', revision: '3' };
  const changed = await note('version.change', await send(first, editor, words));
  await note('preview.share', await send(`${first}/share`, editor));
  await note('article.submit', await send(`${first}/submit/${changed.digest}`, editor));
  const again = await note('article.reject', await send(`${first}/reject`, reviewer, { remark: 'x' }));
  const second = `/articles/${id}/versions/2`;
  await send(`${second}/submit/${again.digest}`, editor);
  await note('article.approve', await send(`${second}/approve/${again.digest}`, reviewer));
  await note('article.update', await send(`/articles/${id}/versions`, editor));
  await send(`/articles/${id}/versions/3`, editor, { ...words, slug: 'a-third-light', revision: '1' });
  await note('version.discard', await send(`/articles/${id}/versions/3/discard`, editor));
  await note('version.restore', await send(`/articles/${id}/versions/3/restore`, editor));
  await send(`/articles/${id}/versions/4/discard`, editor);
  const reasons = { 'reason-en': 'x' };
  const { digest } = JSON.parse((await send(`/articles/${id}/withdraw`, reviewer, reasons)).text);
  await note('article.withdraw', await send(`${second}/withdraw/${digest}`, reviewer, reasons));
  const news = { kind: 'news', texts: { en: { title: 'By a program' } } };
  const made = await note('api.create', await program('POST', '/api/articles', news));
  const change = { revision: 1, slug: 'by-another-program', texts: { fr: { title: 'Par un programme' } } };
  await note('api.change', await program('PATCH', `/api/articles/${made.id}/versions/1`, change));
  await note('api.update', await program('POST', `/api/articles/${id}/versions`));
  const declared = manifest.routes.filter((route) => route.writes.length > 0);
  assert.deepEqual(Object.fromEntries(written), Object.fromEntries(declared.map((route) => [route.id, route.writes.toSorted()])));
});
