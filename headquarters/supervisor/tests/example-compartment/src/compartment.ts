import type { CompartmentManifest } from '@bulkhead/contracts';

/** The smallest compartment there is, for the tests of the supervisor. */
export const manifest: CompartmentManifest = {
  name: 'example',
  title: { en: 'Example' },
  level: 'native',
  needs: [],
  recoveryOrder: 10,
  origins: [{ host: 'example', kind: 'staff', title: { en: 'Example' } }],
  routes: [
    { id: 'note.list', origin: 'example', method: 'GET', path: '/notes', roles: [], writes: [], maxBodyBytes: 0 },
    { id: 'note.add', origin: 'example', method: 'POST', path: '/notes', roles: [], writes: ['note'], maxBodyBytes: 1000 },
  ],
  jobs: [],
  roles: {},
  blobs: { columns: [{ table: 'note', column: 'picture' }], quotaBytes: 1_000_000 },
  checks: [],
  seal: { unreachable: 'stop', automatic: [] },
};
