import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EditionManifest, manifestSchema } from '@bulkhead/contracts';
import { judgeLook, planLooks } from './probe.rules.ts';

const route = (id: string, path: string, roles: string[]) => ({
  id,
  origin: 'newsroom',
  method: 'GET',
  path,
  roles,
  writes: [],
  maxBodyBytes: 0,
});
const manifest = manifestSchema.parse({
  name: 'website',
  title: { en: 'Website' },
  level: 'native',
  needs: [],
  recoveryOrder: 1,
  origins: [
    { host: 'www', kind: 'public', title: { en: 'Website' } },
    { host: 'newsroom', kind: 'staff', title: { en: 'Newsroom' } },
  ],
  routes: [
    route('article.show', '/articles/:id', ['editor']),
    route('article.list', '/articles', ['editor']),
    route('help.read', '/help', []),
  ],
  jobs: [],
  roles: { editor: { en: 'Editor' } },
  checks: [],
  edition: { origin: 'www', tables: ['article'], approvals: { publish: ['a.b', 'c.d'], withdraw: ['e.f'] } },
  seal: { unreachable: 'stop', automatic: [] },
});

function editionOf(paths: readonly string[]): EditionManifest {
  const files = paths.map((path) => ({ path, status: 200, language: null, headers: {}, sha256: path, bytes: 1 }));
  return { files } as unknown as EditionManifest;
}

test('a stranger looks at the front page, at pages from all over the edition, and at each staff origin', () => {
  const many = ['/', ...Array.from({ length: 500 }, (_, index) => `/page/${index}`)];
  const looks = planLooks(manifest, editionOf(many));
  const pages = looks.filter(({ expects }) => expects.kind === 'bytes');
  assert.ok(pages.some(({ path }) => path === '/'));
  assert.ok(pages.length > 10 && pages.length <= 26);
  assert.deepEqual(
    looks.filter(({ host }) => host === 'newsroom').map(({ path, expects }) => [path, expects.kind]),
    [
      ['/articles', 'sign-in'],
      ['/help', 'page'],
    ],
  );
});

test('other bytes, a closed room and a staff page without sign-in are faults', () => {
  const [page, staff, free] = planLooks(manifest, editionOf(['/']));
  assert.ok(page && staff && free);
  assert.equal(judgeLook(page, { status: 200, location: null, sha256: '/' }), undefined);
  assert.match(judgeLook(page, { status: 200, location: null, sha256: 'x' }) ?? '', /other bytes/);
  assert.match(judgeLook(page, { status: 503, location: null, sha256: '/' }) ?? '', /503 instead of 200/);
  assert.equal(judgeLook(staff, { status: 303, location: 'http://id/sign-in', sha256: '' }), undefined);
  assert.match(judgeLook(staff, { status: 503, location: null, sha256: '' }) ?? '', /instead of asking to sign in/);
  assert.match(judgeLook(staff, { status: 200, location: null, sha256: '' }) ?? '', /instead of asking to sign in/);
  assert.equal(judgeLook(free, { status: 200, location: null, sha256: '' }), undefined);
  assert.match(judgeLook(free, { status: 503, location: null, sha256: '' }) ?? '', /answers 503/);
});
