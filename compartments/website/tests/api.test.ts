import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseManifest } from '@bulkhead/contracts';
import type { Asker } from '@bulkhead/web';
import { z } from 'zod';
import { manifest } from '#compartment.ts';
import { bootWebsite, editor, publish, reviewer, useWebsiteCluster } from './booted-website.ts';

const site = await bootWebsite(await useWebsiteCluster());

/** Asks as a program with an API token of this person, as the gateway lets it in. */
async function ask(
  method: string,
  path: string,
  given: { readonly body?: unknown; readonly asker?: Asker; readonly type?: string } = {},
) {
  const answer = await site.ask({
    method,
    path,
    asker: { ...(given.asker ?? editor), sessionId: 'api_token-of-a-program' },
    ...(given.body === undefined
      ? {}
      : {
          body: Buffer.from(typeof given.body === 'string' ? given.body : JSON.stringify(given.body)),
          headers: { 'content-type': given.type ?? 'application/json' },
        }),
  });
  return { status: answer.status, type: String(answer.headers['content-type'] ?? ''), json: JSON.parse(answer.text) };
}

const NEWS = {
  kind: 'news',
  texts: {
    en: { title: 'Buoy 12 is lit again', summary: 'It was dark for a day.', body: 'The crew changed the lamp.\n\n- It shines.' },
    fr: { title: 'La bouée 12 est rallumée', body: 'L’équipage a changé la lampe.' },
  },
};
const problemSchema = z.object({
  code: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).default([]),
});

function problemOf(answer: { readonly type: string; readonly json: unknown }) {
  assert.equal(answer.type, 'application/problem+json; charset=utf-8');
  const { code, errors } = problemSchema.parse(answer.json);
  for (const { detail } of errors) assert.ok(detail.length > 5);
  return [code, ...errors.map(({ pointer }) => pointer)];
}

test('[N15] a program writes a draft and changes it; what it leaves out stays, and it sees which translations are outdated', async () => {
  const made = await ask('POST', '/api/articles', { body: NEWS });
  assert.deepEqual([made.status, made.json.state, made.json.slug], [201, 'draft', 'buoy-12-is-lit-again']);
  const path = `/api/articles/${made.json.id}/versions/1`;
  const change = { revision: made.json.revision, texts: { en: { summary: 'It was dark for two days.' } } };
  const changed = await ask('PATCH', path, { body: change, type: 'application/merge-patch+json' });
  assert.equal(changed.status, 200);
  const { en, fr } = changed.json.texts;
  assert.deepEqual([en.title, en.body], [NEWS.texts.en.title, NEWS.texts.en.body], 'what is left out stays');
  assert.equal(fr.title, NEWS.texts.fr.title);
  assert.deepEqual([changed.json.languages.fr, changed.json.languages.ar], ['outdated', 'missing']);
  assert.deepEqual(
    problemOf(await ask('PATCH', path, { body: change })),
    ['article.changed_meanwhile'],
    'of what was read before',
  );
  const { revision } = changed.json;
  const current = await ask('PATCH', path, { body: { revision, isMinor: false, texts: { fr: { isCurrent: true }, en: {} } } });
  assert.equal(current.json.languages.fr, 'current');
  const without = await ask('PATCH', path, { body: { revision: current.json.revision, texts: { fr: null } } });
  assert.deepEqual([without.status, without.json.texts.fr], [200, undefined]);
  const read = await ask('GET', `/api/articles/${made.json.id}`, { asker: reviewer });
  assert.deepEqual([read.json.digest, read.json.publicVersion], [without.json.digest, null]);
  const { articles, next } = (await ask('GET', '/api/articles?state=draft&kind=news', { asker: reviewer })).json;
  assert.deepEqual([articles.length, articles[0].languages, next], [1, ['en'], null]);
  const typed = { place: `${made.json.id}/1`, language: 'en', revision: 1, typed: { title: 'Typed', tree: '[]' } };
  await ask('POST', '/copies', { body: typed });
  await ask('PATCH', path, { body: { revision: without.json.revision, slug: 'buoy-12' } });
  const kept = await site.database.read.selectFrom('draft_copy').select('account_id').execute();
  assert.deepEqual(kept, [{ account_id: editor.accountId }], 'what its person types in a browser meanwhile stays');
  const person = await site.show(made.json.page, editor);
  assert.ok(person.text.includes(`${made.json.page}/submit/`), 'a person submits it');
});

test('[N15] an update of what is public begins as a draft; no route for programs submits, approves or withdraws', async () => {
  const forPrograms = manifest.routes.filter(({ callers = 'people' }) => callers !== 'people').map(({ id }) => id);
  assert.deepEqual(forPrograms, ['api.list', 'api.read', 'api.read-version', 'api.create', 'api.update', 'api.change']);
  const approvals: readonly string[] = manifest.edition?.approvals.publish ?? [];
  const opened = manifest.routes.map((route) => (approvals.includes(route.id) ? { ...route, callers: 'any' } : route));
  assert.throws(() => parseManifest({ ...manifest, routes: opened }), /article\.submit.*decided by people/s);
  const { id } = await publish(site);
  const begun = await ask('POST', `/api/articles/${id}/versions`);
  assert.deepEqual([begun.status, begun.json.version, begun.json.state], [201, 2, 'draft']);
  assert.deepEqual(problemOf(await ask('POST', `/api/articles/${id}/versions`)), ['article.wrong_state']);
  assert.equal((await ask('GET', `/api/articles/${id}`)).json.publicVersion, 1);
  assert.deepEqual(problemOf(await ask('PATCH', `/api/articles/${id}/versions/1`, { body: { revision: 1 } })), [
    'article.wrong_state',
  ]);
});

test('[N15] what a program sends is held against the rules of the form, and each fault names its place', async () => {
  const { json } = await ask('POST', '/api/articles', { body: { kind: 'statement', texts: { en: { title: 'A statement' } } } });
  const path = `/api/articles/${json.id}/versions/1`;
  const told = async (method: string, at: string, body: unknown) => problemOf(await ask(method, at, { body }));
  const invalid = (...pointers: readonly string[]) => ['input.invalid', ...pointers];
  const text = (more: object) => ({ ...NEWS, texts: { en: { ...NEWS.texts.en, ...more } } });
  assert.deepEqual(await told('POST', '/api/articles', { ...NEWS, kind: 'home' }), invalid('#/kind'));
  assert.deepEqual(await told('POST', '/api/articles', { ...NEWS, state: 'approved' }), invalid('#/state'));
  assert.deepEqual(await told('POST', '/api/articles', { ...NEWS, texts: { de: {} } }), invalid('#/texts/de'));
  assert.deepEqual(await told('POST', '/api/articles', { kind: 'news' }), invalid('#/texts/en/title'));
  assert.deepEqual(await told('POST', '/api/articles', text({ title: 'x'.repeat(201) })), invalid('#/texts/en/title'));
  assert.deepEqual(await told('POST', '/api/articles', text({ title: 'a\u0007b' })), invalid('#/texts/en/title'));
  assert.deepEqual(await told('POST', '/api/articles', text({ body: '[x](javascript:alert(1))' })), invalid('#/texts/en/body'));
  assert.deepEqual(await told('POST', '/api/articles', text({ slug: '../up' })), invalid('#/texts/en/slug'));
  assert.deepEqual(
    await told('POST', '/api/articles', { ...NEWS, publish: { time: '2026-03-29T01:30', zone: 'Europe/London' } }),
    invalid('#/publish/time'),
    'an hour that the clocks skip',
  );
  assert.deepEqual(await told('PATCH', path, { texts: {} }), invalid('#/revision'));
  assert.deepEqual(await told('POST', '/api/articles', { ...NEWS, slug: 'a-statement' }), ['article.slug_taken', '#/slug']);
  assert.deepEqual(problemOf(await ask('POST', '/api/articles', { body: '{"kind":' })), ['input.invalid']);
  assert.deepEqual(problemOf(await ask('POST', '/api/articles', { body: NEWS, type: 'text/plain' })), ['input.invalid']);
  assert.deepEqual(problemOf(await ask('GET', '/api/articles?state=gone')), ['input.invalid']);
  assert.deepEqual(problemOf(await ask('GET', '/api/articles/999999')), ['request.not_found']);
  assert.deepEqual(problemOf(await ask('POST', '/api/articles', { body: NEWS, asker: reviewer })), ['request.forbidden']);
});

test('who may approve is given by the Secretariat: an administrator of a delegation only asks for it', () => {
  assert.deepEqual(manifest.rolesToApprove, ['reviewer']);
});
