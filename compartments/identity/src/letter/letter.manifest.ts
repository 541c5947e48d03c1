import { admin, type ManifestPart, post } from '#manifest-part.ts';

export const letterPart: ManifestPart = {
  routes: [
    { ...admin, id: 'letter.list', method: 'GET', path: '/letters' },
    { ...admin, ...post, id: 'letter.test', path: '/letters/test', writes: ['letter'], perMinute: 6 },
  ],
  jobs: [{ id: 'job:letters.send', writes: ['letter'], everySeconds: 5 }],
  volatile: { letter: ['id', 'account_id', 'sealed', 'created_at', 'next_try_at', 'give_up_at', 'done_at', 'answer'] },
  effects: [{ table: 'letter', what: 'a letter was written, which leaves the house by mail' }],
};
