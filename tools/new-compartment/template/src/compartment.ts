import { type CompartmentManifest, parseManifest } from '@bulkhead/contracts';

const NAME = 'newcomer';
const TITLE = { en: 'Newcomer' };
const FORM_BYTES = 65_536;

const open = { origin: NAME, roles: [], writes: [], maxBodyBytes: 0 };
const member = { ...open, roles: ['member'] };

/** The compartment, as everybody else sees it. */
export const manifest: CompartmentManifest = parseManifest({
  name: NAME,
  title: TITLE,
  level: 'native',
  needs: ['identity'],
  recoveryOrder: 90,
  origins: [{ host: NAME, kind: 'staff', title: TITLE }],
  routes: [
    { ...open, id: 'asset.read', method: 'GET', path: '/assets/:file' },
    { ...member, id: 'entry.list', method: 'GET', path: '/' },
    { ...member, id: 'entry.begin', method: 'GET', path: '/entries/new' },
    { ...member, id: 'entry.add', method: 'POST', path: '/entries', writes: ['entry'], maxBodyBytes: FORM_BYTES },
  ],
  jobs: [],
  roles: {
    member: { en: 'Member', fr: 'Membre', es: 'Miembro', ru: 'Участник', zh: '成员', ar: 'عضو' },
  },
  checks: [
    {
      name: 'every entry says something, and by whom',
      sql: "select id from entry where btrim(title) = '' or added_by = ''",
    },
  ],
  seal: { unreachable: 'stop', automatic: ['storage.lost'] },
});
