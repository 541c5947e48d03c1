import { type ManifestPart, own, people, post } from '#manifest-part.ts';
import { TRACES } from './privacy.rules.ts';

const GOES_NOW = TRACES.filter(({ goes }) => goes === 'now').map(({ table }) => table);
const GOES_LATER = TRACES.filter(({ goes }) => goes === 'later').map(({ table }) => table);
const DELETE = [...new Set(['account', 'session', 'role_grant', 'grant_event', ...GOES_NOW])];

export const privacyPart: ManifestPart = {
  routes: [
    { ...own, id: 'privacy.show', fresh: true, method: 'GET', path: '/privacy' },
    { ...own, id: 'privacy.export', fresh: true, method: 'GET', path: '/privacy/export', perMinute: 10 },
    { ...own, ...post, id: 'privacy.delete', fresh: true, path: '/privacy/delete', writes: DELETE },
    { ...people, ...post, id: 'privacy.delete-other', fresh: true, path: '/accounts/:id/delete', writes: DELETE },
  ],
  jobs: [
    {
      id: 'job:identity.tidy',
      writes: [...new Set(['account', 'role_grant', 'grant_event', 'session', 'set_up', ...GOES_LATER])],
      everySeconds: 3600,
    },
  ],
  checks: [
    {
      name: 'a deleted account has nothing left to sign in with',
      sql: "select id from account where status = 'deleted' and (password_hash is not null or totp_secret is not null or exists (select from passkey p where p.account_id = account.id) or exists (select from recovery_code r where r.account_id = account.id))",
    },
    {
      name: 'a deleted account holds no role',
      sql: "select a.id from account a join role_grant g on g.account_id = a.id where a.status = 'deleted'",
    },
  ],
};
