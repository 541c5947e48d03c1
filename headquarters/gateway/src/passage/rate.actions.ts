import type { Session } from '@bulkhead/contracts';
import { limitKeyOf } from '@bulkhead/front';
import { EstateError } from '@bulkhead/kernel';
import type { RateLimits } from '#limit/limit.rules.ts';
import type { Asked } from './asked.rules.ts';

/**
 * Counts a request, of its account or else of its address. Of several counts the one with the least left is what software is told.
 * @throws EstateError `request.too_many`
 */
export function takeToken(
  deps: { readonly rates: RateLimits; readonly monotonicMs: () => number },
  asked: Asked,
  bucket: { readonly id: string; readonly perMinute: number },
  session: Session | null,
): void {
  const { perMinute } = bucket;
  const key = `${bucket.id} ${session ? `account ${session.accountId}` : limitKeyOf(asked.address)}`;
  const nowMs = deps.monotonicMs();
  const waitMs = deps.rates.take(key, perMinute, nowMs);
  if (asked.isSoftware) {
    const { left, wholeAfterMs } = deps.rates.look(key, perMinute, nowMs);
    if (asked.rate === null || left < asked.rate.left)
      asked.rate = { perMinute, left, wholeAfterSeconds: Math.ceil(wholeAfterMs / 1000) };
  }
  if (waitMs === 0) return;
  asked.retryAfter = Math.ceil(waitMs / 1000);
  throw new EstateError('request.too_many', `counting requests: over ${perMinute} a minute`);
}
