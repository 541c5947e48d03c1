import { admin, type ManifestPart, post } from '#manifest-part.ts';

export const delegationPart: ManifestPart = {
  routes: [
    { ...admin, id: 'delegation.list', method: 'GET', path: '/delegations' },
    { ...admin, id: 'delegation.new', method: 'GET', path: '/delegations/new' },
    { ...admin, ...post, id: 'delegation.create', path: '/delegations', writes: ['delegation'] },
    { ...admin, id: 'delegation.show', fresh: true, method: 'GET', path: '/delegations/:id' },
    { ...admin, ...post, id: 'delegation.names', fresh: true, path: '/delegations/:id/names', writes: ['delegation'] },
    {
      ...admin,
      ...post,
      id: 'delegation.holds',
      fresh: true,
      path: '/delegations/:id/holds',
      writes: ['delegation', 'role_grant', 'grant_event'],
    },
    { ...admin, ...post, id: 'delegation.end', fresh: true, path: '/delegations/:id/end', writes: ['delegation', 'session'] },
    { ...admin, ...post, id: 'delegation.reopen', fresh: true, path: '/delegations/:id/reopen', writes: ['delegation'] },
  ],
  jobs: [{ id: 'job:identity.start', writes: ['delegation'] }],
  checks: [
    {
      name: 'the delegation that runs the estate is active',
      sql: "select id from delegation where id = 'secretariat' and status <> 'active'",
    },
    {
      name: 'nobody is signed in for a delegation that has ended',
      sql: "select s.id from session s join account a on a.id = s.account_id join delegation d on d.id = a.delegation_id where d.status = 'ended' and s.ended_at is null",
    },
  ],
  volatile: { delegation: ['created_at', 'changed_at', 'version'] },
  tombstones: [{ table: 'delegation', column: 'status', value: 'ended' }],
};
