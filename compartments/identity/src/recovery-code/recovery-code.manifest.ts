import { type ManifestPart, own, post } from '#manifest-part.ts';

export const recoveryCodePart: ManifestPart = {
  routes: [
    { ...own, id: 'recovery-code.show', method: 'GET', path: '/security/recovery-codes', fresh: true },
    {
      ...own,
      ...post,
      id: 'recovery-code.make',
      path: '/security/recovery-codes',
      writes: ['recovery_code', 'account_event', 'letter'],
      perMinute: 10,
      fresh: true,
    },
  ],
  // What was used stays used.
  columns: [{ table: 'recovery_code', column: 'used_at', merge: 'derived' }],
  volatile: { recovery_code: ['account_id', 'code_sha256', 'created_at', 'used_at'] },
};
