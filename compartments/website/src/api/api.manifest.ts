import type { CompartmentManifest, ManifestRoute } from '@bulkhead/contracts';

const READS: Pick<ManifestRoute, 'origin' | 'callers' | 'method' | 'roles' | 'writes' | 'maxBodyBytes' | 'perMinute'> = {
  origin: 'newsroom',
  callers: 'software',
  method: 'GET',
  roles: ['editor', 'reviewer'],
  writes: [],
  maxBodyBytes: 0,
  perMinute: 120,
};
const WRITES: typeof READS = { ...READS, method: 'POST', roles: ['editor'], perMinute: 30 };
const VERSION = ['article_version', 'article_text', 'article_event'];
const BODY_BYTES = 1_048_576;

/** What programs may do with an editor's or a reviewer's API token: read, and write drafts. What the public reads is decided by people. */
export const API_ROUTES: CompartmentManifest['routes'] = [
  { ...READS, id: 'api.list', path: '/api/articles' },
  { ...READS, id: 'api.read', path: '/api/articles/:id' },
  { ...READS, id: 'api.read-version', path: '/api/articles/:id/versions/:number' },
  {
    ...WRITES,
    id: 'api.create',
    path: '/api/articles',
    writes: ['article', 'article_address', ...VERSION],
    maxBodyBytes: BODY_BYTES,
  },
  { ...WRITES, id: 'api.update', path: '/api/articles/:id/versions', writes: VERSION },
  {
    ...WRITES,
    id: 'api.change',
    method: 'PATCH',
    path: '/api/articles/:id/versions/:number',
    writes: ['article_address', ...VERSION],
    maxBodyBytes: BODY_BYTES,
  },
];
