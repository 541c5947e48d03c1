import { type ManifestPart, open, own, post } from '#manifest-part.ts';

export const apiTokenPart: ManifestPart = {
  routes: [
    { ...own, id: 'api-token.list', method: 'GET', path: '/api-tokens', fresh: true },
    { ...own, ...post, id: 'api-token.make', path: '/api-tokens', writes: ['api_token'], fresh: true, perMinute: 20 },
    { ...own, ...post, id: 'api-token.end', path: '/api-tokens/:id/end', writes: ['api_token'] },
    { ...open, id: 'api-token.show-self', method: 'GET', path: '/api/whoami', roles: ['signed-in'], callers: 'software' },
  ],
  columns: [{ table: 'api_token', column: 'last_used_at', merge: 'derived' }],
  checks: [
    {
      name: 'no API token lasts longer than a year',
      sql: "select id from api_token where expires_at > created_at + interval '366 days'",
    },
  ],
  volatile: {
    api_token: ['id', 'account_id', 'secret_sha256', 'created_at', 'expires_at', 'last_used_at', 'ended_at'],
  },
};
