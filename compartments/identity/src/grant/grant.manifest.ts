import { admin, type ManifestPart, people, post } from '#manifest-part.ts';

const GRANTS = ['role_grant', 'grant_event', 'session'];

export const grantPart: ManifestPart = {
  routes: [
    { ...people, ...post, id: 'grant.give', fresh: true, path: '/accounts/:id/grants', writes: GRANTS },
    { ...people, ...post, id: 'grant.end', fresh: true, path: '/accounts/:id/grants/end', writes: ['role_grant', 'grant_event'] },
    { ...admin, id: 'grant.waiting', fresh: true, method: 'GET', path: '/grants/waiting' },
    { ...admin, ...post, id: 'grant.decide', fresh: true, path: '/grants/decide', writes: GRANTS },
    { ...people, id: 'grant.reviews', fresh: true, method: 'GET', path: '/reviews' },
    { ...people, ...post, id: 'grant.review', fresh: true, path: '/reviews', writes: ['role_grant', 'grant_event'] },
  ],
  jobs: [{ id: 'job:identity.start', writes: ['role_grant', 'grant_event'] }],
  roles: {
    'delegation-administrator': {
      en: 'Administrator of a delegation',
      fr: 'Administration d’une délégation',
      es: 'Administración de una delegación',
      ru: 'Администратор делегации',
      zh: '代表团管理员',
      ar: 'مسؤول وفد',
    },
  },
  checks: [
    {
      name: 'every role that is held stands in the history',
      sql: "select g.account_id, g.compartment, g.role from role_grant g where g.compartment <> 'archive' and g.granted_by <> '' and not exists (select from grant_event e where e.account_id = g.account_id and e.compartment = g.compartment and e.role = g.role and e.what in ('asked', 'granted'))",
    },
    {
      name: 'nobody holds what their delegation does not',
      sql: "select g.account_id, g.compartment, g.role from role_grant g join account a on a.id = g.account_id join delegation d on d.id = a.delegation_id where a.status in ('invited', 'active') and not ('*' = any (d.holds) or g.compartment || '/' || g.role = any (d.holds))",
    },
  ],
  volatile: { grant_event: ['id', 'at', 'account_id', 'by_account', 'ends_at'] },
};
