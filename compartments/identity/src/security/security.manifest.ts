import { type ManifestPart, own, post } from '#manifest-part.ts';

export const securityPart: ManifestPart = {
  routes: [
    { ...own, id: 'security.show', method: 'GET', path: '/security' },
    { ...own, id: 'authenticator.show', method: 'GET', path: '/security/authenticator', fresh: true },
    {
      ...own,
      ...post,
      id: 'authenticator.change',
      path: '/security/authenticator',
      writes: ['account', 'session', 'account_event', 'letter'],
      perMinute: 20,
      fresh: true,
    },
  ],
};
