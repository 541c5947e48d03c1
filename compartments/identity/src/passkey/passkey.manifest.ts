import { type ManifestPart, open, own, post } from '#manifest-part.ts';

const fresh = { ...own, fresh: true };
const WRITES = ['passkey', 'account_event', 'letter'];

export const passkeyPart: ManifestPart = {
  routes: [
    { ...fresh, id: 'passkey.new', method: 'GET', path: '/security/passkeys/new' },
    { ...fresh, ...post, id: 'passkey.add', path: '/security/passkeys', writes: WRITES, perMinute: 20 },
    { ...fresh, id: 'passkey.show', method: 'GET', path: '/security/passkeys/:id' },
    { ...fresh, ...post, id: 'passkey.rename', path: '/security/passkeys/:id/rename', writes: ['passkey'] },
    { ...fresh, ...post, id: 'passkey.remove', path: '/security/passkeys/:id/remove', writes: WRITES },
    {
      ...open,
      ...post,
      id: 'set-up.passkey',
      path: '/set-up/passkey',
      writes: ['account', 'set_up', 'passkey', 'session', 'account_event', 'letter'],
      perMinute: 20,
      bindsBrowser: true,
    },
  ],
  checks: [
    {
      name: 'an account that was invited has no passkey and no recovery code',
      sql: "select a.id from account a where a.status = 'invited' and (exists (select from passkey p where p.account_id = a.id) or exists (select from recovery_code r where r.account_id = a.id))",
    },
  ],
  // A counter never goes back by a repair: what was signed was signed.
  columns: [
    { table: 'passkey', column: 'counter', merge: 'derived' },
    { table: 'passkey', column: 'last_used_at', merge: 'derived' },
  ],
  volatile: { passkey: ['id', 'account_id', 'public_key', 'counter', 'created_at', 'last_used_at', 'copied_at'] },
};
