import { type ManifestPart, own, post } from '#manifest-part.ts';

export const sessionPart: ManifestPart = {
  routes: [
    { ...own, ...post, id: 'session.sign-out', path: '/sign-out', writes: ['session'] },
    { ...own, ...post, id: 'session.end', path: '/sessions/:id/end', writes: ['session'] },
    { ...own, ...post, id: 'session.end-others', path: '/sessions/end-others', writes: ['session'] },
  ],
  jobs: [
    { id: 'job:sessions.seen', writes: ['session'] },
    { id: 'job:sessions.end', writes: ['session', 'api_token'] },
    { id: 'job:identity.start', writes: ['session'] },
  ],
  checks: [
    {
      name: 'no session of an account that is not active lives',
      sql: "select s.id from session s join account a on a.id = s.account_id where a.status not in ('active', 'break-glass') and s.ended_at is null",
    },
    {
      name: 'no session lasts longer than twelve hours',
      sql: "select id from session where ends_at > started_at + interval '12 hours'",
    },
  ],
  // Whoever was seen was seen.
  columns: [{ table: 'session', column: 'last_seen_at', merge: 'derived' }],
  volatile: {
    session: [
      'id',
      'account_id',
      'started_at',
      'ends_at',
      'last_seen_at',
      'ended_at',
      'address',
      'device',
      'authenticated_at',
      'browser_sha256',
    ],
  },
};
