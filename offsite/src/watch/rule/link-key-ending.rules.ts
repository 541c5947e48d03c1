import type { LinkRule } from './link.rules.ts';

const DAY_MS = 86_400_000;
/** Enough for two people to find an hour in which both are at work. */
const WARNED_BEFORE_MS = 60 * DAY_MS;

const dayOf = (at: Date | undefined) => at?.toISOString().slice(0, 10);

/** T1490: nobody refuses a key for its date, and a key that is never changed is one that somebody will have taken [W20]. Told once a day. */
export const linkKeyEnding: LinkRule = {
  rule: 'link.key_ending',
  look: ({ status, before, beforeAt, now }) => {
    const leftMs = Date.parse(status.keyEndsAt) - now.getTime();
    if (!(leftMs < WARNED_BEFORE_MS)) return null;
    const isTold = before !== undefined && dayOf(beforeAt) === dayOf(now) && before.keyEndsAt === status.keyEndsAt;
    if (isTold) return null;
    return {
      summary: `the certificate of off-site's link key ends on ${status.keyEndsAt.slice(0, 10)}: run "bulkhead site rotate" at off-site`,
      evidence: { endsAt: status.keyEndsAt, pin: status.pin },
    };
  },
};
