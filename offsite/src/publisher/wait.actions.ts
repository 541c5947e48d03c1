import { sleepMs } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import { waitForPosition } from './source.actions.ts';

const LONGEST_MS = 20_000;

/** Waits until a standby has replayed more than what was seen, or the same rows show something else, or it is over. */
export async function waitForRows(given: {
  readonly jail: WirePeer;
  readonly lsn: string;
  readonly nextAt: Date | null;
  readonly now: Date;
  readonly pollMs: number;
  readonly ended: AbortSignal;
}): Promise<void> {
  const { jail, lsn, nextAt, now, pollMs, ended } = given;
  const dueMs = nextAt ? Math.max(0, nextAt.getTime() - now.getTime()) : LONGEST_MS;
  const over = AbortSignal.any([ended, AbortSignal.timeout(Math.min(dueMs, LONGEST_MS))]);
  const askedAtMs = performance.now();
  const found = await waitForPosition(jail, lsn, over).catch(() => lsn);
  // Who answers at once that nothing moved, or not at all, is asked again as others are.
  const restMs = askedAtMs + pollMs - performance.now();
  if (found === lsn && !over.aborted && restMs > 0) await sleepMs(restMs, ended).catch(() => undefined);
}
