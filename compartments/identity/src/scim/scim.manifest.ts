import { admin, type ManifestPart, open, post } from '#manifest-part.ts';
import { TRACES } from '#privacy/privacy.rules.ts';

const BODY_BYTES = 262_144;
const WAYS_IN = TRACES.filter(({ goes }) => goes === 'now').map(({ table }) => table);
const read = { ...open, method: 'GET', callers: 'software', perMinute: 600 };
const write = { ...open, callers: 'software', maxBodyBytes: BODY_BYTES, perMinute: 600 };
const CHANGES = ['account', 'scim_person', 'session'];
const GIVES = ['grant_event', 'role_grant'];
const LEAVES = [...new Set([...CHANGES, ...GIVES, ...WAYS_IN])];

export const scimPart: ManifestPart = {
  routes: [
    { ...read, id: 'scim.tell-service', path: '/scim/v2/ServiceProviderConfig' },
    { ...read, id: 'scim.tell-schemas', path: '/scim/v2/Schemas' },
    { ...read, id: 'scim.tell-schema', path: '/scim/v2/Schemas/:id' },
    { ...read, id: 'scim.tell-types', path: '/scim/v2/ResourceTypes' },
    { ...read, id: 'scim.tell-type', path: '/scim/v2/ResourceTypes/:id' },
    { ...read, id: 'scim.user.list', path: '/scim/v2/Users' },
    { ...read, id: 'scim.user.read', path: '/scim/v2/Users/:id' },
    { ...write, id: 'scim.user.add', method: 'POST', path: '/scim/v2/Users', writes: ['account', 'scim_person'] },
    { ...write, id: 'scim.user.replace', method: 'PUT', path: '/scim/v2/Users/:id', writes: CHANGES },
    { ...write, id: 'scim.user.patch', method: 'PATCH', path: '/scim/v2/Users/:id', writes: CHANGES },
    { ...write, id: 'scim.user.remove', method: 'DELETE', path: '/scim/v2/Users/:id', writes: LEAVES },
    { ...read, id: 'scim.group.list', path: '/scim/v2/Groups' },
    { ...read, id: 'scim.group.read', path: '/scim/v2/Groups/:id' },
    { ...write, id: 'scim.group.add', method: 'POST', path: '/scim/v2/Groups' },
    { ...write, id: 'scim.group.replace', method: 'PUT', path: '/scim/v2/Groups/:id', writes: GIVES },
    { ...write, id: 'scim.group.patch', method: 'PATCH', path: '/scim/v2/Groups/:id', writes: GIVES },
    { ...write, id: 'scim.group.remove', method: 'DELETE', path: '/scim/v2/Groups/:id' },
    { ...admin, id: 'scim-token.list', method: 'GET', path: '/delegations/:id/scim', fresh: true },
    { ...admin, ...post, id: 'scim-token.make', path: '/delegations/:id/scim', writes: ['scim_token'], fresh: true },
    { ...admin, ...post, id: 'scim-token.end', path: '/delegations/:id/scim/:token/end', writes: ['scim_token'], fresh: true },
  ],
  jobs: [{ id: 'job:software.keep', writes: ['scim_token'] }],
  columns: [{ table: 'scim_token', column: 'last_used_at', merge: 'derived' }],
  checks: [
    {
      name: 'nobody is signed in whom their organisation has told to have left',
      sql: "select s.id from session s join scim_person p on p.account_id = s.account_id join account a on a.id = s.account_id where s.ended_at is null and a.status = 'disabled' and p.suspended_at is not null",
    },
    {
      name: 'no token of a directory lasts longer than a year',
      sql: "select id from scim_token where expires_at > created_at + interval '366 days'",
    },
  ],
  volatile: {
    scim_token: ['id', 'secret_sha256', 'created_by', 'created_at', 'expires_at', 'last_used_at', 'ended_at'],
    scim_person: ['account_id', 'created_at', 'changed_at', 'suspended_at', 'left_at'],
  },
};
