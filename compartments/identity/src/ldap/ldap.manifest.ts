import { admin, type ManifestPart, open, post } from '#manifest-part.ts';

const danger = { ...admin, ...post, fresh: true, maxBodyBytes: 65_536 };
const before = { ...admin, method: 'GET', fresh: true };

export const ldapPart: ManifestPart = {
  routes: [
    { ...open, id: 'directory.sign-in', method: 'GET', path: '/directories/:id/sign-in', bindsBrowser: true, perMinute: 60 },
    {
      ...open,
      ...post,
      id: 'directory.enter',
      path: '/directories/:id/sign-in',
      writes: ['account', 'account_event', 'grant_event', 'ldap_person', 'letter', 'role_grant', 'session'],
      bindsBrowser: true,
      perMinute: 60,
    },
    { ...before, id: 'directory.new', path: '/directories/new' },
    { ...danger, id: 'directory.add', path: '/directories', writes: ['ldap_server'] },
    { ...before, id: 'directory.show', path: '/directories/:id' },
    { ...danger, id: 'directory.change', path: '/directories/:id', writes: ['ldap_server'] },
    { ...danger, id: 'directory.disable', path: '/directories/:id/disable', writes: ['ldap_server'] },
    { ...danger, id: 'directory.enable', path: '/directories/:id/enable', writes: ['ldap_server'] },
    { ...danger, id: 'directory.try', path: '/directories/:id/try', perMinute: 20 },
  ],
  jobs: [{ id: 'job:directories.ask', writes: ['session'], everySeconds: 300 }],
  checks: [
    {
      name: 'whom a directory signs in belongs to its delegation, or is in use no more',
      sql: "select p.subject from ldap_person p join ldap_server s on s.id = p.server_id join account a on a.id = p.account_id where a.status = 'active' and a.delegation_id <> s.delegation_id and p.last_used_at > a.changed_at",
    },
  ],
  columns: [{ table: 'ldap_person', column: 'last_used_at', merge: 'derived' }],
  volatile: {
    ldap_server: ['sealed_secret', 'created_by', 'created_at', 'changed_at', 'disabled_at'],
    ldap_person: ['account_id', 'linked_at', 'last_used_at'],
  },
};
