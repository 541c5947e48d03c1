import type { ManifestPart } from '#manifest-part.ts';

export const firstAdministratorPart: ManifestPart = {
  jobs: [
    {
      id: 'job:identity.first-administrator',
      writes: ['account', 'role_grant', 'grant_event', 'set_up', 'session', 'letter'],
    },
  ],
};
