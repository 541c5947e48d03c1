import type { ManifestPart } from '#manifest-part.ts';

export const throttlePart: ManifestPart = {
  jobs: [{ id: 'job:attempts.keep', writes: ['attempt'], everySeconds: 20 }],
  columns: [
    { table: 'attempt', column: 'count', merge: 'derived' },
    { table: 'attempt', column: 'last_at', merge: 'derived' },
  ],
  volatile: { attempt: ['key_sha256', 'count', 'last_at'] },
};
