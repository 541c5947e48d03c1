import type { Session } from '@bulkhead/contracts';

/** A dangerous act needs a proof of who sits there that is no older. */
export const FRESH_MS = 600_000;
/** A page that leads to one is shown with a proof half as old: so much time is left to fill it in. */
export const FRESH_PAGE_MS = 300_000;

/** Whether the person of a session proved lately enough who they are [G24]. */
export function isFresh(session: Pick<Session, 'startedAt' | 'authenticatedAt'>, isWrite: boolean, now: Date): boolean {
  const provedAtMs = Date.parse(session.authenticatedAt ?? session.startedAt);
  return now.getTime() - provedAtMs < (isWrite ? FRESH_MS : FRESH_PAGE_MS);
}
