import { hasCode, sleepMs } from '@bulkhead/kernel';
import type { HonestRequest } from './people/at-work.ts';
import { type Origin, Staff } from './people/staff.ts';
import type { Snapshot } from './rows.store.ts';

const THROTTLED_MS = 500;
const ATTEMPTS = 240;
const TOLD_EACH = 1000;

/** What the twin did not let through, though the attacked estate had: it can only rest on the attack. */
export type Refused = { readonly request: HonestRequest; readonly why: string };

/**
 * The twin: another estate, without the attack, in which the same people do exactly what the attacked estate had
 * acknowledged, in the order of its commits.
 * @param moments after how many requests the rows are to be read
 */
export async function replayHonest(options: {
  readonly origin: Origin;
  readonly requests: readonly HonestRequest[];
  readonly moments: readonly number[];
  readonly readRows: () => Promise<Snapshot>;
  readonly tell: (line: string) => void;
}): Promise<{ readonly rows: ReadonlyMap<number, Snapshot>; readonly refused: readonly Refused[] }> {
  const { requests, moments, tell } = options;
  const staff = await Staff.gather(options.origin);
  const rows = new Map<number, Snapshot>();
  const refused: Refused[] = [];
  try {
    for (let done = 0; done <= requests.length; done += 1) {
      if (moments.includes(done) && !rows.has(done)) rows.set(done, await options.readRows());
      const request = requests[done];
      if (!request) break;
      const why = await replay(staff, request);
      if (why !== undefined) refused.push({ request, why });
      if (done > 0 && done % TOLD_EACH === 0) tell(`${done} of ${requests.length} honest requests replayed in the twin`);
    }
  } finally {
    staff.leave();
  }
  return { rows, refused };
}

/** @returns why it was refused, if it was */
async function replay(staff: Staff, { email, intent }: HonestRequest): Promise<string | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await staff.perform(email, intent);
      return undefined;
    } catch (error) {
      if (!hasCode(error, 'wire.refused') && !hasCode(error, 'wire.invalid_reply')) throw error;
      const why = error instanceof Error ? error.message : 'refused';
      if (!why.includes('status 429') || attempt === ATTEMPTS) return why;
      await sleepMs(THROTTLED_MS);
    }
  }
}
