import { type ManifestPart, open, people, post } from '#manifest-part.ts';
import { CANARY_ACCOUNT } from './account.rules.ts';

export const accountPart: ManifestPart = {
  routes: [
    { ...open, id: 'set-up.show', method: 'GET', path: '/set-up' },
    { ...open, ...post, id: 'set-up.begin', path: '/set-up', writes: ['set_up'], perMinute: 20 },
    { ...open, ...post, id: 'set-up.finish', path: '/set-up/finish', writes: ['account', 'set_up'], perMinute: 20 },
    { ...people, id: 'account.list', method: 'GET', path: '/accounts' },
    { ...people, id: 'account.new', fresh: true, method: 'GET', path: '/accounts/new' },
    {
      ...people,
      ...post,
      id: 'account.create',
      fresh: true,
      path: '/accounts',
      writes: ['account', 'role_grant', 'grant_event', 'set_up', 'letter'],
    },
    { ...people, id: 'account.show', fresh: true, method: 'GET', path: '/accounts/:id' },
    { ...people, ...post, id: 'account.end-sessions', fresh: true, path: '/accounts/:id/end-sessions', writes: ['session'] },
    { ...people, ...post, id: 'account.disable', fresh: true, path: '/accounts/:id/disable', writes: ['account', 'session'] },
    {
      ...people,
      ...post,
      id: 'account.reinvite',
      fresh: true,
      path: '/accounts/:id/reinvite',
      writes: ['account', 'session', 'set_up', 'passkey', 'recovery_code', 'letter'],
    },
    {
      ...people,
      ...post,
      id: 'account.change',
      fresh: true,
      path: '/accounts/:id/change',
      writes: ['account', 'role_grant', 'grant_event'],
    },
  ],
  jobs: [{ id: 'job:identity.start', writes: ['account', 'role_grant'] }],
  roles: {
    administrator: {
      en: 'Administrator of accounts',
      fr: 'Administration des comptes',
      es: 'Administración de cuentas',
      ru: 'Администратор учётных записей',
      zh: '帐户管理员',
      ar: 'مسؤول الحسابات',
    },
  },
  checks: [
    {
      name: 'every role belongs to an account that exists',
      sql: 'select g.account_id from role_grant g left join account a on a.id = g.account_id where a.id is null',
    },
    {
      name: 'where there are active accounts, one of them administers',
      sql: "select 'no administrator' where exists (select from account where status = 'active') and not exists (select from account a join role_grant g on g.account_id = a.id where a.status = 'active' and g.compartment = 'identity' and g.role = 'administrator' and g.state = 'granted')",
    },
    {
      name: 'only invited accounts have an invitation',
      sql: "select u.account_id from set_up u join account a on a.id = u.account_id where a.status = 'active'",
    },
  ],
  // Codes that were used stay used.
  columns: [{ table: 'account', column: 'totp_last_step', merge: 'derived' }],
  volatile: {
    account: ['id', 'password_hash', 'totp_secret', 'totp_last_step', 'created_at', 'changed_at', 'erase_at'],
    role_grant: ['account_id', 'granted_by', 'granted_at', 'ends_at', 'review_by'],
    set_up: ['account_id', 'secret_sha256', 'totp_secret', 'expires_at', 'created_by', 'created_at'],
  },
  canaries: [
    { table: 'account', key: { id: CANARY_ACCOUNT } },
    { table: 'role_grant', key: { account_id: CANARY_ACCOUNT } },
  ],
  tombstones: [{ table: 'account', column: 'status', value: 'disabled' }],
  effects: [{ table: 'set_up', what: 'an invitation was shown, with which an account can be set up' }],
};
