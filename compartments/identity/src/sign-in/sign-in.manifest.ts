import { type ManifestPart, open, own, post } from '#manifest-part.ts';

const bound = { ...open, bindsBrowser: true };
const SIGNS_IN = ['account', 'session', 'recovery_code', 'account_event', 'letter'];
const BY_PASSKEY = ['passkey', 'session', 'account_event', 'letter'];

export const signInPart: ManifestPart = {
  routes: [
    { ...bound, id: 'sign-in.show', method: 'GET', path: '/sign-in' },
    { ...bound, ...post, id: 'sign-in.send', path: '/sign-in', writes: SIGNS_IN, perMinute: 60 },
    { ...bound, ...post, id: 'sign-in.passkey', path: '/sign-in/passkey', writes: BY_PASSKEY, perMinute: 60 },
    { ...own, ...post, id: 'sign-in.continue', path: '/sign-in/continue' },
  ],
};
