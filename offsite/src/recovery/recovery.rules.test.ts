import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CompartmentManifest, type EditionManifest, manifestSchema, type Verification } from '@bulkhead/contracts';
import type { Seal } from '#order/seal/seal.rules.ts';
import { checksOf, comparePages, describeFailure, furthestSeal, judgeCopy, requireGates, tablesOf } from './recovery.rules.ts';

const manifest: CompartmentManifest = manifestSchema.parse({
  name: 'website',
  title: { en: 'Website' },
  level: 'native',
  needs: [],
  recoveryOrder: 1,
  origins: [{ host: 'newsroom', kind: 'staff', title: { en: 'Newsroom' } }],
  routes: [
    {
      id: 'article.add',
      origin: 'newsroom',
      method: 'POST',
      path: '/articles',
      roles: [],
      writes: ['version', 'article'],
      maxBodyBytes: 1,
    },
  ],
  jobs: [{ id: 'job:website.start', writes: ['article'] }],
  roles: {},
  checks: [{ name: 'every version has an article', sql: 'select 1 from version' }],
  blobs: { columns: [{ table: 'picture', column: 'digest' }], quotaBytes: 1 },
  seal: { unreachable: 'stop', automatic: [] },
});

const sound: Verification = {
  isSound: true,
  lsn: '0/2000000',
  checksums: { isOk: true, failures: [] },
  amcheck: { isOk: true, tables: 1, indexes: 1, failures: [], skipped: false },
  migrations: { isOk: true, missing: [], changed: [], unexpected: [] },
  checks: checksOf(manifest).map(({ name }) => ({ name, violations: 0, failure: null })),
  blobs: [],
  badBlobs: [],
};
const copy = { archiveLsn: '0/2000000', unreplayedBytes: 0 };
const seal = { lsn: '0/2000000' };

function failed(found: Verification, missing: string[] = [], from = copy, until: { lsn: string | null } = seal) {
  return judgeCopy(manifest, found, missing, from, until).flatMap(({ name, ok }) => (ok ? [] : [name]));
}

test('a sound copy passes every gate', () => {
  assert.deepEqual(failed(sound), []);
  requireGates(judgeCopy(manifest, sound, [], copy, seal));
});

test('each gate fails by itself: what the jail does not answer counts as failed', () => {
  for (const { name } of checksOf(manifest)) {
    const unanswered = sound.checks.map((check) => (check.name === name ? { ...check, name: 'another' } : check));
    assert.deepEqual(failed({ ...sound, checks: unanswered }), [name]);
    const broken = sound.checks.map((check) => (check.name === name ? { ...check, violations: 1 } : check));
    assert.deepEqual(failed({ ...sound, checks: broken }), [name]);
  }
  assert.equal(failed({ ...sound, checks: [] }).length, checksOf(manifest).length);
  assert.deepEqual(failed({ ...sound, amcheck: { ...sound.amcheck, skipped: true } }), [
    'tables and indexes are sound (amcheck)',
  ]);
  assert.deepEqual(failed({ ...sound, isSound: false }), ['the copy is sound']);
  assert.deepEqual(failed({ ...sound, badBlobs: ['x'] }), ['the vault has every blob that a row names']);
  assert.deepEqual(failed(sound, ['a'.repeat(64)]), ['the vault has every blob that a row names']);
});

test('a copy from an archive that ends before the seal is refused, whatever its digits look like', () => {
  assert.deepEqual(failed(sound, [], { archiveLsn: '0/FFFFFFF', unreplayedBytes: 0 }, { lsn: '0/10000000' }), [
    'restored up to the seal',
  ]);
  assert.deepEqual(failed(sound, [], { archiveLsn: '0/FFFFFFF', unreplayedBytes: 0 }, { lsn: '1/0' }), [
    'restored up to the seal',
  ]);
  assert.deepEqual(failed(sound, [], { archiveLsn: '1/0', unreplayedBytes: 0 }, { lsn: '0/FFFFFFF' }), []);
  assert.deepEqual(failed(sound, [], copy, { lsn: null }), []);
});

test('[C17] after several seals a copy must reach the furthest, not the last', () => {
  const sealAt = (epoch: number, lsn: string | null): Seal => ({
    compartment: 'website',
    epoch,
    by: [],
    reason: 'of the tests',
    requestedAt: new Date(0),
    lsn,
    timeline: 1,
    sealedAt: new Date(0),
    recordedAt: null,
    effectiveAt: null,
  });
  assert.equal(furthestSeal([sealAt(17, '0/7000000'), sealAt(15, '0/7007000')])?.epoch, 15);
  assert.equal(furthestSeal([sealAt(17, '1/0'), sealAt(15, '0/7007000')])?.epoch, 17);
  assert.equal(furthestSeal([sealAt(17, null), sealAt(15, '0/7007000')])?.epoch, 15);
  assert.equal(furthestSeal([sealAt(17, '0/1'), sealAt(15, '0/1')])?.epoch, 17);
  assert.equal(furthestSeal([]), undefined);
});

test('the tables of a compartment are all that its manifest speaks of, once each', () => {
  assert.deepEqual(tablesOf(manifest), ['article', 'picture', 'version']);
});

test('[C12] pages of the copy are compared with those the public reads, and what would leave the public is named whole', () => {
  const file = (path: string, sha256: string) => ({ path, language: null, sha256 });
  const files = [file('/', 'a'), file('/old', 'b'), file('/news', 'c')];
  const subjects = Array.from({ length: 1500 }, (_, at) => `article ${at}`);
  const edition = { files, subjects } as unknown as EditionManifest;
  const rendered = {
    files: [file('/', 'a'), file('/news', 'other'), file('/new', 'd')],
    subjects: ['article 7', 'article 2000'],
  };
  const { leaving, ...pages } = comparePages(rendered, edition);
  assert.deepEqual(pages, { same: 1, changed: ['/new', '/news'], missing: ['/old'] });
  assert.deepEqual([leaving?.count, leaving?.subjects.length, leaving?.subjects.includes('article 7')], [1499, 1000, false]);
  const last = { ...rendered, subjects: [...rendered.subjects, 'article 999'] };
  assert.notEqual(comparePages(last, edition).leaving?.sha256, leaving?.sha256, 'the digest is of all of it');
  const nothing = comparePages(rendered, undefined);
  assert.deepEqual([nothing.same, nothing.changed, nothing.missing, nothing.leaving?.count], [0, [], [], 0]);
});

test('a failure is told with its causes, and within bounds', () => {
  const error = new Error('restoring website', { cause: new Error('the archive has a gap') });
  assert.equal(describeFailure(error), 'restoring website: the archive has a gap');
  assert.equal(describeFailure('x'.repeat(5000)).length, 900);
});
