import { type ManifestPart, own, post } from '#manifest-part.ts';

export const eventPart: ManifestPart = {
  routes: [{ ...own, ...post, id: 'event.seen', path: '/security/seen', writes: ['account_event'] }],
  jobs: [{ id: 'job:identity.start', writes: ['account_event'] }],
  columns: [{ table: 'account_event', column: 'seen_at', merge: 'derived' }],
  volatile: { account_event: ['id', 'account_id', 'happened_at', 'session_id', 'address', 'device', 'seen_at'] },
};
