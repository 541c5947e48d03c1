import { type ManifestPart, own, post } from '#manifest-part.ts';

export const profilePart: ManifestPart = {
  routes: [
    { ...own, id: 'profile.show', method: 'GET', path: '/' },
    { ...own, id: 'password.show', method: 'GET', path: '/password', fresh: true },
    {
      ...own,
      ...post,
      id: 'password.change',
      path: '/password',
      writes: ['account', 'session', 'account_event', 'letter'],
      perMinute: 30,
      fresh: true,
    },
  ],
};
