import { admin, type ManifestPart, open, post } from '#manifest-part.ts';

const danger = { ...admin, ...post, fresh: true };
const before = { ...admin, method: 'GET', fresh: true };

export const federationPart: ManifestPart = {
  routes: [
    { ...open, id: 'federation.choose', method: 'GET', path: '/federation' },
    { ...open, id: 'federation.begin', method: 'GET', path: '/federation/:id/begin', bindsBrowser: true, perMinute: 60 },
    { ...open, id: 'federation.return', method: 'GET', path: '/federation/:id/callback', bindsBrowser: true, perMinute: 60 },
    {
      ...open,
      ...post,
      id: 'federation.enter',
      path: '/federation/enter',
      writes: ['account', 'account_event', 'external_identity', 'grant_event', 'letter', 'role_grant', 'session'],
      bindsBrowser: true,
      perMinute: 60,
    },
    { ...before, id: 'provider.list', path: '/providers' },
    { ...before, id: 'provider.new', path: '/providers/new' },
    { ...danger, id: 'provider.add', path: '/providers', writes: ['identity_provider'] },
    { ...before, id: 'provider.show', path: '/providers/:id' },
    { ...danger, id: 'provider.change', path: '/providers/:id', writes: ['identity_provider'] },
    { ...danger, id: 'provider.disable', path: '/providers/:id/disable', writes: ['identity_provider'] },
    { ...danger, id: 'provider.enable', path: '/providers/:id/enable', writes: ['identity_provider'] },
  ],
  checks: [
    {
      name: 'whom a provider signs in belongs to its delegation, or is in use no more',
      sql: "select e.subject from external_identity e join identity_provider p on p.id = e.provider_id join account a on a.id = e.account_id where a.status = 'active' and a.delegation_id <> p.delegation_id and e.last_used_at > a.changed_at",
    },
  ],
  columns: [{ table: 'external_identity', column: 'last_used_at', merge: 'derived' }],
  volatile: {
    identity_provider: ['sealed_secret', 'created_by', 'created_at', 'changed_at', 'disabled_at'],
    external_identity: ['account_id', 'linked_at', 'last_used_at'],
  },
};
