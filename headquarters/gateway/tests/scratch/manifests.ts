import { type CompartmentManifest, parseManifest } from '@bulkhead/contracts';

const staff = { roles: ['editor'], writes: ['article'], maxBodyBytes: 100_000 };
const open = { roles: [], writes: [], maxBodyBytes: 0 };

/** A public origin with an edition, and a staff origin with one route of each kind. */
export const website: CompartmentManifest = parseManifest({
  name: 'website',
  title: {
    en: 'Public website',
    fr: 'Site public',
    es: 'Sitio público',
    ru: 'Общедоступный сайт',
    zh: '公共网站',
    ar: 'الموقع العام',
  },
  level: 'native',
  needs: ['identity'],
  recoveryOrder: 2,
  origins: [
    { host: 'www', kind: 'public', title: { en: 'Public pages', fr: 'Pages publiques' } },
    { host: 'news', kind: 'staff', title: { en: 'Newsroom', fr: 'Rédaction' } },
  ],
  routes: [
    { id: 'search.read', origin: 'www', method: 'GET', path: '/search', ...open },
    { id: 'find.read', origin: 'www', method: 'GET', path: '/:language/find', resting: '/:language/rest', ...open },
    { id: 'letter.send', origin: 'www', method: 'POST', path: '/letters', ...open, writes: ['letter'], maxBodyBytes: 1000 },
    { id: 'home.read', origin: 'news', method: 'GET', path: '/', ...open, roles: ['signed-in'] },
    { id: 'draft.list', origin: 'news', method: 'GET', path: '/drafts', ...staff, writes: [], maxBodyBytes: 0 },
    { id: 'draft.read', origin: 'news', method: 'GET', path: '/drafts/:id', ...staff, writes: [], maxBodyBytes: 0 },
    { id: 'draft.new', origin: 'news', method: 'GET', path: '/drafts/new', ...staff, writes: [], maxBodyBytes: 0 },
    { id: 'draft.save', origin: 'news', method: 'POST', path: '/drafts', ...staff },
    { id: 'draft.risk', origin: 'news', method: 'GET', path: '/risk', ...staff, writes: [], maxBodyBytes: 0, fresh: true },
    { id: 'draft.dare', origin: 'news', method: 'POST', path: '/risk', ...staff, fresh: true },
    { id: 'draft.drop', origin: 'news', method: 'DELETE', path: '/drafts/:id', ...staff, maxBodyBytes: 0 },
    { id: 'film.add', origin: 'news', method: 'PUT', path: '/films/:name', ...staff, maxBodyBytes: 8_000_000 },
    { id: 'film.read', origin: 'news', method: 'GET', path: '/films/:name', ...open },
    {
      id: 'vote.cast',
      origin: 'news',
      method: 'POST',
      path: '/votes',
      ...open,
      writes: ['vote'],
      maxBodyBytes: 100,
      perMinute: 3,
    },
    {
      id: 'glass.break',
      origin: 'news',
      method: 'POST',
      path: '/glass',
      ...open,
      writes: ['article'],
      maxBodyBytes: 100,
      raises: 'account.break_glass',
    },
    { id: 'desk.follow', origin: 'news', method: 'GET', path: '/live', ...open, roles: ['editor'], webSocket: true },
  ],
  jobs: [],
  roles: { editor: { en: 'Editor' }, reviewer: { en: 'Reviewer' } },
  checks: [],
  edition: { origin: 'www', tables: ['article'], approvals: { publish: ['draft.save', 'film.add'], withdraw: ['draft.drop'] } },
  seal: { unreachable: 'stop', automatic: [] },
});

/** Goes on without off-site for a minute. */
export const papers: CompartmentManifest = parseManifest({
  name: 'papers',
  title: { en: 'Meeting documents', fr: 'Documents de réunion', ar: 'وثائق الاجتماعات' },
  level: 'native',
  needs: [],
  recoveryOrder: 3,
  origins: [{ host: 'docs', kind: 'staff', title: { en: 'Meeting documents', fr: 'Documents de réunion' } }],
  routes: [
    { id: 'paper.list', origin: 'docs', method: 'GET', path: '/', ...open },
    { id: 'paper.count', origin: 'docs', method: 'GET', path: '/count', ...open, roles: ['clerk'], callers: 'software' },
    {
      ...open,
      id: 'paper.rare',
      origin: 'docs',
      method: 'GET',
      path: '/rare',
      roles: ['clerk'],
      callers: 'software',
      perMinute: 3,
    },
    {
      id: 'paper.file',
      origin: 'docs',
      method: 'POST',
      path: '/file',
      ...open,
      roles: ['clerk'],
      maxBodyBytes: 100,
      callers: 'any',
    },
    { id: 'paper.add', origin: 'docs', method: 'POST', path: '/papers', ...open, writes: ['paper'], maxBodyBytes: 10_000 },
  ],
  jobs: [],
  roles: { clerk: { en: 'Clerk' } },
  checks: [],
  seal: { unreachable: { degradeMinutes: 1 }, automatic: [] },
});

export const identity: CompartmentManifest = parseManifest({
  name: 'identity',
  title: { en: 'Accounts', fr: 'Comptes' },
  level: 'native',
  needs: [],
  recoveryOrder: 1,
  origins: [{ host: 'id', kind: 'staff', title: { en: 'Sign-in', fr: 'Connexion' } }],
  routes: [
    { id: 'sign-in.read', origin: 'id', method: 'GET', path: '/sign-in', ...open, bindsBrowser: true },
    { id: 'sign-in.try', origin: 'id', method: 'POST', path: '/sign-in', ...open, writes: ['session'], maxBodyBytes: 2000 },
    { id: 'software.token', origin: 'id', method: 'POST', path: '/oidc/token', ...open, maxBodyBytes: 2000, callers: 'software' },
    { id: 'software.discover', origin: 'id', method: 'GET', path: '/.well-known/openid-configuration', ...open },
    { id: 'sign-out.do', origin: 'id', method: 'POST', path: '/sign-out', ...open, writes: ['session'], maxBodyBytes: 2000 },
  ],
  jobs: [{ id: 'job:sessions.seen', writes: ['session'] }],
  roles: {},
  checks: [],
  seal: { unreachable: 'stop', automatic: [] },
});
