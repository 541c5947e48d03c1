import { manifestSchema } from '@bulkhead/contracts';

/** A compartment whose rows name contents. */
export const WITH_BLOBS = manifestSchema.parse({
  name: 'website',
  title: { en: 'Website' },
  level: 'native',
  needs: [],
  recoveryOrder: 1,
  origins: [{ host: 'newsroom', kind: 'staff', title: { en: 'Newsroom' } }],
  routes: [],
  jobs: [],
  roles: {},
  checks: [],
  blobs: { columns: [{ table: 'picture', column: 'sha256' }], quotaBytes: 1_000_000 },
  seal: { unreachable: 'stop', automatic: [] },
});
