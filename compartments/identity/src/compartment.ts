import { type CompartmentManifest, parseManifest } from '@bulkhead/contracts';
import { CANARY_ACCOUNT } from '#account/account.rules.ts';

const TITLE = {
  en: 'Accounts and sign-in',
  fr: 'Comptes et connexion',
  es: 'Cuentas e inicio de sesión',
  ru: 'Учётные записи и вход',
  zh: '帐户与登录',
  ar: 'الحسابات وتسجيل الدخول',
};

const FORM_BYTES = 16_384;
const open = { origin: 'id', roles: [], writes: [], maxBodyBytes: 0 };
const own = { origin: 'id', roles: ['signed-in'], writes: [], maxBodyBytes: 0 };
const admin = { origin: 'id', roles: ['administrator'], writes: [], maxBodyBytes: 0 };
const post = { method: 'POST', maxBodyBytes: FORM_BYTES };

/** Times, ids, and what is drawn at random: they differ between two runs of one story. */
const VOLATILE = Object.entries({
  account: ['id', 'password_hash', 'totp_secret', 'totp_last_step', 'created_at', 'changed_at'],
  role_grant: ['account_id', 'granted_by', 'granted_at'],
  session: ['id', 'account_id', 'started_at', 'ends_at', 'last_seen_at', 'ended_at', 'address', 'device'],
  set_up: ['account_id', 'secret_sha256', 'totp_secret', 'expires_at', 'created_by', 'created_at'],
}).flatMap(([table, columns]) => columns.map((column) => ({ table, column })));

/** Identity, as everybody else sees it. */
export const manifest: CompartmentManifest = parseManifest({
  name: 'identity',
  title: TITLE,
  level: 'native',
  needs: [],
  recoveryOrder: 10,
  origins: [{ host: 'id', kind: 'staff', title: TITLE }],
  routes: [
    { ...open, id: 'asset.read', method: 'GET', path: '/assets/:file' },
    { ...open, id: 'sign-in.show', method: 'GET', path: '/sign-in' },
    { ...open, ...post, id: 'sign-in.send', path: '/sign-in', writes: ['account', 'session'], perMinute: 60 },
    { ...own, ...post, id: 'sign-in.continue', path: '/sign-in/continue' },
    { ...own, ...post, id: 'session.sign-out', path: '/sign-out', writes: ['session'] },
    { ...open, id: 'set-up.show', method: 'GET', path: '/set-up' },
    { ...open, ...post, id: 'set-up.begin', path: '/set-up', writes: ['set_up'], perMinute: 20 },
    { ...open, ...post, id: 'set-up.finish', path: '/set-up/finish', writes: ['account', 'set_up'], perMinute: 20 },
    { ...own, id: 'profile.show', method: 'GET', path: '/' },
    { ...own, ...post, id: 'session.end', path: '/sessions/:id/end', writes: ['session'] },
    { ...own, ...post, id: 'session.end-others', path: '/sessions/end-others', writes: ['session'] },
    { ...own, id: 'password.show', method: 'GET', path: '/password' },
    { ...own, ...post, id: 'password.change', path: '/password', writes: ['account', 'session'], perMinute: 30 },
    { ...admin, id: 'account.list', method: 'GET', path: '/accounts' },
    { ...admin, id: 'account.new', method: 'GET', path: '/accounts/new' },
    { ...admin, ...post, id: 'account.create', path: '/accounts', writes: ['account', 'role_grant', 'set_up'] },
    { ...admin, id: 'account.show', method: 'GET', path: '/accounts/:id' },
    { ...admin, ...post, id: 'account.end-sessions', path: '/accounts/:id/end-sessions', writes: ['session'] },
    { ...admin, ...post, id: 'account.disable', path: '/accounts/:id/disable', writes: ['account', 'session'] },
    { ...admin, ...post, id: 'account.reinvite', path: '/accounts/:id/reinvite', writes: ['account', 'session', 'set_up'] },
    { ...admin, ...post, id: 'account.roles', path: '/accounts/:id/roles', writes: ['role_grant'] },
  ],
  jobs: [
    { id: 'job:sessions.seen', writes: ['session'] },
    { id: 'job:sessions.end', writes: ['session'] },
    { id: 'job:identity.start', writes: ['account', 'role_grant', 'session'] },
  ],
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
      name: 'no session of an account that is not active lives',
      sql: "select s.id from session s join account a on a.id = s.account_id where a.status <> 'active' and s.ended_at is null",
    },
    {
      name: 'no session lasts longer than twelve hours',
      sql: "select id from session where ends_at > started_at + interval '12 hours'",
    },
    {
      name: 'every role belongs to an account that exists',
      sql: 'select g.account_id from role_grant g left join account a on a.id = g.account_id where a.id is null',
    },
    {
      name: 'where there are active accounts, one of them administers',
      sql: "select 'no administrator' where exists (select from account where status = 'active') and not exists (select from account a join role_grant g on g.account_id = a.id where a.status = 'active' and g.compartment = 'identity' and g.role = 'administrator')",
    },
    {
      name: 'only invited accounts have an invitation',
      sql: "select u.account_id from set_up u join account a on a.id = u.account_id where a.status = 'active'",
    },
  ],
  repair: {
    // Codes that were used stay used, and whoever was seen was seen.
    columns: [
      { table: 'account', column: 'totp_last_step', merge: 'derived' },
      { table: 'session', column: 'last_seen_at', merge: 'derived' },
    ],
    volatile: VOLATILE,
    canaries: [
      { table: 'account', key: { id: CANARY_ACCOUNT } },
      { table: 'role_grant', key: { account_id: CANARY_ACCOUNT } },
    ],
    tombstones: [{ table: 'account', column: 'status', value: 'disabled' }],
    effects: [{ table: 'set_up', what: 'an invitation was shown, with which an account can be set up' }],
    massRows: 200,
  },
  seal: { unreachable: 'stop', automatic: ['storage.lost'] },
});
