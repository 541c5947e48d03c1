import { hasCode, sleepMs } from '@bulkhead/kernel';
import type { HonestRequest } from './people/at-work.ts';
import { RegistryStaff } from './people/registry-staff.ts';
import type { Origin } from './people/staff.ts';
import type { Snapshot } from './rows.store.ts';
import type { Refused } from './twin.ts';

const THROTTLED_MS = 500;
const ATTEMPTS = 240;
const TOLD_EACH = 5000;

/**
 * The twin of the registry: each person does again what they had been told is done, in their own order; between two moments at which
 * rows are read people work side by side. Nobody keeps a record of somebody else's, but one may have changed what another keeps: such
 * changes come in the order of the record's revisions.
 */
export async function replayRegistry(options: {
  readonly origin: Origin;
  readonly requests: readonly HonestRequest[];
  readonly moments: readonly number[];
  readonly readRows: () => Promise<Snapshot>;
  readonly tell: (line: string) => void;
}): Promise<{ readonly rows: ReadonlyMap<number, Snapshot>; readonly refused: readonly Refused[] }> {
  const { requests, moments, tell } = options;
  const staff = await RegistryStaff.gather(options.origin);
  const rows = new Map<number, Snapshot>();
  const refused: Refused[] = [];
  let told = 0;
  try {
    let from = 0;
    for (const to of [...new Set([...moments, requests.length])].toSorted((one, other) => one - other)) {
      const chains = chain(requests.slice(from, to));
      await Promise.all(
        staff.emails.map(async () => {
          for (let next = chains.shift(); next !== undefined; next = chains.shift())
            for (const request of next) {
              const why = await replay(staff, request);
              if (why !== undefined) refused.push({ request, why });
              told += 1;
              if (told % TOLD_EACH === 0)
                tell(`${told} of ${requests.length} honest requests of the registry replayed in the twin`);
            }
        }),
      );
      from = to;
      if (moments.includes(to)) rows.set(to, await options.readRows());
    }
  } finally {
    staff.leave();
  }
  return { rows, refused };
}

/** What was done to each record, in its order. */
function chain(requests: readonly HonestRequest[]): HonestRequest[][] {
  const byRecord = Map.groupBy(requests, ({ intent }) => intent.slug);
  return [...byRecord.values()].map((own) => own.toSorted((one, other) => one.version.number - other.version.number));
}

/** Whoever got no answer looks whether it was done before doing it again. @returns why it was refused, if it was */
async function replay(staff: RegistryStaff, { email, intent }: HonestRequest): Promise<string | undefined> {
  let isInDoubt = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (isInDoubt && (await staff.stands(email, intent))) return undefined;
      isInDoubt = false;
      await staff.perform(email, intent);
      return undefined;
    } catch (error) {
      isInDoubt ||= hasCode(error, 'wire.unreachable');
      if (!isInDoubt && !hasCode(error, 'wire.refused')) throw error;
      if (isInDoubt && attempt === ATTEMPTS) throw error;
      const why = error instanceof Error ? error.message : 'refused';
      if (!isInDoubt && (!why.includes('status 429') || attempt === ATTEMPTS)) return why;
      await sleepMs(THROTTLED_MS);
    }
  }
}
