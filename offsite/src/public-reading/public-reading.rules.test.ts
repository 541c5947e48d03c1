import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CompartmentState, type Estate, estateOfReadingRoom, parseManifest } from '@bulkhead/contracts';
import { hasCode } from '@bulkhead/kernel';
import { listMovingNames } from '#reading-room/reading-room.rules.ts';
import { listNeeds, tellReaders } from './public-reading.rules.ts';

const route = { writes: ['article'], maxBodyBytes: 0, roles: [], method: 'POST' };
const describe = (name: string, host: string) => ({
  name,
  title: { en: name },
  level: 'native',
  needs: [],
  recoveryOrder: 1,
  origins: [
    { host, kind: 'public', title: { en: name } },
    { host: `${host}-room`, kind: 'staff', title: { en: name } },
  ],
  routes: [
    { ...route, id: 'page.send', origin: host, path: '/send' },
    { ...route, id: 'page.approve', origin: host, path: '/approve' },
  ],
  jobs: [],
  roles: {},
  checks: [],
  edition: {
    origin: host,
    tables: ['article'],
    approvals: { publish: ['page.send', 'page.approve'], withdraw: ['page.approve'] },
  },
  seal: { unreachable: 'stop', automatic: [] },
});
const website = parseManifest({ ...describe('website', 'www'), publicReading: 'off-site' });
const library = parseManifest(describe('library', 'library'));
const estate = {
  domain: 'example.org',
  port: 443,
  tls: null,
  leaseMs: 30_000,
  readingRoom: { listenAddress: '203.0.113.9', port: 80, tls: null, names: null },
  compartments: [website, library].map((manifest) => ({ directory: '/nowhere', manifest })),
} as unknown as Estate;
const shown = estateOfReadingRoom(estate);

function needs(
  states: Readonly<Record<string, CompartmentState>>,
  silentMs = 1000,
  inCharge: 'headquarters' | 'stand-in' = 'headquarters',
) {
  return listNeeds({ estate, inCharge, stateOf: (name) => states[name], sinceLeaseMs: () => silentMs });
}

test('[FO7] only what a manifest allows is read off-site, and only a compartment with public pages can allow it', () => {
  assert.deepEqual(listMovingNames(estate), ['www.example.org']);
  const { edition: _, ...pageless } = describe('archive', 'archive');
  assert.throws(
    () => parseManifest({ ...pageless, publicReading: 'off-site' }),
    (error) => hasCode(error, 'manifest.invalid') && /publicReading/.test(String(error)),
  );
});

test('[FO8] reading off-site is needed while such a compartment is closed, or headquarters is silent for longer than a lease', () => {
  assert.deepEqual(needs({ website: 'open', library: 'sealed' }), []);
  assert.deepEqual(needs({ website: 'restoring', library: 'open' }), ['website is restoring']);
  assert.deepEqual(needs({ website: 'open', library: 'open' }, 34_000), []);
  assert.deepEqual(needs({ website: 'open', library: 'open' }, 36_000), ['headquarters has not been heard for 36 s']);
  assert.deepEqual(needs({ website: 'sealed' }, 90_000, 'stand-in'), [], 'the stand-in serves it');
});

test('[FO8] the public is told where to read while it is needed, or while the names lead there', () => {
  const names = { sinceAt: '2026-01-01T00:00:00.000Z', by: 'operator:a', reason: 'power', told: '' };
  assert.equal(tellReaders(shown, [], null), undefined);
  assert.equal(tellReaders(shown, [], { ...names, way: 'home' }), undefined);
  assert.equal(tellReaders(undefined, ['website is sealed'], null), undefined, 'there is no reading room');
  const told = { addresses: [{ title: { en: 'website' }, url: 'http://www.example.org/' }] };
  assert.deepEqual(tellReaders(shown, ['website is sealed'], null), told);
  assert.deepEqual(tellReaders(shown, [], { ...names, way: 'away' }), told);
});
