import { type ManifestPart, own, post } from '#manifest-part.ts';

export const stepUpPart: ManifestPart = {
  routes: [
    { ...own, id: 'step-up.show', method: 'GET', path: '/sign-in/again', bindsBrowser: true },
    {
      ...own,
      ...post,
      id: 'step-up.send',
      path: '/sign-in/again',
      writes: ['account', 'session', 'recovery_code', 'account_event', 'letter'],
      perMinute: 30,
      bindsBrowser: true,
    },
    {
      ...own,
      ...post,
      id: 'step-up.passkey',
      path: '/sign-in/again/passkey',
      writes: ['passkey', 'session', 'account_event', 'letter'],
      perMinute: 30,
      bindsBrowser: true,
    },
  ],
};
