import { admin, type ManifestPart, open, own, post } from '#manifest-part.ts';

const USE = ['break_glass', 'account', 'role_grant', 'grant_event', 'session'];

export const breakGlassPart: ManifestPart = {
  routes: [
    { ...open, id: 'break-glass.show', method: 'GET', path: '/break-glass' },
    {
      ...open,
      ...post,
      id: 'break-glass.use',
      path: '/break-glass',
      writes: USE,
      perMinute: 10,
      raises: 'account.break_glass',
    },
    { ...admin, id: 'break-glass.pairs', fresh: true, method: 'GET', path: '/break-glass/pairs' },
    {
      ...admin,
      ...post,
      id: 'break-glass.make',
      fresh: true,
      path: '/break-glass/pairs',
      writes: ['break_glass', 'break_glass_half'],
    },
    {
      ...admin,
      ...post,
      id: 'break-glass.withdraw',
      fresh: true,
      path: '/break-glass/pairs/:id/withdraw',
      writes: ['break_glass'],
    },
    { ...own, ...post, id: 'break-glass.half', path: '/break-glass/halves/:id', writes: ['break_glass_half'] },
  ],
  checks: [
    {
      name: 'every pair of break-glass codes is held by two people',
      sql: 'select p.id from break_glass p left join break_glass_half h on h.pair_id = p.id group by p.id having count(distinct h.holder_id) <> 2',
    },
    {
      name: 'what a broken glass opened ended within an hour',
      sql: "select s.id from session s join account a on a.id = s.account_id where a.status = 'break-glass' and s.ends_at > s.started_at + interval '1 hour'",
    },
  ],
  volatile: {
    break_glass: ['id', 'created_by', 'created_at', 'ended_at', 'first_until'],
    break_glass_half: ['pair_id', 'holder_id', 'code_sha256', 'shown_at'],
  },
  effects: [{ table: 'break_glass_half', what: 'half of a break-glass code was shown to its holder' }],
};
